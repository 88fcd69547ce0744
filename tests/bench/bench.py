"""What a run costs beside other ways to do the same, over ssh: interleaved rounds, one page of results.

    bench.py FLEET PLAYBOOKS HOSTS... [--quick] [--rounds N] [--parameters N,N] [--alone] [--judge]

FLEET is the folder of a running fleet (tests/fleet/fleet.sh), in whose network this must run; PLAYBOOKS is the folder with harden.yml.
"""

import argparse
import json
import os
import platform
import re
import shlex
import statistics
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import hosts as fleets
import meter
import page
import yaml

HERE = Path(__file__).parent
# A dot folder: AWX offers no playbook in it, and these write kernel parameters of all hosts.
PLAYS = HERE / ".plays"
FORKS = 50
# The ping twice a round, because everything is divided by it.
ORDER = ("ping", "role", "ping", "report", "template", "loop")
# On more hosts there are only the ping and the role, and one number of parameters.
MOST_PEERS = 20


class Runner:
    """Runs a contender once and measures it."""

    def __init__(self, fleet, playbooks, hosts, count):
        self.fleet, self.hosts = fleet, range(1, hosts + 1)
        self.meter = meter.Meter(fleet.folder / "cgroup")
        self.wanted = dict(list(yaml.safe_load((HERE / "parameters.yml").read_text()).items())[:count])
        self.defaults = fleet.values(1, self.wanted)
        self.playbooks = {"role": playbooks / "harden.yml", "report": playbooks / "harden.yml"}
        self.reports = fleet.folder / "reports"
        self.variables = fleet.folder / "variables.json"
        self.variables.write_text(json.dumps(self._variables()))

    def _variables(self):
        """For the role, a group in which its profile sets nothing by itself: in a fleet only net.* can be written."""
        return {"parameters": self.wanted, "photon_hardening_groups": ["network"], "photon_hardening_overrides": self.wanted}

    def _command(self, name, phase):
        limit = ",".join("node%d" % number for number in self.hosts)
        command = ["ansible-playbook", self.playbooks.get(name, PLAYS / (name + ".yml")), "--inventory", self.fleet.folder / "inventory",
                   "--limit", limit, "--forks", str(FORKS), "--extra-vars", "@%s" % self.variables]
        # What reporting costs is measured as a contender of its own.
        command += ["--extra-vars", "photon_hardening_report_dir=%s" % (self.reports if name == "report" else "")]
        return command + (["--check", "--diff"] if phase == "check" else [])

    def _play(self, command):
        with tempfile.TemporaryDirectory(dir=self.fleet.folder) as sockets:
            config = {"ANSIBLE_PIPELINING": "true", "ANSIBLE_SSH_CONTROL_PATH_DIR": sockets, "ANSIBLE_NOCOLOR": "true",
                      "ANSIBLE_CALLBACKS_ENABLED": "photon.hardening.report"}
            use = self.meter.run(command, dict(os.environ, **config))
        if use.status:
            sys.exit("%s\n%s ended with %d" % (use.output[-5000:], shlex.join(map(str, command)), use.status))
        return use

    def reset(self):
        for number in self.hosts:
            self.fleet.reset(number, self.defaults)

    def _counts(self):
        """Of each host: how often its Python was started, and the bytes that went to it."""
        sent = self.fleet.sent()
        return [(self.fleet.python_starts(number), sent[number]) for number in self.hosts]

    def run(self, name, phase):
        before = self._counts()
        use = self._play(self._command(name, phase))
        counts = [(starts - old[0], sent - old[1]) for (starts, sent), old in zip(self._counts(), before, strict=True)]
        if phase:
            self._verify(name, phase, use.output)
        return page.Sample(use.wall, use.controller, use.target, use.memory, [starts for starts, _sent in counts],
                           statistics.mean(sent for _starts, sent in counts), use.others)

    def _verify(self, name, phase, output):
        """A contender that does not do the job has no time."""
        expected = self.defaults if phase == "check" else self.wanted
        for number in self.hosts:
            found = self.fleet.values(number, self.wanted)
            wrong = {key: found[key] for key in expected if found[key] != expected[key]}
            if wrong:
                sys.exit("%s\n%s, %s: wrong on node%d: %s" % (output[-5000:], page.TITLES[name], phase, number, wrong))
        changed = [int(text) > 0 for text in re.findall(r" changed=(\d+) ", output)]
        if changed != [phase != "second"] * len(self.hosts):
            sys.exit("%s\n%s, %s: the hosts that changed are not as expected" % (output[-5000:], page.TITLES[name], phase))


