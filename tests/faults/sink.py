"""A real mail server in a process of its own: `python -m tests.faults.sink` takes every mail and tells of it on
its standard output, a line each, before it says that it took it. `Sink` is the other end."""

from __future__ import annotations

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
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any, BinaryIO, Self

from aiosmtpd.smtp import SMTP

ITEM = re.compile(r"Việc số (\d+)")


class Handler:
    """Has each mail on the disk before it answers, as a mail server must, and tells of it; with `--quiet` it
    says nothing."""

    def __init__(self, quiet: bool, spool: BinaryIO) -> None:
        self._quiet = quiet
        self._spool = spool

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd)
        self._spool.write(envelope.original_content)
        self._spool.flush()
        os.fsync(self._spool.fileno())
        if not self._quiet:
            print(_line(envelope.rcpt_tos[0], envelope.original_content), flush=True)
        return "250 2.0.0 taken"


def _line(to: str, raw: bytes) -> str:
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain",))  # type: ignore[attr-defined]
    text = " ".join(body.get_content().split())
    return json.dumps(
        {
            "to": to,
            "id": mail["Message-ID"],
            "hash": hashlib.sha256(raw).hexdigest(),
            "items": [int(number) for number in ITEM.findall(text)],
            "late": "Thư này đến muộn" in text,
        }
    )


async def _serve(quiet: bool) -> None:
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryFile() as spool:
        handler = Handler(quiet, spool)
        server = await loop.create_server(
            lambda: SMTP(handler, hostname="post.example", loop=loop), "127.0.0.1", 0
        )
        print(server.sockets[0].getsockname()[1], flush=True)
        await loop.run_in_executor(None, sys.stdin.read)  # until whoever started us ends or closes our input
        server.close()


@dataclass(frozen=True)
class Mail:
    to: str
    id: str
    hash: str
    items: tuple[int, ...]
    late: bool


class Sink:
    """What the sink's process has taken so far."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.mails: list[Mail] = []
        self.port = 0
        self._quiet = quiet
        self._more = threading.Condition()

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.faults.sink", *(["--quiet"] if self._quiet else [])]
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
    """People without a mail, and items that are missing in somebody's mail."""
    repeated: int
    """Mails that came again under the same Message-ID, with the same bytes."""
    twice: int
    """Second letters: another Message-ID or other bytes for the same person on the same day."""

    def __str__(self) -> str:
        return (
            f"{self.mails:5} mails, {self.lost} lost, {self.repeated} repeated, {self.twice} sent as a second"
        )


def tally(mails: list[Mail], expected: dict[str, set[int]]) -> Tally:
    by_person: dict[str, list[Mail]] = defaultdict(list)
    for mail in mails:
        by_person[mail.to].append(mail)
    lost = sum(
        len(items - {item for mail in by_person[to] for item in mail.items}) if by_person[to] else len(items)
        for to, items in expected.items()
    )
    letters = {to: Counter((mail.id, mail.hash) for mail in own) for to, own in by_person.items()}
    twice = sum(len(own) - 1 for own in letters.values() if own)
    repeated = sum(sum(own.values()) - len(own) for own in letters.values() if own)
    return Tally(len(mails), lost, repeated, twice)


if __name__ == "__main__":
    asyncio.run(_serve("--quiet" in sys.argv))
