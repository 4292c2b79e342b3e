"""Scans and pictures: read by tesseract, with how sure it was, and one page after the other."""

from __future__ import annotations

import shutil
from functools import cache
from typing import Any

import pytest
from PIL import ImageFilter

from tests.documents.files import (
    LONG,
    add_letterhead,
    as_file,
    converted,
    need_tesseract,
    new_word,
    pictures,
    saved,
    texts,
    word_file,
)
from tracker.documents import scans
from tracker.documents.read import read
from tracker.errors import UnreadableFile


@cache
def printed() -> bytes:
    document = new_word()
    add_letterhead(document)
    document.add_paragraph(f"1. {LONG}.")
    document.add_page_break()
    document.add_paragraph(f"2. {LONG}.")
    return converted(saved(document), "pdf")


@cache
def photographed() -> tuple[Any, ...]:
    return tuple(pictures(printed()))


@pytest.fixture(autouse=True)
def _reader() -> None:
    need_tesseract()


@pytest.mark.parametrize(("form", "kind"), [("PDF", "scan"), ("TIFF", "image")])
def test_every_page_is_read_and_progress_is_told(form: str, kind: str) -> None:
    told: list[tuple[int, int]] = []
    document = read(as_file(photographed(), form), progress=lambda done, total: told.append((done, total)))
    assert document.kind == kind
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert [text for text in texts(document) if text[:2] in ("1.", "2.")] == [f"1. {LONG}.", f"2. {LONG}."]
    assert "Độc lập - Tự do - Hạnh phúc" in texts(document)
    assert all(block.confidence and block.confidence > 60 for block in document.blocks)


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_picture_of_one_page_is_read(form: str) -> None:
    document = read(as_file(photographed()[1:], form))
    assert texts(document) == [f"2. {LONG}."]


def test_blurred_words_are_marked_as_doubtful_at_their_place() -> None:
    blurred = photographed()[1].filter(ImageFilter.GaussianBlur(3.2))
    document = read(as_file([blurred], "PNG"))
    doubtful = [block.text[start:end] for block in document.blocks for start, end in block.doubtful]
    assert doubtful
    assert all(word and " " not in word for word in doubtful)


def test_a_page_with_its_own_text_is_not_read_from_its_picture() -> None:
    told: list[tuple[int, int]] = []
    document = read(printed(), progress=lambda done, total: told.append((done, total)))
    assert (document.kind, told) == ("pdf", [])
    assert all(block.confidence is None for block in document.blocks)


def test_without_the_program_its_name_and_how_to_install_it_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(UnreadableFile) as refusal:
        scans.require()
    assert refusal.value.code == "missing-program"
    assert "apt-get install tesseract-ocr" in refusal.value.message


def test_an_old_word_file_is_read_with_its_numbers() -> None:
    old = converted(word_file("Kế hoạch năm 2026", f"1. {LONG}."), "doc")
    document = read(old)
    assert document.kind == "doc"
    assert texts(document) == ["Kế hoạch năm 2026", f"1. {LONG}."]
