"""Numbers in words and in Roman numerals: text in, an int or None out."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.vietnamese.forms import fold, tidy

DIGITS: Mapping[str, int] = {
    "không": 0,
    "một": 1,
    "mốt": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "lăm": 5,
    "sáu": 6,
    "bảy": 7,
    "bẩy": 7,
    "tám": 8,
    "chín": 9,
}
ROMAN = (("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1))
HIGHEST_ROMAN = 39


def to_roman(number: int) -> str:
    """1 to 39 as a Roman numeral; more is not used as a heading."""
    if not 1 <= number <= HIGHEST_ROMAN:
        return str(number)
    out = ""
    for sign, worth in ROMAN:
        while number >= worth:
            out, number = out + sign, number - worth
    return out


ROMAN_VALUES: Mapping[str, int] = {to_roman(n): n for n in range(1, HIGHEST_ROMAN + 1)}


def roman(text: str) -> int | None:
    """IV → 4. Only well-formed numerals: IIII and VX are None."""
    return ROMAN_VALUES.get(text.strip().upper())


def number(text: str) -> int | None:
    """`05` → 5, `mười lăm` → 15, `hai mươi` → 20; None where it is no number below a hundred."""
    words = tidy(text).casefold().split()
    if len(words) == 1 and words[0].isdecimal():
        return int(words[0])
    if not words or len(words) > 3:
        return None
    return _below_hundred(words)


def _below_hundred(words: list[str]) -> int | None:
    if len(words) == 1:
        return 10 if words[0] == "mười" else DIGITS.get(words[0])
    if words[0] == "mười" and len(words) == 2:
        return _plus(10, words[1])
    tens = DIGITS.get(words[0])
    if tens is None or fold(words[1]) != "muoi":
        return None
    return tens * 10 if len(words) == 2 else _plus(tens * 10, words[2])


def _plus(tens: int, word: str) -> int | None:
    ones = DIGITS.get(word)
    return None if ones is None else tens + ones
