"""How much of a file is read at all, and how long it may take. One table; the refusals name these figures."""

from __future__ import annotations

import time

from tracker.errors import UnreadableFile

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
MAX_CHARACTERS = 3_000_000
MAX_BLOCKS = 50_000

# Zipped files. An ordinary file unpacks to thirty times its size, so a bomb shows itself by what it comes to
# and by a ratio that no document reaches; text is held as a tree of many times its size, pictures are not.
MAX_PARTS = 5000
MAX_UNPACKED_BYTES = 200 * MEGABYTE
MAX_UNPACKED_TEXT = 20 * MEGABYTE
MAX_ELEMENTS = 1_200_000
MAX_PARAGRAPHS = 100_000
MAX_RATIO = 300
RATIO_COUNTS_FROM = 4 * MEGABYTE

MAX_PAGES = 500
# Rendering and reading a page takes about a second and a half.
MAX_SCANNED_PAGES = 200
# A4 at 600 dots an inch has 35 million.
MAX_PIXELS = 40_000_000

# Address space of the process that takes PDF and pictures apart.
MAX_CHILD_BYTES = 480 * MEGABYTE

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_MERGES = 20_000
# Rows below the first of all merged ranges together: an ordinary sheet merges a few cells a row.
MAX_MERGED_ROWS = 200_000
MAX_CELLS = 100_000

SECONDS_A_FILE = 120.0
SECONDS_A_SCAN = 900.0
SECONDS_A_PAGE = 60.0
SECONDS_TO_CONVERT = 90.0


class Patience:
    """Counts down from now; `check` refuses once nothing is left."""

    def __init__(self, seconds: float = SECONDS_A_FILE) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        if self.left() <= 0:
            raise too_slow(self.seconds)

    def left(self) -> float:
        return self._end - time.monotonic()


def too_slow(seconds: float) -> UnreadableFile:
    return UnreadableFile(
        f"Tệp mất hơn {seconds:.0f} giây mà chưa đọc xong nên đã dừng. Xin tách thành nhiều tệp nhỏ, "
        "hoặc lưu lại thành .docx rồi nộp lại.",
        code="too-slow",
    )


def too_large(why: str, todo: str = "Xin tách tệp rồi nộp lại.") -> UnreadableFile:
    return UnreadableFile(f"Tệp {why} nên không được đọc. {todo}", code="too-large")


def number(n: int) -> str:
    """`3.000.000`, the way figures are written here."""
    return f"{n:,}".replace(",", ".")
