"""A digest's words: a person's open work on a day becomes subject, plain text and HTML. Reads no database.

The preview and the sending use the same `digest`. Sentences are the words of `tracker.sheets.words`.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import ngettext
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifications import ongoing as questions
from notifications import requests
from notifications.lines import Line, Section
from notifications.phrases import _, counted
from tracker.clock import vietnam_day
from tracker.deadlines.workdays import NATIONAL, WorkCalendar
from tracker.progress.standing import standing, when
from tracker.sheets.words import day_words, period_words, short_day, standing_words
from tracker.store.queries.asked_notices import EXPLAIN, AskedRow
from tracker.store.queries.notices import DigestRow, Follower, InheritedRow
from tracker.store.queries.ongoing import OngoingRow
from tracker.vietnamese.forms import sentence

WIDTH = 72
PREVIEW = 160
MARKS = {"overdue": "◆", "today": "●"}
TONES = {"overdue": "son", "today": "nghe", "week": "nghe"}
INHERITED_SHOWN = 30
GROUPS = ("overdue", "today", "week", "month", "later")


@dataclass(frozen=True)
class Group:
    name: str
    tone: str
    mark: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Legacy:
    """What the reader's unit inherited: who had it, the lines, and how many more there are."""

    lines: tuple[Line, ...] = ()
    rest: str = ""
    count: int = 0


@dataclass(frozen=True)
class Digest:
    """Everything that the three files print."""

    headline: str
    person: str
    opening: str
    day: str
    groups: tuple[Group, ...]
    rest: str
    followers: tuple[str, ...]
    why: str
    legacy: Legacy
    preview: str
    all_url: str
    late: str = ""
    asked: tuple[Section, ...] = ()
    ongoing: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Wording:
    """A letter as it is frozen."""

    subject: str
    text: str
    html: str


def listed(rows: Iterable[DigestRow], told: Collection[tuple[int, date]], today: date) -> list[DigestRow]:
    """What the digest tells: the steps it is sent for, and all that is overdue or due today. Nothing at all
    where none of its steps is still owed."""
    rows = list(rows)
    if not any((row.id, row.due_on) in told for row in rows):
        return []
    return [row for row in rows if (row.id, row.due_on) in told or row.due_on <= today]


def digest(
    person: str,
    roles: Collection[str],
    rows: Sequence[DigestRow],
    told: Collection[tuple[int, date]],
    followers: Sequence[Follower],
    *,
    today: date,
    calendar: WorkCalendar,
    base_url: str,
    inherited: Sequence[InheritedRow] = (),
    late_since: date | None = None,
    asked: Sequence[AskedRow] = (),
    ongoing: Sequence[OngoingRow] = (),
) -> Wording | None:
    """The letter, or None where nothing is left to tell. `late_since`: the day on which it should have left."""
    shown = listed(rows, told, today)
    if not (shown or inherited or asked or ongoing):
        return None
    head = _headline(shown, asked, inherited, today) or questions.headline(ongoing)
    letter = Digest(
        headline=head,
        person=_one_line(person),
        opening=_opening(
            _joined(follower.unit_name for follower in followers), bool(shown), bool(asked or ongoing)
        ),
        day=day_words(today),
        groups=_groups(shown, today, calendar, base_url),
        rest=_rest(
            [row for row in rows if row not in shown and row.id not in {i.id for i in inherited}], today
        ),
        followers=tuple(_follower(one) for one in followers),
        why=_why(
            roles,
            [
                *(row.holder_name for row in shown),
                *(row.holder_name for row in inherited),
                *(row.unit for row in asked),
                *(row.holder_name for row in ongoing),
            ],
        ),
        legacy=_legacy(inherited, base_url),
        preview=_preview(shown, today) or head,
        all_url=f"{base_url}/viec",
        late=_late(late_since),
        asked=requests.sections(asked, base_url),
        ongoing=questions.sections(ongoing, base_url),
    )
    return Wording(
        subject=_one_line(_render("subject.txt", letter)),
        text=_render("body.txt", letter),
        html=_render("body.html", letter),
    )


def _late(since: date | None) -> str:
    if since is None:
        return ""
    return _(
        "Thư này đến muộn vì hệ thống không gửi được thư từ %(day)s. Mong đồng chí thông cảm.",
        day=day_words(since),
    )


