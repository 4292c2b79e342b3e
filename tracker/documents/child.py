"""The child process of `apart`: a PDF or picture comes by standard input; lines of JSON (progress, then the
answer) go to standard output.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from tracker.documents.images import read_image
from tracker.documents.limits import MAX_CHILD_BYTES
from tracker.documents.pdf import read_pdf
from tracker.errors import UnreadableFile

READERS = {"pdf": read_pdf, "image": read_image}


def main() -> None:
    _limit_memory()
    try:
        read = READERS[sys.argv[1]]
        document = read(sys.stdin.buffer.read(), lambda done, total: _say({"pages": [done, total]}))
        _say({"document": asdict(document)})
    except UnreadableFile as refusal:
        _say({"refused": refusal.message, "code": refusal.code})


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_CHILD_BYTES, MAX_CHILD_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
