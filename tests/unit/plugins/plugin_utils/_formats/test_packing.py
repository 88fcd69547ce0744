# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import base64
import gzip
import json
import random
import struct

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _guest
from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _columns, _controls, _merge, _records, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import packing

FIELDS = ("before", "wanted", "after", "boot_before", "boot", "boot_source", "dropin", "reason")


def row(name="kernel.sysrq", state="ok", **fields):
    return dict(dict.fromkeys(FIELDS), name=name, state=state, **fields)


def line(host, rows, check_mode=False, **more):
    return json.dumps(dict({"schema_version": 1, "host": host, "time": "2026-11-26T04:18:06Z", "run": "r", "mode": "harden",
                            "outcome": "done", "check_mode": check_mode, "parameters": rows}, **more))


def unpacked(pieces):
    """(header, the bytes behind it)"""
    data = gzip.decompress(base64.b64decode("".join(pieces), validate=True))
    (length,) = struct.unpack_from("<I", data)
    return json.loads(data[4:4 + length]), data[4 + length:]


def packed(fleet, rows=None, controls=lambda name: []):
    return unpacked(packing.pack(fleet, rows or {}, controls))


def read_again(header, data):
    """{(host, parameter): fields of the cell, its kind and its sentence}, as the script reads them."""
    found, strings, place, hosts = {}, header["strings"], 0, header["hosts"]["name"]
    for parameter in header["parameters"]:
        code = {1: "B", 2: "H", 4: "I"}[parameter["width"]]
        numbers = struct.unpack_from("<%d%s" % (len(hosts), code), data, place)
        place += parameter["width"] * len(hosts)
        texts = data[place:place + parameter["texts"]].decode("utf-8").split("\0")
        place += parameter["texts"]
        for number, host in zip(numbers, range(len(hosts)), strict=True):
            if number:
                kind, *places = parameter["cells"][number - 1]
                values = texts[host].split("\n") if parameter["texts"] else []
                slots = {ord(slot): value for slot, value in zip(header["slots"], values, strict=False)}
                shown = [None if place is None else strings[place].translate(slots) for place in places]
                found[hosts[host], parameter["name"]] = (header["kinds"][kind]["key"], *shown)
    assert place == len(data)
    return found


def expected(fleet):
    return {(host.name, name): (_verdicts.kind_of(cell, host.check_mode), *cell[1:], _verdicts.sentence(cell, host.check_mode))
            for number, host in enumerate(fleet.hosts) for name, cell in fleet.rows(number)}


def test_kinds_are_in_order_of_their_verdicts():
    places = [_verdicts.VERDICTS.index(kind["verdict"]) for kind in packing.kinds()]
    assert places == sorted(places)
    assert len({kind["key"] for kind in packing.kinds()}) == len(_verdicts.WORDS)


def test_what_would_change_and_what_has_changed_are_two_kinds():
    found = {kind["key"]: kind for kind in packing.kinds()}
    assert (found["would_change"]["word"], found["would_change"]["verdict"]) == ("would change", "fail")
    assert (found["changed"]["word"], found["changed"]["verdict"]) == ("changed", "pass")


def test_the_guest_side_of_each_host():
    rows = [{"name": "swap space", "value": "none", "state": "ok", "reason": "", "source": None},
            {"name": "memory in use", "value": "1 of 2 kB", "state": "ok", "reason": "", "source": "/proc/meminfo"}]
    other = [dict(rows[0], state="finding"), rows[1]]
    header, _data = packed(_merge.read([("", line("b", [], guest=rows)), ("", line("a", [], guest=other)), ("", line("c", []))]))
    found = [[tuple(place if place is None else header["strings"][place] for place in header["guest"][number]) for number in numbers]
             for numbers in header["hosts"]["guest"]]
    assert found == [[tuple(row[key] for key in _records.GuestRow._fields) for row in given] for given in (other, rows, [])]
    assert len(header["guest"]) == 3 and "guest" not in header["hosts"]["abouts"][0]
    assert list(packing.GUEST_STATES) == list(_guest.STATES)


