"""Pictures of pages become placed words, each with how sure the reader of it (tesseract, Vietnamese) is."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from statistics import median
from typing import Any

from tracker.documents.layout import Page
from tracker.documents.limits import SECONDS_A_PAGE, Patience, too_slow
from tracker.documents.words import Word
from tracker.errors import UnreadableFile

Progress = Callable[[int, int], None]
# One thread each, several pages at once: tesseract's own threads only stand in one another's way.
WORKERS = max(1, min(os.cpu_count() or 1, 4))
COMMAND = ("stdin", "stdout", "-l", "vie", "--psm", "3", "tsv")
WORD_LEVEL = "5"
LINE_OF = ("block_num", "par_num", "line_num")
HALF_LINE = 0.55
INSTALL = (
    "Máy chủ chưa có chương trình đọc bản quét (tesseract, tiếng Việt) nên không đọc được {what}. Người quản trị "
    "cài bằng lệnh: apt-get install tesseract-ocr tesseract-ocr-vie. Trong khi chờ, xin nộp tệp .docx."
)


def missing(what: str) -> UnreadableFile:
    return UnreadableFile(INSTALL.format(what=what), code="missing-program")


@cache
def _languages(program: str) -> frozenset[str]:
    listed = subprocess.run(  # noqa: S603  # our own program, no words of a stranger
        [program, "--list-langs"], capture_output=True, timeout=20, check=False
    )
    return frozenset(listed.stdout.decode(errors="replace").split())


def require(what: str = "bản quét") -> str:
    """The path of tesseract, or a refusal that says how to install it."""
    program = shutil.which("tesseract")
    if program is None or "vie" not in _languages(program):
        raise missing(what)
    return program


class Scanner:
    """Reads pictures one after the other, a few at a time, and tells after each how far it is."""

    def __init__(self, patience: Patience, progress: Progress | None = None) -> None:
        self._program = require()
        self._patience = patience
        self._progress = progress or (lambda done, total: None)

    def read(self, pictures: Iterable[tuple[Any, float]], total: int) -> Iterator[Page]:
        """One page for each picture (with its dots a point), in order."""
        self._progress(0, total)
        waiting: deque[Future[Page]] = deque()
        done = 0
        with ThreadPoolExecutor(WORKERS) as pool:
            try:
                for picture, dots in pictures:
                    waiting.append(pool.submit(self._page, picture, dots))
                    while len(waiting) > WORKERS:
                        done += 1
                        yield self._next(waiting, done, total)
                while waiting:
                    done += 1
                    yield self._next(waiting, done, total)
            finally:
                for future in waiting:
                    future.cancel()

    def _next(self, waiting: deque[Future[Page]], done: int, total: int) -> Page:
        page = waiting.popleft().result()
        self._patience.check()
        self._progress(done, total)
        return page

    def _page(self, picture: Any, dots: float) -> Page:
        width, height = picture.size
        return Page(width / dots, height / dots, list(_words(self._recognised(picture, dots), dots)))

    def _recognised(self, picture: Any, dots: float) -> str:
        written = io.BytesIO()
        picture.save(written, "PNG", compress_level=1)
        seconds = min(SECONDS_A_PAGE, max(self._patience.left(), 0.1))
        try:
            ran = subprocess.run(  # noqa: S603  # our own program; the picture comes by stdin
                [self._program, *COMMAND, "--dpi", str(max(70, round(dots * 72)))],
                input=written.getvalue(),
                capture_output=True,
                timeout=seconds,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise too_slow(seconds) from error
        return ran.stdout.decode("utf-8", errors="replace")


def _words(table: str, dots: float) -> Iterator[Word]:
    """Words in the lines that tesseract saw. A dash is lower than a word: all of a line get the line's height,
    so that they stay together.
    """
    lines: dict[tuple[str | None, ...], list[Word]] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row.get("level") == WORD_LEVEL and text:
            place = tuple(row[name] for name in LINE_OF)
            lines.setdefault(place, []).append(_word(row, text, dots))
    for words in lines.values():
        yield from _levelled(words)


def _word(row: dict[str, str], text: str, dots: float) -> Word:
    left, top, width, height = (float(row[name]) / dots for name in ("left", "top", "width", "height"))
    return Word(text, left, top, left + width, top + height, confidence=max(float(row["conf"]), 0.0))


def _levelled(words: list[Word]) -> Iterator[Word]:
    tall = sorted(word.height for word in words)[len(words) * 3 // 4]
    middle = median((word.top + word.bottom) / 2 for word in words if word.height >= 0.6 * tall)
    for word in words:
        yield replace(word, top=middle - HALF_LINE * tall, bottom=middle + HALF_LINE * tall)
