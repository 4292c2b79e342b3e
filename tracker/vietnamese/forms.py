"""Normal forms of Vietnamese text: what is kept for the eye, and keys to compare and search by.

`tidy` prepares text as it is read (one composed form, plain spaces, no invisible marks) and changes
nothing that a person would see; `fold`, `same_length_fold` and `comparison_key` are for machines only.
"""

from __future__ import annotations

import re
import unicodedata

TONES = "\u0300\u0301\u0303\u0309\u0323"

# Letters that look right and are wrong: bad fonts and keyboards write them for the Vietnamese ones.
LOOKALIKES = str.maketrans(
    {"ǎ": "ă", "Ǎ": "Ă", "Ð": "Đ", "ð": "đ", "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u3000": " "}
)
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
DASHES = re.compile("[\u2010-\u2015\u2212]")
QUOTES = re.compile("[“”„\"'‘’«»]")
SPACES = re.compile(r"\s+")

# Where two vowels share a tone, the old place is the first of them (hóa) and the new one the second (hoá).
NEW_STYLE = re.compile(
    r"(?i)(?<![a-zđ\u0300-\u036f])"
    r"(?P<onset>ngh|ch|gh|kh|ng|nh|ph|th|tr|[bcdđghklmnprstvx])?"
    r"(?P<first>o(?=[ae])|u(?=y))(?P<second>[aey])"
    rf"(?P<tone>[{TONES}])(?![a-zđ\u0300-\u036f])"
)


def tidy(text: str) -> str:
    """One composed spelling with plain spaces; nothing that a reader would see is changed."""
    composed = unicodedata.normalize("NFC", text).translate(LOOKALIKES)
    return SPACES.sub(" ", INVISIBLE.sub("", composed)).strip()


def sentence(text: str) -> str:
    """The same words with a capital in front: what is cut from the middle of a sentence begins small."""
    return text[:1].upper() + text[1:]


def plain_marks(text: str) -> str:
    """Typographic dashes and quotes as the plain ones."""
    return QUOTES.sub('"', DASHES.sub("-", text))


def old_tones(text: str) -> str:
    """hoà → hòa, uỷ → ủy; quý and hoàn stay."""
    parts = unicodedata.normalize("NFD", text)
    moved = NEW_STYLE.sub(
        lambda m: f"{m['onset'] or ''}{m['first']}{m['tone']}{m['second']}",
        parts,
    )
    return unicodedata.normalize("NFC", moved)


def comparison_key(text: str) -> str:
    """What reads the same has the same key: case, spaces, dashes, quotes and places of tones do not count."""
    return old_tones(plain_marks(tidy(text))).casefold()


def _bare(char: str) -> str:
    if char in "đĐ":
        return "d"
    return "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c)).casefold()


class _Bare(dict[int, str]):
    """Character → itself without marks and case, worked out when it is met first; `str.translate` asks it."""

    def __missing__(self, code: int) -> str:
        self[code] = bare = _bare(chr(code))
        return bare


class _BareOfOne(dict[int, str]):
    """The same where that is one character, too; what would become several stays."""

    def __missing__(self, code: int) -> str:
        bare = _bare(chr(code))
        self[code] = kept = bare if len(bare) == 1 else chr(code)
        return kept


_BARE, _BARE_OF_ONE = _Bare(), _BareOfOne()


def fold(text: str) -> str:
    """Without marks and case, đ as d: for search. `Đôn đốc` → `don doc`."""
    return unicodedata.normalize("NFC", text).translate(_BARE)


def same_length_fold(text: str) -> str:
    """`fold` that keeps every place, so that a match in it can be cut from the text itself."""
    return text.translate(_BARE_OF_ONE)
