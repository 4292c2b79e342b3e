"""A PDF becomes paragraphs and tables: bytes in, blocks out. Each page by itself is read from its text or, where it
is a picture, by the scan's reader.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable
from typing import Any

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from tracker.documents.archives import damaged
from tracker.documents.blocks import Block, Document
from tracker.documents.gather import Gathering
from tracker.documents.grids import Box, grid_of
from tracker.documents.layout import Page, pages_to_items
from tracker.documents.letters import words_of
from tracker.documents.limits import (
    MAX_CHARACTERS,
    MAX_PAGES,
    MAX_SCANNED_PAGES,
    SECONDS_A_SCAN,
    Patience,
    number,
    too_large,
)
from tracker.documents.scans import Scanner
from tracker.errors import UnreadableFile

Progress = Callable[[int, int], None]
# PDFium is one machine for the whole process: two threads in it at once break it.
ONE_AT_A_TIME = threading.RLock()
# A page with fewer letters than this and a picture on it is a scan, whatever stamp was printed over it.
FEW_LETTERS = 80
NO_LETTERS = 12
DOTS_PER_POINT = 250 / 72
MAX_SIDE = 4200
# Drawings, not tables: looking for cells among so many lines would take minutes.
MAX_PATHS = 4000
MIN_PATHS = 3

logging.getLogger("pdfminer").setLevel(logging.ERROR)


def read_pdf(data: bytes, progress: Progress | None = None) -> Document:
    with ONE_AT_A_TIME:
        opened = _open(data)
        try:
            return _Reader(opened, data, progress).read()
        except (pypdfium2.PdfiumError, ValueError, OverflowError, MemoryError, RecursionError) as error:
            raise damaged(error) from error
        finally:
            opened.close()


def _open(data: bytes) -> Any:
    try:
        opened = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise UnreadableFile(
                "Tệp PDF có mật khẩu nên không đọc được. Xin bỏ mật khẩu rồi nộp lại.",
                code="locked-file",
            ) from error
        raise damaged(error) from error
    if len(opened) > MAX_PAGES:
        pages = len(opened)
        opened.close()
        raise too_large(f"có {number(pages)} trang, quá {MAX_PAGES} trang")
    return opened


class _Reader:
    """One opened file: text pages at once, scanned pages by tesseract, then the whole in reading order."""

    def __init__(self, opened: Any, data: bytes, progress: Progress | None) -> None:
        self._opened = opened
        self._data = data
        self._progress = progress
        self._patience = Patience()
        self._letters = 0

    def read(self) -> Document:
        pages: list[Page | None] = []
        with _tables_of(self._data) as tables:
            for at in range(len(self._opened)):
                self._patience.check()
                pages.append(self._text_page(at, tables))
        scanned = [at for at, page in enumerate(pages) if page is None]
        self._scan(pages, scanned)
        gathering = Gathering()
        for part in pages_to_items([page for page in pages if page is not None]):
            if isinstance(part, Block):
                gathering.add(part)
            else:
                gathering.add_table(part)
        return gathering.document("scan" if len(scanned) * 2 > len(pages) else "pdf")

    def _text_page(self, at: int, tables: _Tables) -> Page | None:
        """The page from its own text, or None where it must be read from its picture."""
        page = self._opened[at]
        try:
            width, height = page.get_size()
            words = words_of(page)
            letters = sum(len(word.text) for word in words)
            self._letters += letters
            if self._letters > MAX_CHARACTERS:
                raise too_large(f"dài quá {number(MAX_CHARACTERS)} chữ")
            if letters < FEW_LETTERS and _is_picture(page, letters):
                return None
            found = Page(width, height, words)
            if MIN_PATHS < _paths(page) < MAX_PATHS:
                for boxes in tables.on(at):
                    grid, found.words = grid_of(boxes, found.words)
                    if grid:
                        found.grids.append(grid)
            return found
        finally:
            page.close()

    def _scan(self, pages: list[Page | None], scanned: list[int]) -> None:
        if len(scanned) > MAX_SCANNED_PAGES:
            raise too_large(f"có {number(len(scanned))} trang quét, quá {MAX_SCANNED_PAGES} trang")
        if scanned:
            scanner = Scanner(Patience(SECONDS_A_SCAN), self._progress)
            for at, page in zip(
                scanned, scanner.read(map(self._picture, scanned), len(scanned)), strict=True
            ):
                pages[at] = page

    def _picture(self, at: int) -> tuple[Any, float]:
        """A page as a grey picture, and its dots a point."""
        page = self._opened[at]
        width, height = page.get_size()
        dots = min(DOTS_PER_POINT, MAX_SIDE / max(width, height, 1.0))
        try:
            return page.render(scale=dots, grayscale=True).to_pil().convert("L"), dots
        finally:
            page.close()


def _is_picture(page: Any, letters: int) -> bool:
    """Whether a page with few letters is a scan: a picture covers much of it."""
    width, height = page.get_size()
    for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = thing.get_pos() if hasattr(thing, "get_pos") else thing.get_bounds()
        if (right - left) * (top - bottom) > 0.3 * width * height:
            return True
    return letters < NO_LETTERS and _paths(page) > MIN_PATHS


def _paths(page: Any) -> int:
    kinds = map(
        pdfium.FPDFPageObj_GetType, (pdfium.FPDFPage_GetObject(page, i) for i in range(_objects(page)))
    )
    return sum(kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_FORM) for kind in kinds)


def _objects(page: Any) -> int:
    return min(int(pdfium.FPDFPage_CountObjects(page)), 50_000)


# Ruled tables.


class _Tables:
    """The cells of ruled tables by pdfplumber, which is opened only when a page has lines."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._opened: Any = None

    def __enter__(self) -> _Tables:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    def on(self, at: int) -> list[list[Box]]:
        """The boxes of each table of a page. What pdfplumber cannot read has no tables; its text is kept."""
        try:
            if self._opened is None:
                self._opened = pdfplumber.open(io.BytesIO(self._data))
            page = self._opened.pages[at]
            found = [_seen_boxes(table.cells, page) for table in page.find_tables()]
            page.close()
        except UnreadableFile:
            raise
        except Exception:  # a reader of foreign bytes fails in every way there is
            logging.getLogger(__name__).info("no tables on page %s", at + 1, exc_info=True)
            return []
        return found


def _seen_boxes(cells: Any, page: Any) -> list[Box]:
    left, top = page.bbox[0], page.bbox[1]
    return [(x0 - left, y0 - top, x1 - left, y1 - top) for x0, y0, x1, y1 in cells]


def _tables_of(data: bytes) -> _Tables:
    return _Tables(data)
