"""What is owed becomes letters that wait, with the steps that each of them is to tell; both in one transaction.

`owed_by_person` only reads; the forecast asks it for days to come.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from notifications.mailing import MAILING
from notifications.outbox import address_fault
from notifications.policy import (
    MOVED,
    ONGOING,
    Call,
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
from notifications.quiet import asleep
from tracker.access import OPERATOR
from tracker.clock import at_vietnam, vietnam_day, vietnam_time
from tracker.deadlines.ladder import Ladders
from tracker.deadlines.workdays import WorkCalendar
from tracker.services.record import record
from tracker.store.engine import AnySession, transaction
from tracker.store.models import Letter, Notice
from tracker.store.queries import asked_notices, asking, bounces, notices, owing, succession
from tracker.store.queries.calendar import calendar_of
from tracker.store.queries.ladders import read_ladders
from tracker.store.queries.ongoing import OngoingRow, ongoing_rows

log = logging.getLogger(__name__)
DIGEST, NOW = "digest", "now"
RECENT = timedelta(days=14)
"""What was inherited, published, decided, moved or dropped longer ago is told by its page."""
TOGETHER = 200  # letters a transaction
_LETTERS: Any = Letter.__table__
_NOTICES: Any = Notice.__table__


@dataclass(frozen=True)
class Collected:
    """How many letters were written, and what went wrong on the way."""

    letters: int = 0
    errors: tuple[str, ...] = ()


Steps = list[tuple[int, Owed]]


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


def collect(session: AnySession, at: datetime) -> Collected:
    """Write for everybody who is owed something one letter of what is told at once, and one digest where there is
    none yet today. Nothing in the hours and on the days on which a committee sleeps."""
    sleeping = asleep(session, at)
    if all(committee_id in sleeping for committee_id, _settings in notices.committee_settings(session)):
        return Collected()
    today = vietnam_day(at)
    owing_now = owed_by_person(session, today, since=unswept_since(session, at), sleeping=sleeping)
    written = _Writing(session, at, owing_now)
    written.write(NOW, {person: (share.now, None) for person, share in owing_now.people.items() if share.now})
    if vietnam_time(at).time() >= MAILING.digest_from:
        written.write(DIGEST, without_letter(session, owing_now.people, today))
        _make_todays(session, at, sleeping)  # after it: letters that take new steps along are today's by then
    written.note_urgings()
    return Collected(written.letters, tuple(owing_now.errors))


# Reading


def owed_by_person(
    session: AnySession,
    today: date,
    also: Collection[Key] = frozenset(),
    *,
    since: date | None = None,
    sleeping: Collection[int] = frozenset(),
    reading: Reader | None = None,
) -> Owing:
    """What is owed on a day; `also` counts as recorded. One committee's fault does not stop the others.

    `since` is the first day on which nothing was swept: a summary of the week that fell on such a day is owed still.
    `reading` knows of a committee what `Reading` asks the database for.
    """
    reading = reading or Reading
    found = Owing()
    silent = owing.reminders_off(session)
    for committee_id, _settings in notices.committee_settings(session):
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
            for person in this.weekly(since or today) - silent:
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
        handed_back = {(key[0], key[1]) for key in also if key[2].startswith("handback")}
        return [*self._inherited(), *calls, *self._overtaken(handed_back, calls)]

    def urgings(self) -> list[Urging]:
        """Urging letters that are due and were not noted."""
        due = urgings(self.duties, self.ladders, self.calendar, self.today, ())
        noted = owing.urged(self.session, [one.assignment_id for one in due])
        return [one for one in due if one.key not in noted]

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
        kinds = {row.step.partition("-")[0] for row in rows}
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
            asked_notices.CallRow(row.id, ONGOING, row.asked.by, row.holder_id, asked_notices.OFFICERS)
            for row in self._asked_about()
            if row.asked.now
        ]
        return self._call(rows, told)

    def _asked_about(self) -> list[OngoingRow]:
        return ongoing_rows(self.session, self.today, committee_id=self.id)

    def _running(self) -> set[int]:
        return owing.running(self.session, self.id)

    def _call(self, rows: Collection[asked_notices.CallRow], told: Collection[Key]) -> list[Owed]:
        calls = [
            Call(one.assignment_id, one.step, one.on, one.unit_id, one.roles, one.person_id) for one in rows
        ]
        self._know(one.unit_id for one in calls)
        return called(calls, self.teams, self.calendar, self.today, told) if calls else []

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
            *((one.assignment_id, one.person_id) for one in calls if one.what == "handback"),
        }
        rows = owing.overtaken(self.session, self.id, self.today - RECENT, self.recent)
        self._know(unit for row in rows for unit in (row.holder_id, row.coordinator_id))
        return [
            Owed(row.assignment_id, row.person_id, row.step, row.on)
            for row in rows
            if row.person_id in self._concerned(row)
            and (row.step == MOVED or (row.assignment_id, row.person_id) not in answered)
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


Reader = Callable[[AnySession, int, WorkCalendar, date], Reading]


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


# Writing

Portion = tuple[Steps, int | None]
"""(steps, the committee whose week is summed up)."""


def without_letter(session: AnySession, people: Mapping[int, Share], today: date) -> dict[int, Portion]:
    """One digest a person a day: whoever has had today's is told the rest tomorrow."""
    closed = notices.closed_keys(session, today)
    return {
        person: (share.digest, share.weekly)
        for person, share in people.items()
        if (share.digest or share.weekly is not None) and _digest_key(person, today) not in closed
    }


