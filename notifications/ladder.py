"""The ladder as data: ladder.toml, or a committee's own rows, become frozen steps. Wrong rows are refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from tracker.errors import Invalid

COUNTS = ("calendar", "working")
ROLES = ("officer", "head")
FURTHEST = 366


@dataclass(frozen=True)
class Step:
    """A notice so many days before (negative) or after the due date, to these roles of the unit."""

    days: int
    count: str
    to: tuple[str, ...]

    @property
    def code(self) -> str:
        """What notices record: `-7`, `0`, `+1`."""
        return f"{self.days:+d}" if self.days else "0"

    @property
    def escalates(self) -> bool:
        return self.days > 0


Ladder = tuple[Step, ...]


@dataclass(frozen=True)
class Mailing:
    """When digests leave, and how often a letter is tried."""

    digest_from: time
    first_minutes: int
    most_minutes: int
    jitter: float
    give_up_days: int
    batch: int
    broken_links: int
    sweep_days: int


def ladder_of(settings: Mapping[str, Any]) -> Ladder:
    """The committee's own ladder, or the ordinary one. Raises `Invalid` for rows that make no sense."""
    own = settings.get("ladder")
    return ORDINARY if own is None else _ladder(own)


def _ladder(rows: object) -> Ladder:
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise _wrong(rows)
    steps = tuple(sorted((_step(row) for row in rows), key=lambda step: step.days))
    if len({step.days for step in steps}) != len(steps):
        raise Invalid("Thang nhắc việc có hai mốc trùng ngày; xin bỏ bớt một mốc.", code="wrong-ladder")
    return steps


def _step(row: object) -> Step:
    if not isinstance(row, Mapping):
        raise _wrong(row)
    days, count, to = row.get("days"), row.get("count", "calendar"), row.get("to")
    if not isinstance(days, int) or isinstance(days, bool) or abs(days) > FURTHEST or count not in COUNTS:
        raise _wrong(row)
    if not isinstance(to, Sequence) or isinstance(to, str) or not to or set(to) - set(ROLES):
        raise _wrong(row)
    return Step(days, count, tuple(to))


def _wrong(row: object) -> Invalid:
    return Invalid(
        f"Thang nhắc việc có dòng không hiểu được: {row!r}. Mỗi mốc cần days, count và to.",
        code="wrong-ladder",
    )


def _read() -> tuple[Ladder, Mailing]:
    table = tomllib.loads(Path(__file__).with_name("ladder.toml").read_text(encoding="utf-8"))
    retry = table["retry"]
    mailing = Mailing(
        digest_from=table["digest"]["from"],
        first_minutes=retry["first_minutes"],
        most_minutes=retry["most_minutes"],
        jitter=retry["jitter"],
        give_up_days=retry["give_up_days"],
        batch=retry["batch"],
        broken_links=retry["broken_links"],
        sweep_days=table["keep"]["sweep_days"],
    )
    return _ladder(table["step"]), mailing


ORDINARY, MAILING = _read()
