# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be known of a Photon host before, during and after its upgrade, read from its files and programs.

Private to the collection.
"""

import json
import os
import re
import stat

from ansible_collections.photon.hardening.plugins.module_utils import (
    _files,
    _os_release,
    _photon_model,
    _photon_packages,
    _photon_state,
    _photon_text,
    _procfs,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem

_PACKAGES = ("rpm", "-qa", "--qf", "%{NAME} %{VERSION} %{RELEASE} %{ARCH}\\n")
_WANTS = "/etc/systemd/system/multi-user.target.wants"
_UNIT = re.compile(r".\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$")
# What rpm and editors leave beside a file; PAM reads it for no program.
_COPY = re.compile(r"(?:~|\.(?:rpmnew|rpmsave|rpmorig|bak|old))\Z")
_PAM_FOLDERS = ("/usr/lib/security", "/usr/lib64/security", "/lib/security", "/lib64/security")
# Each of them stands for one container. The kernel keeps 15 characters of a process's name.
_SHIM_NAMES = tuple(name[:15] for name in ("containerd-shim", "containerd-shim-runc-v1", "containerd-shim-runc-v2", "conmon"))
# That of Docker up to 18.06, whose daemon docker-containerd has the same first 15 characters.
_OLD_SHIM = "docker-containerd-shim"
# The script leaves them in / at each precheck, and in a later one believes the first without reading the repository again.
_LEFT = ("/list_available.txt", "/find_extra_erased_pkgs.txt")


def facts(run, services, paths):
    """The Facts of this host. RUN: runs a program, a list of words, and returns (status, stdout, stderr), status None where there is none.
    PATHS: those whose file systems' free space matters."""
    named = _os_release.kernel()
    processes = list(_processes())
    return _photon_model.Facts(
        os_id=named["os_id"], version=named["os_version"], release=_photon_text.release(_files.read("/etc/photon-release")),
        lsb=_lsb(run), container=_container(run), ostree=_files.exists("/run/ostree-booted"), packages=_packages(run),
        free={path: _free(path) for path in paths if _files.is_folder(path)},
        stray=_stray(), backups=_backups(), others=_others(processes), containers=_containers(processes), services=_services(run, services),
        pam=_pam(), pam_missing=_pam_missing(), core_pattern=_procfs.read("kernel.core_pattern").value, attempt=_attempt(),
        started=_kept("pid") is not None, running=_is_running(processes), status=_number(_kept("status")),
        finished=_kept("finished") is not None, boot=_procfs.boot_id())


# --- programs ---

def _packages(run):
    """Of a host without rpm none, which is told as a host that does not say its version."""
    status, stdout, stderr = run(_PACKAGES)
    if status:
        said = " ".join(stderr.split()) or "it says nothing"
        raise HostProblem("rpm -qa ended with status %d, so nobody knows which packages there are: %s. Mend the database of rpm (rpm "
                          "--rebuilddb), or go back to the backup, and run this again." % (status, said))
    return _photon_text.packages(stdout)


def _lsb(run):
    status, stdout, _stderr = run(("lsb_release", "-s", "-r"))
    return stdout.strip() if status == 0 else None


def _container(run):
    """What kind of container this is; systemd says `none` with status 1 where it is none. A container without systemd says nothing."""
    said = run(("systemd-detect-virt", "--container"))[1].strip()
    return "" if said == "none" else said or None


def _services(run, names):
    status, stdout, _stderr = run(("systemctl", "show", "--property=LoadState", "--property=ActiveState", "--") + tuple(names))
    return None if status else _photon_text.units(names, stdout)


