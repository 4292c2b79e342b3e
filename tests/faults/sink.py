"""A real mail server in a process of its own: `python -m tests.faults.sink` takes every mail and tells of it on
its standard output, a line each, before it says that it took it. `Sink` is the other end."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from itertools import pairwise
from typing import Any, BinaryIO, Self

from aiosmtpd.smtp import SMTP

ITEM = re.compile(r"Việc số (\d+)")


class Handler:
    """Has each mail on the disk before it answers, as a mail server must, and tells of it; with `--quiet` it
    says nothing. Before each answer it takes the seconds of `--pause`."""

    def __init__(self, quiet: bool, pause: float, spool: BinaryIO) -> None:
        self._quiet = quiet
        self._pause = pause
        self._spool = spool

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd)
        self._spool.write(envelope.original_content)
        self._spool.flush()
        os.fsync(self._spool.fileno())
        if not self._quiet:
            print(_line(session.peer[1], envelope.rcpt_tos[0], envelope.original_content), flush=True)
        if self._pause:
            await asyncio.sleep(self._pause)
        return "250 2.0.0 taken"


def _line(line: int, to: str, raw: bytes) -> str:
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain",))  # type: ignore[attr-defined]
    text = " ".join(body.get_content().split())
    return json.dumps(
        {
            "to": to,
            "line": line,
            "id": mail["Message-ID"],
            "hash": hashlib.sha256(raw).hexdigest(),
            "items": [int(number) for number in ITEM.findall(text)],
            "late": "Thư này đến muộn" in text,
        }
    )


async def _serve(quiet: bool, pause: float) -> None:
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryFile() as spool:
        handler = Handler(quiet, pause, spool)
        server = await loop.create_server(
            lambda: SMTP(handler, hostname="post.example", loop=loop), "127.0.0.1", 0
        )
        print(server.sockets[0].getsockname()[1], flush=True)
        await loop.run_in_executor(None, sys.stdin.read)  # until whoever started us ends or closes our input
        server.close()


@dataclass(frozen=True)
class Mail:
    """`line`: which connection brought it."""

    to: str
    id: str
    hash: str
    items: tuple[int, ...]
    late: bool
    line: int = 0


class Sink:
    """What the sink's process has taken so far."""

    def __init__(self, *, quiet: bool = False, pause: float = 0) -> None:
        self.mails: list[Mail] = []
        self.port = 0
        self._options = ["--quiet"] if quiet else ["--pause", str(pause)]
        self._more = threading.Condition()

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.faults.sink", *self._options]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            with self._more:
                self.mails.append(Mail(**(told | {"items": tuple(told["items"])})))
                self._more.notify_all()

    def wait_for(self, count: int, seconds: float) -> bool:
        """Until so many mails are here, or the time is over."""
        with self._more:
            return self._more.wait_for(lambda: len(self.mails) >= count, seconds)


@dataclass(frozen=True)
class Tally:
    """What came, beside what had to come."""

    mails: int
    lost: int
    """Letters that nobody got, and items that are missing in them."""
    repeated: int
    """Mails that came again on another connection, under the same Message-ID and with the same bytes: whoever had
    brought them died before that was written down."""
    most: int
    """The most of them that one connection left to be repeated."""
    twice: int
    """Everything else that is too much: a second letter of a kind to a person on a day, the same item in two letters,
    a letter with other bytes, one that comes again on the same connection, or that nobody was to get."""

    def __str__(self) -> str:
        at_most = f" (at most {self.most} a kill)" if self.repeated else ""
        return f"{self.mails:5} mails, {self.lost} lost, {self.repeated} repeated{at_most}, {self.twice} sent twice"


Expected = Mapping[tuple[str, str], set[int]]


def tally(mails: list[Mail], kinds: Mapping[str, str], expected: Expected) -> Tally:
    """`kinds`: Message-ID → kind of the letter, as the outbox has it."""
    by_letter: dict[tuple[str, str], list[Mail]] = defaultdict(list)
    for mail in mails:
        by_letter[mail.to, kinds.get(mail.id, "unknown")].append(mail)
    lost = sum(_lacking(items, by_letter[letter]) for letter, items in expected.items())
    left = Counter(line for own in by_letter.values() for line in _left(own))
    too_many = sum(_too_many(own) for own in by_letter.values())
    strangers = sum(len(own) for letter, own in by_letter.items() if letter not in expected)
    twice = too_many + strangers + _told_twice(mails)
    return Tally(len(mails), lost, left.total(), max(left.values(), default=0), twice)


def _lacking(items: set[int], own: list[Mail]) -> int:
    return len(items - {item for mail in own for item in mail.items}) if own else max(len(items), 1)


def _left(own: list[Mail]) -> list[int]:
    """For each mail that came again, the connection that had brought it before."""
    return [
        before.line
        for before, after in pairwise(own)
        if (before.id, before.hash) == (after.id, after.hash) and before.line != after.line
    ]


def _too_many(own: list[Mail]) -> int:
    """Mails after the first that are no repetition of the one before."""
    return len(own) - 1 - len(_left(own)) if own else 0


def _told_twice(mails: list[Mail]) -> int:
    """Items that a person was told in two letters."""
    letters: dict[tuple[str, int], set[str]] = defaultdict(set)
    for mail in mails:
        for item in mail.items:
            letters[mail.to, item].add(mail.id)
    return sum(len(ids) - 1 for ids in letters.values())


if __name__ == "__main__":
    given = argparse.ArgumentParser()
    given.add_argument("--quiet", action="store_true")
    given.add_argument("--pause", type=float, default=0)
    chosen = given.parse_args()
    asyncio.run(_serve(chosen.quiet, chosen.pause))
