"""The hosts of a fleet, looked at and put back without ssh, so that neither is in the counts."""

import shlex
import subprocess
from pathlib import Path

# All that a contender leaves behind.
FILES = ("/etc/sysctl.d/60-bench.conf /etc/sysctl.d/70-photon-network.conf /etc/sysctl.d/zz-photon-hardening.conf"
         " /var/lib/photon-hardening")


def key_file(name):
    return "/proc/sys/" + name.replace(".", "/")


class Fleet:
    """FOLDER: that of tests/fleet/fleet.sh, in whose network this runs."""

    def __init__(self, folder):
        self.folder = folder

    def _pid(self, number):
        return (self.folder / "pids" / str(number)).read_text().strip()

    def _enter(self, number, script):
        """As `fleet.sh enter`, which takes ten times as long to start: much on 200 hosts."""
        command = ["nsenter", "--target", self._pid(number), "--net", "--mount", "--uts", "sh", "-euc", script]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def values(self, number, names):
        return dict(zip(names, self._enter(number, "cat " + " ".join(map(key_file, names))).splitlines(), strict=True))

    def reset(self, number, values):
        writes = ["echo %s >%s" % (shlex.quote(value), key_file(name)) for name, value in values.items()]
        self._enter(number, "\n".join(["rm -rf " + FILES, *writes]))

    def python_starts(self, number):
        file = Path("/proc", self._pid(number), "root/var/lib/python-starts")
        return file.read_text().count("\n") if file.exists() else 0

    def sent(self):
        """number -> bytes that went to this host: what its port of the switch has transmitted."""
        ports = dict(line.split(":") for line in Path("/proc/net/dev").read_text().splitlines() if ":" in line)
        ports = {name.strip(): int(text.split()[8]) for name, text in ports.items()}
        return {int(name[len("port"):]): count for name, count in ports.items() if name.startswith("port")}
