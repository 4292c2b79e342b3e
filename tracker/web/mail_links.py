"""Pages that links in letters open without a log-in: one piece of work with its form, and the reminders' switch.

The token in the address is the right and the guard against forged forms; it opens nothing else. Looking changes
nothing at all, not even a cookie, because mail scanners fetch every address; only forms, and a script that has seen
a human act, send something.
"""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tracker.access import Actor
from tracker.errors import Invalid, Refused, TrackerError, UnreadableFile
from tracker.extensions import csrf
from tracker.services import links, reminders, show_work
from tracker.services.links import OpenedWork
from tracker.services.work import read_document_line
from tracker.web.context import now, today, visitor
from tracker.web.guard import error_page
from tracker.web.picking import an_id
from tracker.web.telling import line_chips
from tracker.web.work import Entered, given_from_form, parts_from_form, quote_pieces, refuse_no_part

blueprint = Blueprint("mail_links", __name__, url_prefix="/thu")
csrf.exempt(blueprint)  # one-click has no session, and nobody else knows the token

HEADERS = {
    "Referrer-Policy": "no-referrer",  # the address is the right
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@blueprint.after_request
def keep_to_the_reader(response: Response) -> Response:
    """Neither other sites, nor caches, nor search engines learn the address."""
    response.headers.update(HEADERS)
    return response


@blueprint.errorhandler(TrackerError)
def say_why(refusal: TrackerError) -> ResponseReturnValue:
    """A link that is not ours, or dead: in words, with the log-in as the way out."""
    dead = refusal.code.startswith("link-") or refusal.status == 404
    title = _("Liên kết không dùng được") if dead else ""
    return error_page(refusal.status, refusal.message, title=title)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


# One piece of work.


@blueprint.get("/viec/<token>")
def work(token: str) -> ResponseReturnValue:
    """The work of the link with the form for its evidence; what was sent already, where something was."""
    return _work_page(token, _opened(token))


def _opened(token: str) -> OpenedWork:
    return links.work_of_link(token, secret=_secret(), at=now())


def _work_page(
    token: str, opened: OpenedWork, entered: Entered | None = None, *, again: bool = False, status: int = 200
) -> ResponseReturnValue:
    if _somebody_else(opened.actor):
        return render_template("mail_links/other.html", name=opened.actor.name, opened=opened), 409
    page = show_work.work_page(opened.actor, opened.link.assignment_id, at=now())
    line = entered.given.text if entered else ""
    html = render_template(
        "mail_links/work.html",
        token=token,
        page=page,
        row=page.row,
        life=show_work.work_life(opened.actor, page.row.id, at=now()),
        person=opened.actor.name,
        sent=opened.overtaken,
        again=again,
        entered=entered,
        line=read_document_line(line, today()) if line else None,
        quote=quote_pieces(page),
    )
    return html, status


def _somebody_else(person: Actor) -> bool:
    """Whether the browser is another person's: then nobody acts through the link."""
    there = visitor()
    return there is not None and there.id != person.id


@blueprint.post("/viec/<token>")
def tick(token: str) -> ResponseReturnValue:
    """The person of the link sends the evidence. A second time is told so, and nothing is written."""
    opened = _opened(token)
    if opened.overtaken or _somebody_else(opened.actor):
        return _work_page(token, opened, again=True, status=409)
    given, parts = given_from_form(), parts_from_form()
    try:
        refuse_no_part(parts)
        links.tick_by_link(token, given, parts=parts, secret=_secret(), at=now())
    except (Invalid, UnreadableFile) as refusal:
        entered = Entered("tick", given, refusal.message, parts=parts)
        return _work_page(token, opened, entered, status=refusal.status)
    except Refused:  # somebody was faster: the page says who
        return _work_page(token, _opened(token), again=True, status=409)
    return redirect(url_for("mail_links.work", token=token), 303)


@blueprint.get("/viec/<token>/doc-dong")
def read_line(token: str) -> ResponseReturnValue:
    """What a document line says, for the chips under the field of that page."""
    _opened(token)
    line = read_document_line(request.args.get("dong", "")[:300], today())
    chips = line_chips(line, request.args.get("loai", ""), today())
    return jsonify(chips=[{"name": one.name, "words": one.words, "missing": one.missing} for one in chips])


@blueprint.post("/viec/<token>/da-mo")
def opened(token: str) -> ResponseReturnValue:
    """Somebody moved, pressed or scrolled on the page."""
    if not _somebody_else(_opened(token).actor):
        links.note_opening(token, secret=_secret(), at=now())
    return "", 204


# The reminders.


def _person(token: str) -> Actor:
    return links.person_of_link(token, secret=_secret(), at=now())


@blueprint.get("/ngung/<token>")
def reminders_page(token: str) -> ResponseReturnValue:
    """Whether the daily reminders come, what stays in any case, and who else should get the unit's."""
    return _reminders_page(token, _person(token))


def _reminders_page(token: str, person: Actor, problem: str = "") -> str:
    return render_template(
        "mail_links/reminders.html",
        token=token,
        person=person.name,
        choices=reminders.choices(person, at=now()),
        proposed="xong" in request.args,
        form=request.form,
        problem=problem,
    )


@blueprint.post("/ngung/<token>")
def turn_off(token: str) -> ResponseReturnValue:
    """The button of the page, and the one click of RFC 8058, which follows no redirect."""
    person = _person(token)
    reminders.turn_reminders(person, False, at=now())
    if request.form.get("List-Unsubscribe") == "One-Click":
        return _reminders_page(token, person)
    return redirect(url_for("mail_links.reminders_page", token=token), 303)


@blueprint.post("/ngung/<token>/bat")
def turn_on(token: str) -> ResponseReturnValue:
    reminders.turn_reminders(_person(token), True, at=now())
    return redirect(url_for("mail_links.reminders_page", token=token), 303)


@blueprint.post("/ngung/<token>/nguoi-khac")
def propose(token: str) -> ResponseReturnValue:
    """Who else should get the unit's reminders: for the manager to settle."""
    person, form = _person(token), request.form
    unit_id = form.get("unit", 0, type=an_id)
    try:
        reminders.propose(person, unit_id, form.get("name", ""), form.get("email", ""), at=now())
    except (Invalid, Refused) as refusal:
        return _reminders_page(token, person, refusal.message), refusal.status
    return redirect(url_for("mail_links.reminders_page", token=token, xong=1) + "#nguoi-khac", 303)
