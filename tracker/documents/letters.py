"""The letters of a PDF page become placed words. The file's own order is not believed: where a font lacks the
Vietnamese letters, another font draws them after the rest of the line, and only their places put them back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double, c_int, create_string_buffer
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # it ships no types

from tracker.documents.limits import MAX_CHARACTERS
from tracker.documents.words import Word

# A hyphen at the end of a line arrives as a control sign, bullets as private letters of a symbol font.
HYPHEN_AT_END = "\x02"
PRIVATE = {
    "\uf0b7": "•",
    "\uf0a7": "▪",
    "\uf0d8": "➢",
    "\uf02d": "-",
    "\uf0fc": "•",
    "\uf076": "•",
    "\uf0f0": "•",
}
NO_LETTER = re.compile("[\ue000-\uf8ff\ufffe\uffff\x00-\x1f]")
BOLD_NAMES = (b"bold", b"black", b"heavy")
# Shares of the font's size.
SAME_LINE, SPACE, TWICE = 0.4, 0.17, 0.15
ABOVE, BELOW = 0.8, 0.2
USUAL_SIZES = range(4, 73)
FAR = 1000


@dataclass
class _Letter:
    sign: str
    left: float
    right: float
    base: float
    size: float
    place: int


def words_of(page: Any) -> list[Word]:
    text = page.get_textpage()
    try:
        letters = list(_letters(page, text))
        return [word for row in _rows(letters) for word in _words(row, text)]
    finally:
        text.close()


def _letters(page: Any, text: Any) -> Iterator[_Letter]:
    seen = _Seen(page)
    box = pdfium.FS_RECTF()
    x, y = c_double(), c_double()
    for at in range(min(pdfium.FPDFText_CountChars(text), MAX_CHARACTERS + 1)):
        sign = _sign(pdfium.FPDFText_GetUnicode(text, at))
        if pdfium.FPDFText_IsGenerated(text, at) == 1 and not sign.strip():
            continue
        pdfium.FPDFText_GetLooseCharBox(text, at, byref(box))
        pdfium.FPDFText_GetCharOrigin(text, at, byref(x), byref(y))
        left, base = seen.place(x.value, y.value)
        corners = [seen.place(box.left, box.bottom), seen.place(box.right, box.top)]
        tall = abs(corners[1][1] - corners[0][1])
        size = pdfium.FPDFText_GetFontSize(text, at)
        size = size if round(size) in USUAL_SIZES else max(1.4 * tall, 1.0)
        left = min(left, corners[0][0], corners[1][0])
        yield _Letter(sign, left, max(left, corners[0][0], corners[1][0]), base, size, at)


def _sign(code: int) -> str:
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        return " "
    sign = chr(code)
    return "-" if sign == HYPHEN_AT_END else NO_LETTER.sub(" ", PRIVATE.get(sign, sign))


class _Seen:
    """Turns places of the file into places as seen, whatever way the page is turned."""

    def __init__(self, page: Any) -> None:
        width, height = (int(side * 10) for side in page.get_size())

        def device(x: float, y: float) -> tuple[float, float]:
            across, down = c_int(), c_int()
            pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, byref(across), byref(down))
            return across.value / 10, down.value / 10

        self._x0, self._y0 = device(0, 0)
        x1, y1 = device(FAR, 0)
        x2, y2 = device(0, FAR)
        self._across = ((x1 - self._x0) / FAR, (y1 - self._y0) / FAR)
        self._up = ((x2 - self._x0) / FAR, (y2 - self._y0) / FAR)

    def place(self, x: float, y: float) -> tuple[float, float]:
        across = self._x0 + x * self._across[0] + y * self._up[0]
        return across, self._y0 + x * self._across[1] + y * self._up[1]


def _rows(letters: Sequence[_Letter]) -> Iterator[list[_Letter]]:
    """Letters on one base line; raised and lowered ones stay with their line."""
    row: list[_Letter] = []
    for letter in sorted(letters, key=lambda letter: letter.base):
        if row and letter.base - row[-1].base > SAME_LINE * min(letter.size, row[-1].size):
            yield sorted(row, key=lambda letter: (letter.left, letter.place))
            row = []
        row.append(letter)
    if row:
        yield sorted(row, key=lambda letter: (letter.left, letter.place))


def _words(row: Sequence[_Letter], text: Any) -> Iterator[Word]:
    word: list[_Letter] = []
    for letter in row:
        if word and _is_drawn_twice(word[-1], letter):
            continue
        if word and (not letter.sign.strip() or letter.left - word[-1].right > SPACE * letter.size):
            yield _word(word, text)
            word = []
        if letter.sign.strip():
            word.append(letter)
    if word:
        yield _word(word, text)


def _is_drawn_twice(before: _Letter, letter: _Letter) -> bool:
    """Some programs print bold by drawing each letter again, a little beside itself."""
    same = before.sign == letter.sign and bool(letter.sign.strip())
    return same and letter.left - before.left < TWICE * letter.size


def _word(letters: Sequence[_Letter], text: Any) -> Word:
    size = max(letter.size for letter in letters)
    base = letters[0].base
    return Word(
        "".join(letter.sign for letter in letters),
        letters[0].left,
        base - ABOVE * size,
        max(letter.right for letter in letters),
        base + BELOW * size,
        _is_bold(text, letters[0].place),
    )


def _is_bold(text: Any, at: int) -> bool:
    flags = c_int()
    name = create_string_buffer(64)
    pdfium.FPDFText_GetFontInfo(text, at, name, 64, byref(flags))
    return any(word in name.value.lower() for word in BOLD_NAMES)