def _digest_key(person_id: int, day: date) -> str:
    return f"{DIGEST}:{person_id}:{day.isoformat()}"


def _now_key(person_id: int, steps: Steps) -> str:
    """The same steps are told in the same letter, whoever collects them."""
    keys = sorted((one.assignment_id, one.step, one.due_on.isoformat()) for _committee, one in steps)
    return f"{NOW}:{person_id}:{hashlib.sha256(repr(keys).encode()).hexdigest()[:40]}"


class _Writing:
    """Letters with their steps, many in a transaction; where one is refused, each alone."""

    def __init__(self, session: AnySession, at: datetime, found: Owing) -> None:
        self.session = session
        self.at = at
        self.today = vietnam_day(at)
        self.errors = found.errors
        self.urging = {(committee_id, one.key): one for committee_id, one in found.urging}
        self.letters = 0

    def write(self, kind: str, portions: Mapping[int, Portion]) -> None:
        left = iter(portions.items())
        while some := dict(islice(left, TOGETHER)):
            self._try(kind, some)

    def _try(self, kind: str, portions: dict[int, Portion]) -> None:
        try:
            self.letters += self._write(kind, portions)
        except OperationalError:  # it is the database, not a letter
            raise
        except Exception as error:
            if len(portions) > 1:
                for person, portion in portions.items():
                    self._try(kind, {person: portion})
                return
            (person,) = portions
            if isinstance(error, IntegrityError):  # another sweep was first and wrote the same
                log.info("%s of person %s on %s is written already", kind, person, self.today)
                return
            log.exception("%s of person %s on %s", kind, person, self.today)
            self.errors.append(f"Không lập được thư cho người nhận {person}: {error!r}")

    def _write(self, kind: str, portions: Mapping[int, Portion]) -> int:
        noted = self._urgings_of(portions.values())
        with transaction(self.session):
            self._note(noted)
            letters = self._open_letters(kind, portions)
            new = portions.keys() - letters.keys()
            letters |= self._new_letters(kind, {person: portions[person] for person in sorted(new)})
            rows = [
                {
                    "assignment_id": one.assignment_id,
                    "person_id": one.person_id,
                    "step": one.step,
                    "due_on": one.due_on,
                    "letter_id": letters[person],
                    "decided_at": self.at,
                }
                for person, (steps, _weekly) in portions.items()
                for _committee, one in steps
            ]
            if rows:
                self.session.execute(insert(_NOTICES), rows)
        for key in noted:
            del self.urging[key]
        return len(new)

    def _open_letters(self, kind: str, portions: Mapping[int, Portion]) -> dict[int, int]:
        """Person → their letter of this kind that could not leave yet, and has no text or that of another day: it
        takes the new steps along, so that an outage of three days ends with one mail."""
        newest = (
            select(func.max(Letter.id))
            .where(Letter.person_id.in_(portions), Letter.kind == kind, *_still_open(self.today))
            .group_by(Letter.person_id)
        )
        weekly = [person for person, (_steps, committee) in portions.items() if committee is not None]
        rows = self.session.execute(
            update(Letter)
            .where(Letter.id.in_(newest.scalar_subquery()), *_still_open(self.today))
            .values(
                day=self.today,
                weekly=Letter.weekly | Letter.person_id.in_(weekly),
                **({"key": _todays_key(self.today)} if kind == DIGEST else {}),
            )
            .returning(Letter.person_id, Letter.id)
            .execution_options(synchronize_session=False)
        )
        return {person: letter for person, letter in rows if person is not None}

    def _new_letters(self, kind: str, portions: Mapping[int, Portion]) -> dict[int, int]:
        """Letters that wait; one that cannot reach anybody is dead from the start, so that it is seen."""
        if not portions:
            return {}
        people = notices.recipients(self.session, portions)
        rows = [
            _letter(kind, people[person], steps, weekly, self.at)
            for person, (steps, weekly) in portions.items()
        ]
        made = self.session.execute(insert(_LETTERS).returning(_LETTERS.c.person_id, _LETTERS.c.id), rows)
        return {person: letter for person, letter in made if person is not None}

    def _urgings_of(self, portions: Iterable[Portion]) -> dict[tuple[int, tuple[int, date]], Urging]:
        """The urging letters that are due for the work that these letters tell of."""
        if not self.urging:
            return {}
        keys = {
            (committee_id, (one.assignment_id, one.due_on))
            for steps, _weekly in portions
            for committee_id, one in steps
        }
        return {key: self.urging[key] for key in keys & self.urging.keys()}

    def note_urgings(self) -> None:
        """What nobody is told today: an urging letter is due whoever can be reached."""
        if not self.urging:
            return
        try:
            with transaction(self.session):
                self._note(self.urging)
        except Exception as error:
            log.exception("urging letters")
            self.errors.append(f"Không ghi được văn bản đôn đốc đến hạn: {error!r}")

    def _note(self, found: Mapping[tuple[int, tuple[int, date]], Urging]) -> None:
        """The facts, once for an assignment and due day: sweeps take turns at it."""
        if not found:
            return
        owing.lock_committees(self.session, {committee_id for committee_id, _key in found})
        noted = owing.urged(self.session, [one.assignment_id for one in found.values()])
        for (committee_id, key), one in sorted(found.items()):
            if key not in noted:
                record(
                    self.session,
                    OPERATOR,
                    owing.URGING_DUE,
                    thing="assignment",
                    thing_id=one.assignment_id,
                    committee_id=committee_id,
                    plan_id=one.plan_id,
                    after={"due_on": one.due_on.isoformat(), "step": one.step, "unit": one.unit_id},
                    at=self.at,
                )


