"""Thư sẽ gửi: which mails a plan will send in the months to come, to whom, if nobody does anything until then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from tracker.deadlines.periods import add_months
from tracker.services.forecasts import foreseen_plan
from tracker.sheets.ladder_words import told_words
from tracker.store.queries.foreseen import Forecast, Item, Mail
from tracker.web.context import actor, now, today
from tracker.web.guard import asks

blueprint = Blueprint("forecasts", __name__)

MONTHS = ((5_000, 12), (20_000, 3))  # how far, up to so many pieces of work; of larger plans this month only
LINES = 6  # of a mail; the others are counted
MAILS = 60  # of a day

Foresee = Callable[[int, datetime, date], Forecast]


@dataclass(frozen=True)
class Month:
    """A month with how many mails it has; `first` names it."""

    first: date
    mails: int
    people: int

    @property
    def code(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Row:
    """A mail as the page tells it: what it tells, the same words once with how often, and the first of its lines."""

    mail: Mail
    whys: tuple[tuple[str, int], ...]

    @property
    def lines(self) -> tuple[Item, ...]:
        return self.mail.works[:LINES]

    @property
    def more(self) -> int:
        return max(len(self.mail.works) - LINES, 0)


@dataclass(frozen=True)
class Day:
    """The mails of a day; `more` are not listed."""

    day: date
    rows: tuple[Row, ...]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Reader:
    """Who gets how many mails in the whole time."""

    name: str
    units: tuple[str, ...]
    mails: int
    fault: str


@blueprint.get("/ke-hoach/<int:plan_id>/thu-se-gui")
@asks("forecast.see")
def page(plan_id: int) -> ResponseReturnValue:
    plan = foreseen_plan(actor(), plan_id)
    foresee: Foresee = current_app.extensions["forecast"]
    found = foresee(plan_id, now(), _last_day(plan.works))
    months = _months(found)
    shown = next((one for one in months if one.code == request.args.get("thang")), months[0])
    return render_template(
        "forecasts/page.html",
        plan=plan,
        found=found,
        months=months,
        shown=shown,
        today_rows=_days(found.mails, today(), today()),
        days=_days(found.mails, max(shown.first, today() + timedelta(days=1)), _end(shown.first)),
        readers=_readers(found.mails),
    )


def _last_day(works: int) -> date:
    months = next((months for most, months in MONTHS if works <= most), 1)
    return add_months(today().replace(day=1), months) - timedelta(days=1)


def _end(first: date) -> date:
    return add_months(first, 1) - timedelta(days=1)


def _months(found: Forecast) -> list[Month]:
    """From this one to the last one in which there is a mail."""
    mails: Counter[date] = Counter(mail.day.replace(day=1) for mail in found.mails)
    people: dict[date, set[int]] = {}
    for mail in found.mails:
        people.setdefault(mail.day.replace(day=1), set()).add(mail.person_id)
    first = found.since.replace(day=1)
    last = max(mails, default=first)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [
        Month(month, mails[month], len(people.get(month, ())))
        for month in (add_months(first, n) for n in range(count))
    ]


def _days(mails: Iterable[Mail], first: date, last: date) -> list[Day]:
    by_day: dict[date, list[Mail]] = {}
    for mail in mails:
        if first <= mail.day <= last:
            by_day.setdefault(mail.day, []).append(mail)
    return [Day(day, tuple(map(_row, found[:MAILS])), len(found)) for day, found in by_day.items()]


def _row(mail: Mail) -> Row:
    return Row(mail, tuple(Counter(told_words(item.step) for item in mail.works).items()))


def _readers(mails: Iterable[Mail]) -> list[Reader]:
    """Everybody who gets mail, the most first."""
    counts: Counter[int] = Counter()
    last: dict[int, Mail] = {}
    units: dict[int, dict[str, None]] = {}
    for mail in mails:
        counts[mail.person_id] += 1
        last[mail.person_id] = mail
        units.setdefault(mail.person_id, {}).update(dict.fromkeys(mail.units))
    return [
        Reader(last[person].name, tuple(units[person]), n, last[person].fault)
        for person, n in counts.most_common()
    ]


blueprint.app_template_filter("told_words")(told_words)
