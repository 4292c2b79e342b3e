"""What a file is: its bytes say, never its name."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from tracker.documents.plain import BOMS, wide_encoding

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
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"GIF8", "media"),
    (b"BM", "media"),
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
# The kinds that are not read, as they are named to people.
KIND_WORDS: Mapping[str, str] = {
    "rtf": "tệp RTF",
    "pptx": "tệp trình chiếu (.pptx)",
    "odf": "tệp OpenDocument (.odt, .ods)",
    "media": "tệp hình ảnh hoặc âm thanh loại khác",
    "archive": "tệp nén",
    "program": "tệp chương trình",
    "office": "tệp Office đời cũ (.xls, .ppt …)",
    "binary": "tệp không phải văn bản",
}
HEAD = 4096
# Other programs may write a few bytes before the mark of a PDF.
PDF_HEAD = 1024


def kind_of(data: bytes) -> str:
    """txt, docx, doc, pdf, image, xlsx, a kind of `KIND_WORDS`, or locked or damaged."""
    if data.startswith(OLE):
        return _kind_of_ole(data)
    if data.startswith(ZIP_STARTS):
        return _kind_of_zip(data)
    for start, kind in SIGNATURES:
        # Two letters can begin an ordinary text as well; a binary file shows itself by its zero bytes.
        if data.startswith(start) and (len(start) > 2 or b"\x00" in data[:HEAD]):
            return kind
    if _is_binary(data[:HEAD]):
        return "pdf" if b"%PDF-" in data[:PDF_HEAD] else "binary"
    return "txt"


def _kind_of_ole(data: bytes) -> str:
    if ENCRYPTED_STREAM in data:
        return "locked"
    return "doc" if WORD_STREAM in data else "office"


def _kind_of_zip(data: bytes) -> str:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "damaged"
    if any(part.flag_bits & 0x1 for part in parts):
        return "locked"
    names = {part.filename for part in parts}
    return next((kind for name, kind in ZIP_KINDS if name in names), "archive")


def _is_binary(head: bytes) -> bool:
    """Zero bytes in anything but UTF-16 or UTF-32, or more control signs than any text has."""
    if head.startswith(tuple(bom for bom, _ in BOMS)) or wide_encoding(head):
        return False
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return b"\x00" in head or controls > len(head) // 20
