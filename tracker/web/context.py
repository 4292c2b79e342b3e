"""What every page may ask: the time, the committee in view, the visitor's rights and places, and words.

Comes from the request and the clock; goes into templates as globals and filters. Decides nothing about rights
itself: it asks `tracker.access`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, g, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tracker import access
from tracker.clock import vietnam_day
from tracker.errors import Forbidden
from tracker.progress.counts import Tally
from tracker.progress.standing import Standing
from tracker.services import show_sweep, show_units
from tracker.settings import Settings
from tracker.sheets import notice_words, words
from tracker.store.queries.rows import UnitRow, WorkRow
from tracker.store.queries.sweeps import Pulse
from tracker.vietnamese.forms import sentence
from tracker.web import telling


@dataclass(frozen=True)
class Place:
    """A stop of the navigation."""

    name: str
    short: str
    icon: str
    address: str
    current: bool


@dataclass(frozen=True)
class BarPart:
    """A segment of a progress bar; `start` and `width` in percent."""

    code: str
    count: int
    start: float
    width: float
    words: str


def init(app: Flask) -> None:
    """Give templates their globals and filters."""
    app.jinja_env.globals.update(
        can=can,
        now=now,
        today=today,
        visitor=visitor,
        visitor_place=visitor_place,
        navigation=navigation,
        demonstration=demonstration,
        trial_clock=trial_clock,
        last_sweep=last_sweep,
        committee_name=committee_name,
    )
    app.jinja_env.filters.update(FILTERS | telling.FILTERS)


# Time.


def now() -> datetime:
    """The instant of this request: one for all that it does."""
    if "now" not in g:
        g.now = current_app.extensions["clock"]()
    moment: datetime = g.now
    return moment


def today() -> date:
    """The Vietnam date of this request."""
    return vietnam_day(now())


def settings() -> Settings:
    """What this installation chose."""
    chosen: Settings = current_app.config["TRACKER"]
    return chosen


def trial_clock() -> str:
    """The present time in words where the installation runs on a trial clock, else nothing."""
    if settings().now is None:
        return ""
    return f"{words.day_words(today())}, {words.time_words(now())}"


def last_sweep() -> Pulse | None:
    """How the last sweep ended, for those who can have it put right; asked once for a page."""
    person = visitor()
    if person is None or not can("sweep.see"):
        return None
    if "last_sweep" not in g:
        since = current_app.extensions["started"]
        g.last_sweep = show_sweep.pulse(person, pace=settings().sweep_seconds, since=since, at=now())
    found: Pulse | None = g.last_sweep
    return found


# Person and committee.


def visitor() -> access.Actor | None:
    """Who is logged in, or None."""
    if not current_user or not current_user.is_authenticated:
        return None
    actor: access.Actor = current_user.actor
    return actor


def actor() -> access.Actor:
    """Who is logged in. Only for views behind the guard."""
    person = visitor()
    if person is None:
        raise Forbidden(_("Xin đăng nhập để tiếp tục."))
    return person


def can(deed: str) -> bool:
    """Whether the deed is open to the visitor on anything at all: what a page may offer."""
    person = visitor()
    return person is not None and access.may_somewhere(person, deed)


def committees() -> tuple[tuple[int, str, bool], ...]:
    """The visitor's committees: (id, name, whether it is a demonstration)."""
    person = visitor()
    if person is None:
        return ()
    if "committees" not in g:
        g.committees = tuple(show_units.committees(person))
    found: tuple[tuple[int, str, bool], ...] = g.committees
    return found


def committee_id() -> int:
    """The committee in view: `?co-quan=` chooses and is remembered, else the visitor's first one."""
    ids = [one[0] for one in committees()]
    if not ids:
        raise Forbidden(
            _("Tài khoản chưa thuộc cơ quan nào. Xin liên hệ người quản lý để được giao vai trò.")
        )
    asked = request.args.get("co-quan", type=int)
    if asked in ids:
        session["committee"] = asked
    kept = session.get("committee")
    return kept if kept in ids else ids[0]


def committee_name() -> str:
    """What the committee in view is called; empty where the visitor has none."""
    chosen = _chosen_committee()
    return chosen[1] if chosen else ""


def demonstration() -> bool:
    """Whether the committee in view is a demonstration; on pages without a log-in, whether any is."""
    if visitor() is None:
        return request.blueprint in ("auth", "mail_links") and show_units.holds_demonstration()
    chosen = _chosen_committee()
    return bool(chosen and chosen[2])


def _chosen_committee() -> tuple[int, str, bool] | None:
    if not committees():
        return None
    wanted = committee_id()
    return next(one for one in committees() if one[0] == wanted)


def my_units() -> tuple[UnitRow, ...]:
    """The units in which the visitor holds a role."""
    person = visitor()
    if person is None:
        return ()
    if "my_units" not in g:
        g.my_units = tuple(show_units.my_units(person, at=now()))
    found: tuple[UnitRow, ...] = g.my_units
    return found


