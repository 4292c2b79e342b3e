"""History of requests in words: extensions, work handed back, explanations and waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from tracker.clock import vietnam_day
from tracker.sheets.words import plain_day

SO_OFTEN = 3  # from this extension on its number is said

FACTS = {
    "extension-asked": ("ask", lazy_gettext("Xin gia hạn")),
    "extension-withdrawn": ("excused", lazy_gettext("Rút đề nghị gia hạn")),
    "extension-agreed": ("accepted", lazy_gettext("Đồng ý gia hạn")),
    "extension-refused": ("returned", lazy_gettext("Không đồng ý gia hạn")),
    "extension-offered": ("ask", lazy_gettext("Đề nghị hạn khác")),
    "extension-taken": ("accepted", lazy_gettext("Nhận hạn mới")),
    "extension-declined": ("excused", lazy_gettext("Không nhận hạn được đề nghị")),
    "hand-back-asked": ("ask", lazy_gettext("Đề nghị trả lại việc giao nhầm")),
    "hand-back-withdrawn": ("excused", lazy_gettext("Rút đề nghị trả lại việc")),
    "hand-back-refused": ("returned", lazy_gettext("Không đồng ý trả lại việc")),
    "handed-on": ("submitted", lazy_gettext("Giao việc cho đơn vị khác")),
    "explanation-asked": ("ask", lazy_gettext("Yêu cầu giải trình")),
    "explanation-withdrawn": ("excused", lazy_gettext("Rút yêu cầu giải trình")),
    "explained": ("accepted", lazy_gettext("Giải trình")),
    "wait-began": ("waiting", lazy_gettext("Chờ đơn vị khác")),
    "wait-ended": ("open", lazy_gettext("Hết chờ")),
    "wait-over": ("open", lazy_gettext("Hết thời gian chờ")),
}

After = Mapping[str, Any]


def _day(after: After, name: str) -> str:
    return plain_day(date.fromisoformat(str(after[name]))) if after.get(name) else ""


def _said(*parts: str) -> str:
    *first, last = [part for part in parts if part] or [""]
    return " · ".join([*(part.rstrip(".") for part in first), last])


def _number(after: After) -> str:
    number = int(after.get("number") or 0)
    return str(_("gia hạn lần thứ %(n)d", n=number)) if number >= SO_OFTEN else ""


def _asked(after: After) -> str:
    until = str(_("đến ngày %(day)s", day=_day(after, "wanted_on")))
    return _said(until, _number(after), str(after.get("reason", "")))


def _moved(after: After) -> str:
    until = str(_("hạn mới %(day)s", day=_day(after, "due_on")))
    return _said(until, _number(after))


def _refused(after: After) -> str:
    return _said(str(_("đến ngày %(day)s", day=_day(after, "wanted_on"))), str(after.get("reason", "")))


def _offered(after: After) -> str:
    days = {"day": _day(after, "offered_on"), "wanted": _day(after, "wanted_on")}
    return _said(str(_("ngày %(day)s thay cho %(wanted)s", **days)), str(after.get("reason", "")))


def _handed_back(after: After) -> str:
    suggested = str(_("đề nghị giao cho %(unit)s", unit=after["name"])) if after.get("name") else ""
    return _said(str(after.get("reason", "")), suggested)


def _handed_on(after: After) -> str:
    units = " → ".join(str(after[part]) for part in ("from", "name") if after.get(part))
    return _said(units, str(after.get("reason", "")))


def _question(after: After) -> str:
    return _said(
        str(after.get("question", "")), str(_("trả lời đến ngày %(day)s", day=_day(after, "due_on")))
    )


def _explained(after: After) -> str:
    late = str(_("trả lời sau ngày %(day)s", day=_day(after, "due_on"))) if after.get("late") else ""
    return _said(str(after.get("answer", "")), late)


def _waited(after: After) -> str:
    until = str(_("đến hết ngày %(day)s", day=_day(after, "until"))) if after.get("until") else ""
    return _said(str(after.get("name", "")), str(after.get("reason", "")), until)


DETAILS: dict[str, Callable[[After], str]] = {
    "extension-asked": _asked,
    "extension-agreed": _moved,
    "extension-taken": _moved,
    "extension-refused": _refused,
    "extension-offered": _offered,
    "hand-back-asked": _handed_back,
    "hand-back-refused": lambda after: str(after.get("reason", "")),
    "handed-on": _handed_on,
    "explanation-asked": _question,
    "explained": _explained,
    "wait-began": _waited,
    "wait-ended": lambda after: str(after.get("answer", "")),
}

# What happened to a request, for those that are over: (mark, words).
EXTENSIONS = {
    "agreed": ("accepted", lazy_gettext("đồng ý")),
    "taken": ("accepted", lazy_gettext("đã nhận hạn khác")),
    "refused": ("returned", lazy_gettext("không đồng ý")),
    "declined": ("excused", lazy_gettext("không nhận hạn khác")),
    "withdrawn": ("excused", lazy_gettext("đã rút")),
    "asked": ("ask", lazy_gettext("chờ quyết định")),
    "offered": ("ask", lazy_gettext("chờ đơn vị trả lời")),
}
HAND_BACKS = {
    "agreed": ("accepted", lazy_gettext("đồng ý")),
    "refused": ("returned", lazy_gettext("không đồng ý")),
    "withdrawn": ("excused", lazy_gettext("đã rút")),
    "asked": ("ask", lazy_gettext("chờ quyết định")),
}
EXPLANATIONS = {
    "asked": ("ask", lazy_gettext("chờ giải trình")),
    "overdue": ("overdue", lazy_gettext("quá ngày giải trình")),
    "answered": ("accepted", lazy_gettext("đã giải trình")),
    "withdrawn": ("excused", lazy_gettext("đã rút")),
}


def _pair(table: Mapping[str, tuple[str, Any]]) -> Callable[[str], tuple[str, str]]:
    return lambda state: (table[state][0], str(table[state][1]))


def moment_day(moment: datetime) -> str:
    """The Vietnam day of a moment: 15/5/2026."""
    return plain_day(vietnam_day(moment))


FILTERS: dict[str, Callable[..., Any]] = {
    "moment_day": moment_day,
    "extension_state": _pair(EXTENSIONS),
    "hand_back_state": _pair(HAND_BACKS),
    "explanation_state": _pair(EXPLANATIONS),
}