def precheck(run, to, packages):
    """The Precheck that the script itself makes on a host with these PACKAGES; None where the installed one has none."""
    if not _photon_text.has_precheck(_files.read(_photon_model.SCRIPT)):
        return None
    _forget()
    try:
        status, stdout, stderr = run((_photon_model.SCRIPT, "--precheck-only", "--to-ver=" + to))
    finally:
        _forget()
    # The script erases the two one after the other, too.
    direct = [names for names in (_photon_packages.always_erased(packages), _photon_text.deprecated(stdout)) if names]
    plans = [_photon_text.erased(run(("tdnf", "--assumeno", "remove") + names)[1]) for names in direct]
    return _photon_text.precheck(status, stdout, stderr, sum(direct, ()), None if None in plans else sum(plans, ()))


def _forget():
    for path in _LEFT:
        if _files.exists(path):
            with _files.naming(path):
                os.unlink(_files.where_of(path))


# --- files ---

def _free(path):
    """Megabytes that root can still fill."""
    with _files.naming(path):
        found = os.statvfs(_files.where_of(path))
    return found.f_bfree * found.f_frsize >> 20


def _stray():
    paths = ("%s/%s" % (_WANTS, name) for name in _files.entries(_WANTS) if _UNIT.search(name))
    return tuple(path for path, found in _found(paths) if stat.S_ISREG(found.st_mode))


def _backups():
    """Folders of root's: anybody can make one in /tmp."""
    paths = ("/tmp/" + name for name in _files.entries("/tmp") if name.startswith("photon-upgrade"))
    return tuple(path for path, found in _found(paths) if stat.S_ISDIR(found.st_mode) and found.st_uid == _files.OWNER[0])


def _found(paths):
    """(path, status) of those that are there."""
    looked = ((path, _files.status_of(path)) for path in paths)
    return ((path, found) for path, found in looked if found is not None)


def _pam():
    paths = ("/etc/pam.d/" + name for name in _files.entries("/etc/pam.d") if not _COPY.search(name))
    lines = ((path, line.strip()) for path in paths for line in (_files.read(path) or "").splitlines())
    return tuple((path, line) for path, line in lines
                 if not line.startswith("#") and any(name in line for name in _photon_model.PAM_MODULES))


def _pam_missing():
    """Modules that PAM is told to use and that are in none of its folders. Behind a dash PAM does without one that is missing."""
    used = {name for _path, line in _pam() for name in _photon_model.PAM_MODULES if name in line and not line.startswith("-")}
    return tuple(sorted(name for name in used if not any(_files.exists("%s/%s" % (folder, name)) for folder in _PAM_FOLDERS)))


# --- what an upgrade of ours has left ---

def _kept(name):
    return _files.read("%s/%s" % (_photon_model.FOLDER, name))


def _number(text):
    return int(text) if re.match(r"[0-9]{1,3}\s*\Z", text or "") else None


def _attempt():
    text = _kept("before.json")
    if text is None:
        return None
    try:
        return _photon_state.kept(json.loads(text))
    except (ValueError, TypeError) as exc:
        raise HostProblem("%s/before.json cannot be read (%s). Move the folder away when you know in which state the host is."
                          % (_photon_model.FOLDER, exc)) from exc


# --- processes ---

def _processes():
    """(number, name, words) of each; one may end while it is looked at."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        words = (_files.read_proc(pid + "/cmdline") or "").split("\0")
        yield pid, (_files.read_proc(pid + "/comm") or "").strip(), words


def _runs_script(words):
    return any(word.rpartition("/")[2] == "photon-upgrade.sh" for word in words[:3])


def _is_running(processes):
    """Whether the process that the role has started is there, and still is what it was."""
    number = (_kept("pid") or "").strip()
    return any(pid == number and any(word.startswith(_photon_model.FOLDER) for word in words) for pid, _name, words in processes)


def _others(processes):
    """The script's processes, where they are not ours."""
    if _is_running(processes):
        return ()
    return tuple(pid for pid, _name, words in processes if _runs_script(words))


def _containers(processes):
    return tuple(pid for pid, name, words in processes if name in _SHIM_NAMES or words[:1] and words[0].rpartition("/")[2] == _OLD_SHIM)
