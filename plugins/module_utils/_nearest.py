# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which known name a mistyped one was meant to be.

Pure. Private to the collection.
"""

# A letter that is missing, too many or another one is one edit; two letters in the wrong order are two.
MOST = 2


def nearest(name, known):
    """The one of KNOWN names that is within MOST edits of NAME, or None: the nearest, and of several one with the same letters. Capitals
    are no edits. Of a name with so many letters as there are edits nothing is left."""
    name = name.lower()
    found = [(edits(name, other.lower()), other) for other in known if abs(len(name) - len(other)) <= MOST]
    found = [(count, sorted(name) != sorted(other.lower()), other) for count, other in found if count <= MOST and count < len(name)]
    return min(found or [(0, False, None)])[2]


def edits(one, other):
    """In how many edits ONE becomes OTHER; beyond MOST some number above it."""
    # What both begin or end with needs none, and most names begin alike.
    same = next((place for place, (left, right) in enumerate(zip(one, other)) if left != right), min(len(one), len(other)))
    one, other = one[same:], other[same:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    # An edit brings one new letter at most.
    if max(len(one), len(other)) > MOST and len(set(one).intersection(other)) + MOST < max(len(set(one)), len(set(other))):
        return MOST + 1
    row = list(range(len(other) + 1))
    for count, letter in enumerate(one, 1):
        above, row = row, [count]
        for place, wanted in enumerate(other):
            row.append(min(above[place] + (letter != wanted), above[place + 1] + 1, row[place] + 1))
        if min(row) > MOST:
            break
    return row[-1] if len(row) == len(other) + 1 and min(row) <= MOST else MOST + 1
