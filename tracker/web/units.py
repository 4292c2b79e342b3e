"""Đơn vị: the tree as of a day; one unit with its life, spellings, work and calendar address; adding, changing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

import tracker.services.feeds as feeds
from tracker.errors import Forbidden, Invalid, Refused
from tracker.services import show_units
from tracker.services import units as deeds
from tracker.services.units import Entry
from tracker.sheets.words import UNIT_KINDS
from tracker.store.queries.rows import UnitRow
from tracker.vietnamese.forms import fold
from tracker.web.context import actor, can, committee_id, now, settings, today
from tracker.web.guard import asks
from tracker.web.picking import an_id

blueprint = Blueprint("units", __name__)

LARGE = 400  # from here on a house is not drawn whole
BUNCH = 30  # what of it is drawn under one parent
SHOWN = 100  # lines on a page of a list
ENDED_SHOWN = 200

LEVELS = {
    "province": lazy_gettext("Cấp tỉnh"),
    "district": lazy_gettext("Cấp huyện"),
    "commune": lazy_gettext("Cấp xã"),
}
SPELLINGS = {
    "official": lazy_gettext("chính thức"),
    "abbreviation": lazy_gettext("viết tắt"),
    "colloquial": lazy_gettext("tên quen gọi"),
    "old": lazy_gettext("tên cũ"),
    "ocr": lazy_gettext("lỗi nhận dạng"),
}
BECAME = {
    "renamed": lazy_gettext("đổi tên thành"),
    "merged": lazy_gettext("sáp nhập thành"),
    "split": lazy_gettext("chia tách cho"),
    "moved": lazy_gettext("chuyển về"),
    "abolished": lazy_gettext("giải thể, việc chuyển cho"),
}
CAME = {
    "renamed": lazy_gettext("đổi tên từ"),
    "merged": lazy_gettext("sáp nhập từ"),
    "split": lazy_gettext("chia tách từ"),
    "moved": lazy_gettext("chuyển từ"),
    "abolished": lazy_gettext("tiếp nhận việc của"),
}
OFFERS = (
    ("reorganising.start", "unit.reorganise", lazy_gettext("Sắp xếp")),
    ("groups.index", "unit.see", lazy_gettext("Nhóm")),
    ("rosters.upload", "unit.import", lazy_gettext("Nạp, xuất")),
)


@dataclass(frozen=True)
class Branch:
    """A unit and those under it."""

    unit: UnitRow
    bunches: tuple[Bunch, ...]
    under: int


@dataclass(frozen=True)
class Bunch:
    """Units of one kind under one parent; `branches` is empty where there are too many to be drawn here."""

    kind: str
    parent_id: int | None
    count: int
    branches: tuple[Branch, ...]


@blueprint.get("/don-vi")
@asks("unit.see")
def index() -> ResponseReturnValue:
    day = asked_day(request.args.get("ngay", "")) or today()
    house = deeds.house(actor(), committee_id(), day=day, at=now())
    wanted = " ".join(request.args.get("tim", "").split())
    above, kind = request.args.get("thuoc", type=int), request.args.get("loai", "")
    listed = wanted or "thuoc" in request.args or kind
    found = listed_units(house.units, wanted, above, kind) if listed else []
    page = max(1, request.args.get("trang", 1, type=int) or 1)
    ended = [one for one in house.ended if fold(wanted) in fold(one.name)]
    return render_template(
        "units/index.html",
        day=day,
        count=len(house.units),
        wanted=wanted,
        listed=bool(listed),
        found=found[(page - 1) * SHOWN : page * SHOWN],
        total=len(found),
        page=page,
        pages=-(-len(found) // SHOWN),
        names={unit.id: unit.name for unit in house.units},
        above=above,
        kind=kind,
        bunches=() if listed else tree(house.units),
        ended=ended[:ENDED_SHOWN],
        ended_count=len(ended),
        work=house.work,
        became=BECAME,
        offers=offers(),
        kept=kept,
    )


def tree(units: Collection[UnitRow]) -> tuple[Bunch, ...]:
    """The house from above; whoever's parent is not there on the day stands at the top."""
    there = {unit.id for unit in units}
    below: dict[int | None, list[UnitRow]] = {}
    for unit in units:
        below.setdefault(unit.parent_id if unit.parent_id in there else None, []).append(unit)
    return _bunches(None, below, len(units) > LARGE)


