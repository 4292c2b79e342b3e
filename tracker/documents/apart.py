"""PDF files and pictures are read in a process of their own, with limits on memory and time.

The programs that take them apart are large and were not made for hostile files: one may hang, crash or ask for all
memory there is. Here that ends the child and not the server. What comes back is plain JSON, progress included.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from tracker.documents.blocks import Block, Cell, Document, Row, Table, TableCell
from tracker.documents.limits import SECONDS_A_FILE, SECONDS_A_SCAN, too_slow
from tracker.errors import UnreadableFile

Progress = Callable[[int, int], None]
# Besides the parts that count for themselves: starting, and the last page.
GRACE = 10.0
# A few arenas are enough; many of them only look like memory in use.
CHILD_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "PYTHONIOENCODING": "utf-8"}


def read_apart(kind: str, data: bytes, progress: Progress | None = None) -> Document:
    """A `pdf` or an `image`, read in a child process."""
    process = subprocess.Popen(  # noqa: S603  # our own module; the kind is one of two
        [sys.executable, "-m", "tracker.documents.child", kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, **CHILD_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    late = threading.Event()
    watch = threading.Timer(SECONDS_A_FILE + GRACE, _end, (process, late))
    watch.start()
    try:
        _hand_over(process, data)
        for line in _lines(process):
            if "pages" in line:
                watch = _prolonged(watch, process, late)
                _tell(progress, line["pages"])
            else:
                return _answer(line)
    finally:
        watch.cancel()
        _end(process, None)
    if late.is_set():
        raise too_slow(SECONDS_A_FILE)
    raise UnreadableFile(
        "Tệp bị hỏng, hoặc bung ra quá lớn, nên không đọc được. Xin in lại thành tệp PDF mới, "
        "hoặc nộp tệp .docx.",
        code="damaged-file",
    )


def _hand_over(process: subprocess.Popen[bytes], data: bytes) -> None:
    # A child that has died already is noticed when it does not answer.
    with contextlib.suppress(BrokenPipeError):
        if process.stdin:
            process.stdin.write(data)
            process.stdin.close()


def _lines(process: subprocess.Popen[bytes]) -> Any:
    for line in process.stdout or ():
        with contextlib.suppress(ValueError):
            yield json.loads(line)


def _prolonged(
    watch: threading.Timer, process: subprocess.Popen[bytes], late: threading.Event
) -> threading.Timer:
    """Scans have a longer time, from their first page on."""
    if watch.interval > SECONDS_A_SCAN:
        return watch
    watch.cancel()
    longer = threading.Timer(SECONDS_A_SCAN + GRACE, _end, (process, late))
    longer.start()
    return longer


def _tell(progress: Progress | None, pages: list[int]) -> None:
    if progress:
        progress(pages[0], pages[1])


def _end(process: subprocess.Popen[bytes], late: threading.Event | None) -> None:
    if late is not None:
        late.set()
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    if late is None:
        process.wait()
        if process.stdout:
            process.stdout.close()


def _answer(line: dict[str, Any]) -> Document:
    if "refused" in line:
        raise UnreadableFile(line["refused"], code=line["code"])
    return document_of(line["document"])


def document_of(given: dict[str, Any]) -> Document:
    """The document that `dataclasses.asdict` and JSON made plain."""
    return Document(
        given["kind"],
        tuple(_block(block) for block in given["blocks"]),
        tuple(_table(table) for table in given["tables"]),
    )


def _block(given: dict[str, Any]) -> Block:
    cell = Cell(**given["cell"]) if given["cell"] else None
    doubtful = tuple((start, end) for start, end in given["doubtful"])
    return Block(**{**given, "cell": cell, "doubtful": doubtful})


def _table(given: dict[str, Any]) -> Table:
    rows = tuple(Row(tuple(TableCell(**cell) for cell in row["cells"])) for row in given["rows"])
    return Table(rows, given["first_block"], given["last_block"])
