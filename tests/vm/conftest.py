"""The VM that run.sh has started, and ansible on it."""

import base64
import itertools
import json
import os
import re
import subprocess
import time
from collections import namedtuple
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VM_SCRIPT = ROOT / "tests" / "vm" / "vm.sh"
# Above what vm.sh itself waits for a boot.
MAX_SECONDS = 400

# What the kernel counts by itself while nobody changes anything.
COUNTERS = (
    "fs/dentry-state", "fs/file-nr", "fs/inode-nr", "fs/inode-state", "kernel/ns_last_pid", "kernel/pty/nr",
    "kernel/random/boot_id", "kernel/random/entropy_avail", "kernel/random/uuid", "net/netfilter/nf_conntrack_count",
    # 5.10: the scheduler's own measurement, one for each of the VM's processors.
    "kernel/sched_domain/cpu0/domain0/max_newidle_lb_cost", "kernel/sched_domain/cpu1/domain0/max_newidle_lb_cost",
)
VALUES = "find /proc/sys -xdev -type f -perm -0400 ! -name stable_secret -exec grep -aH '' {} +"
# Whatever decides about parameters at boot, and what we remember. Not all of it exists on every host.
FILES = ("find $(ls -d /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d /lib/sysctl.d"
         " /var/lib/photon-hardening 2>/dev/null)")

# values: parameter -> live value. files: path -> mode, owner, target of a link, hash. times: path -> when it was last written.
Seen = namedtuple("Seen", "values files times")
# shard: the whole result of the module, as the action plugin keeps it on the controller; None where there is none.
Outcome = namedtuple("Outcome", "code output shard")


def _values(text):
    found = {}
    for line in text.splitlines():
        path, _colon, value = line.partition(":")
        found.setdefault(path.removeprefix("/proc/sys/"), []).extend(value.split())
    return {path.replace("/", "."): " ".join(words) for path, words in found.items() if path not in COUNTERS}


def _files(listing, hashes):
    found = {path: [look] for path, look in (line.split("\t") for line in listing.splitlines())}
    for line in hashes.splitlines():
        content, path = line.split("  ")
        found[path].append(content)
    return {path: " ".join(parts) for path, parts in found.items()}


class Vm:
    def __init__(self, suite, folder, port, scratch):
        self.suite, self.name, self._folder, self._port, self._scratch = suite, "vm-" + suite, folder, port, scratch
        self._inventory = scratch / "inventory"
        self._inventory.write_text(
            f"{self.name} ansible_host=127.0.0.1 ansible_port={port} ansible_user=root"
            f" ansible_ssh_private_key_file={folder}/id_ed25519 ansible_python_interpreter=/usr/bin/python3\n", encoding="utf-8")
        self._runs = itertools.count()

    def _script(self, action, *command, stdin=None):
        run = subprocess.run(["bash", VM_SCRIPT, action, self._folder, self._port, *command], text=True, capture_output=True, check=False,
                             input=stdin, timeout=MAX_SECONDS)
        assert run.returncode == 0, f"{action} {command}: {run.stderr}"
        return run.stdout

    def ssh(self, command, stdin=None):
        return self._script("ssh", command, stdin=stdin)

    def reboot(self):
        self._script("reboot")

    def cold_boot(self):
        self._script("cold_boot")

    def see(self):
        """The kernel's values and what a run may write, read with the host's own tools."""
        commands = (VALUES, f"{FILES} -printf '%p\\t%M %u:%g %l\\n'", f"{FILES} -type f -exec sha256sum {{}} +",
                    f"{FILES} -printf '%p\\t%T@\\n'")
        values, listing, hashes, times = self.ssh("; echo ///; ".join(commands)).split("///\n")
        return Seen(_values(values), _files(listing, hashes), dict(line.split("\t") for line in times.splitlines()))

    def play(self, playbook, *arguments, environment=None, **variables):
        reports = self._scratch / f"reports-{next(self._runs)}"
        variables = dict(variables, photon_hardening_report_dir=str(reports))
        outcome = self._ansible("ansible-playbook", ROOT / "playbooks" / playbook, "-e", json.dumps(variables), *arguments,
                                environment=environment)
        shard = reports / f"{self.name}.json"
        return outcome._replace(shard=json.loads(shard.read_text(encoding="utf-8")) if shard.exists() else None)

    def preview(self, *arguments):
        """A rollback in check mode, of which nothing is kept: the result as Ansible shows it."""
        outcome = self.play("rollback.yml", "--check", "-v", *arguments)
        assert outcome.shard is None
        (shown,) = re.findall(r"^(?:ok|changed|fatal): \[[^\]\n]+\](?:: FAILED!)? => (\{.*\"summary\".*\})$", outcome.output, re.MULTILINE)
        return outcome._replace(shard=json.loads(shown))

    def module(self, **arguments):
        """The module by itself, without the role."""
        return self._ansible("ansible", self.name, "-m", "photon.hardening.kernel_parameters", "-a", json.dumps(arguments))

    def ask(self, module, *arguments, **options):
        """What another of our modules returns."""
        given = ["-a", json.dumps(options)] if options else []
        outcome = self._ansible("ansible", self.name, "-m", "photon.hardening." + module, *given, *arguments)
        return json.JSONDecoder().raw_decode(outcome.output, outcome.output.index("{"))[0]

    def boot_with(self, words):
        """Start the machine anew with WORDS on the kernel's command line."""
        Path(self._folder, "cmdline").write_text(words, encoding="utf-8")
        self.cold_boot()

    def _ansible(self, program, *arguments, environment=None):
        environment = dict(
            os.environ, ANSIBLE_HOME=str(self._scratch), ANSIBLE_HOST_KEY_CHECKING="False", ANSIBLE_PIPELINING="True",
            ANSIBLE_SSH_ARGS="-o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=/dev/null", ANSIBLE_NOCOLOR="True",
            **(environment or {}))
        run = subprocess.run([program, "-i", self._inventory, *arguments], env=environment, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=False, timeout=MAX_SECONDS)
        print(run.stdout)
        return Outcome(run.returncode, run.stdout, None)


