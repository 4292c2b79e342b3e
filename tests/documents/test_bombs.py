"""Files that were made to choke a reader are refused politely: within 5 seconds and 500 MB."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable

import pypdfium2
import pytest

from tests.documents.files import saved, word_file, zipped
from tracker.documents.limits import MEGABYTE

SECONDS, MEMORY = 5.0, 500
READ = """
import json, resource, sys
from tracker.documents.read import read
from tracker.errors import UnreadableFile
data = sys.stdin.buffer.read()
def worked():
    # By this program and its children; what others take of a busy machine is not counted.
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
before, code, message = worked(), "read", ""
try:
    read(data, "ke-hoach")
except UnreadableFile as refusal:
    code, message = refusal.code, refusal.message
# The kernel's own figure for this process begins at its parent's size; this one begins at nothing.
own = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
used = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps([code, message, worked() - before, used // 1024]))
"""


def with_document(xml: bytes) -> bytes:
    """A good Word file whose words are replaced."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word_file("a"))) as good,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, xml if name == "word/document.xml" else good.read(name))
    return buffer.getvalue()


def zip_bomb() -> bytes:
    return with_document(b"<w:document>" + b" " * (300 * MEGABYTE))


def small_zip_bomb() -> bytes:
    return with_document(b"<w:document>" + b" " * (15 * MEGABYTE))


def many_paragraphs() -> bytes:
    names = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return with_document(b"<w:document %s><w:body>" % names + b"<w:p/>" * 500_000 + b"</w:body></w:document>")


def xml_bomb() -> bytes:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return with_document(f'<!DOCTYPE d [<!ENTITY e0 "lol">{lines}]><w:document>&e11;</w:document>'.encode())


def sheet_bomb() -> bytes:
    return zipped({"xl/workbook.xml": "<w/>", "xl/worksheets/sheet1.xml": b"<c/>" * (60 * MEGABYTE // 4)})


def many_pages() -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(2000):
        document.new_page(595, 842)
    return saved(document)


def pdf_bomb() -> bytes:
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b"0 0 m 9 9 l S\n" * 70_000) for _ in range(600)) + packer.flush()
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream endobj\n"
        b"trailer<</Size 5/Root 1 0 R>>\n%%%%EOF" % (len(stream), stream)
    )


def picture_bomb() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    size = (60_000).to_bytes(4, "big") * 2
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\x06\x00\x00\x00")
    return start + chunk(b"IDAT", zlib.compress(b"\x00" * MEGABYTE)) + chunk(b"IEND", b"")


BOMBS: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "a zip bomb": (zip_bomb, {"too-large"}),
    "a smaller zip bomb": (small_zip_bomb, {"zip-bomb"}),
    "half a million paragraphs": (many_paragraphs, {"too-large"}),
    "an XML bomb": (xml_bomb, {"xml-bomb"}),
    "a sheet that unpacks too far": (sheet_bomb, {"too-large"}),
    "a PDF of 2,000 pages": (many_pages, {"too-large"}),
    "a PDF that unpacks too far": (pdf_bomb, {"damaged-file", "too-large"}),
    "a picture of gigapixels": (picture_bomb, {"too-large", "damaged-file"}),
    "100 MB of text": (lambda: "Kế hoạch\n".encode() * (100 * MEGABYTE // 11), {"too-large"}),
    "a paragraph without an end": (lambda: b"viec " * (4 * MEGABYTE), {"too-large"}),
    "stars without an end": (lambda: b"**a *b " * 400_000, {"read", "too-large"}),
    "bars without an end": (lambda: b"|" * 2_900_000, {"read", "too-large", "empty-file"}),
    "stops without an end": (
        lambda: ("." * 70 + "\n").encode() * 40_000,
        {"read", "too-large", "empty-file"},
    ),
}


@pytest.mark.parametrize("what", BOMBS)
def test_it_is_refused_in_time_and_with_little_memory(what: str) -> None:
    make, codes = BOMBS[what]
    ran = subprocess.run(
        [sys.executable, "-c", READ], input=make(), capture_output=True, timeout=60, check=True
    )
    code, message, seconds, megabytes = json.loads(ran.stdout)
    assert code in codes, message
    assert code == "read" or "xin " in message.casefold()
    assert seconds < SECONDS
    assert megabytes < MEMORY


def test_a_refusal_for_size_says_the_limit() -> None:
    ran = subprocess.run([sys.executable, "-c", READ], input=many_pages(), capture_output=True, check=True)
    assert "500 trang" in json.loads(ran.stdout)[1]
