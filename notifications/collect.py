"""What is owed becomes letters that wait, with the steps that each of them is to tell; both in one transaction.

`owed_by_person` only reads; the forecast asks it for days to come.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from notifications.mailing import MAILING
from notifications.outbox import address_fault
from notifications.policy import Call, Duty, Legacy, Owed, Team, called, inherited, owed
from tracker.clock import at_vietnam, vietnam_day, vietnam_time
from tracker.deadlines.ladder import Ladders
from tracker.deadlines.workdays import WorkCalendar
from tracker.store.engine import AnySession, transaction
from tracker.store.models import Letter, Notice
from tracker.store.queries import asked_notices, asking, notices, succession
from tracker.store.queries.calendar import calendar_of
from tracker.store.queries.ladders import read_ladders
from tracker.store.queries.ongoing import ongoing_rows

log = logging.getLogger(__name__)
DIGEST = "digest"
ONGOING = "ongoing"  # the step that records a question about ongoing work
INHERITED_FOR = timedelta(days=14)
DECIDED_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Collected:
    """How many letters were written, and what went wrong on the way."""

    letters: int = 0
    errors: tuple[str, ...] = ()


def collect(session: AnySession, at: datetime) -> Collected:
    """Write one digest for everybody who is owed a step and has none yet today."""
    today = vietnam_day(at)
    if vietnam_time(at).time() < MAILING.digest_from:
        return Collected()
    by_person, errors = owed_by_person(session, today)
    free = _without_letter(session, by_person, today)
    people = notices.recipients(session, free)
    letters = 0
    for person_id, steps in free.items():
        try:
            letters += _write(session, people[person_id], steps, at)
        except IntegrityError:  # another sweeper was first: what it wrote is what we would have written
            log.info("digest of person %s on %s is written already", person_id, today)
        except Exception as error:
            log.exception("digest of person %s on %s", person_id, today)
            errors.append(f"Không lập được thư cho người nhận {person_id}: {error!r}")
    return Collected(letters, tuple(errors))


Steps = list[tuple[int, Owed]]
Key = tuple[int, int, str, date]


def owed_by_person(
    session: AnySession, today: date, also: Collection[Key] = frozenset()
) -> tuple[dict[int, Steps], list[str]]:
    """Person → (committee, step), and errors; `also` counts as recorded. One committee's fault does not stop the
    others."""
    found: dict[int, Steps] = {}
    errors: list[str] = []
    for committee_id, _settings in notices.committee_settings(session):
        calendar = calendar_of(session, committee_id)
        if not calendar.works(today):
            continue
        try:
            ladders, faults = read_ladders(session, committee_id)
            errors += faults
            for one in _owed_in(session, committee_id, ladders, today, calendar):
                if one.key in also:
                    continue
                found.setdefault(one.person_id, []).append((committee_id, one))
        except Exception as error:
            log.exception("steps owed in committee %s", committee_id)
            errors.append(f"Không tính được việc cần nhắc của cơ quan {committee_id}: {error!r}")
            session.rollback()
    return found, errors


def _owed_in(
    session: AnySession, committee_id: int, ladders: Ladders, today: date, calendar: WorkCalendar
) -> list[Owed]:
    rows = notices.duties(session, committee_id, today + ladders.look_ahead)
    undecided = asking.undecided(session, committee_id)
    duties = [
        Duty(
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
        for row in rows
    ]
    teams = {
        unit_id: _team(roles)
        for unit_id, roles in notices.teams(session, today, {row.holder_id for row in rows}).items()
    }
    told = notices.recorded(session, committee_id)
    return [
        *owed(duties, teams, ladders, calendar, today, told),
        *_inherited_in(session, committee_id, today, calendar),
        *_called_in(session, committee_id, today, calendar),
        *_ongoing_in(session, committee_id, today, calendar, told),
    ]


def _ongoing_in(
    session: AnySession,
    committee_id: int,
    today: date,
    calendar: WorkCalendar,
    told: Collection[tuple[int, int, str, date]],
) -> list[Owed]:
    """Ongoing work is asked about once before each report; every digest until then repeats it. Nobody above is
    told."""
    calls = [
        Call(row.id, ONGOING, row.asked.by, row.holder_id, ("officer",))
        for row in ongoing_rows(session, today, committee_id=committee_id)
        if row.asked.now
    ]
    units = {one.unit_id for one in calls if one.unit_id is not None}
    teams = {unit_id: _team(roles) for unit_id, roles in notices.teams(session, today, units).items()}
    return called(calls, teams, calendar, today, told) if calls else []


def _called_in(session: AnySession, committee_id: int, today: date, calendar: WorkCalendar) -> list[Owed]:
    """What was asked of people, and what was decided about their requests in the last weeks."""
    calls = [
        Call(one.assignment_id, one.step, one.on, one.unit_id, one.roles, one.person_id)
        for one in asked_notices.calls(session, committee_id, at_vietnam(today - DECIDED_FOR))
    ]
    units = {one.unit_id for one in calls if one.unit_id is not None}
    teams = {unit_id: _team(roles) for unit_id, roles in notices.teams(session, today, units).items()}
    return called(calls, teams, calendar, today, asked_notices.told(session, committee_id)) if calls else []


def _inherited_in(session: AnySession, committee_id: int, today: date, calendar: WorkCalendar) -> list[Owed]:
    """What reorganisations of the last weeks have left: whoever comes to a unit later finds it on its page."""
    found = succession.inherited(session, committee_id, at_vietnam(today - INHERITED_FOR))
    if not found:
        return []
    legacies = [Legacy(one.assignment_id, one.holder_id, one.on) for one in found]
    teams = {
        unit_id: _team(roles)
        for unit_id, roles in notices.teams(session, today, {one.unit_id for one in legacies}).items()
    }
    return inherited(legacies, teams, calendar, today, notices.told_inherited(session, committee_id))


def _team(roles: Mapping[str, tuple[int, ...]]) -> Team:
    """In the unit that follows plans up, its coordinators do the unit's own work."""
    return Team(roles.get("officer") or roles.get("coordinator", ()), roles.get("head", ()))


