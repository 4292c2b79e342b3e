"""Đơn vị: the list by kind; one unit with people, spellings, groups, progress and calendar address."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import tracker.services.feeds as feeds
from tracker.services import show
from tracker.sheets.words import UNIT_KINDS
from tracker.store.queries.rows import UnitRow
from tracker.web.context import actor, can, committee_id, now, settings
from tracker.web.guard import asks

blueprint = Blueprint("units", __name__)


@blueprint.get("/don-vi")
@asks("unit.see")
def index() -> ResponseReturnValue:
    units = show.units(actor(), committee_id(), at=now())
    groups = show.groups(actor(), committee_id(), at=now())
    names = {unit.id: unit.name for unit in units}
    return render_template(
        "units/index.html", kinds=by_kind(units), groups=groups, names=names, count=len(units)
    )


def by_kind(units: tuple[UnitRow, ...]) -> list[tuple[str, list[UnitRow]]]:
    """(kind, units) in the order of the committee's own list of kinds."""
    order = list(UNIT_KINDS)

    def place(unit: UnitRow) -> int:
        return order.index(unit.kind) if unit.kind in order else len(order)

    return [
        (order[at] if at < len(order) else "other", list(rows))
        for at, rows in groupby(sorted(units, key=place), place)
    ]


@blueprint.get("/don-vi/<int:unit_id>")
@asks("unit.see")
def page(unit_id: int) -> ResponseReturnValue:
    shown = show.unit_page(actor(), unit_id, at=now())
    return render_template(
        "units/page.html",
        page=shown,
        sees_people=can("people.see") or unit_id in actor().units(),
        feed_address=_feed_address(unit_id) if shown.may_renew_feed else "",
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
