# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two sides: gathers them, prints and writes what `_compare` finds."""

import functools
import os

from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.photon.hardening.plugins.plugin_utils import (
    _arguments,
    _catalogue,
    _compare,
    _controls,
    _display,
    _harmless,
    _sides,
    _variables,
    _whole_file,
)
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import (
    compare_html,
    compare_json,
    compare_markdown,
    compare_text,
    compare_words,
)

_TEXT = "text"
# Format -> the name of its file, and what makes it.
_FILES = {
    "html": ("comparison.html", compare_html.render), "json": ("comparison.json", compare_json.render),
    "markdown": ("comparison.md", compare_markdown.render),
}
_LARGEST = 64 * 1024 * 1024
# Ansible knows it without an inventory.
_THIS_MACHINE = "localhost"

_SPEC = {
    "left": {"type": "str", "required": True}, "right": {"type": "str", "required": True},
    "results": {"type": "dict", "default": {}},
    "assert": {"type": "str", "choices": list(_compare.ASSERTIONS), "default": "none"},
    "formats": {"type": "list", "elements": "str", "choices": [_TEXT, *_FILES], "default": [_TEXT, *_FILES]},
    "dir": {"type": "path"}, "only_check": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    PRINTS = _display.is_for_people(_display.callback_in_use(context.CLIARGS))

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)

        def shown(option):
            return _variables.of_playbook(task_vars.get(_variables.PLAYBOOK), option) or option
        try:
            _arguments.check_said(_variables.of_play(task_vars), task_vars, self._templar.template)
            self._task.args = _arguments.of_task(self._task.args, _SPEC, shown)
            _validated, given = self.validate_argument_spec(_SPEC)
            given, hosts = _arguments.plain(given), [*task_vars["groups"]["all"], _THIS_MACHINE]
            return self._checked(given, hosts) if given["only_check"] else self._compared(given, hosts)
        except (ValueError, AnsibleError) as exc:
            return _failed(str(exc), shown)
        except OSError as exc:
            return _failed("dir: the comparison cannot be written: %s" % exc, shown)

    def _checked(self, given, hosts):
        """What can be known before hosts are read."""
        for option in ("left", "right"):
            if kind(option, given, hosts) != _sides.HOST:
                side(option, given, hosts)
        folder = self._folder(given)
        if folder:
            _whole_file.check(folder)
        return {"changed": False, "msg": "The sides can be compared."}

    def _folder(self, given):
        """Where files go, None where none is written. The folder in which the command was typed is still the current one."""
        if given["formats"] and _TEXT not in given["formats"] and not given["dir"] and given["assert"] == "none":
            raise ValueError("formats: %s: no folder is given for files: give dir (of the playbook: -e compare_dir=FOLDER), or ask for "
                             "text, which is printed" % ", ".join(given["formats"]))
        is_wanted = given["dir"] and not self._task.no_log and set(given["formats"]) & set(_FILES)
        return _path(given["dir"]) if is_wanted else None

    def _compared(self, given, hosts):
        left, right = (side(option, given, hosts) for option in ("left", "right"))
        controls = _controls.load()
        comparison = _compare.compare(left, right, _catalogue.CATALOGUE, functools.partial(_controls.ids, controls), controls["benchmarks"])
        files = written(comparison, given["formats"], self._folder(given))
        self._print(comparison, given["formats"], files)
        counted = {"changed": False, "counts": comparison.counts, "guest": comparison.guest, "files": files}
        failure = _compare.failure(comparison, given["assert"])
        if failure:
            # Ansible prints all of a failed result, so it holds no more than a person wants to read.
            return dict(counted, failed=True, msg=failure)
        return dict(counted, msg=compare_words.headline(comparison), comparison=compare_json.data(comparison))

    def _print(self, comparison, formats, files):
        if _TEXT in formats and self.PRINTS and not self._task.no_log:
            self._display.display(compare_text.render(comparison, self._display.columns) + "".join("\n" + path for path in files))


def _failed(message, shown):
    return {"failed": True, "changed": False, "msg": _harmless.flat(_variables.located(message, _SPEC, shown))}


# --- what is compared ---

def kind(option, given, hosts):
    """What the OPTION left or right names."""
    return _sides.kind_of(option, given[option], hosts, _catalogue.CATALOGUE["columns"], os.path.isfile(_path(given[option])))


def side(option, given, hosts):
    """The side that the OPTION left or right names."""
    name, found = given[option], kind(option, given, hosts)
    try:
        if found == _sides.PROFILE:
            return _sides.of_column(_catalogue.CATALOGUE, name)
        if found == _sides.RESULT:
            return _sides.of_saved(name, _text_of(_path(name)))
        return _sides.of_info(name, _read(name, given["results"].get(name)))
    except ValueError as exc:
        raise ValueError("%s: %s" % (option, exc)) from exc


def _read(host, result):
    """What kernel_parameters_info returned; ValueError where that is nothing to compare."""
    if not isinstance(result, dict):
        raise ValueError("%s: nothing was read of this host: results has to hold what kernel_parameters_info returned of it" % host)
    if result.get("failed") or result.get("unreachable"):
        raise ValueError("%s: this host could not be read: %s" % (host, _harmless.line(result.get("msg", "it does not say why"))))
    return result


def _path(name):
    return os.path.abspath(os.path.expanduser(name))


def _text_of(path):
    try:
        with open(path, encoding="utf-8") as stream:
            found = stream.read(_LARGEST + 1)
    except UnicodeDecodeError as exc:
        raise ValueError("%s: it is not text in UTF-8, so it is not a saved result" % path) from exc
    except OSError as exc:
        raise ValueError("%s: it cannot be read: %s" % (path, exc.strerror)) from exc
    if len(found) > _LARGEST:
        raise ValueError("%s: it is larger than 64 MiB, so it is not the saved result of one host" % path)
    return found


# --- what is written ---

def written(comparison, formats, folder):
    """The paths of the files; none without a FOLDER."""
    if not folder:
        return []
    paths = []
    for name, render in (_FILES[key] for key in formats if key in _FILES):
        paths.append(os.path.join(folder, name))
        _whole_file.write(paths[-1], [render(comparison)])
    return paths
