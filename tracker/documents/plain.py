"""A text file becomes paragraphs: bytes in, blocks out.

Lines that a page break or a fixed width tore apart are joined again; emphasis in the manner of markdown
is taken off.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from tracker.documents.blocks import Block
from tracker.errors import UnreadableFile
from tracker.vietnamese.forms import tidy

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
ITALIC = re.compile(r"(?<![\w*])\*(?=\S)(.+?)(?<=\S)\*(?!\w)", re.DOTALL)
HEADING = re.compile(r"^#{1,6}\s+")

# What begins a paragraph of its own even where it begins with a small letter.
ITEM = re.compile(r"^(?:[-–—+*•●▪o]\s|\d+(?:\.\d+)*[.)]\s|[a-zđ][.)]\s|[IVX]+[.)]\s)")
ENDING = re.compile(r"[.;:!?…/|]\W*$")
DOCUMENT_NUMBER = re.compile(r"^\d+(?:/\d{4})?/[A-ZĐ]")
# Shorter lines end where their writer ended them.
FULL_LINE = 60


def decode(data: bytes) -> str:
    """The text of the bytes; a byte order mark is believed first, then UTF-8, then the best guess."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data)


def _guess(data: bytes) -> str:
    best = from_bytes(data).best()
    if best is None:
        raise UnreadableFile(
            "Không nhận ra bảng mã chữ của tệp văn bản. Vui lòng lưu lại thành .docx hoặc .txt (UTF-8).",
            code="unknown-encoding",
        )
    return str(best)


def read_plain(data: bytes) -> tuple[Block, ...]:
    return tuple(Block(text) for text in paragraphs(decode(data)))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, with what was torn joined and no empty one."""
    found: list[str] = []
    gap = True
    for line in _without_emphasis(text).splitlines():
        piece = tidy(HEADING.sub("", line))
        if piece and found and _continues(found[-1], piece, gap):
            found[-1] = f"{found[-1]} {piece}"
        elif piece:
            found.append(piece)
        gap = not piece
    return found


def _without_emphasis(text: str) -> str:
    return ITALIC.sub(r"\1", BOLD.sub(r"\1", text.replace("\f", "\n")))


def _continues(before: str, piece: str, gap: bool) -> bool:
    """Whether a piece goes on with the paragraph before it; across an empty line only a torn sentence
    does.
    """
    if ITEM.match(piece) or ENDING.search(before):
        return False
    if piece[0].islower() or DOCUMENT_NUMBER.match(piece):
        return len(before) >= FULL_LINE if gap else True
    return not gap and len(before) >= FULL_LINE and not before.isupper()
