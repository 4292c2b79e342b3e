"""Work that was held (its period closed, its plan ended) while its unit was reorganised: opened again, it goes to
whoever carries on. Where several units do, it stays where it is until a person says whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.extensions import db
from tracker.services.record import record
from tracker.store.models import Assignment
from tracker.store.queries import units as find_units


def give_to_heirs(actor: Actor, works: Iterable[Assignment], *, at: datetime) -> None:
    """Within the deed that opens the work again; each that moves has its own fact."""
    works, day = list(works), vietnam_day(at)
    heirs = find_units.holders(db.session, {work.holder_id for work in works}, day)
    names = find_units.names(db.session, {n for pair in heirs.items() for n in pair if n}, day)
    for work in works:
        was, heir = work.holder_id, heirs[work.holder_id]
        if heir is None or heir == was:
            continue
        work.holder_id = heir
        work.sequence += 1
        work.changed_at = at
        record(
            db.session,
            actor,
            "handed-over",
            thing="assignment",
            thing_id=work.id,
            committee_id=work.committee_id,
            plan_id=work.plan_id,
            before={"holder": was, "name": names[was]},
            after={"holder": heir, "name": names[heir], "from": names[was]},
            at=at,
        )
    db.session.flush()