def _headline(
    rows: Sequence[DigestRow], asked: Sequence[AskedRow], inherited: Sequence[InheritedRow], today: date
) -> str:
    """What presses most. Explanations have a day of their own, so that they are said beside work that is due."""
    if not rows:
        if not asked and not inherited:
            return ""
        return requests.headline(asked) if asked else _inherits(inherited)
    questions = requests.parts([row for row in asked if row.kind == EXPLAIN])
    return ", ".join([headline(rows, today), *questions])


def headline(rows: Sequence[DigestRow], today: date) -> str:
    """`UBND xã Tân Lập: 2 việc quá hạn, 1 việc đến hạn hôm nay`"""
    codes = Counter(_group(row, today) for row in rows)
    overdue, now = codes["overdue"], codes["today"]
    soon = len(rows) - overdue - now
    parts = []
    if overdue:
        parts.append(counted("%(num)d việc quá hạn", overdue))
    if now:
        parts.append(counted("%(num)d việc đến hạn hôm nay", now))
    if not parts:
        parts.append(counted("%(num)d việc sắp đến hạn", soon))
    return _one_line(f"{_holders(rows)}: {', '.join(parts)}")


def _opening(coordinators: str, reminds: bool, answers: bool) -> str:
    if not reminds and answers:
        return _("%(units)s xin báo các nội dung dưới đây.", units=coordinators)
    if not reminds:
        return _("%(units)s xin báo các việc mà đơn vị tiếp nhận do sắp xếp.", units=coordinators)
    return _(
        "%(units)s xin nhắc các việc dưới đây. Việc nào đã xong, đề nghị ghi số, ký hiệu, ngày văn bản để "
        "không bị nhắc lại.",
        units=coordinators,
    )


def _inherits(rows: Sequence[InheritedRow]) -> str:
    """`UBND xã Tân Bình: tiếp nhận 3 việc`"""
    return _one_line(f"{_holders(rows)}: {counted('tiếp nhận %(num)d việc', len(rows))}")


def _legacy(rows: Sequence[InheritedRow], base_url: str) -> Legacy:
    """A line for each task and due date, with all units from which it came."""
    found: dict[tuple[str, str, str, date | None, str], list[InheritedRow]] = {}
    for row in rows:
        found.setdefault((row.title, row.plan_name, row.period, row.due_on, row.holder_name), []).append(row)
    several = len({row.holder_name for row in rows}) > 1
    together = list(found.values())
    lines = tuple(
        _legacy_line(number, same, base_url, with_unit=several)
        for number, same in enumerate(together[:INHERITED_SHOWN], start=1)
    )
    more = sum(len(same) for same in together[INHERITED_SHOWN:])
    return Legacy(
        lines, _("Còn %(n)d việc tiếp nhận khác ở danh sách việc.", n=more) if more else "", len(rows)
    )


def _legacy_line(number: int, same: Sequence[InheritedRow], base_url: str, *, with_unit: bool) -> Line:
    row = same[0]
    origin = _("từ %(units)s", units=_joined(one.from_name for one in same))
    parts = (row.holder_name if with_unit else "", origin, row.plan_name, period_words(row.period))
    return Line(
        number=number,
        title=_one_line(row.title),
        note=_one_line(" · ".join(part for part in parts if part)),
        day=day_words(row.due_on) if row.due_on else "",
        standing="",
        tone="dim",
        mark="○",
        url=f"{base_url}/viec/{row.id}",
    )


def _holders(rows: Sequence[DigestRow] | Sequence[InheritedRow]) -> str:
    units = list(dict.fromkeys(row.holder_name for row in rows))
    return units[0] if len(units) == 1 else _("%(n)d đơn vị", n=len(units))


def _groups(
    rows: Sequence[DigestRow], today: date, calendar: WorkCalendar, base_url: str
) -> tuple[Group, ...]:
    several = len({row.holder_id for row in rows}) > 1
    ordered = sorted(rows, key=lambda row: GROUPS.index(_group(row, today)))
    found: dict[str, list[Line]] = {}
    for number, row in enumerate(ordered, start=1):
        line = _line(number, row, today, calendar, base_url, with_unit=several)
        found.setdefault(_group(row, today), []).append(line)
    return tuple(
        Group(_group_name(code), TONES.get(code, "dim"), MARKS.get(code, "○"), tuple(lines))
        for code, lines in found.items()
    )


