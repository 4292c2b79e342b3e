"""Người dùng: who has which role, one person with roles over time, and a link for setting a password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.errors import Invalid, NotFound, Refused, TrackerError
from tracker.services import accounts, reminders, show_staff, show_units, staff
from tracker.services.staff_parts import GIVEN_ROLES, Entered
from tracker.sheets.words import ROLES
from tracker.store.queries.rows import PersonRow
from tracker.vietnamese.forms import fold
from tracker.web.context import actor, committee_id, now, settings, today
from tracker.web.guard import asks
from tracker.web.picking import an_id
from tracker.web.task_form import read_day

blueprint = Blueprint("people", __name__, url_prefix="/nguoi-dung")

MENDABLE = (Invalid, Refused)
SHOWN = 200  # people on a page, and lines of a list beside it


@blueprint.get("")
@asks("people.see")
def index() -> ResponseReturnValue:
    """Everybody with a role today, units that nobody gets letters for, and those who left."""
    wanted = request.args.get("tim", "").strip()
    people = show_units.people(actor(), committee_id(), at=now())
    found = [person for person in people if _found(person, fold(wanted).split())]
    pages = max(1, -(-len(found) // SHOWN))
    page = min(request.args.get("trang", 1, type=an_id), pages)
    return render_template(
        "people/index.html",
        people=found[(page - 1) * SHOWN : page * SHOWN],
        count=len(people),
        total=len(found),
        page=page,
        pages=pages,
        shown=SHOWN,
        wanted=wanted,
        silent=show_staff.silent_units(actor(), committee_id(), at=now()),
        former=show_staff.former(actor(), committee_id(), at=now()),
        proposals=reminders.proposals(actor(), committee_id(), at=now()),
    )


def _found(person: PersonRow, words: list[str]) -> bool:
    if not words:
        return True
    units = " ".join(role.unit_name for role in person.roles)
    text = fold(f"{person.name} {person.email} {person.phone} {units}")
    return all(word in text for word in words)


@blueprint.get("/<int:person_id>")
@asks("people.see")
def page(person_id: int) -> ResponseReturnValue:
    """One person: roles over time, absences, and what may be done."""
    return _person_page(person_id)


def _person_page(person_id: int, refused: str = "", problem: str = "") -> str:
    """`refused` names the form that could not be taken; it stays open with what was typed and the `problem`."""
    return render_template(
        "people/page.html",
        page=show_staff.person_page(actor(), committee_id(), person_id, at=now()),
        roles=role_choices(),
        unit_names=unit_names(),
        refused=refused,
        typed=request.form,
        problem=problem,
    )


def role_choices() -> list[tuple[str, str]]:
    """The roles that a committee gives, officers first: most people are."""
    order = ("officer", "head", "coordinator", "leader", "viewer", "manager")
    return [(code, ROLES[code]) for code in sorted(GIVEN_ROLES, key=order.index)]


def unit_names() -> dict[int, str]:
    """Unit → name of today, in the committee in view."""
    return {unit.id: unit.name for unit in show_units.units(actor(), committee_id(), at=now())}


@blueprint.post("/<int:person_id>/lien-ket")
@asks("people.invite")
def invite(person_id: int) -> ResponseReturnValue:
    """Make a link and show it once: it is handed over by the manager, not mailed."""
    person = _person(person_id)
    token = accounts.password_link(actor(), person_id, secret=current_app.config["SECRET_KEY"], at=now())
    address = settings().base_url + url_for("auth.set_password", token=token)
    return render_template("people/link.html", person=person, address=address, days=accounts.LINK_DAYS)


def _person(person_id: int) -> PersonRow:
    for person in show_units.people(actor(), committee_id(), at=now()):
        if person.id == person_id:
            return person
    raise NotFound("Không tìm thấy người dùng này trong cơ quan đang xem.")


# Deeds.


@blueprint.get("/them")
@asks("people.change")
def add() -> ResponseReturnValue:
    """An empty form, or one with the person whom a unit proposed (`?de-nghi=`)."""
    wanted = request.args.get("de-nghi", 0, type=an_id)
    for one in reminders.proposals(actor(), committee_id(), at=now()) if wanted else ():
        if one.id == wanted:
            known = {"name": one.name, "email": one.email, "don-vi": str(one.unit_id), "de-nghi": str(one.id)}
            return _add_page(form=known)
    return _add_page(form=request.args)


@blueprint.post("/de-nghi/<int:proposal_id>/xong")
@asks("people.change")
def settle(proposal_id: int) -> ResponseReturnValue:
    """The manager has dealt with a proposal, in whatever way."""
    reminders.settle(actor(), proposal_id, at=now())
    flash(_("Đã ghi là đã xử lý."), "done")
    return redirect(url_for("people.index"), 303)


@blueprint.post("/them")
@asks("people.change")
def enter() -> ResponseReturnValue:
    """Somebody new with a first role; what is refused is said beside what was typed."""
    try:
        person_id = staff.add_person(
            actor(),
            committee_id(),
            entered_person(),
            role=request.form.get("role", ""),
            unit_id=request.form.get("don-vi", type=an_id),
            begins=read_day(request.form.get("begins", "")),
            at=now(),
        )
    except MENDABLE as refusal:
        return _add_page(refusal, form=request.form), refusal.status
    proposal_id = request.form.get("de-nghi", type=an_id)
    if proposal_id:
        reminders.settle(actor(), proposal_id, at=now())
    flash(_added(person_id), "done")
    return redirect(url_for("people.page", person_id=person_id), 303)


def _added(person_id: int) -> str:
    """What is to be done next; of somebody who was known elsewhere, that they stay as they are."""
    found = show_staff.person_page(actor(), committee_id(), person_id, at=now())
    typed = entered_person()
    same = fold(typed.name) == fold(found.name) and typed.phone.strip() in ("", found.phone)
    if not same:
        words = _(
            "Địa chỉ này là của %(name)s ở cơ quan khác. Đã thêm vai trò; họ tên và điện thoại giữ nguyên.",
            name=found.name,
        )
    elif found.can_log_in:
        words = _("Đã thêm vai trò cho %(name)s; người này đã có mật khẩu.", name=found.name)
    else:
        words = _("Đã thêm người dùng. Xin cấp đường dẫn đặt mật khẩu để đăng nhập.")
    return str(words)


def entered_person() -> Entered:
    """Name, address and telephone as they were typed."""
    form = request.form
    return Entered(form.get("name", ""), form.get("email", ""), form.get("phone", ""))


def _add_page(refusal: TrackerError | None = None, *, form: Mapping[str, str]) -> str:
    return render_template(
        "people/add.html",
        form=form,
        problem=refusal.message if refusal else "",
        roles=role_choices(),
        unit_names=unit_names(),
    )


@blueprint.post("/<int:person_id>/sua")
@asks("people.change")
def correct(person_id: int) -> ResponseReturnValue:
    try:
        staff.correct_person(actor(), person_id, entered_person(), at=now())
    except MENDABLE as refusal:
        return _person_page(person_id, "info", refusal.message), refusal.status
    flash(_("Đã lưu."), "done")
    return redirect(url_for("people.page", person_id=person_id), 303)


@blueprint.post("/<int:person_id>/vai-tro")
@asks("people.change")
def add_role(person_id: int) -> ResponseReturnValue:
    try:
        staff.add_role(
            actor(),
            person_id,
            committee_id(),
            role=request.form.get("role", ""),
            unit_id=request.form.get("don-vi", type=an_id),
            begins=read_day(request.form.get("begins", "")),
            at=now(),
        )
    except MENDABLE as refusal:
        return _person_page(person_id, "role", refusal.message), refusal.status
    flash(_("Đã thêm vai trò."), "done")
    return redirect(url_for("people.page", person_id=person_id), 303)


@blueprint.post("/<int:person_id>/vai-tro/<int:role_id>/ket-thuc")
@asks("people.change")
def end_role(person_id: int, role_id: int) -> ResponseReturnValue:
    """Without a day the role ends yesterday: from now on it holds no more."""
    try:
        last_day = read_day(request.form.get("last_day", "")) or today() - timedelta(days=1)
        staff.end_role(actor(), role_id, last_day=last_day, at=now())
    except MENDABLE as refusal:
        return _person_page(person_id, f"end-{role_id}", refusal.message), refusal.status
    _done(_("Đã ghi ngày kết thúc vai trò."))
    return redirect(url_for("people.page", person_id=person_id), 303)


def _done(words: str) -> None:
    """Said with the units that have open work and nobody who gets its letters."""
    flash(words, "done")
    silent = show_staff.silent_units(actor(), committee_id(), at=now())
    waiting = [one.unit.name for one in silent if one.open_work]
    if waiting:
        names = ", ".join(waiting[:3]) + (" …" if len(waiting) > 3 else "")
        flash(
            _(
                "Chưa có người nhận thư: %(units)s. Xin thêm người dùng cho đơn vị có việc đang mở.",
                units=names,
            ),
            "error",
        )


@blueprint.post("/<int:person_id>/ngung")
@asks("people.change")
def close(person_id: int) -> ResponseReturnValue:
    staff.set_active(actor(), person_id, False, at=now())
    _done(_("Đã ngừng tài khoản. Mọi phiên đăng nhập và đường dẫn của người này không dùng được nữa."))
    return redirect(url_for("people.page", person_id=person_id), 303)


@blueprint.post("/<int:person_id>/mo")
@asks("people.change")
def reopen(person_id: int) -> ResponseReturnValue:
    staff.set_active(actor(), person_id, True, at=now())
    flash(_("Đã mở lại tài khoản. Xin cấp đường dẫn để người này đặt mật khẩu mới."), "done")
    return redirect(url_for("people.page", person_id=person_id), 303)
