# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""player.py setup SCENARIO | PROGRAM WORDS...: plays the programs of a Photon host from recordings of the real photon-upgrade.sh.

What photon-upgrade.sh says, its status, and the packages, release and PAM files that it leaves are the recorded ones. rpm, systemctl,
systemd-run and the others answer from that state, which is in /var/lib/player. No program of this file is Photon's own.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

HOME = pathlib.Path("/var/lib/player")
STATE, SCENARIO, CALLS, BOOT = HOME / "state.json", HOME / "scenario.json", HOME / "calls", HOME / "boot_id"
RECORDINGS = pathlib.Path(__file__).parent / "recordings"
PROGRAMS = ("photon-upgrade.sh", "rpm", "lsb_release", "systemctl", "systemd-run", "systemd-detect-virt", "tdnf", "shutdown")
PYTHON, REAL_PYTHON = pathlib.Path("/usr/bin/python3"), os.path.realpath(sys.executable)
# The file of Photon's systemd package (5.0).
VENDOR = ("#Enabling ASLR\nkernel.randomize_va_space = 2\nkernel.kptr_restrict=2\nkernel.dmesg_restrict=1\nkernel.sysrq=0\n"
          "net.ipv4.tcp_challenge_ack_limit=1073741823\nfs.suid_dumpable=0\n")
PAM_BEFORE = "auth required pam_tally2.so onerr=fail deny=3\npassword requisite pam_cracklib.so minlen=8\n"
PAM_MODULES = {"3.0": ("pam_tally2.so", "pam_cracklib.so")}
MODERN_MODULES = ("pam_faillock.so", "pam_pwquality.so")
NVRA = re.compile(r"(.+)-([^-]+)-([^-]+)\.([^.]+)$")


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def store(path, value):
    path.write_text(json.dumps(value), encoding="utf-8")


# --- the recordings ---

def records(scenario):
    return load(RECORDINGS / ("photon-upgrade-%s.json" % scenario["recording"]))


def found_after(scenario):
    """(release, packages, text of /etc/pam.d/system-auth) in the record that shows what the upgrade has left."""
    text = records(scenario)[scenario["upgrade"] + 1]["stdout"]
    part = dict(re.findall(r"(?m)^--- (\w+)\n((?:(?!--- ).*\n)*)", text))
    lines = part["release"].splitlines()
    release = next(line for line in lines if line.startswith("DISTRIB_RELEASE")).split('"')[1]
    return release, [line for line in lines if NVRA.match(line)], part["pam"]


def packages_before(scenario):
    """Those that the recorded upgrade has left, without what it has added and with what it has removed."""
    change = records(scenario)[scenario["upgrade"]]["note"].split("rpmdb: ")[1].split()
    added = {word[1:] for word in change if word[0] == "+"}
    return sorted(set(found_after(scenario)[1]) - added | {word[1:] for word in change if word[0] == "-"})


# --- the host ---

def write(path, text):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")


def show(release, packages, pam):
    """The host's files as they are with this release."""
    store(STATE, dict(load(STATE) if STATE.exists() else {}, release=release, packages=packages))
    write("/etc/photon-release", "VMware Photon OS %s\nPHOTON_BUILD_NUMBER=1\n" % release)
    write("/etc/os-release", 'NAME="VMware Photon OS"\nID=photon\nVERSION_ID=%s\nPRETTY_NAME="VMware Photon OS/Linux"\n' % release)
    write("/etc/pam.d/system-auth", pam)
    for name in PAM_MODULES["3.0"] + MODERN_MODULES:
        pathlib.Path("/usr/lib/security", name).unlink(missing_ok=True)
    for name in PAM_MODULES.get(release, MODERN_MODULES):
        write("/usr/lib/security/" + name, "")


def setup(scenario):
    """A host before its upgrade. SCENARIO: recording, precheck and upgrade (numbers of records), release, and what is unusual."""
    HOME.mkdir(exist_ok=True)
    store(SCENARIO, scenario)
    STATE.unlink(missing_ok=True)
    CALLS.write_text("", encoding="utf-8")
    subprocess.run("rm -rf /var/lib/photon-hardening /etc/sysctl.d/* /tmp/photon-upgrade*", shell=True, check=True)
    show(scenario["release"], packages_before(scenario) + scenario.get("packages", []), PAM_BEFORE)
    # Before the upgrade logins work, whatever the recorded host named.
    for name in PAM_MODULES["3.0"]:
        write("/usr/lib/security/" + name, "")
    store(STATE, dict(load(STATE), services={"docker.service": "active", "docker.socket": "active"}))
    new_boot()
    for name in PROGRAMS:
        knows = "# --precheck-only\n" if name == "photon-upgrade.sh" and not scenario.get("old_script") else ""
        path = "/usr/sbin/shutdown" if name == "shutdown" else "/usr/bin/" + name
        write(path, "#!/bin/sh\n%sexec %s %s %s \"$@\"\n" % (knows, REAL_PYTHON, __file__, name))
        os.chmod(path, 0o755)