def rounds_of(name, phase, hosts, count, options):
    """The loop takes minutes on many hosts; it and the template are far enough from the floor to be measured less often. At 100
    parameters the role alone is measured: as many as the catalogue has rows."""
    if name in ("ping", "role"):
        return options.rounds
    if name == "report":
        return options.rounds if hosts > MOST_PEERS else 0
    if options.alone or hosts > MOST_PEERS or count == 100:
        return 0
    if name == "loop" and hosts > 1 and (options.quick or phase != "first" and count > 10):
        return 0
    return min(options.rounds, 1 if options.quick or name == "loop" and hosts > 1 else 2)


def measure(runner, count, options):
    """Samples by contender and phase; the contenders take turns, and another one starts each round."""
    samples = {}
    for turn in range(options.rounds):
        for name in ORDER[turn % len(ORDER):] + ORDER[:turn % len(ORDER)]:
            phases = page.PHASES if name != "ping" else ("",)
            phases = [phase for phase in phases if turn < rounds_of(name, phase, len(runner.hosts), count, options)]
            if "first" in phases:
                runner.reset()
            for phase in phases:
                print("round %d: %s %s" % (turn + 1, page.TITLES[name], phase), file=sys.stderr)
                samples.setdefault((name, phase), []).append(runner.run(name, phase))
    runner.reset()
    return samples


def title(options):
    yield "# What a run costs, over ssh to hosts on the controller's own cores\n"
    yield "ansible-core %s, Python %s, kernel %s; cores: %d, rounds: %d, forks: %d; pipelining, PYTHONDONTWRITEBYTECODE not set." % (
        metadata.version("ansible-core"), platform.python_version(), platform.release(), os.cpu_count(), options.rounds, FORKS)
    yield "The parameters are overrides with literal values, in a group in which the profile sets nothing by itself."
    yield "Controller: the play and all that it starts, ssh included. Targets: the sshd of all hosts and all below. Control groups count."
    yield "Memory: the most anonymous memory at one time, sampled, shared pages once. x ping: beside the two pings of the same round."


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("fleet", type=Path)
    parser.add_argument("playbooks", type=Path)
    parser.add_argument("hosts", type=int, nargs="+", help="numbers of hosts, each a measurement of its own")
    parser.add_argument("--quick", action="store_true", help="three rounds, and no loop where it takes minutes")
    parser.add_argument("--rounds", type=int, help="of the ping and the role; 5, with --quick 3")
    parser.add_argument("--parameters", type=lambda text: [int(part) for part in text.split(",")], default=[10, 60, 100],
                        help="numbers of parameters, with commas between them; on more than 20 hosts 60 alone")
    parser.add_argument("--alone", action="store_true", help="the ping and the role, without the other ways")
    parser.add_argument("--judge", action="store_true", help="fail where a goal is missed; needs a machine without other work")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 5)
    return options


def main():
    options = arguments()
    if sys.dont_write_bytecode:
        sys.exit("PYTHONDONTWRITEBYTECODE is set: each run would compile the collection again")
    print("\n".join(title(options)), flush=True)
    fleet, found, single = fleets.Fleet(options.fleet), [], True
    # Not measured: compiles what is compiled once.
    Runner(fleet, options.playbooks, 1, 10).run("role", "check")
    for hosts in options.hosts:
        for count in options.parameters if hosts <= MOST_PEERS else [60]:
            print("== %s" % page.place(hosts, count), file=sys.stderr)
            samples = measure(Runner(fleet, options.playbooks, hosts, count), count, options)
            print("\n".join(page.measured(samples, hosts, count)), flush=True)
            single = single and page.one_execution(samples)
            found += page.verdicts(samples, hosts, count)
    print("\n".join([*page.judged(found, single), *page.closing(found, options.judge)]))
    return 0 if single and (all(verdict.met for verdict in found) or not options.judge) else 1


if __name__ == "__main__":
    sys.exit(main())
