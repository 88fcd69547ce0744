"""What a run costs beside other ways to do the same, over ssh: interleaved rounds, one page of results.

    bench.py FLEET PLAYBOOKS [--quick]

FLEET is the folder of a running fleet (tests/fleet/fleet.sh), in whose network this must run; PLAYBOOKS is the folder with harden.yml.
"""

import argparse
import json
import os
import re
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

HERE = Path(__file__).parent
FORKS = 20
# Twice a round, because everything is divided by it.
ORDER = ("ping", "role", "ping", "template", "loop")
TITLES = {
    "ping": "ansible.builtin.ping",
    "role": "photon.hardening role",
    "template": "template + handler",
    "loop": "ansible.posix.sysctl loop",
}
WAYS = ("check", "first", "second")
PHASES = {"ping": ("",), "role": WAYS, "template": WAYS, "loop": WAYS}
# parameters -> phase -> how many times a ping it may take.
GOALS = {60: {"second": 1.15, "first": 1.25}, 100: {"second": 1.2}}
# All that a contender leaves behind.
FILES = ("/etc/sysctl.d/60-bench.conf /etc/sysctl.d/70-photon-network.conf /etc/sysctl.d/zz-photon-hardening.conf"
         " /var/lib/photon-hardening")


class Sample(NamedTuple):
    wall: float
    cpu: float  # seconds of the controller, steadier than wall where the machine has other work
    executions: list  # of modules, one number per host
    sent: float  # bytes per host


def controller_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def key_file(name):
    return "/proc/sys/" + name.replace(".", "/")


class Fleet:
    """The hosts, looked at and put back without ssh, so that neither is in the counts."""

    def __init__(self, folder):
        self.folder = folder

    def enter(self, number, script):
        command = ["bash", HERE.parent / "fleet/fleet.sh", "enter", self.folder, str(number), "sh", "-euc", script]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def values(self, number, names):
        return dict(zip(names, self.enter(number, "cat " + " ".join(map(key_file, names))).splitlines(), strict=True))

    def reset(self, number, values):
        writes = ["echo %s >%s" % (shlex.quote(value), key_file(name)) for name, value in values.items()]
        self.enter(number, "\n".join(["rm -rf " + FILES, *writes]))

    def python_starts(self, number):
        return self.enter(number, "[ ! -e /var/lib/python-starts ] || cat /var/lib/python-starts").count("\n")

    def sent(self, number):
        """Bytes that went to a host: what its port of the switch has transmitted."""
        ports = dict(line.split(":") for line in Path("/proc/net/dev").read_text().splitlines() if ":" in line)
        return int({name.strip(): text for name, text in ports.items()}["port%d" % number].split()[8])


