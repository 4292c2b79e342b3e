"""Zipped Office files are looked over before anything in them is parsed: bombs and trickery stop here."""

from __future__ import annotations

import io
import zipfile
import zlib

from tracker.documents.limits import (
    MAX_ELEMENTS,
    MAX_PARTS,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MAX_UNPACKED_TEXT,
    MEGABYTE,
    RATIO_COUNTS_FROM,
    number,
    too_large,
)
from tracker.errors import UnreadableFile

DAMAGED = "Tệp bị hỏng, không mở được. Xin mở bằng Word hoặc Excel, lưu lại rồi nộp lại."
XML_ENDS = (".xml", ".rels", ".vml")
# An Office file never defines entities; a file that does wants to blow them up.
ENTITIES = tuple(
    mark.encode(encoding)
    for mark in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)


def damaged(error: Exception | None = None) -> UnreadableFile:
    refusal = UnreadableFile(DAMAGED, code="damaged-file")
    refusal.__cause__ = error
    return refusal


def check_archive(data: bytes) -> None:
    """Refuse what would unpack to more than we hold, or what holds entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise too_large(f"có hơn {number(MAX_PARTS)} phần")
            written = [part for part in parts if _is_xml(archive, part)]
            _check_sizes(parts, written)
            elements = 0
            for part in written:
                text = archive.read(part)
                _check_entities(text)
                elements += text.count(b"<")
            if elements > MAX_ELEMENTS:
                raise too_large(f"có hơn {number(MAX_ELEMENTS)} thẻ")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise damaged(error) from error


def _is_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """By name, or by how it begins: a part may be told to be the document whatever it is called."""
    if part.filename.lower().endswith(XML_ENDS):
        return True
    with archive.open(part) as content:
        head = content.read(64)
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _check_sizes(parts: list[zipfile.ZipInfo], written: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    text = sum(part.file_size for part in written)
    if unpacked > MAX_UNPACKED_BYTES or text > MAX_UNPACKED_TEXT:
        raise too_large(
            f"bung ra quá lớn (hơn {MAX_UNPACKED_TEXT // MEGABYTE} MB chữ hoặc "
            f"{MAX_UNPACKED_BYTES // MEGABYTE} MB tất cả)",
            "Xin bỏ bớt hình ảnh hoặc tách tệp rồi nộp lại.",
        )
    if any(_is_bomb(part) for part in parts):
        raise UnreadableFile(
            f"Tệp nén chặt hơn {MAX_RATIO} lần, không giống tài liệu thường nên không được đọc. "
            "Xin lưu lại thành .docx rồi nộp lại.",
            code="zip-bomb",
        )


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > RATIO_COUNTS_FROM and part.file_size > MAX_RATIO * max(part.compress_size, 1)


def _check_entities(text: bytes) -> None:
    if any(mark in text for mark in ENTITIES):
        raise UnreadableFile(
            "Tệp có đoạn mã lạ (thực thể XML) nên không được đọc. Xin mở bằng Word hoặc Excel, "
            "lưu lại rồi nộp lại.",
            code="xml-bomb",
        )
