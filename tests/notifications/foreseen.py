"""The forecast of the first morning laid beside what the sweep then sends, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from notifications.forecast import Forecast, forecast
from notifications.sweep import sweep
from tracker.clock import at_vietnam, vietnam_day
from tracker.extensions import db
from tracker.store.models import Letter, Notice

Sent = tuple[date, str, str, bool, str, frozenset[tuple[int, str]]]
"""(day, address, kind, weekly, subject, the steps of assignments)"""


@dataclass
class Run:
    """A span of days: what was foreseen on its first morning, what was sent, and what went wrong."""

    foreseen: Counter[Sent] = field(default_factory=Counter)
    sent: Counter[Sent] = field(default_factory=Counter)
    by_day: dict[date, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def differences(self) -> list[str]:
        return [
            *(f"not sent: {_told(one)}" for one in (self.foreseen - self.sent).elements()),
            *(f"not foreseen: {_told(one)}" for one in (self.sent - self.foreseen).elements()),
        ]


def _told(one: Sent) -> str:
    day, address, kind, weekly, subject, steps = one
    return f"{day} {address} {kind}{' weekly' if weekly else ''} “{subject}” {sorted(steps)}"


def days_of(app: Flask, clock: Any, first: date, days: int) -> Run:
    """Foresee all days on the first morning, then sweep twice on each of them."""
    clock.now = at_vietnam(first, 7, 30)
    run = Run()
    last = first + timedelta(days=days - 1)
    run.foreseen = _counted(forecast(db.session, clock.now, app.config["TRACKER"], until=last))
    db.session.rollback()
    for n in range(days):
        day = first + timedelta(days=n)
        clock.now = at_vietnam(day, 7, 30)
        swept = sweep(app)
        run.by_day[day] = swept.sent
        run.faults += [f"{day}: {swept.error}"] if swept.error else []
        clock.now = at_vietnam(day, 16)
        again = sweep(app)
        if (again.collected, again.sent, again.error) != (0, 0, ""):
            run.faults.append(f"{day}, a second time: {again}")
    db.session.rollback()
    run.sent = Counter(_letters())
    run.faults += _twice_a_day()
    return run


def _counted(found: Forecast) -> Counter[Sent]:
    assert found.errors == ()
    return Counter(
        (
            mail.day,
            mail.address,
            mail.kind,
            mail.weekly,
            mail.subject,
            frozenset(item.key for item in mail.items),
        )
        for mail in found.mails
        if not mail.fault
    )


def _letters() -> Iterator[Sent]:
    steps: dict[int, set[tuple[int, str]]] = {}
    for letter, work, step in db.session.execute(select(Notice.letter_id, Notice.assignment_id, Notice.step)):
        steps.setdefault(letter, set()).add((work, step))
    for one in db.session.scalars(select(Letter).where(Letter.state == "sent", Letter.channel == "mail")):
        assert one.sent_at is not None
        told = frozenset(steps.get(one.id, ()))
        yield vietnam_day(one.sent_at), one.address, one.kind, one.weekly, one.subject, told


def _twice_a_day() -> list[str]:
    digests = select(Letter.person_id, Letter.sent_at).where(Letter.kind == "digest", Letter.state == "sent")
    got = Counter(
        (person, vietnam_day(sent_at)) for person, sent_at in db.session.execute(digests) if sent_at
    )
    return [f"{day}: person {person} got {n} digests" for (person, day), n in got.items() if n > 1]
