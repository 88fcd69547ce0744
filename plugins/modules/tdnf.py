# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: tdnf
short_description: Install, update and remove packages of VMware Photon OS
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Manages packages with C(tdnf), the package manager of VMware Photon OS. Its options have the names that M(ansible.builtin.dnf) gives
    them, so M(ansible.builtin.package) works with C(use=photon.hardening.tdnf).
  - Whether a package is installed is asked of C(rpm), never of C(tdnf). What changed is the difference between two lists of C(rpm -qa),
    also after a failure.
  - The plan of C(tdnf) is read before anything is done. The task stops where it would downgrade a package, or remove one, that nobody asked
    for, and where it leaves out a package that is to be installed or removed, such as one that C(tdnf.conf) excludes.
requirements:
  - C(/usr/bin/tdnf) 3.1 or newer and C(/usr/bin/rpm), which nobody but root can change.
  - Python 3.6 or newer on the host, standard library only. Python 3.6 needs ansible-core 2.16 on the controller, 3.7 needs 2.16 or 2.17.
options:
  name:
    description:
      - The packages. Each is a name as V(docker), V(docker=20.10.14-1.ph5), V(docker-20.10.14-1.ph5) or V(docker.x86_64), the absolute
        path of a file C(*.rpm) on the host, or the URL of an rpm file. V(name=VERSION) without a release takes the newest release of that
        version.
      - Something that a package provides can be installed by that name, too.
      - The file of a URL is downloaded in check mode as well.
      - V(*) with O(state=latest) updates everything. Other patterns are refused, and so are C(<) and C(>). For a pattern C(tdnf) ignores
        the version and installs the newest one, and of C(=), C(<) and C(>) this module takes only C(=).
    type: list
    elements: str
    default: []
    aliases: [pkg]
  state:
    description:
      - V(present) and V(installed) install what is not there, and leave alone what is there in any version that O(name) allows.
      - V(latest) also updates what is there. A name with a version, and an rpm file, is installed like with V(present).
      - V(absent) and V(removed) remove. If another package provides that name, that package is not removed, and a warning says so.
      - Without it V(present) is meant, with O(autoremove) V(absent).
    type: str
    choices: [present, installed, latest, absent, removed]
  update_cache:
    description:
      - Refresh the metadata of the repositories first. Without a name nothing else is done, and nothing counts as changed.
      - Every call of C(tdnf) refreshes metadata that are older than C(metadata_expire) in C(tdnf.conf), whatever this says, also in check
        mode.
    type: bool
    default: false
  enablerepo:
    description:
      - Repositories to enable for this task. Of patterns only V(*) is taken, because C(tdnf) 3.3 and newer enable everything for any other.
      - An id that is not configured is an error, and so is one whose repository cannot be read.
    type: list
    elements: str
    default: []
  disablerepo:
    description: Repositories to disable for this task. V(*) disables all that O(enablerepo) does not name.
    type: list
    elements: str
    default: []
  exclude:
    description: Packages to leave out.
    type: list
    elements: str
    default: []
  disable_gpg_check:
    description:
      - Do not check signatures.
      - Even without this, C(rpm) on Photon installs packages that have no signature at all, unless its macro C(_pkgverify_level) is C(all)
        or C(signature). A warning says so when something was installed.
    type: bool
    default: false
  security:
    description:
      - With O(state=latest), update only packages with a security advisory. Mutually exclusive with O(sec_severity).
      - With names, only these are updated, each to its newest version. C(tdnf --security update NAME) would update all others, too.
    type: bool
    default: false
  sec_severity:
    description: With O(state=latest), update only packages with an advisory whose CVSS score is at least this number, from V(0) to V(10).
    type: float
  allow_downgrade:
    description: Allow a plan that replaces a package with an older version.
    type: bool
    default: false
  allowerasing:
    description:
      - Allow a plan that removes packages that nobody named, such as those that depend on a removed one. A package that its successor
        replaces may always go.
    type: bool
    default: false
  autoremove:
    description:
      - Remove packages that were installed as dependencies and are not needed any more. With names, the named packages and what only they
        needed. Needs C(tdnf) 3.4, with names 3.3.
      - Without it nothing is removed in this way, whatever C(clean_requirements_on_remove) in C(tdnf.conf) says.
    type: bool
    default: false
  skip_broken:
    description: Go on without packages that cannot be installed. A warning names what is missing. Needs C(tdnf) 3.4.
    type: bool
    default: false
  download_only:
    description:
      - Download the packages and install nothing. Not with O(state=absent).
      - Counts as changed as long as something would be installed, because C(tdnf) does not tell what is in its cache already.
    type: bool
    default: false
  cacheonly:
    description: Use the metadata that are on the host, and no network for them.
    type: bool
    default: false
  releasever:
    description: >-
      The release whose repositories are used, such as V(5.0). The metadata are refreshed then. C(tdnf) before 3.4 has one cache for all
      releases, which is emptied afterwards, so that the next task does not take the packages of this one.
    type: str
  installroot:
    description: The folder of another system that is changed in place of this one. A new one needs O(releasever).
    type: str
    default: /
  conf_file:
    description: The absolute path of another C(tdnf.conf).
    type: path
  lock_timeout:
    description: How many seconds each call waits for the lock of C(tdnf). The error names the process that has it.
    type: int
    default: 30
  timeout:
    description:
      - A call that only reads or plans is stopped after this number of seconds, such as one that waits for a dead mirror.
      - A transaction is never stopped. V(0) is refused.
    type: int
    default: 600
