# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: photon_upgrade_info
short_description: Tell whether a Photon OS host can be upgraded, and in which state an upgrade has left it
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Looks at a host before, during and after an upgrade with C(photon-upgrade.sh), and says what is to be done next, and why an
    upgrade is refused. The role P(photon.hardening.photon_upgrade#role) does what it says.
  - Upgrades nothing. With O(precheck) it has C(photon-upgrade.sh --precheck-only) look at the repositories, which refreshes tdnf's cache.
  - It was run against recordings of the real photon-upgrade.sh of Photon OS 3.0, 4.0 and 5.0, and not yet on a real Photon OS.
requirements:
  - Python 3.6 or newer on the host, standard library only. Python 3.6 needs ansible-core 2.16 on the controller, 3.7 needs 2.16 or 2.17.
options:
  to_version:
    description: The version of Photon OS to upgrade to. It is needed, but not with O(role_variables).
    type: str
    choices: ["4.0", "5.0", "6.0"]
  role_variables:
    description:
      - Do not look at the host. Check the variables of the role P(photon.hardening.photon_upgrade#role), and return them as RV(asked). No
        other option is read. The role begins with this, and uses only what it returns.
      - Where C(photon_upgrade_harden) is true, the variables C(photon_hardening_*) are checked as M(photon.hardening.kernel_parameters)
        does it. They are checked now, because after the upgrade an error would come too late. A mistyped name is refused, too.
    type: bool
    default: false
  confirmed_backup:
    description: Whether somebody has made a backup of the host. Without one RV(step) is C(refuse), but not in check mode.
    type: bool
    default: false
  precheck:
    description:
      - Also make the precheck of C(photon-upgrade.sh), and find out which packages would be erased. With large repositories it takes
        minutes.
      - C(/list_available.txt) and C(/find_extra_erased_pkgs.txt) are deleted before and after it, because a precheck would reuse
        them.
      - Where the installed C(photon-upgrade.sh) is too old for a precheck, or missing, it is not started. In check mode a remark says so,
        else RV(step) is C(refuse).
    type: bool
    default: false
  accept_erased:
    description: Packages that are not of Photon OS and that the upgrade may erase. It does not install them again.
    type: list
    elements: str
    default: []
  again:
    description: Begin although an earlier attempt has failed before the packages of the new version were installed.
    type: bool
    default: false
  free_mb:
    description: For paths, the megabytes that must be free in their file systems. A path that the host does not have counts for nothing.
    type: dict
    default: {}
  services:
    description: The units that are stopped for the upgrade, in this order. Those that the host does not have are left out.
    type: list
    elements: str
    default: [docker.socket, docker.service, containerd.service]
attributes:
  check_mode:
    description: It only looks, in check mode as well. With O(precheck) tdnf's cache is refreshed in check mode, too.
    support: full
  diff_mode:
    description: Nothing changes, so there is nothing to show.
    support: none
  async:
    description: Not supported.
    support: none
seealso:
  - module: photon.hardening.kernel_parameters
"""

EXAMPLES = r"""
- name: See whether this host could go to 5.0
  photon.hardening.photon_upgrade_info:
    to_version: "5.0"
    precheck: true
  register: found
  check_mode: true

- name: Show why not
  ansible.builtin.debug:
    msg: "{{ found.refusals + found.remarks }}"
"""

RETURN = r"""
msg:
  description: What is to be done next, in one line.
  returned: success
  type: str
  sample: "Photon OS 4.0 can be upgraded to 5.0."
asked:
  description: The options of the role without C(photon_upgrade_) in front, each of its type. Nothing else is returned with it.
  returned: success, with O(role_variables)
  type: dict
  sample: {to_version: "5.0", poll: 15}
step:
  description: >-
    C(start) (an upgrade can begin), C(wait) (one is running), C(finish) (the script has ended well, and what follows is to be done),
    C(nothing) (the host has that version) or C(refuse).
  returned: success
  type: str
  sample: start
refusals:
  description: Why RV(step) is C(refuse), each with what to do.
  returned: success
  type: list
  elements: str
  sample: []
remarks:
  description: What is no reason to stop, and should be known before. Packages that will be erased are here.
  returned: success
  type: list
  elements: str
  sample: ["photon-upgrade.sh erases these itself: python2, toybox."]
state:
  description: In which state an upgrade by the role has left the host.
  returned: success
  type: dict
  contains:
    name:
      description: >-
        C(none), C(not_started), C(running), C(upgraded), C(unchanged) (failed, nothing is missing), C(cut_before) (failed before the
        packages of the new version were installed), C(cut_after) (failed after that) or C(unknown).
      type: str
      sample: none
    told:
      description: The same in a sentence.
      type: str
      sample: No upgrade by this role is under way.
    advice:
      description: What to do, in order.
      type: list
      elements: str
      sample: []
before:
  description: What the role keeps on the host before it begins, so that a later run can tell what has changed.
  returned: success
  type: dict
  sample: {from: "4.0", to: "5.0"}
must_boot:
  description: Whether the host has not been booted since the upgrade began.
  returned: success
  type: bool
  sample: false
remains:
  description: What is left to do after an upgrade that went well, such as packages that were not installed again and lost options of PAM.
  returned: success
  type: list
  elements: str
  sample: []
services:
  description: >-
    Those of O(services) that are active, in the same order, and, while an upgrade is under way, those that were when it began.
  returned: success
  type: list
  elements: str
  sample: [docker.socket, docker.service]
down:
  description: Those that were active when the upgrade began and are not now.
  returned: success
  type: list
  elements: str
  sample: []
containers:
  description: The number of containers that are running.
  returned: success
  type: int
  sample: 3
check_mode:
  description: Whether the task ran in check mode.
  returned: success
  type: bool
  sample: false
"""

import re

from ansible.module_utils.basic import AnsibleModule

# Before all others: it has them compiled once.
from ansible_collections.photon.hardening.plugins.module_utils import _once

_once.install(_once.__spec__.loader)

from ansible_collections.photon.hardening.plugins.module_utils import _escape, _photon_host, _photon_model, _photon_state, _photon_upgrade
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem


def _free_mb(given):
    """path -> megabytes, of what was given as text or number."""
    for path, least in given.items():
        if not path.startswith("/") or not re.match(r"[0-9]{1,15}\Z", str(least)):
            raise ValueError("free_mb: %s: %s: give an absolute path and a whole number of megabytes, as in {/: 2048}" % (path, least))
    return {path: int(least) for path, least in given.items()}


def _services(given):
    """Of a name that systemctl takes for a pattern or for none at all, it would show other units than asked for, or nothing."""
    for name in given:
        if not re.match(r"[A-Za-z0-9:_.@\\-]+\Z", name):
            raise ValueError("services: %r is not the name of a unit: give each unit by itself, such as docker.service" % name)
    return given


def run(params, checking, start):
    """The whole result, as plain data. START: runs a program."""
    asked = _photon_model.Asked(params["to_version"], params["confirmed_backup"], checking, params["precheck"], params["accept_erased"],
                                params["again"], _free_mb(params["free_mb"]))
    facts = _photon_host.facts(start, _services(params["services"]), sorted(asked.free_mb))
    looked = _photon_host.precheck(start, asked.to, facts.packages) if _photon_upgrade.may_precheck(facts, asked) else None
    step, refusals = _photon_upgrade.verdict(facts, asked, looked)
    now, before = _photon_state.state(facts), _photon_state.attempt(facts, asked.to)
    return {
        "changed": False, "check_mode": checking, "step": step, "refusals": refusals, "before": before,
        "msg": " ".join(refusals) or _photon_upgrade.said(step, facts, asked), "state": dict(now._asdict(), advice=list(now.advice)),
        "remarks": _photon_upgrade.told_beside(step, facts, asked, looked),
        "must_boot": _photon_state.must_boot(facts), "remains": _photon_state.remains(facts) if now.name == "upgraded" else [],
        "services": before["services"], "down": _photon_state.down(facts), "containers": len(facts.containers)}


def _result_of(module):
    def start(words):
        # A program that is missing has no status. Nothing answers a question: it finds the end of its input.
        if not words[0].startswith("/") and not module.get_bin_path(words[0]):
            return None, "", ""
        return module.run_command(list(words), data="", environ_update={"LC_ALL": "C", "LANGUAGE": "C"})
    try:
        return run(module.params, module.check_mode, start)
    except PermissionError as exc:
        return dict(failed=True, msg="%s: run this with become, or as root" % exc)
    except (HostProblem, ValueError, OSError) as exc:
        return dict(failed=True, msg=str(exc))


def main():
    module = AnsibleModule(
        argument_spec=dict(
            to_version=dict(type="str", choices=list(_photon_model.VERSIONS)), role_variables=dict(type="bool", default=False),
            confirmed_backup=dict(type="bool", default=False), precheck=dict(type="bool", default=False),
            accept_erased=dict(type="list", elements="str", default=[]), again=dict(type="bool", default=False),
            free_mb=dict(type="dict", default={}),
            services=dict(type="list", elements="str", default=["docker.socket", "docker.service", "containerd.service"])),
        required_if=[("role_variables", False, ["to_version"])], supports_check_mode=True)
    result = _escape.everything(_result_of(module))
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
