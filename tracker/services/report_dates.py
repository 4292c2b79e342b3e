"""The committee's periodic reports: the table of a year, and how they are sent on from level to level."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker import access
from tracker.access import Actor, Thing
from tracker.deadlines.reports import Chain, Report, reports_of
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Committee
from tracker.store.queries.calendar import calendar_of


@dataclass(frozen=True)
class ReportDates:
    """The reports of a year, by the chain that holds now."""

    year: int
    chain: Chain
    reports: tuple[Report, ...]
    may_change: bool


def year_of_reports(actor: Actor, committee_id: int, year: int) -> ReportDates:
    """The periodic reports of a year, each with its data and its send-by days."""
    access.need(actor, "calendar.see", Thing(committee_id))
    chain = Chain.of(_committee(committee_id).settings or {})
    return ReportDates(
        year=year,
        chain=chain,
        reports=tuple(reports_of(year, chain, calendar_of(db.session, committee_id))),
        may_change=access.may(actor, "calendar.change", Thing(committee_id)),
    )


def set_chain(actor: Actor, committee_id: int, chain: Chain, *, at: datetime) -> None:
    """Choose levels, steps and top days. The same choice again changes nothing."""
    access.need(actor, "calendar.change", Thing(committee_id))
    wanted = chain.checked().to_settings()
    with transaction(db.session):
        committee = db.session.get(
            Committee, committee_id, with_for_update={"key_share": True}, populate_existing=True
        )
        if committee is None:
            raise NotFound("Không tìm thấy cơ quan này.")
        before = (committee.settings or {}).get("reports")
        if before == wanted:
            return
        committee.settings = {**(committee.settings or {}), "reports": wanted}
        record(
            db.session,
            actor,
            "report-dates-set",
            thing="committee",
            thing_id=committee_id,
            committee_id=committee_id,
            before=before or {},
            after=wanted,
            at=at,
        )


def _committee(committee_id: int) -> Committee:
    committee = db.session.get(Committee, committee_id)
    if committee is None:
        raise NotFound("Không tìm thấy cơ quan này.")
    return committee
