"""Nhật ký thông báo of one assignment: a page to read and to print, for who asks whether the unit was told."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import vietnam_day
from tracker.services import show_notices
from tracker.services.show_notices import Proof
from tracker.sheets.words import plain_day
from tracker.store.queries.proof import DueChange
from tracker.web.asking_words import FACTS as REQUESTS
from tracker.web.context import actor, now
from tracker.web.guard import asks
from tracker.web.telling import FACTS

blueprint = Blueprint("proof", __name__)


@blueprint.get("/viec/<int:assignment_id>/thong-bao")
@asks("work.see")
def page(assignment_id: int) -> ResponseReturnValue:
    found = show_notices.proof(actor(), assignment_id, at=now())
    return render_template("proof/page.html", proof=found, row=found.row, days=due_days(found))


def due_days(found: Proof) -> list[str]:
    """How the due day came to be what it is, one sentence a change."""
    first = found.row.work.first_due_on
    told = [_("Hạn đầu: %(day)s.", day=plain_day(first))] if first and found.row.due_on != first else []
    told += [_changed(one) for one in found.changes]
    if found.moved_otherwise and found.row.due_on:
        told.append(_("Bản mới của kế hoạch ghi %(day)s.", day=plain_day(found.row.due_on)))
    return told


def _changed(one: DueChange) -> str:
    words = (FACTS | REQUESTS).get(one.deed, ("", one.deed))[1]
    return str(
        _(
            "%(deed)s: hạn mới %(day)s (ngày %(on)s).",
            deed=words,
            day=plain_day(one.after),
            on=plain_day(vietnam_day(one.at)),
        )
    )
