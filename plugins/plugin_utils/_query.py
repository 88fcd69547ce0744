# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A question to a report in JSON, asked in JMESPath; a wrong question is answered with what is wrong with it, and where.

Pure. Private to the collection.
"""

import re
import sys

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _harmless

try:
    import jmespath
    from jmespath import exceptions
except ImportError:
    jmespath = None

_MARK = ">>>"


def answer(data, expression):
    """What EXPRESSION finds in DATA, plain values. ValueError: one sentence."""
    if jmespath is None:
        raise ValueError(_missing(sys.executable))
    # jmespath looks at the exact type of a value: Ansible's own kinds of texts and numbers are none that it knows.
    data, expression = _arguments.plain(data), _arguments.plain(expression)
    if not isinstance(expression, str):
        raise ValueError("the expression is not a text: %s" % _harmless.line(expression))
    if not isinstance(data, (dict, list)):
        raise ValueError("the data is a single value, not the content of a JSON file; for the text of a file write `| from_json` before it")
    try:
        found = jmespath.compile(expression).search(data)
        is_answer = _is_plain(found)
    except RecursionError:
        raise ValueError("the expression is nested too deeply: %s" % _harmless.line(expression)) from None
    # Some functions of jmespath do not check their arguments: contains('abc', `1`).
    except (ValueError, TypeError) as exc:
        raise ValueError(_told(exc, expression)) from None
    if not is_answer:
        raise ValueError("the expression names another one with & and does not use it, as in sort_by(@, &name): %s"
                         % _harmless.line(expression))
    return found


def _is_plain(found):
    """Whether it has no expression of jmespath in it, which alone is no value."""
    if isinstance(found, dict):
        return all(map(_is_plain, found.values()))
    return all(map(_is_plain, found)) if isinstance(found, list) else found is None or isinstance(found, (str, int, float))


def _missing(python):
    return ("the Python library jmespath is missing. Ansible runs with %s: install it there with `%s -m pip install jmespath`, or install"
            " the package python3-jmespath where Ansible is a package of the system" % (python, python))


def _told(exc, expression):
    """The sentence for an error of jmespath."""
    if isinstance(exc, exceptions.EmptyExpressionError):
        return "the expression is empty"
    if isinstance(exc, exceptions.IncompleteExpressionError):
        return "the expression ends too early, at column %d: %s" % (len(expression) + 1, _marked(expression, len(expression)))
    # An ArityError counts as a ParseError but has no place.
    if isinstance(exc, exceptions.ParseError) and not isinstance(exc, exceptions.ArityError):
        said = exc.message if isinstance(exc, exceptions.LexerError) else exc.msg
        return _wrong(said, expression, exc.lex_position)
    return _of_function(exc, expression)


def _of_function(exc, expression):
    """An error that shows when a function is called: its place is where the function's name stands first."""
    said = str(exc)
    if isinstance(exc, exceptions.JMESPathTypeError):
        # jmespath's own sentence holds the value, which may be the whole report.
        said = "the function %s takes %s, not %s" % (exc.function_name, " or ".join(exc.expected_types), exc.actual_type)
    named = re.search(r"(\w+)\(\)", str(exc))
    found = named and re.search(r"\b%s\s*\(" % named.group(1), expression)
    if not found:
        return "the expression cannot be answered (%s): %s" % (_harmless.line(said), _harmless.line(expression))
    return _wrong(said, expression, found.start())


def _wrong(said, expression, position):
    return "the expression is wrong at column %d (%s): %s" % (position + 1, _harmless.line(said), _marked(expression, position))


def _marked(expression, position):
    return _harmless.flat(expression[:position] + _MARK + expression[position:])