attributes:
  check_mode:
    description: The plan of C(tdnf) is what would change. Metadata that are too old are refreshed in check mode as well.
    support: full
  diff_mode:
    description: Shows the packages that go and those that come.
    support: full
  async:
    description: For updates that take long, as with any module that changes a host.
    support: full
notes:
  - Root is needed, in check mode as well.
  - Run against recordings of C(tdnf) 3.1.15, 3.3.11, 3.4.9, 3.5.9 and 3.6.0, and not yet on a real Photon.
  - There is no option for C(--setopt), most of whose settings C(tdnf) ignores, and none for bugfix advisories, which it does not know.
  - Before C(tdnf) 3.6 one of several installed versions of a package cannot be removed, because C(tdnf) removes them all. That is refused.
seealso:
  - module: ansible.builtin.package
  - module: ansible.builtin.dnf
"""

EXAMPLES = r"""
- name: Install Docker
  photon.hardening.tdnf:
    name: docker
    state: present

- name: The same with the module for all package managers
  ansible.builtin.package:
    name: docker
    state: present
    use: photon.hardening.tdnf

- name: Install one version, even if a newer one is there
  photon.hardening.tdnf:
    name: docker=20.10.14-1.ph5
    allow_downgrade: true

- name: See which packages a security update would move
  photon.hardening.tdnf:
    name: "*"
    state: latest
    security: true
  check_mode: true
  diff: true
  register: pending

- name: Update everything, and tell whether an advisory asks for a reboot
  photon.hardening.tdnf:
    name: "*"
    state: latest
    update_cache: true
  register: updated

- name: Remove a package and what depends on it
  photon.hardening.tdnf:
    name: docker
    state: absent
    allowerasing: true
"""

RETURN = r"""
msg:
  description: What was done, or why it failed, in one line.
  returned: always
  type: str
  sample: "done: 1 upgraded"
results:
  description: A line for each package that changed, in check mode would change.
  returned: when no plan was refused
  type: list
  elements: str
  sample: ["Upgraded: hello-1.0-1.ph5.noarch -> hello-2.0-1.ph5.noarch", "Installed: world-1.1-1.ph5.x86_64"]
removed_extra:
  description: The packages that went though nobody named them, and that no successor replaces.
  returned: when no plan was refused
  type: list
  elements: str
  sample: [app-b-1.0-1.ph5.noarch]
rpmnew:
  description: The files in which C(rpm) put the new, or kept the old, version of a configuration file that was changed on this host.
  returned: when no plan was refused
  type: list
  elements: str
  sample: [/etc/docker/daemon.json.rpmnew]
reboot_suggested:
  description: Whether an advisory about an updated package asks for a reboot.
  returned: when no plan was refused
  type: bool
  sample: false
error_code:
  description: The number of the error with which C(tdnf) ended, null where there was none or it has no number. The exit status tells less.
  returned: when tdnf could be run
  type: int
  sample: 1011
tdnf_version:
  description: The version of C(tdnf).
  returned: when tdnf could be run
  type: str
  sample: "3.5"
json_used:
  description: Whether plans and lists were read as JSON, which C(tdnf) 3.3 and newer print.
  returned: when tdnf could be run
  type: bool
  sample: true
cmd:
  description: The last call of C(tdnf) that planned or did something.
  returned: when tdnf could be run
  type: list
  elements: str
  sample: [/usr/bin/tdnf, -y, install, hello]
rc:
  description: Its exit status, 0 also for a plan that was read. Different errors share one.
  returned: when tdnf could be run
  type: int
  sample: 0
stdout:
  description: What it printed.
  returned: when tdnf could be run
  type: str
  sample: ""
stderr:
  description: What it printed as errors.
  returned: when tdnf could be run
  type: str
  sample: ""
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import fetch_file

# Before all others of ours: it has them compiled once.
from ansible_collections.photon.hardening.plugins.module_utils import _once

_once.install(_once.__spec__.loader)

from ansible_collections.photon.hardening.plugins.module_utils import _tdnf, _tdnf_run


def _flag():
    return dict(type="bool", default=False)


def _texts(**more):
    return dict(type="list", elements="str", default=[], **more)


def arguments():
    return dict(
        name=_texts(aliases=["pkg"]), state=dict(type="str", choices=["present", "installed", "latest", "absent", "removed"]),
        update_cache=_flag(), enablerepo=_texts(), disablerepo=_texts(), exclude=_texts(),
        disable_gpg_check=_flag(), security=_flag(), sec_severity=dict(type="float"), allow_downgrade=_flag(), allowerasing=_flag(),
        autoremove=_flag(), skip_broken=_flag(), download_only=_flag(), cacheonly=_flag(), releasever=dict(type="str"),
        installroot=dict(type="str", default="/"), conf_file=dict(type="path"), lock_timeout=dict(type="int", default=30),
        timeout=dict(type="int", default=600))


def _fetched(module, url):
    """The path of a copy, which Ansible names after the URL. Whatever is not called *.rpm tdnf takes for the name of a package."""
    path = fetch_file(module, url)
    if path.endswith(".rpm"):
        return path
    os.rename(path, path + ".rpm")
    module.add_cleanup_file(path + ".rpm")
    return path + ".rpm"


def main():
    module = AnsibleModule(argument_spec=arguments(), supports_check_mode=True)
    _tdnf_run.no_input()
    result = _tdnf.run(module.params, module.check_mode, module.run_command, lambda url: _fetched(module, url))
    for sentence in result.pop("warnings", ()):
        module.warn(sentence)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
