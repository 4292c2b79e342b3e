"""Thư đi: which letters wait, left, came back or failed, and what they say. The sweep makes and sends them; what was
given up may be sent again."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.services import letters as deeds
from tracker.services import show_letters
from tracker.store.queries.letters import LettersWanted
from tracker.web.context import actor, committee_id, now, settings
from tracker.web.guard import asks
from tracker.web.picking import an_id
from tracker.web.telling import LETTER_CHOICES, LETTER_KINDS

blueprint = Blueprint("outbox", __name__)


@blueprint.get("/thu")
@asks("outbox.see")
def index() -> ResponseReturnValue:
    """Letters by state (`?trang-thai=`), kind (`?loai=`) and words of the recipient (`?tim=`), so many to a page."""
    asked = request.args
    outbox = show_letters.outbox(
        actor(),
        committee_id(),
        LettersWanted(asked.get("trang-thai", ""), asked.get("loai", ""), asked.get("tim", "")[:200]),
        page=asked.get("trang", 1, type=an_id),
        server_set=settings().smtp.ready,
        pace=settings().sweep_seconds,
        since=current_app.extensions["started"],
        at=now(),
    )
    return render_template("outbox/index.html", outbox=outbox, states=LETTER_CHOICES, kinds=LETTER_KINDS)


@blueprint.get("/thu/<int:letter_id>")
@asks("letter.read")
def one(letter_id: int) -> ResponseReturnValue:
    """What a letter says, and what became of it."""
    letter, text = show_letters.letter(actor(), letter_id)
    return render_template("outbox/letter.html", letter=letter, text=text)


@blueprint.post("/thu/<int:letter_id>/gui-lai")
@asks("outbox.send-again")
def send_again(letter_id: int) -> ResponseReturnValue:
    """A letter that was given up goes out with the next sweep."""
    deeds.send_again(actor(), letter_id, at=now())
    flash(_("Thư sẽ được gửi lại trong lần quét tới, với lời và địa chỉ của lúc đó."), "done")
    return redirect(url_for("outbox.index"), 303)
