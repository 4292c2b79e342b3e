"""The ladders of a committee: its own rows over the ordinary one."""

from __future__ import annotations

from sqlalchemy import select

from tracker.deadlines.ladder import Ladder, Ladders, ladder_from
from tracker.errors import Invalid
from tracker.store.engine import AnySession
from tracker.store.models import LadderRule


def ladders(session: AnySession, committee_id: int) -> Ladders:
    """Those that can be read; where one is broken, the next wider scope holds."""
    return read_ladders(session, committee_id)[0]


def read_ladders(session: AnySession, committee_id: int) -> tuple[Ladders, tuple[str, ...]]:
    """The ladders, and what is wrong with the rows that could not be read."""
    own: dict[str, Ladder] = {}
    faults = []
    query = select(LadderRule.scope, LadderRule.ladder).where(LadderRule.committee_id == committee_id)
    for scope, value in session.execute(query.order_by(LadderRule.id)):
        try:
            own[scope] = ladder_from(value)
        except Invalid as fault:
            faults.append(f"{scope}: {fault}")
    return Ladders(own), tuple(faults)