def _group(row: DigestRow, today: date) -> str:
    """As the list of the unit has it; what is soon and what is later are one group here."""
    code = when(row.work, today, NATIONAL)
    return "later" if code == "soon" else code


def _group_name(code: str) -> str:
    return {
        "overdue": _("Quá hạn"),
        "today": _("Hôm nay"),
        "week": _("Tuần này"),
        "month": _("Tháng này"),
        "later": _("Sau đó"),
    }[code]


def _line(
    number: int, row: DigestRow, today: date, calendar: WorkCalendar, base_url: str, *, with_unit: bool
) -> Line:
    state = standing(row.work, today, calendar)
    code = _group(row, today)
    tone = "dim" if state.calm else TONES.get(code, "nghe")
    return Line(
        number=number,
        title=_one_line(row.title),
        note=_note(row, with_unit=with_unit),
        day=day_words(row.due_on),
        standing=standing_words(state),
        tone=tone,
        mark=MARKS.get(code, "○"),
        url=f"{base_url}/viec/{row.id}",
    )


def _note(row: DigestRow, *, with_unit: bool) -> str:
    parts = [row.holder_name] if with_unit else []
    parts += [row.plan_name, period_words(row.period)]
    if row.returned_on:
        day = short_day(vietnam_day(row.returned_on))
        parts.append(_("đã trả lại ngày %(day)s: %(reason)s", day=day, reason=row.returned_reason))
    return _one_line(" · ".join(part for part in parts if part))


def _rest(rows: Sequence[DigestRow], today: date) -> str:
    """What the digest does not list, so that nobody takes it for everything."""
    month = sum(_group(row, today) in ("week", "month") for row in rows)
    later = len(rows) - month
    if month and later:
        return _(
            "Còn %(n)d việc nữa trong tháng %(month)d và %(m)d việc sau đó.",
            n=month,
            month=today.month,
            m=later,
        )
    if month:
        return _("Còn %(n)d việc nữa trong tháng %(month)d.", n=month, month=today.month)
    return _("Còn %(n)d việc đến hạn sau tháng %(month)d.", n=later, month=today.month) if later else ""


def _follower(one: Follower) -> str:
    return _one_line(", ".join(part for part in (one.person_name, one.unit_name, one.phone) if part))


def _why(roles: Collection[str], holders: Iterable[str]) -> str:
    units = _joined(holders)
    if "officer" in roles or "head" not in roles:
        return _("Đồng chí nhận thư này vì phụ trách việc của %(units)s.", units=units)
    return _("Đồng chí nhận thư này vì là người đứng đầu %(units)s.", units=units)


def _preview(rows: Sequence[DigestRow], today: date) -> str:
    """What a mail program shows beside the subject."""
    found: dict[str, list[str]] = {}
    for row in rows:
        words = f"{_one_line(row.title)} ({short_day(row.due_on)})"
        found.setdefault(_group_name(_group(row, today)), []).append(words)
    text = " ".join(f"{name}: {'; '.join(words)}." for name, words in found.items())
    return textwrap.shorten(text, PREVIEW, placeholder="…")


def _joined(names: Iterable[str]) -> str:
    """`A`, `A và B`, `A, B và C`"""
    *first, last = dict.fromkeys(name for name in names if name) or [""]
    return _("%(first)s và %(last)s", first=", ".join(first), last=last) if first else last


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _render(name: str, letter: Digest) -> str:
    return TEMPLATES.get_template(f"letters/digest/{name}").render(letter=letter)


def _fill(text: str, first: str = "", rest: str = "") -> str:
    """Wrapped for plain text; a long address or a document's number stays in one piece."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _environment() -> Environment:
    # Not the environment of the pages: letters know no request, and their blank lines are part of the text.
    found = Environment(
        loader=PackageLoader("notifications"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.install_gettext_callables(lambda text: _(text), ngettext, newstyle=True)  # type: ignore[attr-defined]
    found.filters["fill"] = _fill
    found.filters["first_upper"] = sentence
    return found


TEMPLATES = _environment()
