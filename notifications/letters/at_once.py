"""What is told at once: new work, what was returned, and an event that work waited for. Reads no database.

Requests that are told at once (an extension decided, an explanation asked for) are worded in `requests`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from notifications.letters.facts import Facts, Told
from notifications.letters.lines import TITLE, Line, Section, by_when, cut, parts, section
from notifications.phrases import _, counted
from tracker.deadlines.told_once import EVENT, PUBLISHED, RETURNED
from tracker.deadlines.workdays import NATIONAL
from tracker.life import OPEN, UNDECIDED, WAITING
from tracker.progress.standing import standing
from tracker.sheets.words import day_words, period_words, short_day, standing_words
from tracker.store.queries.letter_rows import LetterRow, Sent

Found = list[tuple[Told, LetterRow]]


def published(facts: Facts) -> Found:
    """New work that is still to be done, by its day."""
    found = [one for one in facts.of(PUBLISHED) if one[1].state in UNDECIDED and not one[1].left_alone]
    return sorted(found, key=lambda one: (one[1].due_on or date.max, one[1].id))


def returned(facts: Facts) -> list[tuple[LetterRow, Sent]]:
    """What was returned and not sent again since."""
    return [
        (row, row.sent[-1])
        for told, row in facts.of(RETURNED)
        if row.state == OPEN
        and row.sent
        and row.sent[-1].id == told.number
        and row.sent[-1].state == "returned"
    ]


def opened(facts: Facts) -> Found:
    """Work that waited for an event and has a day now."""
    return [one for one in facts.of(EVENT) if one[1].state == OPEN and one[1].due_on is not None]


def new_plans(facts: Facts) -> list[str]:
    """`31/KH-UBND “Phổ biến, giáo dục pháp luật năm 2026”`: the plans of new work by number and title, each once."""
    plans = {row.plan_id: row for _told, row in published(facts)}
    return [
        f"{row.plan_name} “{cut(row.plan_title, TITLE)}”"
        if row.plan_title not in ("", row.plan_name)
        else row.plan_name
        for row in plans.values()
    ]


def sections(facts: Facts, today: date, base_url: str, *, several: bool) -> tuple[Section, ...]:
    url = f"{base_url}/viec"
    back, event, new = returned(facts), opened(facts), published(facts)
    back_lines = (_late(_returned(row, sent, facts, base_url, several), row, today) for row, sent in back)
    event_lines = (_opened(told, row, facts, base_url, several) for told, row in event)
    new_lines = (_late(_published(row, facts, base_url, several), row, today) for _told, row in new)
    return (
        *section(_("Trả lại để bổ sung"), back_lines, url, tone="son", count=len(back)),
        *section(_("Đã có hạn thực hiện"), event_lines, url, count=len(event)),
        *section(_("Việc mới"), new_lines, url, count=len(new)),
    )


def _returned(row: LetterRow, sent: Sent, facts: Facts, base_url: str, several: bool) -> Line:
    said = _(
        "trả lại ngày %(day)s: “%(words)s”",
        day=short_day(sent.decided_on or sent.received_on),
        words=cut(sent.reason, 300),
    )
    kept = _("chỉ sửa hình thức, ngày gửi được giữ nguyên") if sent.form_only else ""
    return Line(
        cut(row.title, TITLE),
        parts(*_where(row, several), said, kept),
        day=_day(row),
        tone="son",
        url=facts.url(row.id, base_url),
    )


def _opened(told: Told, row: LetterRow, facts: Facts, base_url: str, several: bool) -> Line:
    waited = facts.waits.get(told.number, "") or row.waits_for
    event = _("việc đã chờ: “%(words)s”", words=cut(waited, 200)) if waited else ""
    return Line(
        cut(row.title, TITLE),
        parts(*_where(row, several), event),
        day=_day(row),
        url=facts.url(row.id, base_url),
    )


def _published(row: LetterRow, facts: Facts, base_url: str, several: bool) -> Line:
    waits = _("chờ: “%(words)s”", words=cut(row.waits_for, 200)) if row.state == WAITING else ""
    return Line(
        cut(row.title, TITLE),
        parts(*_where(row, several), waits),
        day=_day(row),
        url=facts.url(row.id, base_url),
    )


def _late(line: Line, row: LetterRow, today: date) -> Line:
    """The same line; of work that is late already it says by how much."""
    stands = standing(row.work, today, NATIONAL)
    if stands.code != "overdue" or row.due_on is None:
        return line
    return replace(line, day=day_words(row.due_on), standing=standing_words(stands), tone="son", mark="◆")


def _where(row: LetterRow, several: bool) -> tuple[str, ...]:
    return (row.holder_name if several else "", row.plan_name, period_words(row.period))


def _day(row: LetterRow) -> str:
    if row.due_on is not None:
        return _("hạn: %(day)s", day=day_words(row.due_on))
    return _("chưa có hạn") if row.state == WAITING else _("không có hạn")


def parts_of(facts: Facts) -> list[str]:
    """`1 việc được trả lại để bổ sung, hạn 22/5/2026`; `5 việc mới, hạn đầu tiên 29/5/2026`"""
    back, event, new = returned(facts), opened(facts), published(facts)
    return [
        *_by(counted("%(num)d việc được trả lại để bổ sung", len(back)), [row for row, _sent in back]),
        *_by(counted("%(num)d việc đã có hạn", len(event)), [row for _told, row in event]),
        *_by(counted("%(num)d việc mới", len(new)), [row for _told, row in new]),
    ]


def _by(said: str, rows: Sequence[LetterRow]) -> list[str]:
    return [by_when(said, (row.due_on for row in rows))] if rows else []
