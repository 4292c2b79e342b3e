"""Nhóm đơn vị: what a plan calls several units at once, and which units that is on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.errors import Invalid, NotFound, Refused
from tracker.services import groups as deeds
from tracker.services.groups import Said
from tracker.sheets.words import UNIT_KINDS
from tracker.store.queries.rows import GroupRow, UnitRow
from tracker.vietnamese.order import sort_key
from tracker.web.context import actor, committee_id, now, today
from tracker.web.guard import asks
from tracker.web.picking import an_id, numbers, ticked
from tracker.web.task_form import read_day, written_day

blueprint = Blueprint("groups", __name__, url_prefix="/don-vi/nhom")

LEVELS = {"province": _l("cấp tỉnh"), "district": _l("cấp huyện"), "commune": _l("cấp xã")}
NAMED = 300
"""A longer list of names is not written out under its group."""


@blueprint.get("")
@asks("unit.see")
def index() -> ResponseReturnValue:
    """Every group, with the units that it means on the day that is asked for."""
    problem = ""
    try:
        day = read_day(request.args.get("ngay", "")) or today()
    except Invalid as error:
        day, problem = today(), error.message
    units = {one.id: one for one in deeds.units_on(actor(), committee_id(), day)}
    groups = deeds.listing(actor(), committee_id(), day)
    return render_template(
        "groups/index.html",
        groups=sorted(groups, key=lambda one: sort_key(one.name)),
        units=units,
        names=_names(day),
        how=how,
        day=day,
        problem=problem,
        named=NAMED,
        written_day=written_day,
    )


def _names(day: date) -> dict[int, str]:
    """What units are called: on the day, or today where they came later."""
    found = (one for on in (today(), day) for one in deeds.units_on(actor(), committee_id(), on))
    return {one.id: one.name for one in found}


def how(group: GroupRow, names: Mapping[int, str]) -> str:
    """How the group is meant, in words: `xã, phường, thị trấn · cấp xã · thuộc UBND huyện`."""
    if group.rule is None:
        parts = [_("danh sách %(n)d đơn vị", n=len(group.members))]
    else:
        parts = _conditions(group.rule, names)
    left_out = [names[one] for one in group.exceptions if one in names]
    if left_out:
        words = ", ".join(left_out) if len(left_out) <= 3 else _("%(n)d đơn vị", n=len(left_out))
        parts.append(_("trừ %(units)s", units=words))
    return " · ".join(parts)


def _conditions(rule: Mapping[str, object], names: Mapping[int, str]) -> list[str]:
    kind, level, place, parent = (rule.get(name) for name in ("kind", "level", "place", "parent_id"))
    parts = []
    if kind:
        parts.append(UNIT_KINDS.get(str(kind), str(kind)))
    if level:
        parts.append(str(LEVELS.get(str(level), level)))
    if place:
        parts.append(_("địa bàn %(place)s", place=place))
    if parent:
        parts.append(_("thuộc %(unit)s", unit=names.get(int(str(parent)), _("đơn vị không còn"))))
    return parts


# --- one group ----------------------------------------------------------------------------------------------


@blueprint.get("/them")
@asks("group.change")
def fresh() -> ResponseReturnValue:
    return _form(None, Said("", {"kind": "commune"}), today())


@blueprint.post("/them")
@asks("group.change")
def add() -> ResponseReturnValue:
    return _sent(None)


@blueprint.get("/<int:group_id>")
@asks("group.change")
def edit(group_id: int) -> ResponseReturnValue:
    group = _group(group_id)
    said = Said(group.name, group.rule, group.members, group.exceptions, group.spellings)
    return _form(group, said, today(), shown=True)


@blueprint.post("/<int:group_id>")
@asks("group.change")
def change(group_id: int) -> ResponseReturnValue:
    return _sent(_group(group_id))


@blueprint.post("/<int:group_id>/xoa")
@asks("group.change")
def remove(group_id: int) -> ResponseReturnValue:
    """The group goes; a draft that needs it holds it."""
    try:
        deeds.remove(actor(), group_id, at=now())
    except Refused as error:
        flash(error.message, "error")
        return redirect(url_for(".edit", group_id=group_id), 303)
    flash(_("Đã xóa nhóm. Kế hoạch đã ban hành giữ nguyên các đơn vị đã giao."), "done")
    return redirect(url_for(".index"), 303)


def _group(group_id: int) -> GroupRow:
    for one in deeds.listing(actor(), committee_id(), today()):
        if one.id == group_id:
            return one
    raise NotFound(_("Không tìm thấy nhóm này trong cơ quan đang xem."))


def _sent(group: GroupRow | None) -> ResponseReturnValue:
    """What was sent, shown again (`do` is preview) or saved."""
    said, day = _said(), today()
    try:
        day = read_day(request.form.get("day", "")) or day
        if request.form.get("do") == "preview":
            return _form(group, said, day, shown=True)
        empty = bool(request.form.get("empty"))
        if group is None:
            deeds.add(actor(), committee_id(), said, day=day, empty=empty, at=now())
        else:
            deeds.change(actor(), group.id, said, day=day, empty=empty, at=now())
    except (Invalid, Refused) as error:
        shown = error.code == "empty-group"
        return _form(group, said, day, shown=shown, problem=error.message, code=error.code), error.status
    flash(_("Đã lưu nhóm “%(name)s”.", name=said.name), "done")
    return redirect(url_for(".index"), 303)


def _said() -> Said:
    form = request.form
    by_rule = form.get("how", "rule") == "rule"
    said = Said(
        name=form.get("name", ""),
        rule=_rule() if by_rule else None,
        members=tuple(form.getlist("member", type=an_id)),
        exceptions=numbers(form.get("exceptions", "")),
        spellings=tuple(form.get("spellings", "").splitlines()),
    )
    shown, kept = ticked(form, "meant")
    without = (set(said.exceptions) - set(shown)) | (set(shown) - set(kept))
    return replace(said, exceptions=tuple(sorted(without)))


def _rule() -> dict[str, object]:
    form = request.form
    rule = {
        "kind": form.get("kind", ""),
        "level": form.get("level", ""),
        "place": " ".join(form.get("place", "").split()),
        "parent_id": form.get("parent", 0, type=an_id),
    }
    return {name: value for name, value in rule.items() if value}


def _form(
    group: GroupRow | None, said: Said, day: date, *, shown: bool = False, problem: str = "", code: str = ""
) -> str:
    units = sorted(deeds.units_on(actor(), committee_id(), day), key=lambda one: sort_key(one.name))
    preview = deeds.preview(actor(), committee_id(), said, day) if shown else None
    listed = preview.units + preview.excepted if preview else ()
    return render_template(
        "groups/form.html",
        group=group,
        said=said,
        day=day,
        units=_ours(units, said, day),
        listed=sorted(listed, key=lambda one: sort_key(one.name)),
        meant={one.id for one in preview.units} if preview else set(),
        shown=shown,
        problem=problem,
        code=code,
        kinds=list(UNIT_KINDS.items()),
        levels=list(LEVELS.items()),
        written_day=written_day,
    )


def _ours(units: list[UnitRow], said: Said, day: date) -> list[UnitRow]:
    """The units to choose from; listed ones that are over by the day stay in sight."""
    there = {one.id for one in units}
    old = [
        one
        for one in deeds.units_on(actor(), committee_id(), today())
        if one.id in said.members and one.id not in there
    ]
    return units + old