class Runner:
    """Runs a contender once and measures it."""

    def __init__(self, fleet, playbooks, hosts, count):
        self.fleet, self.hosts = fleet, range(1, hosts + 1)
        self.wanted = dict(list(yaml.safe_load((HERE / "parameters.yml").read_text()).items())[:count])
        self.defaults = fleet.values(1, self.wanted)
        self.playbooks = {"role": playbooks / "harden.yml"}
        self.variables = fleet.folder / "variables.json"
        self.variables.write_text(json.dumps(self._variables()))

    def _variables(self):
        """For the role, a group in which its profile sets nothing by itself: in a fleet only net.* can be written."""
        return {"parameters": self.wanted, "photon_hardening_groups": ["network"], "photon_hardening_overrides": self.wanted}

    def _command(self, name, phase):
        limit = ",".join("node%d" % number for number in self.hosts)
        command = ["ansible-playbook", self.playbooks.get(name, HERE / (name + ".yml")), "--inventory", self.fleet.folder / "inventory",
                   "--limit", limit, "--forks", str(FORKS), "--extra-vars", "@%s" % self.variables]
        return command + (["--check", "--diff"] if phase == "check" else [])

    def _play(self, command):
        """The play's wall and CPU seconds, connections included, and its output."""
        with tempfile.TemporaryDirectory(dir=self.fleet.folder) as sockets:
            config = {"ANSIBLE_PIPELINING": "true", "ANSIBLE_SSH_CONTROL_PATH_DIR": sockets, "ANSIBLE_NOCOLOR": "true"}
            start, cpu = time.perf_counter(), controller_cpu()
            done = subprocess.run(command, check=False, env=dict(os.environ, **config), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            wall, cpu = time.perf_counter() - start, controller_cpu() - cpu
            # The next play shall open its own connections.
            for socket in Path(sockets).iterdir():
                subprocess.run(["ssh", "-q", "-o", "ControlPath=%s" % socket, "-O", "exit", "fleet"], check=True)
        if done.returncode:
            sys.exit("%s\n%s ended with %d" % (done.stdout[-5000:], shlex.join(map(str, command)), done.returncode))
        return wall, cpu, done.stdout

    def reset(self):
        for number in self.hosts:
            self.fleet.reset(number, self.defaults)

    def run(self, name, phase):
        starts = [self.fleet.python_starts(number) for number in self.hosts]
        sent = [self.fleet.sent(number) for number in self.hosts]
        wall, cpu, output = self._play(self._command(name, phase))
        sent = [self.fleet.sent(number) - before for number, before in zip(self.hosts, sent, strict=True)]
        starts = [self.fleet.python_starts(number) - before for number, before in zip(self.hosts, starts, strict=True)]
        if phase:
            self._verify(name, phase, output)
        return Sample(wall, cpu, starts, statistics.mean(sent))

    def _verify(self, name, phase, output):
        """A contender that does not do the job has no time."""
        expected = self.defaults if phase == "check" else self.wanted
        for number in self.hosts:
            found = self.fleet.values(number, self.wanted)
            wrong = {key: found[key] for key in expected if found[key] != expected[key]}
            if wrong:
                sys.exit("%s\n%s, %s: wrong on node%d: %s" % (output[-5000:], TITLES[name], phase, number, wrong))
        changed = [int(text) > 0 for text in re.findall(r" changed=(\d+) ", output)]
        if changed != [phase != "second"] * len(self.hosts):
            sys.exit("%s\n%s, %s: the hosts that changed are not as expected" % (output[-5000:], TITLES[name], phase))


def rounds_of(name, phase, hosts, count, quick):
    """The loop takes minutes on many hosts; it and the template are far enough from the floor to be measured less often. At 100
    parameters the role alone is measured: as many as the catalogue has rows."""
    if count == 100 and name in ("loop", "template"):
        return 0
    if name == "loop" and hosts > 1 and (quick or phase != "first" and count > 10):
        return 0
    if name in ("loop", "template"):
        return 1 if quick or name == "loop" and hosts > 1 else 2
    return 3 if quick else 5


def measure(runner, count, quick):
    """Samples by contender and phase; the contenders take turns, and another one starts each round."""
    samples = {}
    for turn in range(rounds_of("ping", "", 0, 0, quick)):
        for name in ORDER[turn % len(ORDER):] + ORDER[:turn % len(ORDER)]:
            phases = [phase for phase in PHASES[name] if turn < rounds_of(name, phase, len(runner.hosts), count, quick)]
            if "first" in phases:
                runner.reset()
            for phase in phases:
                print("round %d: %s %s" % (turn + 1, TITLES[name], phase), file=sys.stderr)
                samples.setdefault((name, phase), []).append(runner.run(name, phase))
    runner.reset()
    return samples


def median(samples):
    return statistics.median(sample.wall for sample in samples)


def to_ping(samples, name, phase):
    """The median of each run beside the two pings of its own round: what else the machine does changes from round to round."""
    pings, turns = samples["ping", ""], enumerate(samples[name, phase])
    return statistics.median(2 * sample.wall / (pings[2 * turn].wall + pings[2 * turn + 1].wall) for turn, sample in turns)


def table(samples):
    yield "| contender | phase | wall s: median (min-max) | x ping | controller CPU s | module runs per host | kB sent per host | runs |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in dict.fromkeys(ORDER):
        for phase in PHASES[name]:
            row = cells(samples, name, phase) if (name, phase) in samples else "not run | | | | | 0"
            yield "| %s | %s | %s |" % (TITLES[name], phase + ", diff" * (phase == "check"), row)


def cells(samples, name, phase):
    found, ratio = samples[name, phase], 1 if name == "ping" else to_ping(samples, name, phase)
    walls, counts = [sample.wall for sample in found], sorted({number for sample in found for number in sample.executions})
    return "%.2f (%.2f-%.2f) | %.2f | %.2f | %s | %.0f | %d" % (
        median(found), min(walls), max(walls), ratio, statistics.median(sample.cpu for sample in found),
        " to ".join(str(number) for number in (counts[0], counts[-1])[:len(counts)]),
        statistics.median(sample.sent for sample in found) / 1000, len(found))


def verdicts(samples, count, where):
    for phase, goal in GOALS.get(count, {}).items():
        ratio = to_ping(samples, "role", phase)
        yield "%s: %s run, %s: %.2f x ping, goal %.2f" % ("met" if ratio <= goal else "MISSED", phase, where, ratio, goal)


def one_execution(samples):
    return all(sample.executions == [1] * len(sample.executions) for phase in PHASES["role"] for sample in samples["role", phase])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("fleet", type=Path)
    parser.add_argument("playbooks", type=Path)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no loop where it takes minutes")
    options = parser.parse_args()
    goals, single = [], True
    for hosts in (1, 20):
        for count in (10, 60, 100):
            where = "%d parameters, %d host%s" % (count, hosts, "s" if hosts > 1 else "")
            print("== %s" % where, file=sys.stderr)
            samples = measure(Runner(Fleet(options.fleet), options.playbooks, hosts, count), count, options.quick)
            print("\n## %s\n\n%s" % (where, "\n".join(table(samples))), flush=True)
            single = single and one_execution(samples)
            goals += verdicts(samples, count, where)
    print("\n" + "\n".join([*goals, "%s: one module execution per host and run" % ("met" if single else "MISSED")]))
    return 0 if single else 1


if __name__ == "__main__":
    sys.exit(main())
