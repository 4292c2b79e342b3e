"""Theo dõi: all plans × units, what waits for acceptance, and what comes due in the next thirty days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import access
from tracker.errors import NotFound
from tracker.progress.counts import Tally
from tracker.services import (
    listing,
    reminders,
    show_asking,
    show_dashboard,
    show_reading,
    show_urging,
    show_work,
)
from tracker.sheets.words import UNIT_KINDS
from tracker.store.queries.rows import Matrix, MatrixRow, WorkRow
from tracker.web import context
from tracker.web.guard import asks
from tracker.web.picking import an_id

blueprint = Blueprint("dashboard", __name__, url_prefix="/theo-doi")

UNITS_A_PAGE = 100
MAX_WHOLE = 40  # a matrix of so many units is shown whole; a longer one scrolls under its head
BEFORE_FOLD = 6  # how many of the coming pieces of work stand open


@dataclass(frozen=True)
class Panel:
    """One cell, one unit or one plan opened: its assignments, the worst first; of very many the first ones."""

    title: str
    plan_name: str
    plan_id: int | None
    unit_id: int | None
    tally: Tally
    rows: tuple[WorkRow, ...]


@blueprint.get("")
@asks("dashboard.see")
def matrix() -> ResponseReturnValue:
    """The matrix; `?ke-hoach=` and `?don-vi=` open the panel beside it, `?loc=qua-han` leaves late units;
    of very many units so many to a page (`?trang=`)."""
    actor, committee = context.actor(), context.committee_id()
    found = show_dashboard.matrix(actor, committee, at=context.now())
    late_only = request.args.get("loc") == "qua-han"
    listed = in_order(late_sections(found) if late_only else found.sections)
    pages = max(1, -(-sum(len(rows) for _kind, rows in listed) // UNITS_A_PAGE))
    page = min(request.args.get("trang", 1, type=an_id), pages)
    sections = on_page(listed, page)
    return render_template(
        "dashboard/matrix.html",
        matrix=found,
        sections=sections,
        page=page,
        pages=pages,
        units=sum(len(rows) for _kind, rows in listed),
        late_only=late_only,
        units_shown=sum(len(rows) for _kind, rows in sections),
        max_whole=MAX_WHOLE,
        before_fold=BEFORE_FOLD,
        listed=listing.LISTED,
        most=max((count for _first, _last, count in found.weeks), default=0),
        panel=_panel(found, committee),
        unseen=show_work.unseen(actor, committee, at=context.now()),
        unread=show_reading.not_reading(actor, committee, at=context.now()) if _telephones(committee) else [],
        urging=show_urging.urging_due(actor, committee, at=context.now()),
        deciding=show_asking.deciding(actor, committee, at=context.now()),
        proposed=len(reminders.proposals(actor, committee, at=context.now()))
        if committee in actor.committees("coordinator")
        else 0,
    )


def _telephones(committee: int) -> bool:
    """Whether units that do not read are the visitor's to call."""
    return access.may(context.actor(), "reading.see", access.Thing(committee))


def in_order(
    sections: Iterable[tuple[str, tuple[MatrixRow, ...]]],
) -> list[tuple[str, tuple[MatrixRow, ...]]]:
    """Kinds of units as the page of the units has them."""
    order = list(UNIT_KINDS)
    return sorted(sections, key=lambda one: order.index(one[0]) if one[0] in order else len(order))


def on_page(
    sections: Iterable[tuple[str, tuple[MatrixRow, ...]]], page: int
) -> list[tuple[str, tuple[MatrixRow, ...]]]:
    """The rows of one page, under the kinds that they are of."""
    first, shown = (page - 1) * UNITS_A_PAGE, []
    for kind, rows in sections:
        kept = rows[max(0, first) : max(0, first + UNITS_A_PAGE)]
        first -= len(rows)
        if kept:
            shown.append((kind, kept))
    return shown


def late_sections(found: Matrix) -> tuple[tuple[str, tuple[MatrixRow, ...]], ...]:
    """Only the units that have something overdue."""
    kept = ((kind, tuple(row for row in rows if row.total.overdue)) for kind, rows in found.sections)
    return tuple((kind, rows) for kind, rows in kept if rows)


def _panel(found: Matrix, committee: int) -> Panel | None:
    plan_id, unit_id = request.args.get("ke-hoach", type=an_id), request.args.get("don-vi", type=an_id)
    if plan_id is None and unit_id is None:
        return None
    rows = show_dashboard.cell(context.actor(), committee, plan_id, unit_id, at=context.now())
    return Panel(
        title=_unit_name(found, unit_id),
        plan_name=_plan_name(found, plan_id),
        plan_id=plan_id,
        unit_id=unit_id,
        tally=_tally(found, plan_id, unit_id),
        rows=rows,
    )


def _row(found: Matrix, unit_id: int) -> MatrixRow:
    rows = [row for _kind, rows in found.sections for row in rows if row.unit.id == unit_id]
    if not rows:
        raise NotFound(_("Đơn vị này không có trong bảng theo dõi. Xin chọn lại từ bảng."))
    return rows[0]


def _column(found: Matrix, plan_id: int) -> int:
    ids = [plan.id for plan in found.plans]
    if plan_id not in ids:
        raise NotFound(_("Kế hoạch này không có trong bảng theo dõi. Xin chọn lại từ bảng."))
    return ids.index(plan_id)


def _unit_name(found: Matrix, unit_id: int | None) -> str:
    return _row(found, unit_id).unit.name if unit_id else _("Mọi đơn vị")


def _plan_name(found: Matrix, plan_id: int | None) -> str:
    return found.plans[_column(found, plan_id)].name if plan_id else _("mọi kế hoạch")


def _tally(found: Matrix, plan_id: int | None, unit_id: int | None) -> Tally:
    """The figure that the matrix shows where the panel was opened."""
    if unit_id and plan_id:
        cell = _row(found, unit_id).cells[_column(found, plan_id)]
        return cell.tally if cell else Tally()
    if unit_id:
        return _row(found, unit_id).total
    return found.feet[_column(found, plan_id)] if plan_id else found.total
