"""Whether the sweep runs: its last run against its pace, and what it left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from tracker.letters import UNSENT, State
from tracker.store.engine import AnySession
from tracker.store.models import Letter, SweepRun

OK, LATE, NEVER = "ok", "late", "never"
PATIENCE = 3  # so many times its pace, and a sweep is late
LEFT = (*UNSENT, State.DEAD)
_ERROR = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Timeout|Refused|Invalid|NotFound|Forbidden)\b")


@dataclass(frozen=True)
class Pulse:
    """The last sweep that came to an end. `state` is ok, late or never; `error` is a code without anybody's words;
    `overdue` says that somebody has to look, also where it never ran although it had the time."""

    state: str
    ended_at: datetime | None
    age: int | None
    error: str
    pace: int
    overdue: bool

    @property
    def well(self) -> bool:
        return not self.error and not self.overdue


def pulse(session: AnySession, at: datetime, pace: int, since: datetime) -> Pulse:
    """How the sweep is doing at `at`; whoever asks has been there `since` then."""
    query = select(SweepRun).where(SweepRun.ended_at.is_not(None)).order_by(SweepRun.id.desc()).limit(1)
    run = session.scalars(query).first()
    return judged(run.ended_at if run else None, run.error if run else "", at, pace, since)


def judged(ended_at: datetime | None, error: str, at: datetime, pace: int, since: datetime) -> Pulse:
    """What is later than now does not count as fresh: a clock was put back."""
    patience = timedelta(seconds=PATIENCE * pace)
    if ended_at is None:
        return Pulse(NEVER, None, None, "", pace, abs(at - since) > patience)
    apart = abs(at - ended_at)
    state = LATE if apart > patience else OK
    return Pulse(state, ended_at, int(apart.total_seconds()), error_code(error), pace, state == LATE)


def error_code(text: str) -> str:
    """The kind of the first error in what a sweep wrote down: the words themselves may name people."""
    if not text:
        return ""
    found = _ERROR.search(text)
    return found.group() if found else "error"


def left(session: AnySession) -> tuple[int, int]:
    """(letters that wait or are tried again, letters that were given up)."""
    query = select(Letter.state, func.count()).where(Letter.state.in_(LEFT)).group_by(Letter.state)
    counts: dict[str, int] = dict(session.execute(query).all())
    return sum(counts.get(state, 0) for state in UNSENT), counts.get(State.DEAD, 0)
