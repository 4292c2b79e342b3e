"""Clocks that jump, days off, the leap day: the application itself on a clock that is set by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from notifications.collect import collect
from notifications.sweep import sweep
from tests.faults.office import Databases, Size
from tests.faults.sink import Sink, tally
from tests.faults.storms import DAY, DUE, Outcome, kinds_of_letters
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.store.engine import transaction
from tracker.store.models import Letter, Notice

SMALL = Size(units=3, people=2, items=2)
WITH_NEW = Size(units=3, people=2, items=2, new=3)
LEAP_DUE = date(2028, 2, 29)
TET_DUE = date(2026, 2, 18)  # the second day of the year Bính Ngọ; nobody works from 14 to 22 February


@dataclass
class Days:
    """A small office that is swept when told to, and what came at which moment."""

    run: Callable[..., None]
    sink: Sink
    size: Size
    came: dict[datetime, int] = field(default_factory=lambda: defaultdict(int))

    def steps(self) -> set[str]:
        db.session.rollback()
        return set(db.session.scalars(select(Notice.step).distinct()))

    def each(self, first: date, last: date, hours: tuple[int, ...] = (8, 15)) -> None:
        """Every day, so many times."""
        day = first
        while day <= last:
            for hour in hours:
                self.run(day, hour)
            day += timedelta(days=1)

    def mails_on(self) -> dict[date, int]:
        """The days on which mail came, and how many each person got at most."""
        found: dict[date, int] = defaultdict(int)
        for moment, mails in self.came.items():
            found[moment.date()] += mails
        return {day: -(-mails // self.size.digests) for day, mails in sorted(found.items()) if mails}


@contextmanager
def _days(databases: Databases, kind: str, due: date, size: Size = SMALL) -> Iterator[Days]:
    place = databases.fresh(kind, size, due)
    now = [at_vietnam(DAY, 8)]
    with Sink() as sink, place.app(lambda: now[0], sink.port) as app:

        def run(day: date, hour: int = 8, minute: int = 0) -> None:
            now[0] = at_vietnam(day, hour, minute)
            sent = sweep(app).sent
            days.came[datetime(day.year, day.month, day.day, hour, minute)] += sent  # noqa: DTZ001 (Vietnam's)
            sink.wait_for(sum(days.came.values()), 10)

        days = Days(run, sink, size)
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
    """Work that is due on 29 February: told seven, three and one day before, on the day, and one and three working
    days after; what falls on a Saturday comes on the Friday before."""
    with _days(databases, kind, LEAP_DUE) as days:
        days.each(date(2028, 2, 14), date(2028, 3, 3))
        wanted = [date(2028, 2, n) for n in (22, 25, 28, 29)] + [date(2028, 3, n) for n in (1, 3)]
        return _only_on(f"{kind}: due on the leap day, swept twice a day", days, wanted)


def tet(databases: Databases, kind: str) -> Outcome:
    """Work that is due in the holidays of Tết: what would fall into them comes before, what is told after
    the due day begins with the first working day, and nothing leaves in between."""
    with _days(databases, kind, TET_DUE) as days:
        days.each(date(2026, 2, 9), date(2026, 2, 25))
        wanted = [date(2026, 2, n) for n in (11, 13, 23, 25)]
        return _only_on(f"{kind}: due in the holidays of Tết, swept twice a day", days, wanted)


def stays_overdue(databases: Databases, kind: str) -> Outcome:
    """Work that nobody does: after its steps on the first, third and seventh working day, then every fifth."""
    with _days(databases, kind, DUE) as days:
        days.each(DAY, date(2026, 6, 16))
        may = [date(2026, 5, n) for n in (13, 15, 19, 20, 21, 25, 29)]
        june = [date(2026, 6, n) for n in (5, 12)]
        return _only_on(f"{kind}: overdue for a month, swept twice a day", days, may + june)


def at_night(databases: Databases, kind: str) -> Outcome:
    """Work is published in the evening: what is told at once leaves when the quiet hours are over, the digest half an
    hour later, and nothing at any other hour."""
    with _days(databases, kind, DUE, WITH_NEW) as days:
        for minutes in range(18 * 60 + 30, 60 * 60, 30):
            days.run(DAY + timedelta(days=minutes // 1440 - 1), minutes // 60 % 24, minutes % 60)
        outcome = _once(f"{kind}: published in the evening, swept each half hour", days)
        came = [moment for moment, mails in days.came.items() if mails]
        told = ", ".join(f"{moment:%d/%m %H:%M}" for moment in came)
        morning = [datetime(2026, 5, 13, 7, minute) for minute in (0, 30)]  # noqa: DTZ001 (Vietnam's)
        return Outcome(outcome.what, f"{outcome.found}; {told}", outcome.holds and came == morning)


def _only_on(what: str, days: Days, wanted: list[date]) -> Outcome:
    """One mail a person on each of these days, none on any other."""
    came = days.mails_on()
    told = ", ".join(
        f"{day.day}/{day.month}{f' × {mails}' if mails > 1 else ''}" for day, mails in came.items()
    )
    whole = len(days.sink.mails) == len(wanted) * days.size.digests
    return Outcome(what, f"mails on {told}", came == dict.fromkeys(wanted, 1) and whole)


def _once(what: str, days: Days) -> Outcome:
    """Everybody has everything, each kind of letter once."""
    found = tally(list(days.sink.mails), kinds_of_letters(), days.size.expected())
    return Outcome(what, str(found), found.lost == found.repeated == found.twice == 0)


SCENARIOS = (
    back_and_forth,
    forth_while_nothing_leaves,
    three_days_off,
    leap_day,
    tet,
    stays_overdue,
    at_night,
)