def visitor_place() -> str:
    """Where the visitor stands, under the name in the top bar: the unit, or the role, or the committee."""
    person, units = visitor(), my_units()
    if units:
        return units[0].name if len(units) == 1 else _("%(n)d đơn vị", n=len(units))
    role = next((g.role for g in person.grants), "") if person else ""
    return words.ROLES.get(role, "")


# Navigation.


def navigation() -> list[Place]:
    """The places that the visitor's rights open, the most used first."""
    here = _section()
    return [
        Place(name, short, icon, url_for(endpoint), here in blueprints)
        for deed, endpoint, icon, name, short, blueprints in _places()
        if can(deed)
    ]


def _section() -> str | None:
    """The blueprint in which the visitor stands. Those who oversee come to an assignment from the matrix."""
    if request.blueprint in ("work", "proof") and request.endpoint != "work.mine" and can("dashboard.see"):
        return "dashboard"
    if (request.endpoint or "").startswith("staffing.") and "unit_id" in (request.view_args or {}):
        return "units"  # the contacts of a unit stand with its page
    if (request.endpoint or "").startswith("ladders.plan"):
        return "plans"
    return request.blueprint


def _places() -> tuple[tuple[str, str, str, str, str, tuple[str, ...]], ...]:
    return (
        (
            "dashboard.see",
            "dashboard.matrix",
            "grid",
            _("Theo dõi"),
            _("Theo dõi"),
            ("dashboard", "unread", "chat"),
        ),
        ("work.list", "work.mine", "work", _("Việc của đơn vị"), _("Việc"), ("work", "proof")),
        (
            "plan.list",
            "plans.index",
            "plan",
            _("Kế hoạch"),
            _("Kế hoạch"),
            ("plans", "review", "periods", "forecasts"),
        ),
        (
            "unit.see",
            "units.index",
            "unit",
            _("Đơn vị"),
            _("Đơn vị"),
            ("units", "groups", "rosters", "reorganising"),
        ),
        (
            "calendar.see",
            "calendar.index",
            "cal",
            _("Lịch làm việc"),
            _("Lịch"),
            ("calendar", "report_dates", "ladders"),
        ),
        ("people.see", "people.index", "people", _("Người dùng"), _("Người dùng"), ("people", "staffing")),
        ("outbox.see", "outbox.index", "mail", _("Thư đi"), _("Thư đi"), ("outbox", "channels")),
    )


# Words for values.


def _standing(standing: Standing, row: WorkRow | None = None) -> str:
    if row is None:
        return words.standing_words(standing)
    if standing.code == "submitted" and standing.days is None and row.coordinator_name:
        return str(_("chờ %(unit)s duyệt", unit=row.coordinator_name))
    return words.standing_words(standing, undated=row.work.undated)


def _segment_words(code: str, count: int) -> str:
    told: dict[str, str] = {
        "accepted": _("%(n)d đã xong", n=count),
        "submitted": _("%(n)d chờ duyệt", n=count),
        "overdue": _("%(n)d quá hạn", n=count),
        "today": _("%(n)d hạn hôm nay", n=count),
        "soon": _("%(n)d sắp đến hạn", n=count),
        "waiting": _("%(n)d đang chờ", n=count),
        "open": _("%(n)d trong hạn", n=count),
    }
    return told[code]


def bar_parts(tally: Tally) -> list[BarPart]:
    """The segments of a bar with their place and words."""
    parts, done = [], 0
    for code, count in tally.segments:
        start, width = round(100 * done / tally.total, 2), round(100 * count / tally.total, 2)
        parts.append(BarPart(code, count, start, width, _segment_words(code, count)))
        done += count
    return parts


def tally_words(tally: Tally) -> str:
    """A tally in one line, for those who hear the bar: `20 đã xong, 2 quá hạn`."""
    return ", ".join(part.words for part in bar_parts(tally)) or _("chưa có việc nào")


def initials(name: str) -> str:
    """The last two names, as colleagues shorten them: Nguyễn Thu Hằng is TH."""
    return "".join(word[0] for word in name.split()[-2:]).upper()


FILTERS: dict[str, Callable[..., Any]] = {
    "day": words.day_words,
    "plain_day": words.plain_day,
    "short_day": words.short_day,
    "step_told": notice_words.step_told,
    "tells_due": notice_words.tells_due,
    "unread_deed": notice_words.unread_deed,
    "unread_words": notice_words.unread_words,
    "weekday": words.weekday,
    "moment": words.moment_words,
    "clock_time": words.time_words,
    "period": words.period_words,
    "filesize": words.size_words,
    "standing": _standing,
    "bar_parts": bar_parts,
    "tally_words": tally_words,
    "figure_name": words.FIGURES.__getitem__,
    "lacking_words": words.lacking_words,
    "left_words": lambda left: words.left_words(left.why, left.count),
    "initials": initials,
    "sentence": sentence,
    "unit_kind": lambda kind: words.UNIT_KINDS.get(kind, words.UNIT_KINDS["other"]),
    "whose": lambda row: words.both_names(row.unit_name, row.holder_name),
    "role": lambda role: words.ROLES.get(role, role),
}
