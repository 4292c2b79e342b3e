"""A file becomes a document: bytes and a name in, blocks out. What the file is, its bytes say, never its
name.

What cannot be read is refused with a sentence that says what it is and what to do next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracker.documents.apart import read_apart
from tracker.documents.archives import DAMAGED
from tracker.documents.blocks import Document
from tracker.documents.docx import read_docx
from tracker.documents.kinds import KIND_WORDS, kind_of
from tracker.documents.limits import MAX_BYTES, MEGABYTE
from tracker.documents.plain import read_plain
from tracker.documents.sheets import csv_rows, read_csv, read_xlsx
from tracker.documents.word97 import read_doc
from tracker.errors import UnreadableFile

# Told after each scanned page: how many are done, and of how many.
Progress = Callable[[int, int], None]


def read(data: bytes, name: str = "", *, progress: Progress | None = None) -> Document:
    """The document in `data`. `name` is only for the words of a refusal; `progress` hears of scanned pages.

    Raises `UnreadableFile` for an empty, too large, too slow, locked, damaged or foreign file, and where a
    program that reads it is not installed.
    """
    which = f"Tệp “{name}”" if name else "Tệp"
    if len(data) > MAX_BYTES:
        raise UnreadableFile(
            f"{which} lớn hơn {MAX_BYTES // MEGABYTE} MB nên không được đọc. Xin bỏ bớt hình ảnh hoặc "
            "tách tệp rồi nộp lại.",
            code="too-large",
        )
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableFile(f"{which} trống, không có nội dung. Xin chọn lại tệp.", code="empty-file")
    document = _read_kind(data, kind_of(data), which, progress)
    if not document.blocks:
        raise UnreadableFile(f"{which} không có chữ nào. Xin chọn lại tệp.", code="empty-file")
    return document


def _read_kind(data: bytes, kind: str, which: str, progress: Progress | None) -> Document:
    if kind == "locked":
        raise UnreadableFile(
            f"{which} có mật khẩu nên không đọc được. Xin bỏ mật khẩu rồi nộp lại.", code="locked-file"
        )
    if kind == "damaged":
        raise UnreadableFile(DAMAGED, code="damaged-file")
    if kind in ("pdf", "image"):
        return read_apart(kind, data, progress)
    if kind in READERS:
        return READERS[kind](data)
    raise UnreadableFile(
        f"{which} là {KIND_WORDS[kind]}, loại này chưa đọc được. Xin lưu lại thành .docx rồi nộp.",
        code="unsupported-kind",
    )


def _read_text(data: bytes) -> Document:
    rows = csv_rows(data)
    return read_csv(rows) if rows else read_plain(data)


READERS: Mapping[str, Callable[[bytes], Document]] = {
    "docx": read_docx,
    "doc": read_doc,
    "xlsx": read_xlsx,
    "txt": _read_text,
}
