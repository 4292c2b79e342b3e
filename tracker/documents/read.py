"""A file becomes a document: bytes and a name in, blocks out. What the file is, its bytes say, never its
name.

What cannot be read is refused with a sentence that says what it is and what to do next.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from tracker.documents.blocks import Document
from tracker.documents.docx import DAMAGED, read_docx
from tracker.documents.limits import MAX_BYTES, MEGABYTE
from tracker.documents.plain import read_plain
from tracker.errors import UnreadableFile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# The stream names of an OLE file are written in UTF-16; these tell its kinds apart.
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
WORD_STREAM = "WordDocument".encode("utf-16-le")

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"RIFF", "media"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)
ZIP_KINDS: tuple[tuple[str, str], ...] = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("ppt/presentation.xml", "pptx"),
    ("content.xml", "odf"),
)
KIND_WORDS: Mapping[str, str] = {
    "pdf": "tệp PDF",
    "doc": "tệp Word đời cũ (.doc)",
    "rtf": "tệp RTF",
    "xlsx": "bảng tính Excel (.xlsx)",
    "pptx": "tệp trình chiếu (.pptx)",
    "odf": "tệp OpenDocument (.odt, .ods)",
    "image": "tệp hình ảnh",
    "media": "tệp âm thanh, hình ảnh",
    "archive": "tệp nén",
    "program": "tệp chương trình",
    "office": "tệp Office đời cũ (.xls, .ppt …)",
    "binary": "tệp không phải văn bản",
}
HEAD = 4096


def read(data: bytes, name: str = "") -> Document:
    """The document in `data`. `name` is only for the words of a refusal.

    Raises `UnreadableFile` for an empty, too large, locked, damaged or foreign file.
    """
    which = f"Tệp “{name}”" if name else "Tệp"
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableFile(f"{which} trống, không có nội dung. Vui lòng chọn lại tệp.", code="empty-file")
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // MEGABYTE
        raise UnreadableFile(
            f"{which} lớn hơn {limit} MB nên không được đọc. Vui lòng bỏ bớt hình ảnh rồi nộp lại.",
            code="too-large",
        )
    return _read_kind(data, kind_of(data), which)


def _read_kind(data: bytes, kind: str, which: str) -> Document:
    if kind == "locked":
        raise UnreadableFile(
            f"{which} có mật khẩu nên không đọc được. Vui lòng bỏ mật khẩu rồi nộp lại.", code="locked-file"
        )
    if kind == "damaged":
        raise UnreadableFile(DAMAGED, code="damaged-file")
    if kind not in ("docx", "txt"):
        raise UnreadableFile(
            f"{which} là {KIND_WORDS[kind]}, loại này chưa đọc được. Vui lòng lưu lại thành .docx rồi nộp.",
            code="unsupported-kind",
        )
    document = Document(kind, read_docx(data)) if kind == "docx" else read_plain(data)
    if not document.blocks:
        raise UnreadableFile(f"{which} không có chữ nào. Vui lòng chọn lại tệp.", code="empty-file")
    return document


def kind_of(data: bytes) -> str:
    """txt, docx, a foreign kind of `KIND_WORDS`, or locked or damaged."""
    if data.startswith(OLE):
        return _kind_of_ole(data)
    if data.startswith(ZIP_STARTS):
        return _kind_of_zip(data)
    for start, kind in SIGNATURES:
        # Two letters can begin an ordinary text as well; a binary file shows itself by its zero bytes.
        if data.startswith(start) and (len(start) > 2 or b"\x00" in data[:HEAD]):
            return kind
    return "binary" if _is_binary(data[:HEAD]) else "txt"


def _kind_of_ole(data: bytes) -> str:
    if ENCRYPTED_STREAM in data:
        return "locked"
    return "doc" if WORD_STREAM in data else "office"


def _kind_of_zip(data: bytes) -> str:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile:
        return "damaged"
    if any(part.flag_bits & 0x1 for part in parts):
        return "locked"
    names = {part.filename for part in parts}
    return next((kind for name, kind in ZIP_KINDS if name in names), "archive")


def _is_binary(head: bytes) -> bool:
    """Zero bytes in anything but UTF-16 or UTF-32, or more control signs than any text has."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return b"\x00" in head or controls > len(head) // 20
