"""Thư đi: which letters wait, left or failed. Read only: letters are made and sent by the sweep."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker.services import show
from tracker.web.context import actor, committee_id, now, settings
from tracker.web.guard import asks

blueprint = Blueprint("outbox", __name__)


@blueprint.get("/thu")
@asks("outbox.see")
def index() -> ResponseReturnValue:
    outbox = show.outbox(actor(), committee_id(), server_set=settings().smtp.ready, at=now())
    return render_template("outbox/index.html", outbox=outbox)
