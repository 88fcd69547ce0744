# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is packed: by `make build` just what is listed and tracked, by ansible-galaxy of a whole folder nothing that is its user's own."""

import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import tarfile

import pytest

ROOT = pathlib.Path(__file__).parents[2]
# The aim is 250,000; the code has outgrown it.
MAX_BYTES = 410_000
MADE = {"MANIFEST.json", "FILES.json"}
# Of a user who keeps hosts, secrets and results in the clone.
PRIVATE = [
    "group_vars/all.yml", "host_vars/web1.yml", "playbooks/group_vars/all/vault.yml", "playbooks/host_vars/web1.yml",
    "roles/photon_hardening/group_vars/all.yml", "inventory.ini", "inventory/hosts.yml", "inventories/production/hosts",
    "playbooks/inventory.yml", "playbooks/inventories/web/hosts.yml", "hosts", "hosts.yml", "playbooks/hosts.ini",
    "docs/examples/hosts", "vault.yml", ".vault_pass", "roles/photon_hardening/vars/vault_web.yml",
    "roles/photon_hardening/files/.vault_pass", "playbooks/vault-password.txt", "plugins/vault.yml", "reports/web1.json",
    "playbooks/reports/web1.json", "playbooks/web/reports/web1.json", "roles/photon_hardening/reports/web1.json",
    "docs/examples/reports/web1.json", "docs/examples/report.html", "meta/report.json", "dist/photon-hardening-0.9.0.tar.gz",
    "rd/localhost.json", "web1.json", "playbooks/web1.json", "rd/run/junit-web.xml", "rd/run/hdf/web1.json", "rd/run/cklb/web1.cklb",
    "comparison.html", "playbooks/out/comparison.md", "prod.yml", "staging.yml", "secrets.yml", "playbooks/secrets.yml", "id_rsa",
    "playbooks/id_ed25519.pub", "Inventory/hosts.yml", "tls.key",
    # Folders that begin as ours do, and hosts whose names end as that of a schema does.
    "photon_reports/web1.json", "photon_reports/run/report.json", "perimeter/web1.json", "photon.json", "photon_compare.json",
    "plugins/x/web.json", "plugins/x/a.json", "plugins/x/cinema.json", "plugins/x/schema.json", "a.json", "p/hschema.json",
    "my-inventory.yml", "env/prod/my_inventory.yml", "inv/web.yml", "hosts-prod.yml", "ansible_hosts", "HOSTS", "Hosts.yml", "INVENTORY",
    "playbooks/my_hosts.yml", "playbooks/hosts_prod", "playbooks/prod.yml", "servers.yml", "id_ecdsa", "passwords.yml", "password.txt",
    "credentials.yml", "awx_token", "token.txt", "key.p12", "tls.crt", "comparison-web.html", "playbooks/compare.md",
    "meta/token.txt", "plugins/filter/password.txt", "roles/photon_hardening/files/web.json",
]
UNLISTED = ["notes.txt", "playbooks/own.yml", "docs/own.md", "roles/own/tasks/main.yml"]


def git(*arguments, **options):
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True, **options).stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory, copy_tracked):
    """What is tracked here, in a repository of its own, with a user's own files beside it: those of PRIVATE are even tracked there."""
    folder = copy_tracked(tmp_path_factory.mktemp("a clone") / "photon.hardening")
    for name in PRIVATE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("secret\n", encoding="utf-8")
    git("init", "--quiet", cwd=folder)
    git("add", "--all", "--force", cwd=folder)
    for name in UNLISTED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(clone, tmp_path_factory):
    output = tmp_path_factory.mktemp("built")
    subprocess.run(["bash", clone / "tools" / "build.sh", output], check=True)
    return output


def files(tarball):
    with tarfile.open(tarball) as opened:
        return {member.name for member in opened.getmembers() if member.isfile()}


def only(folder, pattern):
    (found,) = folder.glob(pattern)
    return found


def test_what_is_listed_and_tracked_and_nothing_else(clone, built):
    listed = [line for line in (ROOT / "tools" / "tarball.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    tracked = set(git("ls-files", "--", *listed, cwd=clone).split())
    assert files(only(built, "*.tar.gz")) == tracked - set(PRIVATE) - {"galaxy.yml"} | MADE


def test_links_of_the_packed_readme_lead_somewhere(built):
    tarball = only(built, "*.tar.gz")
    with tarfile.open(tarball) as opened:
        readme = opened.extractfile("README.md").read().decode()
    links = re.findall(r"\]\(([^)#]+)", readme)
    assert {link for link in links if "://" not in link} <= files(tarball)
    assert "https://github.com/photon-hardening/photon.hardening/blob/1.0.0/docs/release.md" in links


def test_ansible_galaxy_of_a_whole_folder_packs_nothing_private(clone, tmp_path):
    subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", tmp_path, clone], check=True, stdout=subprocess.DEVNULL)
    packed = files(only(tmp_path, "*.tar.gz"))
    assert not packed & set(PRIVATE)
    assert "plugins/plugin_utils/_formats/terminal.py" in packed


def test_each_listed_name_is_tracked(clone, tmp_path):
    git("rm", "--quiet", "--cached", "SECURITY.md", cwd=clone)
    done = subprocess.run(["bash", clone / "tools" / "build.sh", tmp_path], check=False, capture_output=True, text=True)
    git("add", "SECURITY.md", cwd=clone)
    assert done.returncode != 0 and "SECURITY.md" in done.stderr and not list(tmp_path.iterdir())


def test_size_and_checksum(built):
    tarball = only(built, "*.tar.gz")
    assert tarball.stat().st_size < MAX_BYTES
    assert only(built, "*.sha256").read_text() == "%s  %s\n" % (hashlib.sha256(tarball.read_bytes()).hexdigest(), tarball.name)


def test_a_release_is_built_of_committed_files_with_a_bill_of_materials(clone, tmp_path):
    release = tmp_path / "release"
    shutil.copytree(clone, release)
    git("-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "--message", "x", cwd=release)
    refused = subprocess.run(["bash", release / "tools" / "release.sh"], check=False, capture_output=True, text=True)
    assert refused.returncode == 1 and refused.stderr.startswith("ERROR: a release is built of committed files")
    git("clean", "--quiet", "-d", "--force", cwd=release)
    subprocess.run(["bash", release / "tools" / "release.sh"], check=True)
    bill = json.loads(only(release / "dist", "*.cdx.json").read_text(encoding="utf-8"))
    packed = {part["name"] for part in bill["components"] if part["type"] == "file"}
    assert packed == files(only(release / "dist", "photon-hardening-1*.tar.gz")) - MADE
    assert bill["metadata"]["component"]["hashes"][0]["content"] in only(release / "dist", "*.sha256").read_text()
