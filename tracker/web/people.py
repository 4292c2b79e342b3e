"""Người dùng: who has which role, and a link for setting a password."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import NotFound
from tracker.services import accounts, show
from tracker.store.queries.rows import PersonRow
from tracker.web.context import actor, committee_id, now, settings
from tracker.web.guard import asks

blueprint = Blueprint("people", __name__)


@blueprint.get("/nguoi-dung")
@asks("people.see")
def index() -> ResponseReturnValue:
    return render_template("people/index.html", people=show.people(actor(), committee_id(), at=now()))


@blueprint.post("/nguoi-dung/<int:person_id>/lien-ket")
@asks("people.invite")
def invite(person_id: int) -> ResponseReturnValue:
    """Make a link and show it once: it is handed over by the manager, not mailed."""
    person = _person(person_id)
    token = accounts.password_link(actor(), person_id, secret=current_app.config["SECRET_KEY"], at=now())
    address = settings().base_url + url_for("auth.set_password", token=token)
    return render_template("people/link.html", person=person, address=address, days=accounts.LINK_DAYS)


def _person(person_id: int) -> PersonRow:
    for person in show.people(actor(), committee_id(), at=now()):
        if person.id == person_id:
            return person
    raise NotFound("Không tìm thấy người dùng này trong cơ quan đang xem.")
