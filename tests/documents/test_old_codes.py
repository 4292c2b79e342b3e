"""Text of before Unicode: TCVN3 and VNI, in plain text and in fonts of Word."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata

import pytest

from tests.conftest import lacking
from tests.documents.files import new_word, saved, texts
from tracker.documents.legacy import TCVN3, VNI, from_tcvn3, from_vni, modern
from tracker.documents.read import read

SENTENCE = (
    "Kế hoạch thực hiện nhiệm vụ năm 2026 của Ủy ban nhân dân tỉnh; đường lối, chủ trương được phổ biến"
)
IN_TCVN3 = SENTENCE.replace("Ủ", "ñ").translate({ord(new): chr(old) for old, new in TCVN3.items()})
PAIRS = {made: written for written, made in VNI.items()}
IN_VNI = "".join(PAIRS.get(letter, letter) for letter in SENTENCE)


def test_every_letter_of_tcvn3_is_that_of_iconv() -> None:
    iconv = shutil.which("iconv")
    if iconv is None:
        lacking("no iconv on this machine")
    assert iconv
    codes = bytes(sorted(TCVN3))
    asked = subprocess.run(
        [iconv, "-f", "TCVN5712-1", "-t", "utf-8"], input=codes, capture_output=True, check=True
    )
    assert unicodedata.normalize("NFC", asked.stdout.decode()) == "".join(TCVN3[code] for code in codes)
    assert len(codes) == 74


@pytest.mark.parametrize(
    ("old", "new"),
    [("hép møt tÕt", "hộp mứt tết"), ("KÕ ho¹ch", "Kế hoạch"), ("®­êng", "đường")],
)
def test_words_of_tcvn3(old: str, new: str) -> None:
    assert from_tcvn3(old) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Keá hoaïch", "Kế hoạch"),
        ("ÑOÀNG THAÙP", "ĐỒNG THÁP"),
        ("UÛy ban nhaân daân", "Ủy ban nhân dân"),
        ("Ñöôøng", "Đường"),
        ("thöïc hieän quyù IV", "thực hiện quý IV"),
        ("tænh, xaõ, thò traán, kyõ", "tỉnh, xã, thị trấn, kỹ"),
    ],
)
def test_words_of_vni(old: str, new: str) -> None:
    assert from_vni(old) == new


@pytest.mark.parametrize("text", [SENTENCE, "Công tác số 12", "résumé, café à Paris", "Plan for 2026"])
def test_unicode_and_other_languages_stay(text: str) -> None:
    assert modern(text) == text


@pytest.mark.parametrize("old", [IN_TCVN3, IN_VNI])
def test_a_text_file_in_an_old_code_becomes_unicode(old: str) -> None:
    expected = SENTENCE.replace("Ủ", "ủ") if old is IN_TCVN3 else SENTENCE
    for data in (old.encode("latin-1"), old.encode("utf-8")):
        assert texts(read(data)) == [expected]


def test_the_font_of_a_word_file_says_what_its_letters_are() -> None:
    document = new_word()
    paragraph = document.add_paragraph()
    for text, font in (
        ("KÕ ho¹ch ", ".VnTime"),
        ("tØnh ", ".VnTimeH"),
        ("tænh ", "VNI-Times"),
        ("Café", "Arial"),
    ):
        paragraph.add_run(text).font.name = font
    assert texts(read(saved(document))) == ["Kế hoạch TỈNH tỉnh Café"]


def test_an_old_font_over_unicode_letters_changes_nothing() -> None:
    document = new_word()
    document.add_paragraph().add_run(f"{SENTENCE}.").font.name = ".VnTime"
    document.add_paragraph().add_run("là").font.name = ".VnTime"
    assert texts(read(saved(document))) == [f"{SENTENCE}.", "là"]
