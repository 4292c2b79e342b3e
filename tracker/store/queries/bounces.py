"""Letters that came back: whose they were, who is to be told, and which addresses have got a letter since."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from tracker.clock import vietnam_day
from tracker.deadlines.told_once import BOUNCED, Call
from tracker.store.engine import AnySession
from tracker.store.models import Assignment, Letter, LinkOpening, Notice, Person, Plan, PlanVersion
from tracker.store.queries.work import batches

COORDINATORS = ("coordinator",)
# A server that cannot hand a letter over tries for up to five days before it says so.
SILENCE = timedelta(days=7)


@dataclass(frozen=True)
class BouncedRow:
    """A contact whose letters come back, as the digest of a plan's coordinator tells it."""

    letter_id: int
    person_id: int
    name: str
    address: str
    on: date
    words: str


def letter_named(session: AnySession, named: Iterable[tuple[int, str]], text: str) -> int | None:
    """The letter that returned headers name by its Message-ID, and whose address they hold. Ids can be guessed;
    both together, one has to know."""
    folded = text.casefold()
    for letter_id, message_id in named:
        query = select(Letter.address).where(Letter.id == letter_id, Letter.message_id == message_id)
        address = session.scalar(query) if letter_id < 2**31 else None
        if address and address.casefold() in folded:
            return letter_id
    return None


def calls(session: AnySession, committee_id: int, since: datetime) -> list[Call]:
    """Contacts that turned red since then and still are: told once to the coordinators of each unit that follows up
    a plan in the letter; the step hangs on the first assignment of that unit's plans."""
    letters = _letters_of_red_contacts(session, since)
    named = _named_in(session, committee_id, letters)
    summaries = _summaries(session, committee_id, letters.keys() - {letter for letter, _unit, _work in named})
    if summaries:
        units = _first_work(session, committee_id)
        named += [(letter, unit, work) for letter in summaries for unit, work in units.items()]
    return [
        Call(work, f"{BOUNCED}-{letter}", letters[letter], unit, COORDINATORS) for letter, unit, work in named
    ]


def _named_in(session: AnySession, committee_id: int, letters: Collection[int]) -> list[tuple[int, int, int]]:
    """(letter, unit that follows up plans in it, the first assignment of those)."""
    query = (
        select(Notice.letter_id, Plan.coordinator_id, func.min(Notice.assignment_id).label("work"))
        .join(Assignment, Assignment.id == Notice.assignment_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .where(Assignment.committee_id == committee_id)
        .group_by(Notice.letter_id, Plan.coordinator_id)
        .order_by(Notice.letter_id, Plan.coordinator_id)
    )
    return [
        (row.letter_id, row.coordinator_id, row.work)
        for batch in batches(letters)
        for row in session.execute(query.where(Notice.letter_id.in_(batch)))
    ]


def _summaries(session: AnySession, committee_id: int, letters: Collection[int]) -> list[int]:
    """Of these letters the committee's own that told of no single piece of work: summaries of the week."""
    told = exists().where(Notice.letter_id == Letter.id)
    query = select(Letter.id).where(Letter.committee_id == committee_id, ~told).order_by(Letter.id)
    return [
        letter for batch in batches(letters) for letter in session.scalars(query.where(Letter.id.in_(batch)))
    ]


def _first_work(session: AnySession, committee_id: int) -> dict[int, int]:
    """Unit that follows a running plan up → the first assignment of all its plans: a later one is never the first, so
    that what hangs on it is told once, whatever is published or ends meanwhile."""
    first = (
        select(Assignment.id).where(Assignment.plan_id == Plan.id).order_by(Assignment.id).limit(1)
    ).scalar_subquery()
    published = exists().where(PlanVersion.plan_id == Plan.id, PlanVersion.state == "published")
    runs = ((Plan.ending == "") & published).label("runs")
    plans = session.execute(
        select(Plan.coordinator_id, first.label("work"), runs).where(Plan.committee_id == committee_id)
    ).all()
    running = {row.coordinator_id for row in plans if row.runs}
    return {
        unit: min(works)
        for unit in sorted(running)
        if (works := [row.work for row in plans if row.coordinator_id == unit and row.work is not None])
    }


def _letters_of_red_contacts(session: AnySession, since: datetime) -> dict[int, date]:
    """Letter → the day on which it turned its person's contact red. People are asked first: they are few."""
    people = session.scalars(select(Person.id).where(Person.bounced_at >= since)).all()
    query = (
        select(Letter.id, Letter.bounced_at)
        .join(Person, Person.id == Letter.person_id)
        .where(_turned_it_red())
    )
    return {
        row.id: vietnam_day(row.bounced_at)
        for batch in batches(people)
        for row in session.execute(query.where(Letter.person_id.in_(batch)))
    }


def _turned_it_red() -> ColumnElement[bool]:
    """The letter for which the person's contact is red: both have the instant of the same deed."""
    return Letter.bounced_at == Person.bounced_at


def rows(session: AnySession, letter_ids: Iterable[int]) -> dict[int, BouncedRow]:
    """Of these letters (the numbers in `bounced-…` steps) those whose contact is still red, as a digest tells them."""
    query = (
        select(
            Letter.id,
            Letter.bounced_at,
            Letter.bounce,
            Letter.address,
            Person.id.label("person"),
            Person.name,
        )
        .join(Person, Person.id == Letter.person_id)
        .where(Letter.id.in_(set(letter_ids)), _turned_it_red())
    )
    return {
        row.id: BouncedRow(row.id, row.person, row.name, row.address, vietnam_day(row.bounced_at), row.bounce)
        for row in session.execute(query)
    }


def recovered(session: AnySession, at: datetime, person_id: int | None = None) -> list[int]:
    """People (or that person) with a red contact to whom a later letter has got through: a link in it was opened, or
    a week has passed and neither it nor a later one came back."""
    later = aliased(Letter)
    newer = (
        Letter.person_id == Person.id,
        Letter.sent_at > Person.bounced_at,
        Letter.bounced_at.is_(None),
        func.lower(Letter.address) == func.lower(Person.email),
    )
    opened = exists().where(LinkOpening.letter_id == Letter.id)
    came_back = exists().where(
        later.person_id == Letter.person_id, later.sent_at >= Letter.sent_at, later.bounced_at.is_not(None)
    )
    arrived = exists().where(*newer, opened | ((Letter.sent_at <= at - SILENCE) & ~came_back))
    query = select(Person.id).where(Person.bounced_at.is_not(None), arrived)
    if person_id is not None:
        query = query.where(Person.id == person_id)
    return list(session.scalars(query.order_by(Person.id)))
