"""The order of the Vietnamese dictionary: text in, a key for `sorted` out.

First the letters (a ă â b c d đ e ê …), then the tones (none, huyền, hỏi, ngã, sắc, nặng), then small
before capital.
"""

from __future__ import annotations

import unicodedata

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONE_ORDER = "\u0300\u0309\u0303\u0301\u0323"

SortKey = tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]


def sort_key(text: str) -> SortKey:
    """The key of dictionary order: letters first (a ă â b … d đ), then tones, then case."""
    composed = unicodedata.normalize("NFC", text)
    pairs = [_letter_and_tone(char) for char in composed]
    return tuple(letter for letter, _ in pairs), tuple(tone for _, tone in pairs), composed.swapcase()


def _letter_and_tone(char: str) -> tuple[tuple[int, int], int]:
    parts = unicodedata.normalize("NFD", char.casefold())
    tone = next((TONE_ORDER.index(c) + 1 for c in parts if c in TONE_ORDER), 0)
    letter = unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONE_ORDER))
    if letter and letter in LETTERS:
        return (2, LETTERS.index(letter)), tone
    # A space sorts before every letter, so that shorter names come first; digits come before letters, too.
    return (0 if char.isspace() else 1, ord(char)), tone
