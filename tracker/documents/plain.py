"""A text becomes paragraphs and tables: bytes in, blocks out.

Lines that a page break or a fixed width tore apart are joined again; what markdown writes around words is
taken off; tables written with bars, or pasted with tabs, are tables.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from charset_normalizer import from_bytes

from tracker.documents import legacy
from tracker.documents.blocks import Block, Document
from tracker.documents.gather import LAYOUT_WORDS, Gathering, GridCell, GridRow, is_layout
from tracker.documents.limits import MAX_CELLS, MAX_CHARACTERS, number, too_large
from tracker.errors import UnreadableFile
from tracker.vietnamese.forms import fold, tidy

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Emphasis reaches over a few lines at most; a longer reach would make a text of stars take for ever.
BOLD = re.compile(r"\*\*(?=\S)((?:[^*]|\*(?!\*)){1,600}?)(?<=\S)\*\*")
ITALIC = re.compile(r"(?<![\w*])\*(?=\S)([^*]{1,600}?)(?<=\S)\*(?!\w)")
HEADING = re.compile(r"^#{1,6}\s+")
# Private signs that stand for the stars of bold words until their paragraph is whole.
ON, OFF = "\ue0f0", "\ue0f1"
MARKS = re.compile(f"[{ON}{OFF}]")
RULE_LINE = re.compile(r"^[\s*_=\-–—]{3,}$")
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)

# What begins a paragraph of its own even where it begins with a small letter.
ITEM = re.compile(r"^(?:[-–—+*•●▪o]\s|\d+(?:\.\d+)*[.)]\s|[a-zđ][.)]\s|[IVX]+[.)]\s)")
# The same without its blank: `a)Tổ chức`.
TIGHT_POINT = re.compile(r"[a-zđ]\d?[.)/]")
ENDING = re.compile(r"[.;:!?…/|]\W{0,20}$")
DOCUMENT_NUMBER = re.compile(r"^\d+(?:/\d{4})?/[A-ZĐ]")
# Shorter lines end where their writer ended them.
FULL_LINE = 60
TAIL = 200
MARKS_AT_END = 24

BAR_ROW = re.compile(r"^\s*\|.*\|")
BAR = re.compile(r"(?<!\\)\|")
SEPARATOR = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?)?\s*$")
DRAWN_LINE = re.compile(r"\s*[-–—_]{3,}\s*")
NEXT_RECIPIENT = re.compile(r"(?<=[;:])\s+(?=-\s)")
PASTED_COLUMNS = 3
GUESS_FROM = 200_000


def read_plain(data: bytes) -> Document:
    text = decode(data)
    if len(text) > MAX_CHARACTERS:
        raise too_large(f"dài quá {number(MAX_CHARACTERS)} chữ")
    gathering = Gathering()
    for part in parts(legacy.modern(text)):
        if isinstance(part, Block):
            gathering.add(part)
        else:
            gathering.add_table(part)
    return gathering.document("txt")


def decode(data: bytes) -> str:
    """The text of the bytes; a byte order mark is believed first, then UTF-8, then the best guess."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace")
    encoding = wide_encoding(data[:4096])
    if encoding:
        return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _old_code(data) or _guess(data)


def wide_encoding(head: bytes) -> str:
    """UTF-16 without its mark: every second byte is one of the few that Vietnamese letters have there."""
    high = b"\x00\x01\x03\x1e\x20"
    for encoding, places in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(head) >= 8 and b"\x00" in places and not places.strip(high):
            return encoding
    return ""


def _old_code(data: bytes) -> str:
    """The text in a code of before Unicode, if it holds Vietnamese words in one of them."""
    letters = data.decode("latin-1")
    found = [
        unicodedata.normalize("NFC", data.decode("cp1258", errors="replace")),
        legacy.from_tcvn3(letters),
        legacy.from_vni(letters),
    ]
    best = max(found, key=lambda text: legacy.hits(text[: legacy.SAMPLE]))
    return best if legacy.hits(best[: legacy.SAMPLE]) >= legacy.FEW else ""


