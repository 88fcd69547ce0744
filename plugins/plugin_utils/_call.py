# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of the module: made of what a task says and of the variables photon_hardening_*.

Private to the collection.
"""

import datetime
import os
import posixpath

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.vars import load_extra_vars

from ansible_collections.photon.hardening.plugins.module_utils import _image, _uses
from ansible_collections.photon.hardening.plugins.module_utils._nearest import nearest
from ansible_collections.photon.hardening.plugins.plugin_utils import (
    _arguments,
    _catalogue,
    _controls,
    _layers,
    _playbooks,
    _report_options,
    _select,
    _shards,
    _survey,
    _templates,
    _variables,
)

# What selects rows of the catalogue; none of it reaches the module, but the profile's name.
SELECTION = ("profile", "groups", "overrides", "waivers")
# What stays on the controller.
_OF_PLAYBOOK = "__photon_hardening_report_dir"
_GUEST = ("guest", "vmware_msix")
_NO_GUEST = (False, "keep")
_HERE = ("role_variables",) + _GUEST + _report_options.OPTIONS
_OF_ROLE = tuple(name[len(_arguments.PREFIX):] for name in _arguments.OPTIONS)
_SENT = tuple(name for name in _OF_ROLE if name not in SELECTION + _HERE)
_KNOWN = {"dropins", "rules", "role_variables", *_OF_ROLE}
# Options of the module that a report tells.
_TOLD = ("container_host", "uses", "conflicts", "fail_on", "root")
# States in which nothing is asked for: a bad override of today must not block the way back.
_BACK = ("absent", "forgotten")
# What is said for the runs of today, and read on the way back as well.
_OF_TODAY = ("conflicts", "container_host", "fail_on", "uses")
_IGNORED = "Ignored, because this run sets nothing new: %s"
# The state that a playbook's own task says -> the playbook, and by which playbook the variable gets what it asks for instead.
_NEVER = {"absent": ("rollback", {"adopted": "harden", "forgotten": "harden"}),
          "present": ("audit", {"absent": "rollback", "adopted": "harden", "forgotten": "harden"})}
_MAYBE = "%s: %s: the catalogue does not know this parameter, and of an image no kernel is asked: if %s is meant, write that."
_NOT_OF_BACK = tuple(_arguments.PREFIX + name for name in SELECTION + _OF_TODAY + _GUEST)


def beside_playbooks(folder, here):
    """FOLDER, the default for results. Where the command was typed HERE, in a folder of playbooks of this collection, it goes beside it."""
    return os.path.join(os.pardir, folder) if folder and _playbooks.any_in(here) else folder


class Call:
    """One task. ARGS: what it says. VARIABLES: all of the host's. TEMPLATE makes the value of what a variable holds."""

    def __init__(self, args, variables, template):
        self._args = {name: _arguments.plain(value) for name, value in args.items() if value is not None}
        self._variables, self._template = variables, template
        self._groups, self._waivers, self.overrides = [], [], {}
        # What is no boolean is refused later, after it is clear where that is kept.
        self._by_role = _boolean(self._args.get("role_variables", False))

    def report_settings(self):
        """The _report_options.Settings, None where no result is kept."""
        given = {name: self._option(name) for name in _report_options.OPTIONS}
        if given["report_dir"] is None and self._by_role:
            # What the playbooks say for users who say nothing.
            given["report_dir"] = beside_playbooks(self._collected(_OF_PLAYBOOK.__eq__).get(_OF_PLAYBOOK), os.getcwd())
        return _report_options.settings(given, self.shown)

    def image(self):
        """The mounted image that the task works on; "" for the host itself, and for what is no image's folder."""
        root = self._option("root")
        return posixpath.normpath(root) if isinstance(root, str) and root.strip("/") else ""

    def other_state(self):
        """The state that is asked for where it is not present: nothing is wanted of the host then but what was there before, or its memory
        of that. None for present, and for what is no state."""
        try:
            state = self._option("state")
        except ValueError:
            return None
        return None if state == "present" else state

    def shown(self, option):
        """What an OPTION is called where it was said: the name of the role's variable, of the playbook's, or of the task's option."""
        of_role, of_playbook = _arguments.PREFIX + option, _variables.of_playbook(self._variables.get(_variables.PLAYBOOK), option)
        if option in self._args or not self._by_role:
            return of_playbook or option
        return of_playbook if of_playbook and of_role not in self._variables else of_role

    def located(self, message):
        """A MESSAGE of the module, which then begins with what its user has said."""
        return _survey.located(_variables.located(message, _OF_ROLE, self.shown), self._variables)

    def module_args(self):
        """The arguments that reach the module, and the notes about what does not take effect."""
        if self._by_role is None:
            raise ValueError("role_variables: %r is neither true nor false" % (self._args["role_variables"],))
        self._check_options()
        _arguments.check_facts(self._variables)
        self._check_state()
        args = {name: value for name, value in self._args.items() if name not in SELECTION + _HERE}
        more, passed_over = self._of_variables() if self._by_role else ({}, [])
        args.update(more)
        self._check_for_any_host(args)
        if "dropins" in args or not (self._by_role or "profile" in self._args):
            self._check_label_only()
            self._check_anything_wanted(args)
            return self._labelled(args), passed_over + self._notes_about_names()
        if args.get("state") in _BACK:
            return self._labelled(self._back(args)), passed_over + self._notes_about_names(_NOT_OF_BACK)
        if "rules" in args:
            raise ValueError("rules: they belong to dropins; those of a profile come from the catalogue")
        notes = check_names(self._variables)
        selected, more = self._selected(args)
        return selected, notes + more

    def _of_variables(self):
        """(option -> what the module is sent of it, notes). On the way back a wrong value is ignored."""
        found, notes, back = {}, [], self.other_state() in _BACK
        for name in _SENT:
            try:
                found[name] = self._option(name)
            except ValueError as exc:
                if not back or name not in _OF_TODAY:
                    raise
                notes.append(_IGNORED % exc)
        if back and found.get("uses") and "uses" not in self._args:
            found["uses"], more = self._usable(found["uses"])
            notes.extend(more)
        return {name: value for name, value in found.items() if value}, notes

    def _usable(self, uses):
        """(those of USES that the module knows, notes about the others)."""
        found, notes = {}, []
        for use, word in uses.items():
            try:
                found.update(_uses.checked({use: word}))
            except ValueError as exc:
                notes.append(_IGNORED % self.located(str(exc)))
        return found, notes

    def _check_options(self):
        """The module would first miss what a mistyped option was to say."""
        for name in sorted(set(self._args) - _KNOWN):
            meant = nearest(name, sorted(_KNOWN))
            raise ValueError("%s: this module has no such option%s" % (name, ": did you mean %s?" % meant if meant else ""))

    def check_play(self, task, loader):
        """ValueError where the host's variables choose hosts or batches, and the play of TASK knew nothing of that when it chose them."""
        said = _variables.OF_PLAYS.intersection(self._variables) if self._by_role else ()
        problem = _variables.unheard(said, {*task.get_play().get_vars(), *load_extra_vars(loader)}) if said else None
        if problem:
            raise ValueError(problem)

    def _notes_about_names(self, passed_over=()):
        """Where only options of the task are read, no variable can be mistyped."""
        return check_names(self._variables, passed_over) if self._by_role else []

    def judged(self):
        """(arguments of the module, notes, guest()). ValueError for all that is wrong whichever host it is, but for report_settings()."""
        args, notes = self.module_args()
        return args, notes, self.guest()

    def guest(self):
        """Whether an audit reads the guest side, and what is done about MSI-X there. The way back goes by what was done."""
        if self.other_state() in _BACK:
            return _NO_GUEST
        names = [_arguments.PREFIX + name for name in _GUEST]
        found = _arguments.checked(names, {name: self._option(name[len(_arguments.PREFIX):]) for name in names})
        return tuple(found[name] for name in names)

    def about(self, args, check_mode):
        """What a report says of a call with the module's ARGS."""
        options = {name: args[name] for name in _TOLD if args.get(name)}
        if self.overrides:
            options["overrides"] = {name: override.value for name, override in self.overrides.items()}
        return {"mode": _shards.mode(args.get("state"), check_mode), "waivers": self._waivers, "image": self.image(),
                "provenance": {"profile": args.get("profile"), "groups": self._groups, "options": options}}

    def _check_for_any_host(self, args):
        """What the module would refuse whichever host it is on is refused here, before the host is contacted."""
        uses, root = args.get("uses"), args.get("root")
        try:
            if isinstance(uses, dict):
                _uses.checked(uses)
            _image.check_given(root)
            # The host expands the other two.
            if isinstance(root, str) and root and not root.startswith(("/", "~", "$")):
                _image.root_of(root)
        except ValueError as exc:
            raise ValueError(self.located(str(exc))) from exc

    def _labelled(self, args):
        return dict(args, profile=self._args["profile"]) if "profile" in self._args else args

    def _back(self, args):
        """The role takes back what the role wrote; what would break a use of the host still counts."""
        dropins = {"dropins": _templates.no_drop_ins()} if self._by_role else {}
        return {"rules": _select.holds(_catalogue.CATALOGUE), **dropins, **args}

    def _option(self, name):
        """What the task says, or else the role's variable where the task takes those; None where neither does."""
        return self._args.get(name) if name in self._args or not self._by_role else self._of_role(name)

    def _of_role(self, name):
        variable = _arguments.PREFIX + name
        found = self._collected(variable.__eq__)
        try:
            return _arguments.checked([variable], found)[variable]
        except ValueError as exc:
            raise ValueError(_survey.located(str(exc), self._variables)) from exc

    def _collected(self, wanted):
        return _survey.collected(wanted, self._variables, self._template)

    def _check_state(self):
        """A task that says what it does is not to be what somebody gets who asks for something else by the variable."""
        playbook, others = _NEVER.get(self._args.get("state"), ("", {})) if self._by_role else ("", {})
        asked = self._of_role("state") if others else None
        if asked in others:
            more = "" if others[asked] == "rollback" else ' ARGS="-e photon_hardening_state=%s"' % asked
            raise ValueError("photon_hardening_state: the playbook %s does not accept %s: remove it, or use the playbook %s (make %s%s)"
                             % (playbook, asked, others[asked], others[asked], more))

    def _check_label_only(self):
        for name in ("groups", "overrides", "waivers"):
            if name in self._args:
                raise ValueError("%s: it selects from a profile, so it needs a profile, and no dropins beside it" % name)

    def _check_anything_wanted(self, args):
        if "dropins" not in args and args.get("state", "present") == "present":
            raise ValueError("profile: the task says nothing of what is wanted: name a profile such as container_host, or give dropins")

    def _selected(self, args):
        given = {name: self._args[name] for name in SELECTION if name in self._args}
        found = selection(given, self._variables, self._template)
        self._groups, self._waivers = [group for group, rows in found.rows.items() if rows], found.waivers
        self.overrides = found.overrides
        dropins = _templates.drop_ins(found.profile, found.rows)
        # Only a running kernel can say that it has no such parameter.
        notes = [_MAYBE % (rule["required"], name, rule["meant"]) for name, rule in sorted(found.rules.items()) if "meant" in rule]
        return dict(args, profile=found.profile, dropins=dropins, rules=found.rules), found.notes + (notes if args.get("root") else [])


def check_names(variables, passed_over=()):
    """The notes about VARIABLES with our prefix that nothing reads; ValueError for a mistyped one, unless the name that was meant starts
    with one of PASSED_OVER."""
    found = _variables.mistyped(variables)
    for name, meant in found:
        if meant and not meant.startswith(passed_over):
            raise ValueError(_variables.refusal(name, meant))
    return [_variables.note(name) for name, _meant in found]


def _boolean(value):
    """None for what is neither true nor false."""
    try:
        return boolean(value)
    except TypeError:
        return None


def selection(given, variables, template):
    """What GIVEN, options by name, and the host's VARIABLES select; an option stands for the variable of its name."""
    asked = [_arguments.PREFIX + name for name in SELECTION if name not in given]
    stood_for = [_arguments.PREFIX + name for name in given]
    _survey.check_names(variables)
    found = _survey.collected(lambda name: name in asked or _layers.is_layer(name) and name not in stood_for, variables, template)
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    try:
        return _select.select(dict(found, **given), _catalogue.CATALOGUE, today, _parameters_of)
    except ValueError as exc:
        raise ValueError(_survey.located(str(exc), variables)) from exc


def _parameters_of(control):
    return _controls.parameters_of(_controls.load(), control)
