"""Chốt kỳ: the reporting periods of a plan, what is still open in them, and closing and reopening them.

From a closing on nothing of the period changes (`held` refuses), and its figures are those of that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker import access, life
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.deadlines.periods import PLAN
from tracker.deadlines.reports import reporting_period
from tracker.deadlines.wording import period_words, plain_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.progress.counts import Tally
from tracker.progress.kept import brought_back, kept
from tracker.services import figures
from tracker.services.drafting import lock_plan
from tracker.services.held import refuse_held
from tracker.services.inheriting import give_to_heirs
from tracker.services.plan_deed import note_plan, thing_of_plan
from tracker.store.engine import transaction
from tracker.store.models import Assignment, PeriodClosing, Plan
from tracker.store.queries import work as find_work
from tracker.store.queries.closings import ClosingRow, closings
from tracker.store.queries.plans import published_of
from tracker.store.queries.rows import WorkRow
from tracker.store.queries.work import Wanted
from tracker.vietnamese.order import sort_key

LONGEST_REASON = 2000


@dataclass(frozen=True)
class UnitFigures:
    """One unit's part of a period."""

    unit_id: int
    name: str
    tally: Tally


@dataclass(frozen=True)
class Figures:
    """A period in figures, as of a day: the plan's (task × timing × period), its assignments', and by unit."""

    on: date
    plan: Tally
    assignments: Tally
    units: tuple[UnitFigures, ...] = ()


@dataclass(frozen=True)
class PeriodRow:
    """One period: `figures` are those of its closing where it is closed, else today's. `past` are earlier closings
    that were opened again."""

    period: str
    last_due: date | None
    figures: Figures
    closing: ClosingRow | None = None
    past: tuple[ClosingRow, ...] = ()

    @property
    def words(self) -> str:
        """`6 tháng đầu năm 2026`; what comes once has no period to name."""
        return period_words(self.period)


@dataclass(frozen=True)
class PeriodsPage:
    """The periods of a plan, and what the actor may do with them."""

    plan_id: int
    plan_name: str
    plan_title: str
    ending: str
    periods: tuple[PeriodRow, ...]
    may_close: bool
    may_reopen: bool
    may_end: bool
    may_reopen_plan: bool


@dataclass(frozen=True)
class Proposal:
    """What closing a period now would keep, and what is not done yet in it."""

    plan_id: int
    plan_name: str
    row: PeriodRow
    undecided: tuple[WorkRow, ...] = field(default=())
    today: date = date.min

    @property
    def early(self) -> bool:
        """Its last due day is still to come."""
        return self.row.last_due is not None and self.row.last_due >= self.today

    @property
    def warns(self) -> bool:
        return self.early or bool(self.undecided)


def periods_page(actor: Actor, plan_id: int, *, at: datetime) -> PeriodsPage:
    """Every period of the plan, the first one first."""
    plan = _plan(plan_id)
    thing = thing_of_plan(plan)
    access.need(actor, "period.see", thing)
    name, title = _called(plan_id)
    return PeriodsPage(
        plan_id=plan_id,
        plan_name=name,
        plan_title=title,
        ending=plan.ending,
        periods=tuple(_rows(plan, vietnam_day(at))),
        may_close=access.may(actor, "period.close", thing) and not plan.ending,
        may_reopen=access.may(actor, "period.reopen", thing) and not plan.ending,
        may_end=access.may(actor, "plan.end", thing) and not plan.ending,
        may_reopen_plan=access.may(actor, "plan.reopen", thing) and bool(plan.ending),
    )


def proposal(actor: Actor, plan_id: int, period: str, *, at: datetime) -> Proposal:
    """What closing the period would do; nothing is written."""
    plan = _plan(plan_id)
    access.need(actor, "period.close", thing_of_plan(plan))
    return _proposal(plan, period, vietnam_day(at))


# Deeds.


def close_period(actor: Actor, plan_id: int, period: str, *, despite: bool = False, at: datetime) -> None:
    """Close a period. Before its last due day is over, or while work of it is not done, only `despite` that."""
    with transaction(db.session):
        plan = _locked(plan_id)
        access.need(actor, "period.close", thing_of_plan(plan))
        refuse_held(plan, period)
        found = _proposal(plan, period, vietnam_day(at))
        if found.warns and not despite:
            raise Refused(_warning(found), code="open-work")
        assert actor.id is not None
        stored = _stored(found.row.figures)
        closing = PeriodClosing(
            plan_id=plan_id, period=period, closed_by_id=actor.id, closed_at=at, figures=stored
        )
        db.session.add(closing)
        told = {"period": period, "open": len(found.undecided), "figures": stored["plan"]}
        note_plan(actor, plan, "period-closed", at, told)


def reopen_period(actor: Actor, plan_id: int, period: str, reason: str, *, at: datetime) -> None:
    """Open a closed period again, with the reason. What is open in it is urged from today on."""
    with transaction(db.session):
        plan = _locked(plan_id)
        access.need(actor, "period.reopen", thing_of_plan(plan))
        reason = reason_given(reason, "mở lại kỳ")
        closing = _live(plan_id, period)
        if closing is None or plan.ending:
            raise Refused("Kỳ này đang không chốt, nên không có gì để mở lại.", code="not-closed")
        closing.reopened_by_id, closing.reopened_at, closing.reason = actor.id, at, reason
        give_to_heirs(actor, _urge_again(plan_id, period, vietnam_day(at)), at=at)
        note_plan(actor, plan, "period-reopened", at, {"period": period, "reason": reason})


