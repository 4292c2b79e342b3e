"""What links in letters are checked against: how many submissions there are, how often the work has changed hands,
and whether an opening is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from tracker.store.engine import AnySession
from tracker.store.models import Fact, LinkOpening, Submission
from tracker.store.queries.work import batches

GIVEN_AWAY = ("handed-over", "handed-on")  # the deeds by which work goes to another unit, one fact each


def turns(session: AnySession, assignment_ids: Collection[int]) -> dict[int, int]:
    """Assignment → how many submissions it has; what has none is not in it."""
    query = (
        select(Submission.assignment_id, func.count())
        .where(Submission.assignment_id.in_(assignment_ids))
        .group_by(Submission.assignment_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def holdings(session: AnySession, assignment_ids: Iterable[int]) -> dict[int, int]:
    """Assignment → how often it was given to another unit; what never was is not in it. Counted in facts, which nobody
    takes back: a hand-over that was undone counts still."""
    query = select(Fact.thing_id, func.count()).where(Fact.thing == "assignment", Fact.deed.in_(GIVEN_AWAY))
    return {
        row[0]: row[1]
        for batch in batches(assignment_ids)
        for row in session.execute(query.where(Fact.thing_id.in_(batch)).group_by(Fact.thing_id))
    }


def opening_known(session: AnySession, letter_id: int, assignment_id: int) -> bool:
    """Whether it is written down that the letter's link to the assignment was opened."""
    query = select(LinkOpening.id).where(
        LinkOpening.letter_id == letter_id, LinkOpening.assignment_id == assignment_id
    )
    return session.scalar(query) is not None


def add_opening(session: AnySession, letter_id: int, assignment_id: int, at: datetime) -> None:
    """Write the opening down in the present transaction; the second one of the same link changes nothing."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = {"letter_id": letter_id, "assignment_id": assignment_id, "opened_at": at}
    session.execute(dialect.insert(LinkOpening).values(row).on_conflict_do_nothing())
