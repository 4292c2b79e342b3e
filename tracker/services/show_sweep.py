"""How the sweep is doing, for those who can have it put right."""

from __future__ import annotations

from datetime import datetime

from tracker.access import Actor, Thing, may_somewhere, need
from tracker.extensions import db
from tracker.store.queries import sweeps
from tracker.store.queries.sweeps import Pulse


def pulse(actor: Actor, *, pace: int, since: datetime, at: datetime) -> Pulse | None:
    """The last sweep; None for whom it is no matter. There is one sweep, whatever committees there are."""
    if not may_somewhere(actor, "sweep.see"):
        return None
    for committee in actor.committees("manager") or [None]:
        need(actor, "sweep.see", Thing(committee))
    return sweeps.pulse(db.session, at, pace, since)
