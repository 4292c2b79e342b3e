"""Files of every kind: what is read, and what is refused with which words."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest

from tracker.documents import limits
from tracker.documents.kinds import OLE, kind_of
from tracker.documents.plain import paragraphs
from tracker.documents.read import read
from tracker.errors import UnreadableFile


def zipped(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return buffer.getvalue()


def word_file(*texts: str) -> bytes:
    document, buffer = docx.Document(), io.BytesIO()
    for text in texts:
        document.add_paragraph(text)
    document.save(buffer)
    return buffer.getvalue()


def locked_zip() -> bytes:
    """A zip whose parts carry the mark of encryption."""
    data = bytearray(zipped(word__document_xml="<w/>"))
    directory = data.rfind(b"PK\x01\x02")
    data[directory + 8] |= 1
    return bytes(data)


REFUSED = {
    "an empty file": (b"", "empty-file"),
    "a file of blanks": (b" \r\n\t", "empty-file"),
    "a torn PDF": (b"%PDF-1.7\n", "damaged-file"),
    "a torn picture": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "damaged-file"),
    "a locked Word file": (OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "locked-file"),
    "a locked archive": (locked_zip(), "locked-file"),
    "a torn sheet": (zipped(xl__workbook_xml="<w/>"), "damaged-file"),
    "an archive": (zipped(a="b"), "unsupported-kind"),
    "a torn Word file": (word_file("Kế hoạch")[:900], "damaged-file"),
    "a Word file without content": (zipped(word__document_xml="<w:document"), "damaged-file"),
    "a program": (b"MZ\x90\x00" + b"\x00" * 64, "unsupported-kind"),
    "noise": (bytes(range(256)) * 4, "unsupported-kind"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_read_is_refused_in_words_that_say_what_to_do(what: str) -> None:
    data, code = REFUSED[what]
    with pytest.raises(UnreadableFile) as refusal:
        read(data, "ke-hoach.docx")
    assert refusal.value.code == code
    assert "xin " in refusal.value.message.casefold()


def test_a_file_above_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read(b"a" * (limits.MAX_BYTES + 1))
    assert refusal.value.code == "too-large"


def test_a_file_that_unpacks_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.documents.archives.MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(UnreadableFile) as refusal:
        read(word_file("Kế hoạch"))
    assert refusal.value.code == "too-large"


def test_the_kind_is_in_the_bytes_and_not_in_the_name() -> None:
    assert kind_of(word_file("Kế hoạch")) == "docx"
    assert read("Kế hoạch năm 2031".encode(), "ke-hoach.docx").kind == "txt"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_read_in_the_encodings_of_the_offices(encoding: str) -> None:
    assert read("Nhiệm vụ của Phòng Tư pháp".encode(encoding)).blocks[0].text == "Nhiệm vụ của Phòng Tư pháp"


def test_a_sentence_torn_by_a_page_break_is_joined() -> None:
    first = "1. Phòng Tư pháp theo dõi, đôn đốc các đơn vị triển khai nhiệm vụ và đề ra các giải"
    torn = f"{first}\n\npháp cụ thể."
    assert len(paragraphs(torn)) == 1


def test_items_and_headings_stay_apart() -> None:
    text = "I. NHIỆM VỤ\na) Việc thứ nhất\n- Chủ trì: Phòng A\n- Thời gian: quý I"
    assert len(paragraphs(text)) == 4


def test_emphasis_is_taken_off() -> None:
    assert paragraphs("- *Đơn vị chủ trì:* **Phòng A**") == ["- Đơn vị chủ trì: Phòng A"]
