"""Clocks that jump, days off, the leap day: the application itself on a clock that is set by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select, update

from notifications.collect import collect
from notifications.sweep import sweep
from tests.faults.office import Databases, Size
from tests.faults.sink import Sink, tally
from tests.faults.storms import DAY, DUE, Outcome
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.store.engine import transaction
from tracker.store.models import Letter, Notice

SMALL = Size(units=3, people=2, items=2)
LEAP_DUE = date(2028, 2, 29)


@dataclass
class Days:
    """A small office that is swept when told to, and what came on which day."""

    run: Callable[..., None]
    sink: Sink
    came: dict[date, int] = field(default_factory=lambda: defaultdict(int))

    def steps(self) -> set[str]:
        db.session.rollback()
        return set(db.session.scalars(select(Notice.step).distinct()))


@contextmanager
def _days(databases: Databases, kind: str, due: date) -> Iterator[Days]:
    place = databases.fresh(kind, SMALL, due)
    now = [at_vietnam(DAY, 8)]
    with Sink() as sink, place.app(lambda: now[0], sink.port) as app:

        def run(day: date, hour: int = 8) -> None:
            now[0] = at_vietnam(day, hour)
            sent = sweep(app).sent
            days.came[day] += sent
            sink.wait_for(sum(days.came.values()), 10)

        days = Days(run, sink)
        yield days


def back_and_forth(databases: Databases, kind: str) -> Outcome:
    """An hour forth and back, then a day forth and two days back: everybody has one mail a day at most, and
    no step is told twice."""
    with _days(databases, kind, DUE) as days:
        for day, hour in ((DAY, 8), (DAY, 9), (DAY, 8), (DAY + timedelta(days=1), 8), (DAY, 8)):
            days.run(day, hour)
        days.run(date(2026, 5, 12), 8)
        days.run(DAY, 10)
        return _once(f"{kind}: the clock jumps an hour and days, back and forth", days)


def forth_while_nothing_leaves(databases: Databases, kind: str) -> Outcome:
    """A letter was put off by a clock that stood five years ahead: it leaves all the same."""
    with _days(databases, kind, DUE) as days:
        collect(db.session, at_vietnam(DAY, 8))
        with transaction(db.session):
            later = at_vietnam(date(2031, 5, 13), 8)
            values = {"state": "failed", "tries": 1, "answer": "451 later", "next_try_at": later}
            db.session.execute(update(Letter).values(**values))
        days.run(DAY, 9)
        return _once(f"{kind}: put off by a clock that stood five years ahead", days)


def three_days_off(databases: Databases, kind: str) -> Outcome:
    """Nothing runs from Wednesday to Friday and over the week-end: one mail each, and it says that it is late."""
    with _days(databases, kind, DUE) as days:
        days.run(date(2026, 5, 12))
        for hour in (8, 9, 14):
            days.run(date(2026, 5, 18), hour)
        outcome = _once(f"{kind}: three working days off", days)
        late = all(mail.late for mail in days.sink.mails)
        steps = days.steps()
        holds = outcome.holds and late and steps == {"-7", "-3"}
        return Outcome(
            outcome.what,
            f"{outcome.found}; {'says that it is late' if late else 'IS NOT SAID TO BE LATE'}",
            holds,
        )


def leap_day(databases: Databases, kind: str) -> Outcome:
    """Work that is due on 29 February: told seven, three and one day before, on the day, and the working day
    after; what falls on a Saturday comes on the Friday before."""
    with _days(databases, kind, LEAP_DUE) as days:
        day = date(2028, 2, 14)
        while day <= date(2028, 3, 3):
            for hour in (8, 15):
                days.run(day, hour)
            day += timedelta(days=1)
        came = sorted(day for day, mails in days.came.items() if mails)
    wanted = [date(2028, 2, n) for n in (22, 25, 28, 29)] + [date(2028, 3, 1)]
    told = ", ".join(f"{day.day}/{day.month}" for day in came)
    holds = came == wanted and set(days.came.values()) <= {0, SMALL.mails}
    return Outcome(f"{kind}: due on the leap day, swept twice a day", f"mails on {told}", holds)


def _once(what: str, days: Days) -> Outcome:
    """Everybody has everything, in one mail."""
    found = tally(list(days.sink.mails), SMALL.expected())
    return Outcome(what, str(found), found.lost == found.repeated == found.twice == 0)


SCENARIOS = (back_and_forth, forth_while_nothing_leaves, three_days_off, leap_day)