def _bunches(parent: int | None, below: Mapping[int | None, list[UnitRow]], large: bool) -> tuple[Bunch, ...]:
    kinds: dict[str, list[UnitRow]] = {}
    for unit in below.get(parent, ()):
        kinds.setdefault(unit.kind if unit.kind in UNIT_KINDS else "other", []).append(unit)
    return tuple(
        Bunch(
            kind,
            parent,
            len(found),
            ()
            if large and len(found) > 2 * BUNCH
            else tuple(
                Branch(one, _bunches(one.id, below, large), len(below.get(one.id, ()))) for one in found
            ),
        )
        for kind, found in kinds.items()
    )


def listed_units(units: Collection[UnitRow], wanted: str, above: int | None, kind: str) -> list[UnitRow]:
    """The units that are asked for: by words without marks, by parent (0: at the top) and by kind."""
    there = {unit.id for unit in units}
    words = fold(wanted)

    def fits(unit: UnitRow) -> bool:
        parent = unit.parent_id if unit.parent_id in there else 0
        own = fold(f"{unit.name} {unit.short_name} {unit.code} {unit.place}")
        return words in own and above in (None, parent) and kind in ("", unit.kind)

    return [unit for unit in units if fits(unit)]


def kept(**changes: object) -> str:
    """The present address with something else in its question."""
    question = {name: value for name, value in request.args.items() if name != "trang"} | changes
    return url_for("units.index", **{name: value for name, value in question.items() if value != ""})  # type: ignore[arg-type]


def offers() -> list[tuple[str, object]]:
    """(address, words) of what the visitor may do beside; what is not there is not offered."""
    known = current_app.view_functions
    return [(url_for(endpoint), words) for endpoint, deed, words in OFFERS if endpoint in known and can(deed)]


def asked_day(text: str) -> date | None:
    """A day as the browser's field gives it, or as people write it. Raises `Invalid`."""
    text = text.strip()
    if not text:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day, no instant)
        except ValueError:
            continue
    raise Invalid(_("Ngày “%(text)s” chưa đúng. Xin ghi dạng 01/07/2025.", text=text[:40]))


# One unit


@blueprint.get("/don-vi/<int:unit_id>")
@asks("unit.see")
def page(unit_id: int) -> ResponseReturnValue:
    shown = show_units.unit_page(actor(), unit_id, at=now())
    life = deeds.life(actor(), unit_id, at=now())
    until = life.versions[-1].until
    over = until is not None and until < today()
    return render_template(
        "units/page.html",
        page=shown,
        life=life,
        over=over,
        sees_people=can("people.see") or unit_id in actor().units(),
        # Opening the page makes the calendar; a unit that is over gets none any more.
        feed_address=_feed_address(unit_id) if shown.may_renew_feed and not over else "",
        spellings=SPELLINGS,
        levels=LEVELS,
        became=BECAME,
        came=CAME,
        reorganise="reorganising.start" if "reorganising.start" in current_app.view_functions else "",
        staffing="staffing.contacts" in current_app.view_functions,
    )


def _feed_address(unit_id: int) -> str:
    """The secret address of the unit's calendar, as a telephone must be given it: whole."""
    token = feeds.feed_url_token(actor(), unit_id, secret=current_app.config["SECRET_KEY"], at=now())
    return settings().base_url + url_for("feeds.unit", token=token)


@blueprint.post("/don-vi/<int:unit_id>/lich-moi")
@asks("feed.renew")
def renew_feed(unit_id: int) -> ResponseReturnValue:
    """A new calendar address; the old one is dead at once."""
    feeds.renew(actor(), unit_id, secret=current_app.config["SECRET_KEY"], at=now())
    flash(_("Đã đổi địa chỉ lịch. Địa chỉ cũ không dùng được nữa; xin đăng ký lại trên các máy."), "done")
    return redirect(url_for("units.page", unit_id=unit_id) + "#lich", 303)


@blueprint.post("/don-vi/<int:unit_id>/ten-goi")
@asks("unit.change")
def add_spelling(unit_id: int) -> ResponseReturnValue:
    deeds.add_spelling(actor(), unit_id, request.form.get("ten", ""), request.form.get("loai", ""), at=now())
    flash(_("Đã thêm tên gọi."), "done")
    return redirect(url_for("units.page", unit_id=unit_id) + "#ten-goi", 303)


