"""Runs in the VM, as kill.py NUMBER NAME,NAME... PROGRAM...: starts the programs in turn and kills each once it has begun to write.

Prints a JSON list of what was there after each kill: the values of the parameters NAME, and the hashes of the files.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time

FOLDERS = ("/var/lib/photon-hardening", "/etc/sysctl.d")
# A kill at once, and then later and later: the writes take some hundredths of a second.
STEP = 0.01


def written():
    return [os.stat(folder).st_mtime_ns for folder in FOLDERS]


def killed(program, delay):
    """Whether PROGRAM was killed, and did not end before."""
    before = written()
    process = subprocess.Popen([sys.executable, program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while written() == before and process.poll() is None:
        pass
    time.sleep(delay)
    process.kill()
    return process.wait() == -signal.SIGKILL


def hashes():
    found = {}
    for folder in FOLDERS:
        for name in os.listdir(folder):
            if os.path.islink(os.path.join(folder, name)):
                continue
            with open(os.path.join(folder, name), "rb") as stream:
                found[os.path.join(folder, name)] = hashlib.sha256(stream.read()).hexdigest()
    return found


def values(names):
    found = {}
    for name in names:
        with open("/proc/sys/" + name.replace(".", "/")) as stream:
            found[name] = stream.read().strip()
    return found


def main(number, names, *programs):
    found = []
    for turn in range(int(number)):
        was_killed = killed(programs[turn % len(programs)], turn * STEP)
        found.append({"killed": was_killed, "values": values(names.split(",")), "files": hashes()})
    json.dump(found, sys.stdout)


main(*sys.argv[1:])
