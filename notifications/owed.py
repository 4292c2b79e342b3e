"""What everybody is owed on a day: work, people, ladders and what is recorded are read and put to `policy`.

Only reads; the forecast asks it for days to come.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from notifications.mailing import MAILING
from notifications.policy import (
    Duty,
    Key,
    Legacy,
    Owed,
    Team,
    Urging,
    called,
    inherited,
    owed,
    parted,
    urgings,
)
from tracker.clock import at_vietnam, vietnam_day, vietnam_time
from tracker.deadlines.ladder import Ladders
from tracker.deadlines.told_once import HAND_BACK, MOVED, ONGOING, Call, word_of
from tracker.deadlines.workdays import WorkCalendar
from tracker.store.engine import AnySession
from tracker.store.queries import asked_notices, asking, bounces, notices, owing, succession
from tracker.store.queries.calendar import calendar_of
from tracker.store.queries.ladders import read_ladders
from tracker.store.queries.ongoing import OngoingRow, ongoing_rows

log = logging.getLogger(__name__)
RECENT = timedelta(days=14)
"""What was inherited, published, decided, moved or dropped longer ago is told by its page."""

Steps = list[tuple[int, Owed]]
"""(committee, step)"""


@dataclass
class Share:
    """What one person is owed: (committee, step) at once and with the digest; the committee whose week is to be
    summed up for them."""

    now: Steps = field(default_factory=list)
    digest: Steps = field(default_factory=list)
    weekly: int | None = None


@dataclass
class Owing:
    """What everybody is owed on a day, the urging letters that are due, and what went wrong."""

    people: dict[int, Share] = field(default_factory=dict)
    urging: list[tuple[int, Urging]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def share(self, person_id: int) -> Share:
        return self.people.setdefault(person_id, Share())


def owed_by_person(
    session: AnySession,
    today: date,
    also: Collection[Key] = frozenset(),
    *,
    since: date | None = None,
    sleeping: Collection[int] = frozenset(),
    reading: Reads | None = None,
) -> Owing:
    """What is owed on a day; `also` counts as recorded. One committee's fault does not stop the others.

    `since` is the first day on which nothing was swept: a summary of the week that fell on such a day is owed still.
    `reading` knows of a committee what `Reading` asks the database for.
    """
    reading = reading or Reading
    found = Owing()
    silent = owing.reminders_off(session)
    for committee_id, settings in notices.committee_settings(session):
        if not isinstance(settings, Mapping):
            found.errors.append(f"Thiết lập của cơ quan {committee_id} không đọc được, tạm dùng mặc định.")
        if committee_id in sleeping:
            continue
        try:
            calendar = calendar_of(session, committee_id)
            if not calendar.works(today):
                continue
            this = reading(session, committee_id, calendar, today)
            found.errors += this.faults
            steps = [one for one in this.owed(also) if one.key not in also]
            _share_out(found, committee_id, steps, today, silent)
            found.urging += [(committee_id, one) for one in this.urgings()]
            for person in this.weekly(since or today):
                found.share(person).weekly = found.share(person).weekly or committee_id
        except Exception as error:
            log.exception("steps owed in committee %s", committee_id)
            found.errors.append(f"Không tính được việc cần nhắc của cơ quan {committee_id}: {error!r}")
            session.rollback()
    return found


def _share_out(
    found: Owing, committee_id: int, steps: Iterable[Owed], today: date, silent: Collection[int]
) -> None:
    by_person: dict[int, list[Owed]] = {}
    for one in steps:
        by_person.setdefault(one.person_id, []).append(one)
    for person, owed_to in by_person.items():
        now, digest = parted(owed_to, today, late_only=person in silent)
        if now or digest:
            share = found.share(person)
            share.now += [(committee_id, one) for one in now]
            share.digest += [(committee_id, one) for one in digest]


class Reading:
    """What one committee owes its people on a day."""

    def __init__(self, session: AnySession, committee_id: int, calendar: WorkCalendar, today: date) -> None:
        self.session = session
        self.id = committee_id
        self.calendar = calendar
        self.today = today
        self.recent = at_vietnam(today - RECENT)
        self.ladders, faults = read_ladders(session, committee_id)
        self.faults = [f"Thang nhắc việc của cơ quan {committee_id}: {fault}" for fault in faults]
        self.duties = self._duties(self.ladders)
        self.teams: dict[int, Team] = {}
        self.leaders = owing.leaders(session, today, committee_id)

    def owed(self, also: Collection[Key]) -> list[Owed]:
        """Everything, by whatever it is told for."""
        told = owing.recorded(self.session, self.id, self.today + self.ladders.look_ahead)
        return [*self._steps(told), *self._ongoing(told), *self._told_once(also)]

    def _steps(self, told: Collection[Key], told_by: date | None = None) -> list[Owed]:
        """The steps of ladders; without those that were reached, and told, `told_by` a day."""
        self._know(unit for duty in self.duties for unit in (duty.unit_id, duty.coordinator_id))
        return owed(
            self.duties,
            self.teams,
            self.ladders,
            self.calendar,
            self.today,
            told,
            leaders=self.leaders,
            told_by=told_by,
        )

    def _told_once(self, also: Collection[Key]) -> list[Owed]:
        """What deeds have left to tell."""
        calls = [*self._called(), *self._published()]
        handed_back = {(key[0], key[1]) for key in also if word_of(key[2]) == HAND_BACK}
        return [*self._inherited(), *calls, *self._overtaken(handed_back, calls)]

    def urgings(self) -> list[Urging]:
        """Urging letters that are due and were not noted."""
        due = urgings(self.duties, self.ladders, self.calendar, self.today, ())
        noted = owing.urged(self.session, [one.assignment_id for one in due])
        return [one for one in due if one.noted_as not in noted]

    def weekly(self, since: date) -> set[int]:
        """Who is to have a summary of the week: coordinators whose plans run, and leaders. It falls on the first
        working day of the week."""
        monday = self.today - timedelta(days=self.today.weekday())
        first = self.calendar.at_or_after(monday)
        if not since <= first <= self.today:
            return set()
        units = self._running()
        if not units:
            return set()
        self._know(units)
        coordinators = {person for unit in units for person in self._team(unit).coordinators}
        return (coordinators | set(self.leaders)) - owing.summed_up(self.session, first)

    def _duties(self, ladders: Ladders) -> list[Duty]:
        undecided = asking.undecided(self.session, self.id)
        rows = notices.duties(self.session, self.id, self.today + ladders.look_ahead)
        return [duty_of(row, undecided) for row in rows]

    def _called(self) -> list[Owed]:
        """What was asked of people, and what was decided, returned or opened in the last weeks."""
        rows = [
            *asked_notices.calls(self.session, self.id, self.recent),
            *owing.returned(self.session, self.id, self.recent),
            *owing.opened(self.session, self.id, self.recent),
            *bounces.calls(self.session, self.id, self.recent),
        ]
        kinds = {word_of(row.step) for row in rows}
        told = owing.told(self.session, {row.assignment_id for row in rows}, *kinds) if rows else set()
        return self._call(rows, told)

    def _published(self) -> list[Owed]:
        """New work of the last weeks: whoever comes to a unit later is told, too."""
        rows = owing.published(self.session, self.id, self.today - RECENT, self.today)
        told = owing.told_published(self.session, [row.assignment_id for row in rows])
        return [one for one in self._call(rows, ()) if (one.assignment_id, one.person_id) not in told]

    def _ongoing(self, told: Collection[Key]) -> list[Owed]:
        """Ongoing work is asked about once before each report; every digest until then repeats it. Nobody above is
        told."""
        rows = [
            Call(row.id, ONGOING, row.asked.by, row.holder_id, asked_notices.OFFICERS)
            for row in self._asked_about()
            if row.asked.now
        ]
        return self._call(rows, told)

    def _asked_about(self) -> list[OngoingRow]:
        return ongoing_rows(self.session, self.today, committee_id=self.id)

    def _running(self) -> set[int]:
        return owing.running(self.session, self.id)

    def _call(self, rows: Collection[Call], told: Collection[Key]) -> list[Owed]:
        self._know(one.unit_id for one in rows)
        return called(rows, self.teams, self.calendar, self.today, told) if rows else []

    def _inherited(self) -> list[Owed]:
        """What reorganisations of the last weeks have left: whoever comes to a unit later finds it on its page."""
        found = succession.inherited(self.session, self.id, self.recent)
        if not found:
            return []
        legacies = [Legacy(one.assignment_id, one.holder_id, one.on) for one in found]
        self._know(one.unit_id for one in legacies)
        told = notices.told_inherited(self.session, self.id)
        return inherited(legacies, self.teams, self.calendar, self.today, told)

    def _overtaken(self, handed_back: Collection[tuple[int, int]], calls: Iterable[Owed]) -> list[Owed]:
        """What was told and is no longer so, for those who are still concerned; whose own request was answered knows
        it."""
        answered = {
            *handed_back,
            *((one.assignment_id, one.person_id) for one in calls if one.what == HAND_BACK),
        }
        rows = owing.overtaken(self.session, self.id, self.today - RECENT, self.recent)
        self._know(unit for row in rows for unit in (row.holder_id, row.coordinator_id))
        return [
            Owed(row.assignment_id, row.person_id, row.step, row.on)
            for row in rows
            if row.person_id in self._concerned(row)
            and (word_of(row.step) == MOVED or (row.assignment_id, row.person_id) not in answered)
        ]

    def _concerned(self, row: owing.Overtaken) -> set[int]:
        team = self._team(row.holder_id)
        return {*team.officers, *team.heads, *self._team(row.coordinator_id).coordinators, *self.leaders}

    def _team(self, unit_id: int) -> Team:
        return self.teams.get(unit_id) or Team()

    def _know(self, unit_ids: Iterable[int | None]) -> None:
        """Ask for the people of units that were not asked for yet."""
        new = {unit_id for unit_id in unit_ids if unit_id is not None} - self.teams.keys()
        if new:
            found = owing.teams_of(self.session, self.today, new)
            self.teams |= {unit_id: _team(found.get(unit_id, {})) for unit_id in new}


def duty_of(row: notices.DutyRow, undecided: Collection[int]) -> Duty:
    return Duty(
        row.assignment_id,
        row.holder_id,
        row.due_on,
        row.state,
        row.urged_from,
        row.soft,
        row.courtesy,
        undecided=row.assignment_id in undecided,
        plan_id=row.plan_id,
        task_id=row.task_id,
        kind=row.kind,
        coordinator_id=row.coordinator_id,
    )


Reads = Callable[[AnySession, int, WorkCalendar, date], Reading]
"""(session, committee, its calendar, day) → what it owes"""


def _team(roles: Mapping[str, tuple[int, ...]]) -> Team:
    """In the unit that follows plans up, its coordinators do the unit's own work."""
    coordinators = roles.get("coordinator", ())
    return Team(roles.get("officer") or coordinators, roles.get("head", ()), coordinators)


def unswept_since(session: AnySession, at: datetime) -> date | None:
    """The first day whose digests nobody has made, where there was a sweep before today."""
    last = notices.swept_before(session, at_vietnam(vietnam_day(at)))
    if last is None:
        return None
    made = vietnam_time(last).time() >= MAILING.digest_from
    return vietnam_day(last) + timedelta(days=int(made))
