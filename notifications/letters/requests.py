"""Requests in a digest: sections of lines, and the sentence of the subject. Reads no database."""

from __future__ import annotations

from collections.abc import Sequence

from notifications.letters.lines import TITLE, Line, Section, cut, one_line, section, whose
from notifications.phrases import _, counted
from tracker.deadlines.told_once import EXPLAIN, EXTENSION, GIVEN, HAND_BACK, REQUESTS, WAIT
from tracker.life import EXCUSED
from tracker.sheets.words import day_words, period_words, plain_day
from tracker.store.queries.asked_notices import AskedRow
from tracker.vietnamese.forms import sentence

SHORT = 300  # of what somebody wrote
SO_OFTEN = 3  # from this extension on its number is said
ORDER = (EXPLAIN, EXTENSION, WAIT, GIVEN, HAND_BACK)


def sections(rows: Sequence[AskedRow], base_url: str, *, courtesy: bool = False) -> tuple[Section, ...]:
    """What asks for an answer first; one line a request. Courtesy units are asked, nothing is demanded of them."""
    if not rows:
        return ()
    names = {
        EXPLAIN: _("Đề nghị giải trình") if courtesy else _("Yêu cầu giải trình"),
        EXTENSION: _("Gia hạn"),
        WAIT: _("Đơn vị khác đang chờ"),
        GIVEN: _("Việc chuyển đến đơn vị") if courtesy else _("Việc được giao lại cho đơn vị"),
        HAND_BACK: _("Trả lại việc không thuộc đơn vị") if courtesy else _("Trả lại việc giao nhầm"),
    }
    assert set(names) == set(REQUESTS)
    found: list[Section] = []
    for kind in ORDER:
        own = [row for row in rows if row.kind == kind]
        lines = (_line(row, base_url, courtesy) for row in own)
        found += section(names[kind], lines, f"{base_url}/viec", count=len(own))
    return tuple(found)


def _line(row: AskedRow, base_url: str, courtesy: bool) -> Line:
    found = (sentence(_told(row, courtesy)), row.plan_name, period_words(row.period))
    return Line(
        title=cut(row.title, TITLE),
        note=cut(" · ".join(part for part in found if part), 2 * SHORT),
        day=_day(row),
        url=f"{base_url}/viec/{row.id}",
    )


def _told(row: AskedRow, courtesy: bool) -> str:
    """What was asked, answered or decided."""
    words = cut(row.words, SHORT)
    if row.kind == EXPLAIN:
        return _("%(person)s hỏi: “%(words)s”", person=row.other, words=words)
    if row.kind == WAIT:
        return _("%(unit)s chờ: “%(words)s”", unit=row.other, words=words)
    if row.kind == GIVEN:
        return _("lý do: “%(words)s”", words=words) if words else ""
    answer = _extension(row) if row.kind == EXTENSION else _hand_back(row, courtesy)
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


def _hand_back(row: AskedRow, courtesy: bool) -> str:
    if row.state == EXCUSED:
        return _("đồng ý, đơn vị không phải thực hiện") if courtesy else _("đồng ý, thôi giao việc này")
    if row.state == "agreed":
        words = _("đồng ý, chuyển đến %(unit)s") if courtesy else _("đồng ý, giao cho %(unit)s")
        return words % {"unit": row.other}
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
        "agreed": _("hạn mới: %(day)s", day=day_words(row.day)),
        "offered": _("hạn đề nghị: %(day)s", day=day_words(row.day)),
    }
    kind = row.state if row.kind == EXTENSION else row.kind
    return words.get(kind, _("hạn: %(day)s", day=day_words(row.day)))


def headline(rows: Sequence[AskedRow], *, courtesy: bool = False) -> str:
    """`UBND xã Tân Lập: 1 yêu cầu giải trình, 1 trả lời về gia hạn`"""
    return one_line(f"{whose(row.unit for row in rows)}: {', '.join(parts(rows, courtesy=courtesy))}")


def parts(rows: Sequence[AskedRow], *, courtesy: bool = False) -> list[str]:
    """How many requests of each kind."""
    if not rows:
        return []
    sentences = {
        EXPLAIN: "%(num)d đề nghị giải trình" if courtesy else "%(num)d yêu cầu giải trình",
        EXTENSION: "%(num)d trả lời về gia hạn",
        WAIT: "%(num)d việc đơn vị khác đang chờ",
        GIVEN: "%(num)d việc chuyển đến" if courtesy else "%(num)d việc được giao lại",
        HAND_BACK: "%(num)d trả lời về việc không thuộc đơn vị"
        if courtesy
        else "%(num)d trả lời về việc giao nhầm",
    }
    counts = {kind: sum(row.kind == kind for row in rows) for kind in ORDER}
    return [counted(sentences[kind], n) for kind, n in counts.items() if n]


def dated_parts(rows: Sequence[AskedRow], *, courtesy: bool = False) -> list[str]:
    """What is told at once, with its day: `1 yêu cầu giải trình, chậm nhất 22/5/2026`."""
    found = []
    explain = [row for row in rows if row.kind == EXPLAIN]
    if explain:
        first = min(row.day for row in explain if row.day)
        said = parts(explain, courtesy=courtesy)[0]
        found.append(_("%(said)s, chậm nhất %(day)s", said=said, day=plain_day(first)))
    decided = [row for row in rows if row.kind == EXTENSION]
    if len(decided) == 1 and decided[0].day:
        sentences = {
            "agreed": _("đồng ý gia hạn đến %(day)s", day=plain_day(decided[0].day)),
            "offered": _("gia hạn: đề nghị hạn khác %(day)s", day=plain_day(decided[0].day)),
            "refused": _("không đồng ý gia hạn, hạn vẫn là %(day)s", day=plain_day(decided[0].day)),
        }
        return [*found, sentences[decided[0].state]]
    return [*found, *parts(decided)]
