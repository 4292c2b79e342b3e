"""What has changed since the last letter: due days that were moved, and work that need not be done any longer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from notifications.letters.facts import Facts, Told
from notifications.letters.lines import TITLE, Line, Section, cut, parts, section
from notifications.phrases import _, counted
from tracker.deadlines.told_once import DROPPED, MOVED
from tracker.life import EXCUSED, OPEN
from tracker.sheets.words import LEFT_OUT, OTHER_EXCUSE, day_words, period_words, plain_day
from tracker.store.queries.letter_rows import LetterRow

# What a plan's new version no longer orders is said without "giao": courtesy units are not under orders.
WHY = LEFT_OUT | {"withdrawn": "bản mới của kế hoạch không còn nhiệm vụ này"}


def changed(facts: Facts) -> list[tuple[Told, LetterRow]]:
    """The changes that still hold: the day is the one that was told, the work is still not to be done."""
    moved = [one for one in facts.of(MOVED) if one[1].state == OPEN and one[1].due_on == one[0].due_on]
    dropped = [one for one in facts.of(DROPPED) if one[1].state == EXCUSED]
    return sorted(moved, key=lambda one: (one[1].due_on or date.max, one[1].id)) + dropped


def sections(facts: Facts, base_url: str, *, several: bool) -> tuple[Section, ...]:
    found = changed(facts)
    lines = (_line(told, row, facts, base_url, several=several) for told, row in found)
    return section(_("Thay đổi từ thư trước"), lines, f"{base_url}/viec", count=len(found))


def _line(told: Told, row: LetterRow, facts: Facts, base_url: str, *, several: bool) -> Line:
    unit = row.holder_name if several or facts.is_elsewhere(row.holder_id) else ""
    plan = (row.plan_name, period_words(row.period))
    if told.kind == DROPPED:
        why = _said(row.excuse_reason) or WHY.get(row.excuse, OTHER_EXCUSE)
        note = parts(unit, *plan, why)
        return Line(
            cut(row.title, TITLE), note, day=_("không còn phải thực hiện"), url=facts.url(row.id, base_url)
        )
    before = _day_before(told, row, facts)
    note = parts(unit, *plan, _("hạn trước đây %(day)s", day=plain_day(before)) if before else "")
    return Line(
        cut(row.title, TITLE),
        note,
        day=_("hạn mới: %(day)s", day=day_words(told.due_on)),
        url=facts.url(row.id, base_url),
    )


def _said(reason: str) -> str:
    """What a person wrote; it stands in a row of notes, so without its full stop."""
    return _("lý do: %(words)s", words=reason.strip().rstrip(".")) if reason else ""


def _day_before(told: Told, row: LetterRow, facts: Facts) -> date | None:
    """The day that the reader was told of last; where nobody knows, the first one."""
    known = [day for day in facts.told.get((row.id, facts.reader.id), ()) if day != told.due_on]
    before = known[-1] if known else row.work.first_due_on
    return before if before != told.due_on else None


def parts_of(facts: Facts) -> list[str]:
    """`1 việc đổi hạn sang 29/5/2026`, `1 việc không còn phải thực hiện`"""
    found = changed(facts)
    days = [told.due_on for told, _row in found if told.kind == MOVED]
    dropped = len(found) - len(days)
    return [
        *([_moved(days)] if days else []),
        *([counted("%(num)d việc không còn phải thực hiện", dropped)] if dropped else []),
    ]


def _moved(days: Collection[date]) -> str:
    said, first = counted("%(num)d việc đổi hạn", len(days)), plain_day(min(days))
    if len(set(days)) == 1:
        return _("%(said)s sang %(day)s", said=said, day=first)
    return _("%(said)s, hạn mới đầu tiên %(day)s", said=said, day=first)