@blueprint.post("/don-vi/<int:unit_id>/ten-goi/<int:spelling_id>/bo")
@asks("unit.change")
def remove_spelling(unit_id: int, spelling_id: int) -> ResponseReturnValue:
    deeds.remove_spelling(actor(), unit_id, spelling_id, at=now())
    flash(_("Đã bỏ tên gọi. Kế hoạch đã ban hành không thay đổi."), "done")
    return redirect(url_for("units.page", unit_id=unit_id) + "#ten-goi", 303)


# Adding and changing


@blueprint.get("/don-vi/them")
@asks("unit.change")
def new() -> ResponseReturnValue:
    return _form_page(Entry("", kind="office", parent_id=request.args.get("thuoc", type=an_id)), None)


@blueprint.post("/don-vi/them")
@asks("unit.change")
def add() -> ResponseReturnValue:
    entry = _entered()
    try:
        entry = _with_parent(entry)
        made = deeds.add(
            actor(), committee_id(), entry, since=asked_day(request.form.get("tu-ngay", "")), at=now()
        )
    except (Invalid, Refused) as error:
        return _form_page(entry, None, error.message), error.status
    flash(_("Đã thêm đơn vị."), "done")
    return redirect(url_for("units.page", unit_id=made), 303)


@blueprint.get("/don-vi/<int:unit_id>/sua")
@asks("unit.change")
def edit(unit_id: int) -> ResponseReturnValue:
    life = deeds.life(actor(), unit_id, at=now())
    if not life.may_change:
        raise Forbidden(_("Tài khoản của đồng chí không có quyền sửa đơn vị này."))
    return _form_page(life.entry, unit_id)


@blueprint.post("/don-vi/<int:unit_id>/sua")
@asks("unit.change")
def change(unit_id: int) -> ResponseReturnValue:
    """A mistake is mended in place; anything else is dated."""
    entry = _entered()
    try:
        entry = _with_parent(entry)
        if request.form.get("cach") == "tu-ngay":
            since = asked_day(request.form.get("tu-ngay", ""))
            if since is None:
                raise Invalid(_("Xin ghi ngày bắt đầu dùng tên hoặc vị trí mới."))
            deeds.change_from(actor(), unit_id, entry, since=since, at=now())
        else:
            deeds.correct(actor(), unit_id, entry, at=now())
    except (Invalid, Refused) as error:
        return _form_page(entry, unit_id, error.message), error.status
    flash(_("Đã ghi thay đổi của đơn vị."), "done")
    return redirect(url_for("units.page", unit_id=unit_id), 303)


def _entered() -> Entry:
    form = request.form
    return Entry(
        name=form.get("ten", ""),
        kind=form.get("loai", ""),
        level=form.get("cap", ""),
        place=form.get("dia-ban", ""),
        short_name=form.get("ten-ngan", ""),
        parent_id=form.get("thuoc", type=an_id),
        code=form.get("ma", ""),
        mailbox=form.get("hop-thu", ""),
        courtesy="de-nghi" in form,
    )


def _with_parent(entry: Entry) -> Entry:
    """In a large house the parent is named by its code."""
    code = request.form.get("thuoc-ma", "").strip()
    if not code:
        return entry
    for unit in show_units.units(actor(), committee_id(), at=now()):
        if unit.code == code:
            return replace(entry, parent_id=unit.id)
    raise Invalid(
        _("Không có đơn vị nào mang mã “%(code)s”. Xin xem mã ở trang của đơn vị cấp trên.", code=code[:60])
    )


def _form_page(entry: Entry, unit_id: int | None, problem: str = "") -> str:
    units = show_units.units(actor(), committee_id(), at=now())
    above = next((unit for unit in units if unit.id == entry.parent_id), None)
    name = show_units.unit_page(actor(), unit_id, at=now()).unit.name if unit_id else ""
    return render_template(
        "units/form.html",
        entry=entry,
        unit_id=unit_id,
        name=name,
        problem=problem,
        kinds=list(UNIT_KINDS.items()),
        levels=list(LEVELS.items()),
        parents=_parents(units, unit_id) if len(units) <= LARGE else None,
        parent_code=request.form.get("thuoc-ma") or (above.code if above else ""),
        how=request.form.get("cach", "sua"),
        since=request.form.get("tu-ngay", ""),
        reorganise="reorganising.start" in current_app.view_functions and can("unit.reorganise"),
    )


def _parents(units: Iterable[UnitRow], but: int | None) -> list[tuple[int, str]]:
    return [(unit.id, unit.name) for unit in units if unit.id != but]
