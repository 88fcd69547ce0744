# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is refused with an error that names it, nothing written, and what lies in wait in a folder or an image."""

import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _image, _run
from ansible_collections.photon.hardening.plugins.module_utils._files import BASELINE, STATE_FOLDER
from ansible_collections.photon.hardening.plugins.module_utils._sysctl_d import HEADER

PATH = "/etc/sysctl.d/50-security-hardening.conf"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can enter an image")


def run(root, path=PATH, content="kernel.a = 1\n", check_mode=False, **params):
    """The result of one run over the image ROOT."""
    given = dict(dropins=[dict(path=path, content=content)], rules={}, profile="photon", conflicts="restate", container_host="auto",
                 uses={}, fail_on=[], state="present")
    return _image.inside(str(root), lambda: _run.run(dict(given, **params), True, check_mode, True))


def listing(folder):
    """Every entry below a folder: its kind, and its text or where it leads."""
    found = {}
    for where, folders, files in os.walk(str(folder)):
        for name in folders + files:
            path = os.path.join(where, name)
            if os.path.islink(path):
                found[path] = "-> " + os.readlink(path)
            elif os.path.isfile(path):
                with open(path) as stream:
                    found[path] = stream.read()
            else:
                found[path] = oct(os.stat(path).st_mode)
    return found


def refused(tmpdir, root, *words, **given):
    """The run ends with an error that has all WORDS, in check mode and without, and nothing below TMPDIR has changed."""
    before = listing(tmpdir)
    for check_mode in (True, False):
        result = run(root, check_mode=check_mode, **given)
        assert result["failed"]
        for word in words:
            assert word in result["msg"]
    assert listing(tmpdir) == before


@pytest.fixture
def image(tmpdir):
    """An image beside the rest of a host, which has files of the same names."""
    for path in ("image/etc/sysctl.d", "image/var/lib", "image/usr/lib/sysctl.d", "host/etc/sysctl.d", "host/lib/photon-hardening"):
        os.makedirs(str(tmpdir.join(path)))
    tmpdir.join("host/etc/sysctl.d/50-security-hardening.conf").write("kernel.a = 0\n")
    tmpdir.join("host/lib/photon-hardening/baseline.json").write("precious")
    return tmpdir.join("image")


def replaced(image, path, target):
    """PATH of the image is a symbolic link to TARGET."""
    where = str(image) + path
    if os.path.isdir(where):
        os.rename(where, where + ".old")
    os.symlink(target, where)


@pytest.mark.parametrize("path, words", [
    pytest.param("/etc/50-security-hardening.conf", "is in none of the folders", id="outside a sysctl.d folder"),
    pytest.param("/etc/sysctl.d/../cron.d/a.conf", "is in none of the folders", id="outside by way of dots"),
    pytest.param("etc/sysctl.d/a.conf", "is a relative path", id="a relative path"),
    pytest.param("/etc/sysctl.d/a", "must end in .conf", id="not read at boot"),
    pytest.param("/etc/sysctl.d/a\nb.conf", "must end in .conf", id="a newline in the path"),
])
def test_a_path_that_is_none(tmpdir, image, path, words):
    refused(tmpdir, image, words, repr(path), path=path)


def test_a_symlink_out_of_the_folder(tmpdir, image):
    os.symlink("/etc/shadow", str(image) + PATH)
    refused(tmpdir, image, PATH, "is a symbolic link to /etc/shadow")


def test_a_directory_in_its_place(tmpdir, image):
    os.mkdir(str(image) + PATH)
    refused(tmpdir, image, PATH, "is a directory")


def test_a_fifo_in_its_place(tmpdir, image):
    os.mkfifo(str(image) + PATH)
    refused(tmpdir, image, PATH, "FIFO")


@pytest.mark.parametrize("content, words", [
    pytest.param("kernel.a = 1\n2\n", "line 2: expected NAME = VALUE: '2'", id="a newline"),
    pytest.param("kernel.a = 1\x1b[A\n", "line 1: the value holds a control character", id="a control character"),
])
def test_a_value_with(tmpdir, image, content, words):
    refused(tmpdir, image, PATH, words, content=content)


@pytest.mark.parametrize("rule", [
    {"waived": "a reason\nkernel.b = 5"}, {"needs_module": "m\rkernel.b = 5"},
    {"report": "1\nkernel.b = 5"}, {"accept": ["2\nkernel.b = 5"]},
])
def test_a_rule_with_a_newline(tmpdir, image, rule):
    key = list(rule)[0]
    refused(tmpdir, image, "kernel.a: %s must be one line" % key, "kernel.b = 5", rules={"kernel.a": rule})


def test_a_comment_with_a_newline_cannot_come_in(image):
    """What a vendor's file is called is not ours to choose: here it would set kernel.b from within a comment of ours."""
    image.join("usr/lib/sysctl.d/99-x\nkernel.b = 5\n.conf").write("kernel.a = 0\n")
    run(image)
    restated = image.join("etc/sysctl.d/zz-photon-hardening.conf").read().splitlines()
    assert [line for line in restated if not line.startswith("#")] == ["kernel.a = 1"]