def _without_letter(session: AnySession, by_person: Mapping[int, Steps], today: date) -> dict[int, Steps]:
    """One digest a person a day: whoever has had today's is told the rest tomorrow."""
    closed = notices.closed_keys(session, today)
    return {person: steps for person, steps in by_person.items() if _key(person, today) not in closed}


def _key(person_id: int, day: date) -> str:
    return f"{DIGEST}:{person_id}:{day.isoformat()}"


def _write(session: AnySession, person: notices.Recipient, steps: Steps, at: datetime) -> int:
    """The letter with its steps, in one transaction. Returns 1 where a letter is new."""
    with transaction(session):
        letter_id = _open_letter(session, person.id, at)
        fresh = letter_id is None
        if letter_id is None:
            letter = _letter(person, steps[0][0], at)
            session.add(letter)
            session.flush()
            letter_id = letter.id
        session.add_all(
            Notice(
                assignment_id=one.assignment_id,
                person_id=one.person_id,
                step=one.step,
                due_on=one.due_on,
                letter_id=letter_id,
                decided_at=at,
            )
            for _committee, one in steps
        )
    return int(fresh)


def _open_letter(session: AnySession, person_id: int, at: datetime) -> int | None:
    """A digest of this person that could not leave yet, and has no text or that of another day: it takes the
    new steps along and becomes today's, so that an outage of three days ends with one mail."""
    overtaken = _refused_before() & (Letter.day != vietnam_day(at))
    unsent = (Letter.state.in_(notices.UNSENT), (Letter.message_id == "") | overtaken)
    newest = (
        select(Letter.id)
        .where(Letter.person_id == person_id, Letter.kind == DIGEST, *unsent)
        .order_by(Letter.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    day = vietnam_day(at)
    return session.execute(
        update(Letter)
        .where(Letter.id == newest, *unsent)
        .values(key=_key(person_id, day), day=day)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    ).scalar()


def _refused_before() -> ColumnElement[bool]:
    """It was tried and is known not to have arrived. Where a process died over it nobody knows, and it has
    to go out as it is."""
    return (Letter.tries > 0) & (Letter.answer != "")


def _letter(person: notices.Recipient, committee_id: int, at: datetime) -> Letter:
    """A letter that waits; one that cannot reach anybody is dead from the start, so that it is seen."""
    day = vietnam_day(at)
    fault = address_fault(person.email)
    return Letter(
        key=_key(person.id, day),
        kind=DIGEST,
        committee_id=committee_id,
        person_id=person.id,
        address=" ".join(person.email.split()),
        day=day,
        state="dead" if fault else "waiting",
        answer=fault,
        next_try_at=at,
        created_at=at,
    )