def new_boot():
    """Into the same file: it is mounted over the kernel's."""
    number = "%08x-0000-4000-8000-000000000000\n" % (time.time_ns() & 0xffffffff)
    with open(BOOT, "w", encoding="utf-8") as stream:
        stream.write(number)


def cut_connections(seconds):
    """All logins die, and nobody gets in for a while."""
    subprocess.run(["ip", "link", "set", "eth0", "down"], check=True)
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if words.startswith(b"sshd: ") and b"listener" not in words and folder.name != "1":
            os.kill(int(folder.name), signal.SIGKILL)
    time.sleep(seconds)
    subprocess.run(["ip", "link", "set", "eth0", "up"], check=True)


def hide_python(hidden):
    PYTHON.unlink()
    if hidden:
        PYTHON.write_text("#!/bin/sh\necho 'python3: error while loading shared libraries' >&2\nexit 127\n", encoding="utf-8")
        PYTHON.chmod(0o755)
    else:
        PYTHON.symlink_to(REAL_PYTHON)


# --- the programs ---

def photon_upgrade_sh(words):
    scenario = load(SCENARIO)
    asked = "precheck" if "--precheck-only" in words else "upgrade"
    record = records(scenario)[scenario[asked]]
    sys.stderr.write(record["stderr"])
    sys.stdout.write(record["stdout"])
    sys.stdout.flush()
    if asked == "upgrade":
        upgrade(scenario, record["rc"])
    return record["rc"]


def upgrade(scenario, status):
    time.sleep(scenario.get("quiet", 1))
    hide_python(True)
    cut_connections(scenario.get("offline", 2))
    time.sleep(scenario.get("seconds", 2))
    show(*found_after(scenario))
    write("/etc/sysctl.d/50-security-hardening.conf", VENDOR)
    hide_python(False)
    time.sleep(scenario.get("rest", 0))
    if status != 0:
        os.mkdir("/tmp/photon-upgrade.sh-played")
    if status < 0:
        # The runner dies as well, as with a power cut or the out-of-memory killer.
        os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), -status)


def rpm(words):
    if words[0] != "-qa":
        raise SystemExit("player: rpm %s" % words)
    for line in load(STATE)["packages"]:
        print(*NVRA.match(line).groups())
    return 0


def lsb_release(_words):
    print(load(STATE)["release"])
    return 0


def tdnf(words):
    """The plan of a removal, as the recorded upgrade has shown it for the same packages."""
    if words[:2] != ["--assumeno", "remove"]:
        raise SystemExit("player: tdnf %s" % words)
    scenario = load(SCENARIO)
    blocks = re.findall(r"(?m)^(Removing:\n(?:.+\n)+)", records(scenario)[scenario.get("plan", scenario["upgrade"])]["stdout"])
    plan = next(block for block in blocks if all(re.search(r"(?m)^%s " % re.escape(word), block) for word in words[2:]))
    print("\n" + plan)
    sys.stderr.write("Error(1032) : Operation aborted.\n")
    return 8


def systemctl(words):
    state, scenario = load(STATE), load(SCENARIO)
    verb, names = words[0], [word for word in words[1:] if not word.startswith("-")]
    for name in names:
        if verb == "start" and name in scenario.get("broken", ()):
            sys.stderr.write("Job for %s failed because the control process exited with error code.\n" % name)
            return 1
        if verb in ("start", "stop"):
            state["services"][name] = "active" if verb == "start" else "inactive"
        if verb == "stop" and name == "docker.service" and scenario.get("live_restore"):
            run_container()
        if verb == "show":
            known = name in state["services"]
            print("Id=%s\nLoadState=%s\nActiveState=%s\n" % (
                name, "loaded" if known else "not-found", state["services"].get(name, "inactive")))
    store(STATE, state)
    return 0


def run_container():
    """A process by the name of one that holds a container, until another scenario begins."""
    shim = HOME / "containerd-shim"
    write(shim, "#!/bin/sh\nwhile grep -q live_restore %s; do sleep 0.1; done\n" % SCENARIO)
    shim.chmod(0o755)
    detach([str(shim)])


def systemd_run(words):
    detach(words[[word.startswith("-") for word in words].index(False):])
    return 0


def detach(command):
    """A session of its own, away from the caller's pipes."""
    with open(os.devnull, "r+b") as null:
        subprocess.Popen(command, stdin=null, stdout=null, stderr=null, start_new_session=True)


def systemd_detect_virt(_words):
    print(load(SCENARIO).get("container", "none"))
    return 1


def shutdown(_words):
    """Of a boot: other logins, another boot_id, and services as they are enabled."""
    state, scenario = load(STATE), load(SCENARIO)
    if os.fork():
        return 0
    os.setsid()
    time.sleep(1)
    new_boot()
    for name in state["services"]:
        state["services"][name] = "inactive" if name in scenario.get("broken", ()) else "active"
    store(STATE, state)
    cut_connections(2)
    return 0


def main(name, words):
    if name == "setup":
        setup(json.loads(words[0]))
        return 0
    with CALLS.open("a", encoding="utf-8") as stream:
        stream.write(" ".join([name, *words]) + "\n")
    return globals()[re.sub(r"\W", "_", name)](words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
