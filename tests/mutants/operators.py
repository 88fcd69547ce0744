# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cosmic Ray with one operator more: it has none that takes away a call made for its effect, such as an fsync."""

import sys

import cosmic_ray.plugins
from cosmic_ray.cli import main
from cosmic_ray.operators.operator import Example, Operator
from parso.python.tree import Keyword


class RemoveCall(Operator):
    """Puts `pass` in the place of a statement that is nothing but a call."""

    def mutation_positions(self, node):
        if node.type == "atom_expr" and node.parent.type == "simple_stmt" and node.children[-1].children[0].value == "(":
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        return Keyword("pass", node.start_pos, prefix=node.get_first_leaf().prefix)

    @classmethod
    def examples(cls):
        return (Example("f(x)\n", "pass\n"),)


if __name__ == "__main__":
    cosmic_ray.plugins.OPERATOR_PROVIDERS["ours"] = {"RemoveCall": RemoveCall}
    sys.exit(main())
