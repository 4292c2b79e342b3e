"""A picture of a page (PNG, JPEG, TIFF of one or many pages) becomes paragraphs, by the scan's reader."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from tracker.documents.archives import damaged
from tracker.documents.blocks import Block, Document
from tracker.documents.gather import Gathering
from tracker.documents.layout import Page, pages_to_items
from tracker.documents.limits import (
    MAX_PIXELS,
    MAX_SCANNED_PAGES,
    SECONDS_A_SCAN,
    Patience,
    number,
    too_large,
)
from tracker.documents.scans import Progress, Scanner

FORMATS = ("PNG", "JPEG", "TIFF", "MPO")
# A page of A4 is taken to fill the picture; letters of a picture smaller than this are enlarged.
PAGE_WIDTH = 595.0
SMALLEST_WIDTH, WIDEST = 1200, 3600


def read_image(data: bytes, progress: Progress | None = None) -> Document:
    try:
        with warnings.catch_warnings():
            # Our own limit is checked right after; a warning is nobody's business.
            warnings.simplefilter("ignore")
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
            frames = _frames(opened)
            pages = list(_read(opened, frames, progress))
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        EOFError,
        OverflowError,
        ZeroDivisionError,
        MemoryError,
        struct.error,
    ) as error:
        raise damaged(error) from error
    gathering = Gathering()
    for part in pages_to_items(pages):
        if isinstance(part, Block):
            gathering.add(part)
    return gathering.document("image")


def _frames(opened: Any) -> int:
    frames = int(getattr(opened, "n_frames", 1)) if opened.format == "TIFF" else 1
    if frames > MAX_SCANNED_PAGES:
        raise too_large(f"có {number(frames)} trang quét, quá {MAX_SCANNED_PAGES} trang")
    return frames


def _read(opened: Any, frames: int, progress: Progress | None) -> Iterator[Page]:
    _check_pixels(opened)
    scanner = Scanner(Patience(SECONDS_A_SCAN), progress)
    yield from scanner.read((_picture(opened, at) for at in range(frames)), frames)


def _check_pixels(opened: Any) -> None:
    width, height = opened.size
    if width * height > MAX_PIXELS:
        raise too_large(
            f"là ảnh {number(width)} × {number(height)} điểm, quá {number(MAX_PIXELS)} điểm",
            "Xin quét lại ở 200–300 dpi rồi nộp lại.",
        )


def _picture(opened: Any, at: int) -> tuple[Any, float]:
    """A grey upright picture of a fit size, and its dots a point."""
    if at:
        opened.seek(at)
        _check_pixels(opened)
    grey = _on_white(opened)
    picture = ImageOps.exif_transpose(grey) or grey
    width = max(picture.width, 1)
    wanted = min(max(width, SMALLEST_WIDTH), WIDEST)
    if wanted != width:
        picture = picture.resize((wanted, max(round(picture.height * wanted / width), 1)))
    return picture, picture.width / PAGE_WIDTH


def _on_white(picture: Any) -> Any:
    """Grey; what is clear in the picture is paper."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        paper = Image.new("L", picture.size, 255)
        paper.paste(picture.convert("L"), mask=picture.convert("RGBA").getchannel("A"))
        return paper
    return picture.convert("L")