def reason_given(reason: str, what: str) -> str:
    """The reason, or a refusal in words."""
    if not reason.strip():
        raise Invalid(f"Xin ghi lý do {what}.", code="no-reason")
    return reason.strip()[:LONGEST_REASON]


def _urge_again(plan_id: int, period: str, today: date) -> list[Assignment]:
    """The work that goes on in the period: no step is owed for the days on which it was closed."""
    query = select(Assignment).where(Assignment.plan_id == plan_id, Assignment.state.in_(life.UNDECIDED))
    found = db.session.scalars(query.options(joinedload(Assignment.timing)))
    works = [work for work in found if reporting_period(work.period, work.timing.label) == period]
    for work in works:
        work.urged_from = today
    return works


# Figures.


def figures_of(rows: Iterable[WorkRow], on: date) -> Figures:
    """The figures of these assignments on a day."""
    rows = list(rows)
    by_unit: dict[int, list[WorkRow]] = {}
    for row in rows:
        by_unit.setdefault(row.holder_id, []).append(row)
    units = [
        UnitFigures(unit_id, found[0].holder_name, figures.of_units(found, on))
        for unit_id, found in by_unit.items()
    ]
    return Figures(
        on=on,
        plan=figures.of_plan(rows, on),
        assignments=figures.of_units(rows, on),
        units=tuple(sorted(units, key=lambda one: sort_key(one.name))),
    )


def _stored(found: Figures) -> dict[str, Any]:
    return {
        "on": found.on.isoformat(),
        "plan": kept(found.plan),
        "assignments": kept(found.assignments),
        "units": [{"id": u.unit_id, "name": u.name, "tally": kept(u.tally)} for u in found.units],
    }


def _shown(stored: Mapping[str, Any]) -> Figures:
    return Figures(
        on=date.fromisoformat(stored["on"]),
        plan=brought_back(stored["plan"]),
        assignments=brought_back(stored["assignments"]),
        units=tuple(UnitFigures(u["id"], u["name"], brought_back(u["tally"])) for u in stored["units"]),
    )


# What there is.


def _rows(plan: Plan, today: date) -> list[PeriodRow]:
    """The periods with a due day. What has none ends with its plan."""
    by_period: dict[str, list[WorkRow]] = {}
    for row in find_work.rows(db.session, Wanted(plans=[plan.id]), today):
        if row.period != PLAN:
            by_period.setdefault(_key(row), []).append(row)
    known: dict[str, list[ClosingRow]] = {}
    for one in closings(db.session, plan.id):
        known.setdefault(one.period, []).append(one)
    found = [_row(p, rows, known.get(p, []), today) for p, rows in by_period.items()]
    return sorted(found, key=lambda row: (row.last_due or date.max, row.period))


def _row(period: str, rows: list[WorkRow], known: list[ClosingRow], today: date) -> PeriodRow:
    closing = next((one for one in known if one.reopened_at is None), None)
    return PeriodRow(
        period=period,
        last_due=max((row.due_on for row in rows if row.due_on), default=None),
        figures=_shown(closing.figures) if closing else figures_of(rows, today),
        closing=closing,
        past=tuple(one for one in known if one.reopened_at is not None),
    )


def _key(row: WorkRow) -> str:
    return reporting_period(row.period, row.timing_label)


def _proposal(plan: Plan, period: str, today: date) -> Proposal:
    row = next((one for one in _rows(plan, today) if one.period == period), None)
    if row is None:
        raise NotFound("Kế hoạch này không có kỳ như vậy. Xin chọn lại ở danh sách kỳ.")
    rows = find_work.rows(db.session, Wanted(plans=[plan.id]), today)
    undecided = tuple(r for r in rows if _key(r) == period and r.work.state in life.UNDECIDED)
    return Proposal(plan.id, _called(plan.id)[0], row, undecided, today)


def _warning(found: Proposal) -> str:
    told = []
    if found.early and found.row.last_due:
        told.append(f"hạn cuối của kỳ là {plain_day(found.row.last_due)}, chưa qua")
    if found.undecided:
        titles = "; ".join(dict.fromkeys(row.title[:60] for row in found.undecided[:3]))
        told.append(f"còn {len(found.undecided)} việc chưa xong ({titles})")
    return f"Kỳ này {', '.join(told)}. Xin xác nhận nếu vẫn chốt."


def _live(plan_id: int, period: str) -> PeriodClosing | None:
    query = select(PeriodClosing).where(
        PeriodClosing.plan_id == plan_id,
        PeriodClosing.period == period,
        PeriodClosing.reopened_at.is_(None),
    )
    return db.session.scalars(query).first()


def _plan(plan_id: int) -> Plan:
    plan = db.session.get(Plan, plan_id)
    if plan is None or not published_of(db.session, [plan_id]):
        raise NotFound("Không tìm thấy kế hoạch này, hoặc kế hoạch chưa ban hành.")
    return plan


def _locked(plan_id: int) -> Plan:
    """The plan, held: deeds on its work are over, and others wait."""
    lock_plan(plan_id)
    return _plan(plan_id)


def _called(plan_id: int) -> tuple[str, str]:
    version = published_of(db.session, [plan_id])[0]
    return version.number or version.title, version.title or version.number
