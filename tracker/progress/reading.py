"""Whether anybody reads what a unit is told: the unit's work, its people and what they were seen doing in, the reasons
to telephone out. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.deadlines.workdays import WorkCalendar
from tracker.progress.reaching import UNSENDABLE, Bar, Contact, bars

DAYS = 5  # working days, where the committee says nothing else
MOST_DAYS = 60
NOBODY, NO_ADDRESS, BOUNCED, QUIET = WHYS = ("nobody", "no-address", "bounced", "quiet")


@dataclass(frozen=True)
class Reader:
    """Somebody with a role in the unit today, their own or an absent colleague's. `seen` is the last day on which they
    opened a link of a letter or a page."""

    name: str
    role: str
    contact: Contact
    seen: date | None = None


@dataclass(frozen=True)
class UnitReading:
    """A unit with open work that is late or nearly due: since when it has the oldest of it, the first due day, who is
    there, and when its calendar was last fetched."""

    unit_id: int
    works: int
    overdue: int
    given_on: date
    due_on: date
    readers: tuple[Reader, ...] = ()
    fetched_on: date | None = None

    @property
    def seen(self) -> date | None:
        """The last sign that somebody of the unit reads."""
        signs = [one.seen for one in self.readers if one.seen] + (
            [self.fetched_on] if self.fetched_on else []
        )
        return max(signs, default=None)

    @property
    def told(self) -> tuple[Reader, ...]:
        """Who gets the unit's reminders: its officers, else its coordinators, else its head."""
        there = [one for one in self.readers if not one.contact.away]
        for role in ("officer", "coordinator", "head"):
            found = tuple(one for one in there if one.role == role)
            if found:
                return found
        return ()


@dataclass(frozen=True)
class Unread:
    """A unit that does not read, and why: all reasons that hold, the gravest first. `since` is the first day of what
    is the matter; None where nobody knows it. `names` are the people whom `no-address` and `bounced` are about;
    `late_only` those who turned off the reminders of what is not late."""

    unit: UnitReading
    whys: tuple[str, ...]
    since: date | None
    names: tuple[str, ...] = ()
    late_only: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        return self.whys[0]


def unread(
    units: Iterable[UnitReading], today: date, calendar: WorkCalendar, days: int = DAYS
) -> list[Unread]:
    """Of these units those that somebody should telephone: late work first, then by the first due day."""
    found = [one for one in (_judged(unit, today, calendar, days) for unit in units) if one]
    return sorted(found, key=lambda one: (one.unit.due_on, WHYS.index(one.why), one.unit.unit_id))


def _judged(unit: UnitReading, today: date, calendar: WorkCalendar, days: int) -> Unread | None:
    told = unit.told
    if not told:
        return Unread(unit, (NOBODY,), None)
    lost = [one for one in told if UNSENDABLE & set(bars(one.contact))]
    returned = [one for one in told if Bar.BOUNCED in bars(one.contact)]
    since = quiet_since(unit)
    quiet = calendar.working_days(since, today) >= days
    holds = {NO_ADDRESS: lost, BOUNCED: returned, QUIET: quiet}
    whys = tuple(why for why, so in holds.items() if so)
    if not whys:
        return None
    names = tuple(dict.fromkeys(one.name for one in (*lost, *returned)))
    late_only = tuple(one.name for one in told if Bar.LATE_ONLY in bars(one.contact))
    return Unread(unit, whys, _since(whys[0], returned, since), names, late_only)


def quiet_since(unit: UnitReading) -> date:
    """From which day nobody of the unit was seen; before it had this work there was nothing to read."""
    return max(unit.given_on, unit.seen) if unit.seen else unit.given_on


def _since(why: str, returned: list[Reader], quiet: date) -> date | None:
    if why == BOUNCED:
        return min(one.contact.bounced_on for one in returned if one.contact.bounced_on)
    return quiet if why == QUIET else None
