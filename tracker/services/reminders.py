"""What people choose about their own letters, and who else should get a unit's: proposed by one who has them,
settled by the manager.

Turned off is only the digest of what is not late yet. Official notices stay: what is overdue, returned, asked to be
explained, decided; so no deed here can make anybody unreachable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tracker.access import Actor, Thing, need
from tracker.clock import vietnam_day
from tracker.errors import NotFound, Refused
from tracker.extensions import db
from tracker.services import staff_parts as parts
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Person, RecipientProposal, Role
from tracker.store.queries import units
from tracker.store.queries.proposals import ProposalRow, open_proposals

PROPOSALS_AT_ONCE = 5  # of one person, while nobody has settled them


@dataclass(frozen=True)
class LetterChoices:
    """How somebody wants their letters; `units` are those whose reminders they get, by name."""

    email: str
    off_at: datetime | None
    wants_calendar: bool
    units: tuple[tuple[int, str], ...]


def choices(actor: Actor, *, at: datetime) -> LetterChoices:
    """The actor's own choices."""
    need(actor, "self.change", Thing(person_id=actor.id))
    one = db.session.get(Person, actor.id)
    assert one is not None
    called = units.names(db.session, actor.units(), vietnam_day(at))
    mine = tuple(sorted(called.items(), key=lambda unit: unit[1]))
    return LetterChoices(one.email, one.reminders_off_at, one.wants_calendar, mine)


def turn_reminders(actor: Actor, on: bool, *, at: datetime) -> None:
    """Turn the actor's daily reminders of what is not late yet on or off; once more changes nothing."""
    need(actor, "self.change", Thing(person_id=actor.id))
    assert actor.id is not None
    with transaction(db.session):
        one = parts.person(actor.id)
        if on == (one.reminders_off_at is None):
            return
        one.reminders_off_at = None if on else at
        _note(actor, "reminders-on" if on else "reminders-off", at)


def want_calendar(actor: Actor, wanted: bool, *, at: datetime) -> None:
    """Ask for an .ics file in each digest, or for none."""
    need(actor, "self.change", Thing(person_id=actor.id))
    assert actor.id is not None
    with transaction(db.session):
        one = parts.person(actor.id)
        if one.wants_calendar == wanted:
            return
        one.wants_calendar = wanted
        _note(actor, "calendar-wanted" if wanted else "calendar-unwanted", at)


def _note(actor: Actor, deed: str, at: datetime) -> None:
    assert actor.id is not None
    record(db.session, actor, deed, thing="person", thing_id=actor.id, committee_id=None, at=at)


# Who else should get them.


def propose(actor: Actor, unit_id: int, name: str, email: str, *, at: datetime) -> None:
    """Somebody of the unit says who else should get its reminders. The same proposal twice is one."""
    committee_id = parts.unit_of(unit_id).committee_id
    need(actor, "recipient.propose", Thing(committee_id, unit_ids=frozenset({unit_id})))
    name, email = parts.read_name(name), parts.read_email(email)
    assert actor.id is not None
    with transaction(db.session):
        parts.person(actor.id)  # two at once follow each other
        if email in _open_of(unit_id):
            return
        _refuse_known(unit_id, email, at)
        _refuse_too_many(actor.id)
        row = RecipientProposal(
            committee_id=committee_id,
            unit_id=unit_id,
            proposed_by_id=actor.id,
            proposed_at=at,
            name=name,
            email=email,
        )
        db.session.add(row)
        db.session.flush()
        _note_proposal(actor, "recipient-proposed", row, at)


def _open_of(unit_id: int) -> frozenset[str]:
    query = select(RecipientProposal.email).where(
        RecipientProposal.unit_id == unit_id, RecipientProposal.settled_at.is_(None)
    )
    return frozenset(db.session.scalars(query))


def _refuse_known(unit_id: int, email: str, at: datetime) -> None:
    query = (
        select(Person.name)
        .join(Role, Role.person_id == Person.id)
        .where(
            Person.email == email,
            Person.active,
            Role.unit_id == unit_id,
            *units.valid_on(Role, vietnam_day(at)),
        )
    )
    name = db.session.scalar(query.limit(1))
    if name is not None:
        raise Refused(
            f"{name} đã nhận thư nhắc của đơn vị này, không cần đề nghị thêm.", code="known-already"
        )


def _refuse_too_many(person_id: int) -> None:
    query = select(func.count()).where(
        RecipientProposal.proposed_by_id == person_id, RecipientProposal.settled_at.is_(None)
    )
    if (db.session.scalar(query) or 0) >= PROPOSALS_AT_ONCE:
        raise Refused(
            f"Đồng chí đã có {PROPOSALS_AT_ONCE} đề nghị đang chờ người quản lý. "
            "Xin chờ các đề nghị ấy được xử lý.",
            code="too-many-proposals",
        )


def settle(actor: Actor, proposal_id: int, *, at: datetime) -> None:
    """The manager has dealt with it; the second one to say so changes nothing."""
    row = db.session.get(RecipientProposal, proposal_id)
    if row is None:
        raise NotFound("Không tìm thấy đề nghị này. Xin tải lại trang.")
    need(actor, "people.change", Thing(row.committee_id))
    with transaction(db.session):
        row = db.session.get_one(RecipientProposal, proposal_id, with_for_update=True, populate_existing=True)
        if row.settled_at is None:
            row.settled_at, row.settled_by_id = at, actor.id
            _note_proposal(actor, "recipient-settled", row, at)


def proposals(actor: Actor, committee_id: int, *, at: datetime) -> tuple[ProposalRow, ...]:
    """What nobody has settled yet, the oldest first."""
    need(actor, "people.see", Thing(committee_id))
    return open_proposals(db.session, committee_id, vietnam_day(at))


def _note_proposal(actor: Actor, deed: str, row: RecipientProposal, at: datetime) -> None:
    """The fact names the row, not the person in it."""
    record(
        db.session,
        actor,
        deed,
        thing="unit",
        thing_id=row.unit_id,
        committee_id=row.committee_id,
        at=at,
        after={"proposal": row.id},
    )
