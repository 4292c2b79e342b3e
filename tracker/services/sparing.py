"""Work that nobody is urged to do because enough other units have done it, and what is owed when that ends."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update

from tracker import life
from tracker.extensions import db
from tracker.store.models import Assignment
from tracker.store.queries.work import completions, settled_turns


def others_are_spared(work: Assignment) -> bool:
    """Whether enough units have done the task of this work, in its period."""
    rules = completions(db.session, [work.task_id])
    return (work.task_id, work.timing_id, work.period) in settled_turns(db.session, rules)


def urge_again(work: Assignment, day: date) -> None:
    """Where there are not enough any longer, the others owe their work again: from today, not from a day on which
    nobody asked them for it."""
    db.session.flush()
    if others_are_spared(work):
        return
    others = (
        Assignment.task_id == work.task_id,
        Assignment.timing_id == work.timing_id,
        Assignment.period == work.period,
        Assignment.state == life.OPEN,
        Assignment.id != work.id,
    )
    db.session.execute(
        update(Assignment).where(*others).values(urged_from=day).execution_options(synchronize_session=False)
    )