@pytest.mark.parametrize("blocks", [[], [b""], [b"abc"], [b"a" * 100000, b"", b"b"], [bytes(range(256)) * 4000] * 3])
def test_bytes_come_back_and_come_the_same(blocks):
    text = "".join(packing.encoded(blocks))
    assert gzip.decompress(base64.b64decode(text, validate=True)) == b"".join(blocks)
    assert "".join(packing.encoded(blocks)) == text


def test_it_comes_in_pieces():
    noise = random.Random(1).randbytes(2000000)
    pieces = list(packing.encoded([noise[start:start + 50000] for start in range(0, len(noise), 50000)]))
    assert max(map(len, pieces)) < 300000


def test_no_time_is_in_it():
    # Bytes 4 to 7 of gzip are the time.
    assert base64.b64decode("".join(packing.encoded([b"x"])))[4:8] == b"\0\0\0\0"


@pytest.mark.parametrize("most", [0, 3, 255, 256, 65535, 65536])
def test_numbers_take_as_few_bytes_as_they_need(most):
    width, data = packing._numbers([most, 0], most)
    assert width == (1 if most < 256 else 2 if most < 65536 else 4)
    assert int.from_bytes(data[:width], "little") == most


@pytest.mark.parametrize("most_cells", [1, 3, 512])
@pytest.mark.parametrize("seed", range(20))
def test_every_cell_comes_back(monkeypatch, most_cells, seed):
    monkeypatch.setattr(_columns, "MOST_CELLS", most_cells)
    random_ = random.Random(seed)
    values = (None, "", "0", "1", "2", "a b", "\u00fc", "$&")

    def rows():
        for name in random_.sample(["a", "b", "c"], random_.randrange(4)):
            yield row(name, random_.choice(STATES), **{field: random_.choice(values) for field in FIELDS[:5]}, dropin=random_.choice("ab"),
                      boot_source=random_.choice((None, "", "/etc/sysctl.d/x.conf:1", "1")), reason=random_.choice((None, "", "because")))
    lines = [("", line("h%d" % number, list(rows()), random_.random() < 0.5)) for number in range(random_.randrange(12))]
    fleet = _merge.read(lines)
    assert fleet.problems == [] and read_again(*packed(fleet)) == expected(fleet)


def test_no_text_of_a_host_can_be_a_slot():
    fleet = _merge.read([("", line("h", [row(before="".join(packing.SLOTS), after="x")]))])
    assert fleet.parameters["kernel.sysrq"].cells[0][1] == "".join("\\ue00%d" % number for number in range(8))


def test_the_order_of_the_results_changes_nothing():
    lines = [("", line("h%d" % number, [row(before=str(number % 3))], bool(number % 2))) for number in range(9)]
    texts = {"".join(packing.pack(_merge.read(order), {}, lambda name: [])) for order in (lines, lines[::-1], lines * 2)}
    assert len(texts) == 1


def test_what_the_catalogue_and_the_benchmarks_say():
    fleet = _merge.read([("", line("h", [row("a"), row("b")]))])
    control = _controls.Control("cis", "CIS 1", "3.1", ["V-1", "SV-1r2_rule"])
    header, _data = packed(fleet, {"a": {"why": "because", "impact": "none"}}, lambda name: [control] if name == "b" else [])
    first, second = header["parameters"]
    assert (first["why"], first["impact"], first["controls"]) == ("because", "none", [])
    assert (second["why"], second["controls"]) == (None, [[0, "3.1", "V-1", "SV-1r2_rule"]])
    assert header["benchmarks"] == [{"key": "cis", "title": "CIS 1"}]


def test_what_hosts_have_in_common_stands_once():
    fleet = _merge.read([("", line("h%d" % number, [], notes=["n"], kernel={"release": "6.1"}, msg="m%d" % number)) for number in range(5)])
    header, _data = packed(fleet)
    assert header["hosts"]["about"] == [0] * 5
    assert header["hosts"]["abouts"][0]["kernel"] == {"release": "6.1"}
    assert [header["strings"][number] for number in header["hosts"]["msg"]] == ["m0", "m1", "m2", "m3", "m4"]