@pytest.mark.parametrize("path, target", [
    ("/etc/sysctl.d", "/etc/cron.d"), ("/etc/sysctl.d", "../srv"), ("/etc", "/srv/etc"), ("/etc/sysctl.d", "/nowhere"),
    ("/etc/sysctl.d", "sysctl.d"), ("/etc/sysctl.d", "../../../../../../etc"),
])
def test_a_folder_that_is_a_symlink_elsewhere(tmpdir, image, path, target):
    for folder in ("etc/cron.d", "srv/etc/sysctl.d"):
        os.makedirs(str(image.join(folder)))
    replaced(image, path, target)
    refused(tmpdir, image, str(image) + "/etc/sysctl.d")


@pytest.mark.parametrize("path, target, named", [
    ("/etc/sysctl.d", "/etc/sysctl.d", "/etc/sysctl.d"),
    ("/etc", "/etc", "/etc/sysctl.d"),
    (PATH, PATH, PATH),
    ("/var", "", "/var"),
    ("/var/lib", "/lib", "/var/lib"),
    ("/var/lib/photon-hardening", "/lib/photon-hardening", "/var/lib/photon-hardening"),
])
def test_an_absolute_link_of_an_image_never_leads_to_the_host(tmpdir, image, path, target, named):
    replaced(image, path, str(tmpdir.join("host")) + target)
    refused(tmpdir, image, str(image) + named)


def test_a_baseline_that_is_a_link_is_refused(tmpdir, image):
    os.makedirs(str(image) + STATE_FOLDER)
    replaced(image, BASELINE, str(tmpdir.join("host/lib/photon-hardening/baseline.json")))
    refused(tmpdir, image, BASELINE, "is a symbolic link to")


def test_a_state_folder_that_is_a_file_is_refused(tmpdir, image):
    image.join("var/lib/photon-hardening").write("")
    refused(tmpdir, image, STATE_FOLDER + " is not a directory")


def test_links_that_stay_inside_the_image_are_followed(tmpdir, image):
    """A merged /usr, and an absolute link that is good in a chroot; a host's folders of the same names are not touched."""
    before = listing(tmpdir.join("host"))
    os.makedirs(str(image.join("data/lib")))
    os.rmdir(str(image.join("var/lib")))
    replaced(image, "/var/lib", "/data/lib")
    replaced(image, "/lib", "usr/lib")
    rows = run(image, path="/lib/sysctl.d/50-a.conf")["parameters"]
    assert [(row["state"], row["boot"], row["boot_source"], row["dropin"]) for row in rows] == [
        ("changed", "1", "/usr/lib/sysctl.d/50-a.conf:2", "/usr/lib/sysctl.d/50-a.conf")]
    assert image.join("usr/lib/sysctl.d/50-a.conf").read() == HEADER + "\nkernel.a = 1\n"
    assert image.join("data/lib/photon-hardening/baseline.json").check()
    assert listing(tmpdir.join("host")) == before
    assert not run(image, path="/lib/sysctl.d/50-a.conf")["changed"]
    run(image, path="/lib/sysctl.d/50-a.conf", content="")
    assert os.listdir(str(image.join("usr/lib/sysctl.d"))) == []


def test_one_file_by_two_names_is_refused(tmpdir, image):
    replaced(image, "/lib", "usr/lib")
    dropins = [dict(path=folder + "/sysctl.d/a.conf", content="kernel.a = 1\n") for folder in ("/lib", "/usr/lib")]
    refused(tmpdir, image, "/usr/lib/sysctl.d/a.conf is given more than once", dropins=dropins)


def test_a_planted_link_where_the_new_text_is_prepared_is_not_followed(tmpdir, image):
    victim = tmpdir.join("host/etc/sysctl.d/50-security-hardening.conf")
    os.symlink(str(victim), str(image) + "/etc/sysctl.d/.50-security-hardening.conf.photon-hardening")
    run(image)
    assert victim.read() == "kernel.a = 0\n"
    assert os.listdir(str(image) + "/etc/sysctl.d") == ["50-security-hardening.conf"]


def test_a_folder_where_the_new_text_is_prepared_is_named(tmpdir, image):
    os.mkdir(str(image) + "/etc/sysctl.d/.50-security-hardening.conf.photon-hardening")
    before = listing(tmpdir)
    assert "50-security-hardening.conf" in run(image)["msg"]
    assert {path: text for path, text in listing(tmpdir).items() if STATE_FOLDER not in path} == before


def test_a_fifo_in_a_sysctl_d_folder_is_not_opened(image):
    os.mkfifo(str(image.join("usr/lib/sysctl.d/99-fifo.conf")))
    os.symlink("/usr/lib/sysctl.d/99-fifo.conf", str(image.join("etc/sysctl.d/98-fifo.conf")))
    assert [row["boot"] for row in run(image)["parameters"]] == ["1"]