@pytest.fixture(scope="session")
def vm(tmp_path_factory):
    return Vm(os.environ["VM_SUITE"], os.environ["VM_DIR"], os.environ["VM_PORT"], tmp_path_factory.mktemp("vm"))


@pytest.fixture(scope="session")
def controller(vm, tmp_path_factory):
    """The VM with this collection installed, as a controller has it."""
    folder = tmp_path_factory.mktemp("tarball")
    subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", folder, ROOT], check=True)
    (tarball,) = folder.iterdir()
    vm.ssh("base64 -d >/root/collection.tar.gz", stdin=base64.b64encode(tarball.read_bytes()).decode("ascii"))
    vm.ssh("ansible-galaxy collection install --offline -p /usr/share/ansible/collections /root/collection.tar.gz")
    return vm


class Units:
    """A service of docs/examples on the VM, and its timer, due at once instead of in the night."""

    SOON = "[Timer]\nOnCalendar=\nOnActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=1s\n"

    def __init__(self, vm, name):
        self._vm, self._name = vm, name

    def install(self):
        for unit in ("service", "timer"):
            text = (ROOT / "docs" / "examples" / f"{self._name}.{unit}").read_text(encoding="utf-8")
            self._vm.ssh(f"cat >/etc/systemd/system/{self._name}.{unit}", stdin=text)
        self._vm.ssh(f"mkdir /etc/systemd/system/{self._name}.timer.d && cat >/etc/systemd/system/{self._name}.timer.d/soon.conf",
                     stdin=self.SOON)

    def _show(self, key):
        return self._vm.ssh(f"systemctl show --value -p {key} {self._name}.service").strip()

    def start(self):
        """(result, exit code) of the service, started by hand."""
        self._vm.ssh(f"systemctl start {self._name}.service || true")
        return self._show("Result"), self._show("ExecMainStatus")

    def due(self):
        """(result, exit code) of the service that the timer has started, when it is over."""
        self._vm.ssh(f"systemctl daemon-reload && systemctl enable --quiet --now {self._name}.timer")
        end = time.monotonic() + MAX_SECONDS
        while self._show("ExecMainExitTimestampMonotonic") in ("", "0"):
            assert time.monotonic() < end, self._vm.ssh(f"journalctl -u {self._name}.service; systemctl list-timers --all")
            time.sleep(2)
        print(self._vm.ssh(f"journalctl --no-pager -u {self._name}.service"))
        return self._show("Result"), self._show("ExecMainStatus")


@pytest.fixture(scope="session")
def units(controller):
    """units(NAME): the installed Units of this name."""
    def installed(name):
        found = Units(controller, name)
        found.install()
        return found
    return installed
