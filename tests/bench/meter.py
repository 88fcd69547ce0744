"""Runs a command in a control group of its own and measures what it and the hosts use."""

import contextlib
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

TICK = os.sysconf("SC_CLK_TCK")


class Use(NamedTuple):
    wall: float
    controller: float
    target: float
    memory: float
    others: float
    status: int
    output: str


class Group:
    """A control group. The kernel counts the CPU time of all that were ever in it."""

    def __init__(self, folder):
        self.folder = folder

    def pids(self):
        return [int(line) for line in (self.folder / "cgroup.procs").read_text().split()]

    def cpu(self):
        return int(re.search(r"^usage_usec (\d+)$", (self.folder / "cpu.stat").read_text(), re.MULTILINE).group(1)) / 1e6

    def memory(self):
        return sum(map(_anonymous, self.pids()))


def _anonymous(pid):
    """Of a page that several processes share, such as those of a fork, each has its part."""
    try:
        text = Path("/proc", str(pid), "smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 1024 * int(re.search(r"^Pss_Anon: +(\d+) kB$", text, re.MULTILINE).group(1))


class Memory(threading.Thread):
    """The most memory that a group has twice in a row, looked at again and again, in a twentieth of one core's time.

    One look counts a process twice that is just being forked.
    """

    def __init__(self, group):
        super().__init__(daemon=True)
        self._group, self._ended, self.most = group, threading.Event(), 0

    def run(self):
        pause = last = 0
        while not self._ended.wait(pause):
            start = time.thread_time()
            now = self._group.memory()
            self.most, last = max(self.most, min(last, now)), now
            pause = max(0.02, 20 * (time.thread_time() - start))

    def end(self):
        self._ended.set()
        self.join()
        return self.most


class Meter:
    def __init__(self, groups):
        self.controller, self.hosts = Group(groups / "controller"), Group(groups / "hosts")
        self._idle = len(self.hosts.pids())

    def run(self, command, environment):
        join = ["sh", "-euc", 'echo 0 >"$0"; exec "$@"', self.controller.folder / "cgroup.procs"]
        before, start = self._spent(), time.perf_counter()
        memory = Memory(self.controller)
        with tempfile.TemporaryFile("w+") as output:
            play = subprocess.Popen([*join, *command], env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
            memory.start()
            status = play.wait()
            wall = time.perf_counter() - start
            most = memory.end()
            output.seek(0)
            text = output.read()
        self._disconnect()
        spent, lasted = [after - sooner for after, sooner in zip(self._spent(), before, strict=True)], time.perf_counter() - start
        others = (spent[2] - spent[0] - spent[1] - spent[3]) / lasted / os.cpu_count()
        return Use(wall, spent[0], spent[1], most, max(0, others), status, text)

    def _spent(self):
        """Seconds of CPU time of the controller, the hosts, the whole machine, and this process."""
        ours = resource.getrusage(resource.RUSAGE_SELF)
        return self.controller.cpu(), self.hosts.cpu(), _busy(), ours.ru_utime + ours.ru_stime

    def _disconnect(self):
        """The connections that the play leaves open cost CPU time, too, and the next play shall open its own."""
        for pid in self.controller.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for _try in range(500):
            if not self.controller.pids() and len(self.hosts.pids()) <= self._idle:
                return
            time.sleep(0.02)
        sys.exit("ten seconds after a play its connections are still open")


def _busy():
    """Seconds in which a core of this machine had work: all but the fourth and fifth number, which are idle and waiting for disks."""
    times = [int(text) for text in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(times) - times[3] - times[4]) / TICK
