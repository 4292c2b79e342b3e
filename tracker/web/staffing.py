"""Thay người phụ trách, vắng mặt, liên hệ của đơn vị: forms that say first what they will do."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.errors import Invalid, Refused, TrackerError
from tracker.services import absences, show_staff, show_units, staff, staff_change
from tracker.services.absences import Leave
from tracker.services.staff_change import Change
from tracker.store.queries.rows import PersonRow
from tracker.vietnamese.forms import fold
from tracker.web.context import actor, can, committee_id, now, today
from tracker.web.guard import asks, local_address
from tracker.web.people import entered_person, unit_names
from tracker.web.picking import an_id
from tracker.web.task_form import read_day

blueprint = Blueprint("staffing", __name__)

MENDABLE = (Invalid, Refused)
FEW = 200  # people in one list to choose from; above, the unit comes first
OFFERED = 50


# Thay người phụ trách.


@blueprint.get("/nguoi-dung/thay-nguoi")
@asks("people.change")
def change() -> ResponseReturnValue:
    return _change_page()


@blueprint.post("/nguoi-dung/thay-nguoi")
@asks("people.change")
def carry_out() -> ResponseReturnValue:
    """First what will move, then, from that page, the deed; `back` opens the form again."""
    if request.form.get("step") in ("back", "find"):
        return _change_page()
    try:
        wanted = _change()
        if request.form.get("step") != "save":
            preview = staff_change.preview_change(actor(), wanted, at=now())
            return render_template("people/change_preview.html", preview=preview, form=request.form)
        secret = current_app.config["SECRET_KEY"]
        person_id = staff_change.change_staff(actor(), wanted, secret=secret, at=now())
    except MENDABLE as refusal:
        return _change_page(refusal), refusal.status
    flash(_("Đã thay người phụ trách. Xin gửi đường dẫn đặt mật khẩu cho người mới nếu chưa có."), "done")
    return redirect(url_for("people.page", person_id=person_id), 303)


def _change() -> Change:
    form = request.form
    unit_id, old_id = form.get("don-vi", type=an_id), form.get("nguoi", type=an_id)
    if unit_id is None or old_id is None:
        raise Invalid(_("Xin chọn đơn vị và người bàn giao."))
    new_id = form.get("nguoi-moi", type=an_id)
    return Change(
        unit_id=unit_id,
        old_id=old_id,
        day=_day("day", _("Xin ghi ngày người mới bắt đầu, ví dụ %(day)s.")),
        new_id=new_id,
        entered=entered_person() if new_id is None else None,
        close="close" in form,
    )


def _day(name: str, missing: str) -> date:
    day = read_day(request.form.get(name, ""))
    if day is None:
        raise Invalid(missing % {"day": f"{today().day}/{today().month}/{today().year}"})
    return day


def _change_page(refusal: TrackerError | None = None) -> str:
    people = show_units.people(actor(), committee_id(), at=now())
    held = {role.unit_id for person in people for role in person.roles if role.unit_id}
    units = [(unit_id, name) for unit_id, name in unit_names().items() if unit_id in held]
    given, problem = request.form or request.args, refusal.message if refusal else ""
    at_unit = given.get("don-vi", type=an_id) if len(people) > FEW else None
    if len(people) > FEW:
        units_here = [unit for unit in units if unit[0] == at_unit]
        if not units_here:
            return _choose_unit(units, problem)
        units = units_here
    there = [one for one in people if any(r.unit_id and at_unit in (None, r.unit_id) for r in one.roles)]
    return render_template(
        "people/change.html",
        form=given,
        fresh=not request.form,
        problem=problem,
        people=[(one.id, _with_units(one)) for one in there],
        units=units,
        at_unit=at_unit,
        colleagues=_successors({one.id for one in there} if at_unit else None),
    )


def _choose_unit(units: list[tuple[int, str]], problem: str) -> str:
    """Where a committee has very many people: first the unit, found by words."""
    wanted = " ".join(request.args.get("tim", "").split())
    found = [unit for unit in units if fold(wanted) in fold(unit[1])]
    return render_template(
        "people/change_unit.html", units=found[:OFFERED], total=len(found), wanted=wanted, problem=problem
    )


def _successors(near: set[int] | None) -> tuple[tuple[int, str], ...]:
    """Who may take over: everybody; of very many those who are asked for by words, else those of the unit."""
    everybody = show_staff.colleagues(actor(), committee_id(), at=now()) + tuple(
        (one.id, one.name) for one in show_staff.former(actor(), committee_id(), at=now())
    )
    if near is None:
        return everybody
    words = fold(request.form.get("tim-nguoi", "")).split()
    chosen = request.form.get("nguoi-moi", type=an_id)
    found = [
        one for one in everybody if (all(word in fold(one[1]) for word in words) if words else one[0] in near)
    ]
    return tuple(one for one in everybody if one[0] == chosen and one not in found[:OFFERED]) + tuple(
        found[:OFFERED]
    )


def _with_units(person: PersonRow) -> str:
    units = dict.fromkeys(r.unit_name for r in person.roles if r.unit_name and not r.acting_for)
    return f"{person.name} · {', '.join(units)}"


# Vắng mặt.


@blueprint.get("/vang-mat")
@asks("absence.set")
def away() -> ResponseReturnValue:
    return _away_page()


@blueprint.post("/vang-mat")
@asks("absence.set")
def leave() -> ResponseReturnValue:
    """Somebody is away between two dates and a deputy acts."""
    try:
        absences.set_absence(actor(), _leave(), at=now())
    except MENDABLE as refusal:
        return _away_page(refusal), refusal.status
    flash(_("Đã ghi vắng mặt. Trong những ngày này, việc và thư nhắc chuyển đến người làm thay."), "done")
    return redirect(_back(), 303)


def _leave() -> Leave:
    deputy_id = request.form.get("deputy", type=an_id)
    if deputy_id is None:
        raise Invalid(_("Xin chọn người làm thay."))
    return Leave(
        person_id=_absent_id(),
        deputy_id=deputy_id,
        unit_id=request.form.get("don-vi", type=an_id),
        starts_on=_day("starts_on", _("Xin ghi ngày đầu vắng mặt, ví dụ %(day)s.")),
        ends_on=_day("ends_on", _("Xin ghi ngày cuối vắng mặt, ví dụ %(day)s.")),
        reason=request.form.get("reason", ""),
    )


def _absent_id() -> int:
    """Whom the form is about: the visitor, where nobody is named."""
    return request.values.get("nguoi", type=an_id) or actor().id or 0


def _away_page(refusal: TrackerError | None = None) -> str:
    person_id = _absent_id()
    name, units = show_staff.absent(actor(), person_id, at=now())
    return render_template(
        "people/away.html",
        form=request.form,
        problem=refusal.message if refusal else "",
        person_id=person_id,
        name=name,
        units=units,
        mine=person_id == actor().id,
        back=_back(),
        colleagues=[
            one for one in show_staff.colleagues(actor(), committee_id(), at=now()) if one[0] != person_id
        ],
    )


@blueprint.post("/vang-mat/<int:absence_id>/huy")
@asks("absence.set")
def come_back(absence_id: int) -> ResponseReturnValue:
    absences.cancel_absence(actor(), absence_id, at=now())
    flash(_("Đã hủy lần vắng mặt. Việc và thư nhắc trở lại như trước."), "done")
    return redirect(_back(), 303)


def _back() -> str:
    """Where the form was opened from; else the person's page, or one's own account."""
    back = local_address(request.values.get("back"))
    if back:
        return back
    person_id = _absent_id()
    if person_id != actor().id and can("people.see"):
        return url_for("people.page", person_id=person_id)
    return url_for("account.page")


# Liên hệ của đơn vị.


@blueprint.get("/don-vi/<int:unit_id>/lien-he")
@asks("contact.change")
def contacts(unit_id: int) -> ResponseReturnValue:
    """The contacts of a unit, to be changed."""
    return _contacts_page(unit_id)


def _contacts_page(unit_id: int, refusal: TrackerError | None = None) -> str:
    unit = show_units.unit_page(actor(), unit_id, at=now()).unit
    return render_template(
        "people/contacts.html",
        unit=unit,
        contacts=show_staff.contacts(actor(), unit_id),
        may_change=show_staff.may_change_contacts(actor(), unit_id),
        problem=refusal.message if refusal else "",
        form=request.form,
    )


@blueprint.post("/don-vi/<int:unit_id>/hop-thu")
@asks("contact.change")
def mailbox(unit_id: int) -> ResponseReturnValue:
    try:
        staff.set_mailbox(actor(), unit_id, request.form.get("mailbox", ""), at=now())
    except MENDABLE as refusal:
        return _contacts_page(unit_id, refusal), refusal.status
    return _contacts_kept(unit_id)


@blueprint.post("/don-vi/<int:unit_id>/lien-he")
@asks("contact.change")
def add_contact(unit_id: int) -> ResponseReturnValue:
    try:
        staff.add_contact(actor(), unit_id, request.form.get("duty", ""), entered_person(), at=now())
    except MENDABLE as refusal:
        return _contacts_page(unit_id, refusal), refusal.status
    return _contacts_kept(unit_id)


@blueprint.post("/don-vi/<int:unit_id>/lien-he/<int:contact_id>")
@asks("contact.change")
def change_contact(unit_id: int, contact_id: int) -> ResponseReturnValue:
    """Keep or remove one line, by the button."""
    try:
        if request.form.get("step") == "remove":
            staff.remove_contact(actor(), contact_id, at=now())
        else:
            staff.change_contact(
                actor(), contact_id, request.form.get("duty", ""), entered_person(), at=now()
            )
    except MENDABLE as refusal:
        return _contacts_page(unit_id, refusal), refusal.status
    return _contacts_kept(unit_id)


def _contacts_kept(unit_id: int) -> ResponseReturnValue:
    flash(_("Đã lưu liên hệ của đơn vị."), "done")
    return redirect(url_for("staffing.contacts", unit_id=unit_id), 303)
