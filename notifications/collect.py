"""What is owed becomes letters that wait, with the steps that each of them is to tell; both in one transaction."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from notifications.delivery.outbox import address_fault
from notifications.mailing import MAILING
from notifications.owed import Owing, Share, Steps, owed_by_person, unswept_since
from notifications.policy import Urging
from notifications.quiet import asleep
from tracker.access import OPERATOR
from tracker.clock import vietnam_day, vietnam_time
from tracker.letters import UNSENT, Kind, State
from tracker.services.record import record
from tracker.store.engine import AnySession, transaction
from tracker.store.models import Letter, Notice
from tracker.store.models.types import UtcDateTime
from tracker.store.queries import notices, owing

log = logging.getLogger(__name__)
TOGETHER = 200  # letters a transaction
_LETTERS: Any = Letter.__table__
_NOTICES: Any = Notice.__table__


@dataclass(frozen=True)
class Collected:
    """How many letters were written, and what went wrong on the way."""

    letters: int = 0
    errors: tuple[str, ...] = ()


def collect(session: AnySession, at: datetime) -> Collected:
    """Write for everybody who is owed something one letter of what is told at once, and one digest where there is
    none yet today. Nothing in the hours and on the days on which a committee sleeps."""
    sleeping = asleep(session, at)
    if all(committee_id in sleeping for committee_id, _settings in notices.committee_settings(session)):
        return Collected()
    today = vietnam_day(at)
    owing_now = owed_by_person(session, today, since=unswept_since(session, at), sleeping=sleeping)
    written = _Writing(session, at, owing_now, sleeping)
    written.write(
        Kind.NOW, {person: (share.now, None) for person, share in owing_now.people.items() if share.now}
    )
    if vietnam_time(at).time() >= MAILING.digest_from:
        digests = without_letter(session, owing_now.people, today)
        written.write(Kind.DIGEST, _with_sleepers(session, digests, at, sleeping))
        _make_todays(session, at, sleeping)  # after it: letters that take new steps along are today's by then
    written.note_urgings()
    return Collected(written.letters, tuple(owing_now.errors))


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


def _with_sleepers(
    session: AnySession, digests: dict[int, Portion], at: datetime, sleeping: Collection[int]
) -> dict[int, Portion]:
    """With what committees in their quiet hours owe the same people: one digest a day leaves, and if that were always
    before they wake, nothing of theirs would ever be told."""
    theirs = owing.committees_of(session, digests) & set(sleeping) if sleeping else set()
    if not theirs:
        return digests
    others = {committee_id for committee_id, _settings in notices.committee_settings(session)} - theirs
    found = owed_by_person(session, vietnam_day(at), since=unswept_since(session, at), sleeping=others).people
    return {
        person: (
            [*steps, *found[person].digest] if person in found else steps,
            found[person].weekly if weekly is None and person in found else weekly,
        )
        for person, (steps, weekly) in digests.items()
    }


def _digest_key(person_id: int, day: date) -> str:
    return f"{Kind.DIGEST}:{person_id}:{day.isoformat()}"


def _now_key(person_id: int, steps: Steps) -> str:
    """The same steps are told in the same letter, whoever collects them."""
    keys = sorted((one.assignment_id, one.step, one.due_on.isoformat()) for _committee, one in steps)
    return f"{Kind.NOW}:{person_id}:{hashlib.sha256(repr(keys).encode()).hexdigest()[:40]}"


def gaps(session: AnySession, people: Collection[int], at: datetime) -> dict[int, datetime]:
    """Person → the moment before which nothing more is told them at once; who had no such letter lately is not in it.
    What is owed until then is written into one letter that waits."""
    gap = timedelta(minutes=MAILING.gap_minutes)
    left = case((Letter.state == State.CLAIMED, literal(at, UtcDateTime)), else_=Letter.sent_at)
    query = (
        select(Letter.person_id, func.max(left))
        .where(
            Letter.person_id.in_(people),
            Letter.kind == Kind.NOW,
            Letter.state.in_((State.SENT, State.CLAIMED)),
            left > at - gap,
            left <= at,  # what is later was sent by a clock that was wrong
        )
        .group_by(Letter.person_id)
    )
    return {person: last + gap for person, last in session.execute(query) if person is not None}


class _Writing:
    """Letters with their steps, many in a transaction; where one is refused, each alone."""

    def __init__(self, session: AnySession, at: datetime, found: Owing, sleeping: Collection[int]) -> None:
        self.session = session
        self.at = at
        self.sleeping = sleeping
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
                **({"key": _todays_key(self.today)} if kind == Kind.DIGEST else {}),
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
        held = gaps(self.session, portions, self.at) if kind == Kind.NOW else {}
        rows = [
            self._letter(kind, people[person], portion, held.get(person, self.at))
            for person, portion in portions.items()
        ]
        made = self.session.execute(insert(_LETTERS).returning(_LETTERS.c.person_id, _LETTERS.c.id), rows)
        return {person: letter for person, letter in made if person is not None}

    def _letter(
        self, kind: str, person: notices.Recipient, portion: Portion, leaves: datetime
    ) -> dict[str, Any]:
        steps, weekly = portion
        fault = address_fault(person.email)
        return {
            "key": _digest_key(person.id, self.today) if kind == Kind.DIGEST else _now_key(person.id, steps),
            "kind": kind,
            "committee_id": self._committee(portion),
            "person_id": person.id,
            "address": " ".join(person.email.split()),
            "day": self.today,
            "weekly": weekly is not None,
            "state": State.DEAD if fault else State.WAITING,
            "answer": fault,
            "next_try_at": leaves,
            "created_at": self.at,
        }

    def _committee(self, portion: Portion) -> int | None:
        """The first of those that the letter tells of, and rather one that is awake: it leaves when that one does."""
        steps, weekly = portion
        found = [*(committee for committee, _step in steps), *([] if weekly is None else [weekly])]
        return next((one for one in found if one not in self.sleeping), next(iter(found), None))

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
        """The facts, once for an assignment, due day and step: sweeps take turns at it."""
        if not found:
            return
        owing.lock_committees(self.session, {committee_id for committee_id, _key in found})
        noted = owing.urged(self.session, [one.assignment_id for one in found.values()])
        for (committee_id, _key), one in sorted(found.items()):
            if one.noted_as not in noted:
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
    late = (Letter.kind == Kind.DIGEST, Letter.day < today, *_still_open(today))
    if session.scalar(select(Letter.id).where(*late).limit(1)) is None:
        return
    newest = select(func.max(Letter.id)).where(*late, Letter.committee_id.not_in(sleeping))
    taken = select(Letter.person_id).where(Letter.kind == Kind.DIGEST, Letter.day == today)
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
    return literal(f"{Kind.DIGEST}:").concat(cast(Letter.person_id, String)).concat(f":{today.isoformat()}")


def _still_open(today: date) -> tuple[ColumnElement[bool], ...]:
    """It was not sent, and has no text or that of another day and is known not to have arrived. Where a process died
    over it nobody knows, and it has to go out as it is."""
    refused_before = (Letter.tries > 0) & (Letter.answer != "")
    overtaken = refused_before & (Letter.day != today)
    return (Letter.state.in_(UNSENT), (Letter.message_id == "") | overtaken)
