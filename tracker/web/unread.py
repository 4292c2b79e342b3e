"""Chưa ai đọc: units with work late or due soon that nobody was seen reading about: why, since when, whom to call."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.services import show_reading
from tracker.web.context import actor, committee_id, now
from tracker.web.guard import asks
from tracker.web.picking import an_id

blueprint = Blueprint("unread", __name__)

SHOWN = 100  # units on a page


@blueprint.get("/khong-doc")
@asks("reading.see")
def index() -> ResponseReturnValue:
    found = show_reading.not_reading(actor(), committee_id(), at=now())
    pages = max(1, -(-len(found) // SHOWN))
    page = min(request.args.get("trang", 1, type=an_id), pages)
    return render_template(
        "unread/index.html",
        units=found[(page - 1) * SHOWN : page * SHOWN],
        count=len(found),
        page=page,
        pages=pages,
        days=show_reading.days(actor(), committee_id()),
    )
