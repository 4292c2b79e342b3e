"""Requests in a digest: sections of lines, and the sentence of the subject. Reads no database."""

from __future__ import annotations

from collections.abc import Sequence

from notifications.lines import Line, Section, one_line
from notifications.phrases import _, counted
from tracker.life import EXCUSED
from tracker.sheets.words import day_words, period_words, plain_day
from tracker.store.queries.asked_notices import EXPLAIN, EXTENSION, GIVEN, HAND_BACK, KINDS, WAIT, AskedRow
from tracker.vietnamese.forms import sentence

SHORT = 300  # of what somebody wrote
SO_OFTEN = 3  # from this extension on its number is said
ORDER = (EXPLAIN, EXTENSION, WAIT, GIVEN, HAND_BACK)


def sections(rows: Sequence[AskedRow], base_url: str) -> tuple[Section, ...]:
    """What asks for an answer first; one line a request."""
    names = {
        EXPLAIN: _("Yêu cầu giải trình"),
        EXTENSION: _("Gia hạn"),
        WAIT: _("Đơn vị khác đang chờ"),
        GIVEN: _("Việc được giao lại cho đơn vị"),
        HAND_BACK: _("Trả lại việc giao nhầm"),
    }
    assert set(names) == set(KINDS)
    found = []
    for kind in ORDER:
        own = [row for row in rows if row.kind == kind]
        lines = tuple(_line(number, row, base_url) for number, row in enumerate(own, start=1))
        found += [Section(names[kind], lines)] if lines else []
    return tuple(found)


def _line(number: int, row: AskedRow, base_url: str) -> Line:
    parts = (sentence(_told(row)), row.plan_name, period_words(row.period))
    return Line(
        number=number,
        title=one_line(row.title),
        note=one_line(" · ".join(part for part in parts if part)),
        day=_day(row),
        standing="",
        tone="dim",
        mark="○",
        url=f"{base_url}/viec/{row.id}",
    )


def _told(row: AskedRow) -> str:
    """What was asked, answered or decided."""
    words = row.words[:SHORT]
    if row.kind == EXPLAIN:
        return _("%(person)s hỏi: “%(words)s”", person=row.other, words=words)
    if row.kind == WAIT:
        return _("%(unit)s chờ: “%(words)s”", unit=row.other, words=words)
    if row.kind == GIVEN:
        return words
    answer = _extension(row) if row.kind == EXTENSION else _hand_back(row)
    return f"{answer}: “{words}”" if words else answer


def _extension(row: AskedRow) -> str:
    wanted = plain_day(row.wanted_on) if row.wanted_on else ""
    if row.state == "offered":
        return _("chưa đồng ý hạn %(day)s, đề nghị hạn khác", day=wanted)
    if row.state == "refused":
        return _("không đồng ý hạn %(day)s", day=wanted)
    if row.number >= SO_OFTEN:
        return _("đồng ý gia hạn, lần thứ %(n)d", n=row.number)
    return _("đồng ý gia hạn")


def _hand_back(row: AskedRow) -> str:
    if row.state == EXCUSED:
        return _("đồng ý, thôi giao việc này")
    if row.state == "agreed":
        return _("đồng ý, giao cho %(unit)s", unit=row.other)
    return _("không đồng ý, đơn vị tiếp tục chủ trì")


def _day(row: AskedRow) -> str:
    if row.kind == WAIT:
        if row.day:
            return _("chờ đến %(day)s", day=day_words(row.day))
        return _("chờ từ %(day)s", day=plain_day(row.wanted_on)) if row.wanted_on else ""
    if row.day is None:
        return _("không có hạn")
    words = {
        EXPLAIN: _("trả lời chậm nhất %(day)s", day=day_words(row.day)),
        "agreed": _("hạn mới %(day)s", day=day_words(row.day)),
        "offered": _("hạn được đề nghị %(day)s", day=day_words(row.day)),
    }
    kind = row.state if row.kind == EXTENSION else row.kind
    return words.get(kind, _("hạn %(day)s", day=day_words(row.day)))


def headline(rows: Sequence[AskedRow]) -> str:
    """`UBND xã Tân Lập: 1 yêu cầu giải trình, 1 trả lời về gia hạn`"""
    units = list(dict.fromkeys(row.unit for row in rows))
    whose = units[0] if len(units) == 1 else _("%(n)d đơn vị", n=len(units))
    return one_line(f"{whose}: {', '.join(parts(rows))}")


def parts(rows: Sequence[AskedRow]) -> list[str]:
    """How many requests of each kind."""
    sentences = {
        EXPLAIN: "%(num)d yêu cầu giải trình",
        EXTENSION: "%(num)d trả lời về gia hạn",
        WAIT: "%(num)d việc đơn vị khác đang chờ",
        GIVEN: "%(num)d việc được giao lại",
        HAND_BACK: "%(num)d trả lời về việc giao nhầm",
    }
    counts = {kind: sum(row.kind == kind for row in rows) for kind in ORDER}
    return [counted(sentences[kind], n) for kind, n in counts.items() if n]