def _make_todays(session: AnySession, at: datetime, sleeping: Collection[int]) -> None:
    """Digests of earlier days that could not leave become today's: whenever they leave, nobody gets a second one."""
    today = vietnam_day(at)
    late = (Letter.kind == DIGEST, Letter.day < today, *_still_open(today))
    if session.scalar(select(Letter.id).where(*late).limit(1)) is None:
        return
    newest = select(func.max(Letter.id)).where(*late, Letter.committee_id.not_in(sleeping))
    taken = select(Letter.person_id).where(Letter.kind == DIGEST, Letter.day == today)
    with transaction(session):
        session.execute(
            update(Letter)
            .where(
                Letter.id.in_(newest.group_by(Letter.person_id).scalar_subquery()),
                Letter.person_id.not_in(taken),
                *late,
            )
            .values(key=_todays_key(today), day=today)
            .execution_options(synchronize_session=False)
        )


def _todays_key(today: date) -> ColumnElement[str]:
    return literal(f"{DIGEST}:").concat(cast(Letter.person_id, String)).concat(f":{today.isoformat()}")


def _still_open(today: date) -> tuple[ColumnElement[bool], ...]:
    """It was not sent, and has no text or that of another day and is known not to have arrived. Where a process died
    over it nobody knows, and it has to go out as it is."""
    refused_before = (Letter.tries > 0) & (Letter.answer != "")
    overtaken = refused_before & (Letter.day != today)
    return (Letter.state.in_(notices.UNSENT), (Letter.message_id == "") | overtaken)


def _letter(
    kind: str, person: notices.Recipient, steps: Steps, weekly: int | None, at: datetime
) -> dict[str, Any]:
    day = vietnam_day(at)
    fault = address_fault(person.email)
    return {
        "key": _digest_key(person.id, day) if kind == DIGEST else _now_key(person.id, steps),
        "kind": kind,
        "committee_id": steps[0][0] if steps else weekly,
        "person_id": person.id,
        "address": " ".join(person.email.split()),
        "day": day,
        "weekly": weekly is not None,
        "state": "dead" if fault else "waiting",
        "answer": fault,
        "next_try_at": at,
        "created_at": at,
    }
