# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the API of an AWX, on loopback: it keeps what it is sent, and refuses what AWX 24.6.1 refuses.

What that is, is recorded in contract/: the fields of each resource, and the answers to twenty surveys. A field that AWX would pass over in
silence is refused here.
"""

import contextlib
import http.server
import json
import pathlib
import re
import threading
import urllib.parse

CONTRACT = pathlib.Path(__file__).parent / "contract"
FIELDS = json.loads((CONTRACT / "fields.json").read_text(encoding="utf-8"))
# Not recorded; what the module awx.awx.schedule can send.
FIELDS["schedules"] = {"name": {"type": "string", "required": True}, "rrule": {"type": "string", "required": True},
                       "unified_job_template": {"type": "id", "required": True}, "enabled": {"type": "boolean", "required": False}}
# What modules send, and AWX shows but does not take: a job template's organization is that of its project.
FIELDS["job_templates"]["organization"] = {"type": "id", "required": False}
FIELDS["workflow_job_template_nodes"]["type"] = {"type": "string", "required": False}
# The module awx.awx.inventory always sends it, and null where there is none.
FIELDS["inventories"]["host_filter"]["type"] = "text or null"
APPROVAL = {"name": {"type": "string", "required": True}, "description": {"type": "string", "required": False},
            "timeout": {"type": "integer", "required": False}}
TOKEN = "of-the-test"
ASSOCIATIONS = ("credentials", "galaxy_credentials", "instance_groups", "always_nodes", "success_nodes", "failure_nodes", "labels")
# What a job or an approval can be made of, and the name of its type.
TEMPLATES = {"job_templates": "job_template", "workflow_job_templates": "workflow_job_template", "projects": "project",
             "workflow_approval_templates": "workflow_approval"}
QUESTION_TYPES = ("text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float")

_IS = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "id": lambda value: value is None or isinstance(value, int) and not isinstance(value, bool),
    "text or null": lambda value: value is None or isinstance(value, str),
    "json": lambda value: isinstance(value, (str, dict)),
    "choice": lambda value: True,
}


# --- what AWX refuses ---

def field_problem(field, value):
    if not _IS[field["type"]](value):
        return "expected %s" % field["type"]
    if "choices" in field and value not in field["choices"]:
        return "not a valid choice"
    if "max_length" in field and len(value) > field["max_length"]:
        return "longer than %d" % field["max_length"]
    if "min_value" in field and value < field["min_value"]:
        return "less than %d" % field["min_value"]
    return None


def problems(fields, sent, is_new):
    """name -> what is wrong with it."""
    found = {name: "no such field" for name in sent if name not in fields}
    found.update((name, "required") for name, field in fields.items() if is_new and field["required"] and name not in sent)
    for name in set(sent) & set(fields):
        problem = field_problem(fields[name], sent[name])
        if problem:
            found[name] = problem
    return found


def survey_problem(sent):
    """What AWX says of a survey that it does not take, in its words; None for one that it takes."""
    for name in ("name", "description", "spec"):
        if name not in sent:
            return "Field '%s' is missing from survey spec." % name
    if not sent["spec"]:
        return "'spec' doesn't contain any items."
    seen = set()
    for number, question in enumerate(sent["spec"]):
        problem = _question_problem(question, number, seen)
        if problem:
            return problem
        seen.add(question["variable"])
    return None


def _question_problem(question, number, seen):
    for key in ("type", "question_name", "variable", "required"):
        if key not in question:
            return "'%s' missing from survey question %d" % (key, number)
    if question["type"] not in QUESTION_TYPES:
        types = ", ".join(QUESTION_TYPES)
        return "'%s' in survey question %d is not one of '%s' allowed question types." % (question["type"], number, types)
    if question["variable"] in seen:
        return "'variable' '%s' duplicated in survey question %d." % (question["variable"], number)
    return _default_problem(question, number)


def _default_problem(question, number):
    default, is_number = question.get("default"), question["type"] in ("integer", "float")
    if default in (None, ""):
        return None
    kind = "integer" if is_number else "string"
    if not _IS[kind](default):
        return "Default value %s in survey question %d expected to be %s." % (default, number, kind)
    if question["type"] in ("multiplechoice", "multiselect"):
        choices = question["choices"] if isinstance(question["choices"], list) else question["choices"].split("\n")
        if not set(default.split("\n")) <= set(choices):
            return "Default choice must be answered from the choices listed."
    return None


# --- the API ---

class Store:
    """What was sent. `items`: collection -> id -> item; `surveys` and `linked`: path -> content; `log`: (method, path, what was sent)."""

    def __init__(self):
        self.items, self.surveys, self.linked, self.log, self._last = {}, {}, {}, [], 0
        for name in ("Ansible Galaxy", "key of the hosts"):
            self.add("credentials", {"name": name})

    def add(self, collection, fields):
        self._last += 1
        url = "/api/v2/%s/%d/" % (collection, self._last)
        item = dict(fields, id=self._last, url=url, type=TEMPLATES.get(collection, collection.rstrip("s")), summary_fields={},
                    related={"survey_spec": url + "survey_spec/"}, scm_revision="")
        self.items.setdefault(collection, {})[self._last] = item
        return item

    def find(self, collection, query):
        if collection == "unified_job_templates":
            found = [item for name in TEMPLATES for item in self.items.get(name, {}).values()]
        else:
            found = list(self.items.get(collection, {}).values())
        either = {name.removeprefix("or__"): value for name, value in query.items() if name.startswith("or__")}
        every = {name: value for name, value in query.items() if not name.startswith("or__")}
        return [item for item in found if all(self._has(item, *pair) for pair in every.items())
                and (not either or any(self._has(item, *pair) for pair in either.items()))]

    def _has(self, item, name, value):
        """Whether a field of ITEM has the VALUE; NAME is organization__name where it is one of what the field leads to."""
        field, _mark, inner = name.partition("__")
        found = item.get(field)
        return str(self.items[field + "s"].get(found, {}).get(inner) if inner else found) == value

    def linked_items(self, path):
        return [{"id": number} for number in self.linked.get(path, [])]

    def link(self, path, sent):
        numbers = self.linked.setdefault(path, [])
        (numbers.remove if sent.get("disassociate") else numbers.append)(sent["id"])

    def names(self, collection):
        return sorted(item["name"] for item in self.items.get(collection, {}).values())

    def named(self, collection, name):
        (item,) = self.find(collection, {"name": name})
        return item

    def get(self, path, query):
        parts = path.split("/")[3:-1]
        if parts[-1] == "survey_spec":
            return 200, self.surveys.get(path, {})
        if len(parts) == 3:
            # An approval has no links; its step in the workflow has.
            found = parts[-1] in ASSOCIATIONS and parts[0] != "workflow_approval_templates"
            return (200, _page(self.linked_items(path))) if found else (404, {"detail": "Not found."})
        if len(parts) == 2:
            return 200, self.items[parts[0]][int(parts[1])]
        return 200, _page(self.find(parts[0], query))

    def post(self, path, sent):
        parts = path.split("/")[3:-1]
        if parts[-1] == "survey_spec":
            problem = survey_problem(sent)
            if not problem:
                self.surveys[path] = sent
            return (400, {"error": problem}) if problem else (200, {})
        if parts[-1] == "create_approval_template":
            return self._approval(self.items[parts[0]][int(parts[1])], sent)
        if len(parts) == 3:
            self.link(path, sent)
            return 204, None
        found = problems(FIELDS[parts[0]], sent, True)
        return (400, found) if found else (201, self.add(parts[0], sent))

    def patch(self, path, sent):
        collection, number = path.split("/")[3:-1]
        item = self.items[collection][int(number)]
        found = problems(FIELDS.get(collection, APPROVAL), sent, False)
        if found:
            return 400, found
        item.update(sent)
        return 200, item

    def _approval(self, node, sent):
        found = problems(APPROVAL, sent, True)
        if found:
            return 400, found
        item = self.add("workflow_approval_templates", sent)
        node["unified_job_template"] = item["id"]
        node["related"]["unified_job_template"] = item["url"]
        return 201, item


def _page(found):
    return {"count": len(found), "results": found, "next": None}


class _Handler(http.server.BaseHTTPRequestHandler):
    def _answer(self, method):
        store, asked = self.server.store, urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        sent = json.loads(self.rfile.read(length)) if length else None
        if self.headers.get("Authorization") != "Bearer " + TOKEN:
            return self._say(401, {"detail": "no"})
        if method != "get":
            store.log.append((method, re.sub(r"\d+", "N", asked.path.removeprefix("/api/v2")), sent))
        return self._say(*getattr(store, method)(asked.path, dict(urllib.parse.parse_qsl(asked.query)) if method == "get" else sent))

    def _say(self, status, content):
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("X-API-Product-Name", "AWX")
        self.send_header("X-API-Product-Version", "24.6.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self._answer("get")

    def do_POST(self):
        self._answer("post")

    def do_PATCH(self):
        self._answer("patch")

    def log_message(self, format, *args):
        pass


@contextlib.contextmanager
def served():
    """(the address, the Store) of one that runs."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.store = Store()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield "http://127.0.0.1:%d" % server.server_port, server.store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
