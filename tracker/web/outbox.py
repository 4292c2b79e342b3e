"""Thư đi: which letters wait, left or failed. Letters are made and sent by the sweep; what was given up may be
sent again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.services import letters as deeds
from tracker.services import show
from tracker.web.context import actor, committee_id, now, settings
from tracker.web.guard import asks

blueprint = Blueprint("outbox", __name__)


@blueprint.get("/thu")
@asks("outbox.see")
def index() -> ResponseReturnValue:
    outbox = show.outbox(actor(), committee_id(), server_set=settings().smtp.ready, at=now())
    return render_template("outbox/index.html", outbox=outbox)


@blueprint.post("/thu/<int:letter_id>/gui-lai")
@asks("outbox.send-again")
def send_again(letter_id: int) -> ResponseReturnValue:
    """A letter that was given up goes out with the next sweep."""
    deeds.send_again(actor(), letter_id, at=now())
    flash(_("Thư sẽ được gửi lại trong lần quét tới, với lời và địa chỉ của lúc đó."), "done")
    return redirect(url_for("outbox.index"), 303)
