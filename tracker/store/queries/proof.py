"""What proves that somebody was told of an assignment: each notice with its letter, and signs beside the letters."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from tracker.access import UNIT_ROLES
from tracker.clock import recorded_day, vietnam_day
from tracker.store.engine import AnySession
from tracker.store.models import Absence, Assignment, Fact, Feed, Letter, LinkOpening, Notice, Person, Role


@dataclass(frozen=True)
class LetterProof:
    """A letter as the mail server and its reader left it. `opened_at`: its link to this assignment; `ticked_at`: the
    work was sent through that link."""

    id: int
    kind: str
    weekly: bool
    address: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    tries: int
    answer: str
    message_id: str
    bounced_at: datetime | None
    bounce: str
    opened_at: datetime | None = None
    ticked_at: datetime | None = None


@dataclass(frozen=True)
class NoticeProof:
    """One step that one person was told in one letter; `role` is theirs on that day, or of whom they act for
    (`for_name`)."""

    id: int
    step: str
    due_on: date
    decided_at: datetime
    person_id: int
    person_name: str
    letter: LetterProof
    role: str = ""
    for_name: str = ""


@dataclass(frozen=True)
class DueChange:
    """The due day became another one: by which deed, when."""

    at: datetime
    deed: str
    before: date | None
    after: date


@dataclass(frozen=True)
class Seen:
    """When somebody of the unit last looked at any page."""

    name: str
    on: date


def notices(session: AnySession, work: Assignment, coordinator_id: int) -> tuple[NoticeProof, ...]:
    """Every notice of the assignment, in the order in which they were decided."""
    query = (
        select(Notice, Letter, Person.name, LinkOpening.opened_at)
        .join(Letter, Letter.id == Notice.letter_id)
        .join(Person, Person.id == Notice.person_id)
        .outerjoin(
            LinkOpening,
            (LinkOpening.letter_id == Letter.id) & (LinkOpening.assignment_id == Notice.assignment_id),
        )
        .where(Notice.assignment_id == work.id)
        .order_by(Notice.decided_at, Notice.id)
    )
    rows = session.execute(query).all()
    ticked = _ticked(session, work.id)
    roles = _Roles(session, {row.Notice.person_id for row in rows}, work, coordinator_id)
    found = []
    for row in rows:
        notice = row.Notice
        role, name = roles.of(notice.person_id, vietnam_day(notice.decided_at))
        found.append(
            NoticeProof(
                id=notice.id,
                step=notice.step,
                due_on=notice.due_on,
                decided_at=notice.decided_at,
                person_id=notice.person_id,
                person_name=row.name,
                letter=_letter(row.Letter, row.opened_at, ticked.get(row.Letter.id)),
                role=role,
                for_name=name,
            )
        )
    return tuple(found)


def _letter(one: Letter, opened_at: datetime | None, ticked_at: datetime | None) -> LetterProof:
    return LetterProof(
        id=one.id,
        kind=one.kind,
        weekly=one.weekly,
        address=one.address,
        state=one.state,
        created_at=one.created_at,
        sent_at=one.sent_at,
        tries=one.tries,
        answer=one.answer,
        message_id=one.message_id,
        bounced_at=one.bounced_at,
        bounce=one.bounce,
        opened_at=opened_at,
        ticked_at=ticked_at,
    )


def _ticked(session: AnySession, assignment_id: int) -> dict[int, datetime]:
    """Letter → when the assignment was first sent through its link."""
    query = select(Fact.at, Fact.after).where(
        Fact.thing == "assignment", Fact.thing_id == assignment_id, Fact.deed.in_(("ticked", "ticked-part"))
    )
    found: dict[int, datetime] = {}
    for at, after in session.execute(query.order_by(Fact.id)):
        if after.get("letter"):
            found.setdefault(int(after["letter"]), at)
    return found


class _Roles:
    """What recipients are to an assignment, day by day: officer, head, coordinator or leader, or who stands in."""

    ORDER = ("officer", "head", "coordinator", "leader")

    def __init__(
        self, session: AnySession, people: Collection[int], work: Assignment, coordinator_id: int
    ) -> None:
        query = (
            select(Absence, Person.name)
            .join(Person, Person.id == Absence.person_id)
            .where(Absence.deputy_id.in_(people), Absence.cancelled_at.is_(None))
        )
        self.absences = session.execute(query.order_by(Absence.id)).all()
        holders = {*people, *(row.Absence.person_id for row in self.absences)}
        ours = or_(
            Role.role.in_(UNIT_ROLES) & Role.unit_id.in_({work.holder_id, work.unit_id}),
            (Role.role == "coordinator") & (Role.unit_id == coordinator_id),
            (Role.role == "leader") & (Role.committee_id == work.committee_id),
        )
        self.roles = list(session.scalars(select(Role).where(Role.person_id.in_(holders), ours)))

    def of(self, person_id: int, day: date) -> tuple[str, str]:
        """(role, name of whom they act for) on the day; the role is empty where none is known."""
        own = self._held(person_id, day, None)
        if own:
            return own, ""
        for row in self.absences:
            one = row.Absence
            if one.deputy_id == person_id and one.starts_on <= day <= one.ends_on:
                lent = self._held(one.person_id, day, one.unit_id)
                if lent:
                    return lent, row.name
        return "", ""

    def _held(self, person_id: int, day: date, unit_id: int | None) -> str:
        held = {
            role.role
            for role in self.roles
            if role.person_id == person_id and unit_id in (None, role.unit_id) and _runs(role, day)
        }
        return next((role for role in self.ORDER if role in held), "")


def _runs(role: Any, day: date) -> bool:
    return (role.valid_from is None or role.valid_from <= day) and (
        role.valid_to is None or role.valid_to >= day
    )


def due_changes(session: AnySession, assignment_id: int) -> tuple[DueChange, ...]:
    """How the due day came to be what it is, as far as deeds on the assignment moved it."""
    query = select(Fact.at, Fact.deed, Fact.before, Fact.after).where(
        Fact.thing == "assignment", Fact.thing_id == assignment_id
    )
    found = (
        DueChange(row.at, row.deed, recorded_day(row.before.get("due_on")), after)
        for row in session.execute(query.order_by(Fact.id))
        for after in (recorded_day(row.after.get("due_on")),)
        if after is not None and "due_on" in row.before
    )
    return tuple(one for one in found if one.before != one.after)


def fetched_at(session: AnySession, unit_id: int) -> datetime | None:
    """When the unit's calendar was last fetched."""
    return session.scalar(select(func.max(Feed.fetched_at)).where(Feed.unit_id == unit_id))


def last_seen(session: AnySession, people: Iterable[int]) -> tuple[Seen, ...]:
    """When each of these people last looked at a page, the latest first."""
    query = select(Person.name, Person.seen_on).where(Person.id.in_(set(people)), Person.seen_on.is_not(None))
    rows = session.execute(query.order_by(Person.seen_on.desc(), Person.id))
    return tuple(Seen(row.name, row.seen_on) for row in rows)
