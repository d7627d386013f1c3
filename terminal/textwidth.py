#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""textwidth.py > textwidth.inc: which characters take no column, and which
take two, as rows of text.c's tables; from this Python's Unicode.  Run by hand,
when there is a new Unicode.

Marks and format characters take none, and the later parts of a Hangul
syllable; wide and full-width characters take two.  What is not assigned goes
with what is around it, so that the tables stay short.
"""
import unicodedata

SURROGATES = range(0xD800, 0xE000)
JAMO = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))
SEEN = (0xAD, *range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD,
        0x110CD)  # format characters that are shown


def width(c):
    """0, 1, 2; None: not assigned."""
    category = unicodedata.category(chr(c))
    if c in SURROGATES or category in ('Cn', 'Co'):
        return None
    if any(c in jamo for jamo in JAMO):
        return 0
    if category in ('Mn', 'Me', 'Cf') and c not in SEEN:
        return 0
    return 2 if unicodedata.east_asian_width(chr(c)) in 'WF' else 1


def ranges(wanted):
    first = last = None
    for c in range(0xA0, 0x110000):
        is_now = width(c)
        if is_now == wanted:
            first = c if first is None else first
            last = c
        elif is_now is not None and first is not None:
            yield first, last
            first = None
    if first is not None:
        yield first, last


def table(name, wanted):
    print(f'\nstatic const struct text_range {name}[] = {{')
    rows = [f'{{ 0x{a:04X}, 0x{b:04X} }},' for a, b in ranges(wanted)]
    for i in range(0, len(rows), 3):
        print('\t' + ' '.join(rows[i:i + 3]))
    print('};')


print(f'/* SPDX-License-Identifier: MIT\n *\n * Made by textwidth.py from Unicode '
      f'{unicodedata.unidata_version}. */')
table('text_zero', 0)
table('text_wide', 2)
