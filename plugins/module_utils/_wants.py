# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked for: a Want for each parameter, and for those of interfaces that a line speaks for.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _memory, _names, _rules, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import Rule, Want


def wants(request, interfaces):
    """parameter -> Want for all that the drop-ins and rules speak of; the line that would win at boot speaks for it."""
    found, lines = {}, []
    for item in sorted(request.dropins, key=lambda item: _sysctl_d.boot_key(item.path)):
        for line in _sysctl_d.settings(item.path, item.text):
            lines.append((item.path, line))
            rule = _rules.for_value(_rules.of(request.rules, line.name), line.value)
            found[line.name] = Want(line.name, line.value, item.path, line.number, rule)
    for problem in _sysctl_d.contradictions(lines):
        raise problem
    for name in sorted(request.rules):
        rule = request.rules[name]
        if name not in found and (rule.report is not None or rule.waived):
            found[name] = Want(name, None, None, None, rule)
    for want in list(found.values()):
        for name in _interface_names(want, interfaces):
            if name not in found:
                found[name] = want._replace(name=name, number=None, rule=_of_interface(request.rules, name, want.rule))
    return found


def _interface_names(want, interfaces):
    """The same parameter of every interface that exists: conf.all does not reach them, conf.default only new ones."""
    return _names.on_interfaces(want.name, interfaces) if want.rule.interfaces and want.value is not None else []


def _of_interface(rules, name, rule):
    """An interface has the rule of conf.all, and a waiver of its own where there is one."""
    own = _rules.of(rules, name)
    return rule._replace(waived=own.waived or rule.waived)


def with_left(wanted, request, snapshot):
    """WANTED, and what drop-ins of other calls leave alone where a line of this call would move it: this call leaves it alone, too."""
    moved = {_behaviour.switch(move.name) for want in wanted.values() if want.value is not None and not want.rule.waived
             for move in _behaviour.moves(want.name, want.value, snapshot.interfaces)}
    moved.difference_update(map(_behaviour.switch, wanted))
    left = _memory.left_elsewhere(snapshot.saved, {item.path for item in request.dropins}, snapshot.files)
    return dict(wanted, **{name: Want(name, None, path, None, Rule(waived="%s leaves it as it is" % path))
                           for path, name in left if _behaviour.switch(name) in moved})


def names(request, interfaces, saved):
    """The parameters whose live values the plan needs: those that are asked for or remembered, and all that these move."""
    paths = {item.path for item in request.dropins}
    found = dict.fromkeys(wants(request, interfaces))
    found.update(dict.fromkeys(name for name, entry in sorted(saved.parameters.items()) if entry.dropin in paths))
    found.update(dict.fromkeys(name for path in sorted(paths) for name in _memory.spoken_for(saved.files.get(path), interfaces)))
    for name in list(found):
        found.update(dict.fromkeys(_memory.of_default(name, interfaces)))
    found.update(dict.fromkeys(other for name in list(found) for other in _behaviour.bounds(name)))
    waiting = list(found)
    while waiting:
        # What is set back moves others in its turn.
        waiting = [move.name for name in waiting for move in _behaviour.reach(name, interfaces) if move.name not in found]
        found.update(dict.fromkeys(waiting))
    return list(found)