def _guess(data: bytes) -> str:
    best = from_bytes(data[:GUESS_FROM]).best()
    if best is None:
        raise UnreadableFile(
            "Không nhận ra bảng mã chữ của tệp văn bản. Xin lưu lại thành .docx hoặc .txt (UTF-8).",
            code="unknown-encoding",
        )
    return data.decode(best.encoding, errors="replace")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text without tables, with what was torn joined and no empty one."""
    return [part.text for part in parts(text) if isinstance(part, Block)]


@dataclass
class _Paragraph:
    """A paragraph that may yet go on: its pieces, and whether all of them are bold."""

    pieces: list[str] = field(default_factory=list)
    bold: bool = True

    def add(self, piece: str, bold: bool) -> None:
        self.pieces.append(piece)
        self.bold &= bold

    def tail(self) -> str:
        """Its last words: enough to judge by, however long it grows."""
        return self.pieces[-1][-TAIL:]

    def is_long(self) -> bool:
        return len(self.pieces) > 1 or len(self.pieces[0]) >= FULL_LINE

    def block(self) -> Block:
        return Block(" ".join(self.pieces), bold=self.bold)


def parts(text: str) -> Iterator[Block | list[GridRow]]:
    """The paragraphs and the tables of a text, in order."""
    lines = _with_bold_marked(text).splitlines()
    joining = _Joining()
    at = 0
    while at < len(lines):
        rows, used = _table_at(lines, at)
        if rows:
            yield from joining.finish()
            yield from _table_or_lines(rows)
        else:
            yield from joining.add_line(lines[at])
        at += used or 1
    yield from joining.finish()


class _Joining:
    """Takes lines one by one and gives each paragraph when it is whole."""

    def __init__(self) -> None:
        self._open: _Paragraph | None = None
        self._gap = True
        self._inside_bold = False

    def add_line(self, line: str) -> Iterator[Block]:
        pieces = list(_pieces(line, self._inside_bold))
        self._inside_bold = line.rfind(ON) > line.rfind(OFF) or (self._inside_bold and OFF not in line)
        for piece, bold in pieces:
            yield from self._add(piece, bold)

    def _add(self, piece: str, bold: bool) -> Iterator[Block]:
        goes_on = piece and self._open and _continues(self._open, piece, self._gap)
        self._gap = not piece
        if not piece:
            return
        if not goes_on:
            yield from self.finish()
        self._open = self._open or _Paragraph()
        self._open.add(piece, bold)
        self._gap = False

    def finish(self) -> Iterator[Block]:
        if self._open:
            yield self._open.block()
        self._open, self._gap = None, True


def _with_bold_marked(text: str) -> str:
    return ITALIC.sub(r"\1", BOLD.sub(rf"{ON}\1{OFF}", text.replace("\f", "\n")))


def _pieces(line: str, inside_bold: bool) -> Iterator[tuple[str, bool]]:
    """The words of a line without markdown, and whether all of them are bold."""
    plain = MARKS.sub("", line)
    if RULE_LINE.match(line):
        yield "", False
    elif "|" in plain and LAYOUT_WORDS.search(fold(plain)):
        yield from ((piece, False) for piece in _layout_pieces(plain))
    else:
        bold = bool(HEADING.match(plain)) or _all_bold(line, inside_bold)
        yield tidy(HEADING.sub("", plain)), bold


def _all_bold(line: str, inside: bool) -> bool:
    if ON not in line and not inside:
        return False
    marked = f"{ON if inside else ''}{line}"
    return not re.sub(f"{ON}[^{OFF}]*(?:{OFF}|$)", "", marked).strip()


def _layout_pieces(line: str) -> Iterator[str]:
    """A letterhead or a foot in one line: its columns, and in them the lines that it once had."""
    for column in BAR.split(line):
        for part in DRAWN_LINE.split(LINE_BREAK.sub("\n", column)):
            for row in part.split("\n"):
                yield from filter(None, map(tidy, NEXT_RECIPIENT.split(row)))


def _continues(before: _Paragraph, piece: str, gap: bool) -> bool:
    """Whether a piece goes on with the paragraph before it; across an empty line only a torn sentence
    does.
    """
    tail = before.tail()
    if is_torn(tail, piece):
        return before.is_long() if gap else True
    ended = ITEM.match(piece) or ENDING.search(tail[-MARKS_AT_END:]) or piece[0].islower()
    return not ended and not gap and before.is_long() and not tail.isupper()


def is_torn(tail: str, piece: str) -> bool:
    """Whether a piece goes on with a sentence that has not ended: it begins small, or with a document's number."""
    if ITEM.match(piece) or TIGHT_POINT.match(piece) or ENDING.search(tail[-MARKS_AT_END:]):
        return False
    return bool(piece[0].islower() or DOCUMENT_NUMBER.match(piece))


def _table_at(lines: list[str], at: int) -> tuple[list[GridRow], int]:
    """The table that begins at a line, and how many lines it takes; nothing where none begins."""
    for is_row, cells in ((_is_bar_row, _bar_cells), (_has_bar, _bar_cells), (_is_pasted, _pasted_cells)):
        if not is_row(lines[at]) or (is_row is _has_bar and not _separated(lines, at)):
            continue
        end = at
        while end < len(lines) and is_row(lines[end]):
            end += 1
        _check_cells(lines[at:end])
        rows = [cells(line) for line in lines[at:end] if not SEPARATOR.match(line)]
        if len(rows) > 1 or end - at > 1 or (rows and is_row is _is_bar_row and is_layout(rows)):
            return rows, end - at
    return [], 0


def _check_cells(lines: list[str]) -> None:
    if sum(line.count("|") + line.count("\t") for line in lines) > MAX_CELLS:
        raise too_large(f"có bảng quá {number(MAX_CELLS)} ô")


def _separated(lines: list[str], at: int) -> bool:
    return at + 1 < len(lines) and bool(SEPARATOR.match(lines[at + 1]))


def _is_bar_row(line: str) -> bool:
    return bool(BAR_ROW.match(line))


def _has_bar(line: str) -> bool:
    return "|" in line


def _is_pasted(line: str) -> bool:
    """Cells that were copied out of Word or Excel arrive with tabs between them."""
    return line.strip("\t").count("\t") >= PASTED_COLUMNS - 1


def _bar_cells(line: str) -> GridRow:
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return tuple(_cell(text) for text in BAR.split(inner))


def _pasted_cells(line: str) -> GridRow:
    return tuple(_cell(text) for text in line.split("\t"))


def _cell(text: str) -> GridCell:
    bold = _all_bold(text, inside=False)
    lines = LINE_BREAK.sub("\n", MARKS.sub("", text).replace("\\|", "|")).split("\n")
    return GridCell("\n".join(filter(None, map(tidy, lines))), bold=bold)


def _table_or_lines(rows: list[GridRow]) -> Iterator[Block | list[GridRow]]:
    """A table; a letterhead drawn as one gives its lines."""
    if not is_layout(rows):
        yield rows
        return
    for row in rows:
        for cell in row:
            for line in cell.text.split("\n"):
                yield from (Block(piece) for piece in _layout_pieces(line))
