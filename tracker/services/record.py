"""The log: one fact a deed, written in the deed's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.access import Actor
from tracker.store.engine import AnySession
from tracker.store.models import Fact, Unit


def record(
    session: AnySession,
    actor: Actor,
    deed: str,
    *,
    thing: str,
    thing_id: int,
    committee_id: int | None,
    at: datetime,
    plan_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add the fact that `actor` did `deed` to a thing ("assignment", "plan", "unit" …)."""
    session.add(
        Fact(
            at=at,
            actor_id=actor.id,
            deed=deed,
            committee_id=committee_id,
            thing=thing,
            thing_id=thing_id,
            plan_id=plan_id,
            before=dict(before or {}),
            after=dict(after or {}),
        )
    )


def record_unit(
    session: AnySession,
    actor: Actor,
    deed: str,
    unit: Unit,
    at: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add the fact that `actor` did `deed` to the unit."""
    record(
        session,
        actor,
        deed,
        thing="unit",
        thing_id=unit.id,
        committee_id=unit.committee_id,
        at=at,
        before=before,
        after=after,
    )
