"""What forks, the strategy `free` and batches change in the time of a run over ssh: one page, each way once beside a ping of its own.

    scale.py FLEET PLAYBOOKS HOSTS

FLEET is the folder of a running fleet (tests/fleet/fleet.sh), in whose network this must run; PLAYBOOKS is the folder with harden.yml.
"""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

import hosts as fleets
import meter

PING = Path(__file__).parent / ".plays" / "ping.yml"
# Of harden.yml alone; the ping is a single batch.
CANARY = {"photon_hardening_serial": [1, "10%", "100%"], "photon_hardening_max_fail_percentage": 0}
WAYS = (("forks 5", 5, "linear", {}), ("forks 20", 20, "linear", {}), ("forks 50", 50, "linear", {}),
        ("forks 50, strategy free", 50, "free", {}), ("forks 50, batches 1, 10%, 100%", 50, "linear", CANARY))


def play(use, fleet, playbook, forks, strategy, given):
    with tempfile.TemporaryDirectory(dir=fleet) as sockets:
        environment = dict(os.environ, ANSIBLE_PIPELINING="true", ANSIBLE_SSH_CONTROL_PATH_DIR=sockets, ANSIBLE_NOCOLOR="true",
                           ANSIBLE_STRATEGY=strategy)
        command = ["ansible-playbook", playbook, "--inventory", fleet / "inventory", "--forks", str(forks), "--check",
                   "--extra-vars", json.dumps(dict(given, photon_hardening_report_dir=""))]
        found = use.run(command, environment)
    if found.status:
        sys.exit("%s\n%s ended with %d" % (found.output[-5000:], playbook, found.status))
    return found, len(re.findall(r"(?m) : ok=", found.output))


def main():
    fleet, playbooks, hosts = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    use, limit = meter.Meter(fleets.Fleet(fleet).folder / "cgroup"), {"photon_hardening_hosts": "node1"}
    # Not measured: compiles what is compiled once.
    play(use, fleet, playbooks / "harden.yml", 5, "linear", limit)
    print("%d hosts on the %d cores of the controller, harden.yml --check, each way once." % (hosts, os.cpu_count()))
    print("Other work: what else this machine did meanwhile.\n")
    print("| way | wall s | x ping | controller CPU s | other work |\n|---|---|---|---|---|", flush=True)
    for title, forks, strategy, given in WAYS:
        ping, _hosts = play(use, fleet, PING, forks, strategy, {})
        found, reached = play(use, fleet, playbooks / "harden.yml", forks, strategy, given)
        if reached != hosts:
            sys.exit("%s\n%s: %d of %d hosts" % (found.output[-5000:], title, reached, hosts))
        print("| %s | %.1f | %.2f | %.1f | %d %% |" % (title, found.wall, found.wall / ping.wall, found.controller, 100 * found.others),
              flush=True)


if __name__ == "__main__":
    main()
