"""What is overdue in other units: for whoever follows the plan up, and for the committee's leaders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial

from notifications.letters.facts import Facts, Told
from notifications.letters.lines import TITLE, Line, Section, by_when, cut, parts, section, whose
from notifications.phrases import _, counted
from tracker.deadlines.workdays import NATIONAL
from tracker.life import OPEN
from tracker.progress.standing import Standing, standing
from tracker.sheets.words import day_words, period_words, short_day, standing_words
from tracker.store.queries.letter_rows import LetterRow

STATUS = 120


def late_elsewhere(facts: Facts, today: date) -> list[LetterRow]:
    """The overdue work of others that this letter's steps tell, by the unit with the latest, then by day."""
    found = {row.id: row for _told, row in _told_above(facts) if _overdue(row, today)}
    days = {row.id: standing(row.work, today, NATIONAL).days or 0 for row in found.values()}
    longest: dict[int, int] = {}
    for row in found.values():
        longest[row.holder_id] = max(longest.get(row.holder_id, 0), days[row.id])
    return sorted(
        found.values(), key=lambda row: (-longest[row.holder_id], row.holder_id, -days[row.id], row.id)
    )


def unheard(facts: Facts, today: date) -> list[LetterRow]:
    """Work that is not late yet of units in which nobody gets mail: whoever follows the plan up is told instead."""
    found = {
        row.id: row
        for told, row in facts.of("")
        if told.days <= 0 and _elsewhere(told, row, facts) and row.state == OPEN and not row.left_alone
    }
    rows = [row for row in found.values() if not _overdue(row, today)]
    return sorted(rows, key=lambda row: (row.due_on or date.max, row.holder_id, row.id))


def _told_above(facts: Facts) -> list[tuple[Told, LetterRow]]:
    return [(told, row) for told, row in facts.of("") if told.days > 0 and _elsewhere(told, row, facts)]


def _elsewhere(told: Told, row: LetterRow, facts: Facts) -> bool:
    """Whoever has changed units since is not told of the old one's work as if it were theirs to watch."""
    return row.due_on == told.due_on and not facts.own(row.holder_id) and facts.oversees(row)


def _overdue(row: LetterRow, today: date) -> bool:
    still = row.state == OPEN and not row.left_alone
    return still and standing(row.work, today, NATIONAL).code == "overdue"


def sections(facts: Facts, today: date, base_url: str) -> tuple[Section, ...]:
    """What needs an urging letter first, never that of a courtesy unit; what stands there is not told twice."""
    if not facts.of(""):
        return ()
    late = late_elsewhere(facts, today)
    above = _told_above(facts)
    due = {row.id for told, row in above if facts.step(told, row).letter and not row.courtesy}
    urgent, others = [row for row in late if row.id in due], [row for row in late if row.id not in due]
    nobody = unheard(facts, today)
    url = f"{base_url}/theo-doi?loc=qua-han"
    lines = partial(_lines, facts=facts, today=today, base_url=base_url)
    return (
        *section(_("Cần công văn đôn đốc"), lines(urgent), url, tone="son", count=len(urgent)),
        *section(_("Quá hạn ở các đơn vị"), lines(others), url, tone="son", mark="◆", count=len(others)),
        *section(
            _("Đơn vị chưa có ai nhận thư, xin báo trực tiếp"),
            lines(nobody),
            f"{base_url}/theo-doi",
            count=len(nobody),
        ),
    )


def _lines(rows: Iterable[LetterRow], facts: Facts, today: date, base_url: str) -> Iterator[Line]:
    return (_line(row, facts, today, base_url) for row in rows)


def _line(row: LetterRow, facts: Facts, today: date, base_url: str) -> Line:
    assert row.due_on is not None
    stands = standing(row.work, today, NATIONAL)
    return Line(
        title=cut(row.title, TITLE),
        lead=cut(row.holder_name, 100),
        note=parts(row.plan_name, period_words(row.period), *_status(row, facts, today)),
        day=day_words(row.due_on),
        standing=standing_words(stands),
        tone="son" if stands.code == "overdue" else "dim",
        mark="◆" if stands.code == "overdue" else "○",
        url=f"{base_url}/viec/{row.id}",
    )


def _status(row: LetterRow, facts: Facts, today: date) -> list[str]:
    """What was last heard of it, and whether anybody hears us."""
    last = row.sent[-1] if row.sent else None
    if last is not None and last.state == "returned" and last.decided_on is not None:
        heard = _("đã trả lại ngày %(day)s để bổ sung", day=short_day(last.decided_on))
    elif row.percent is not None:
        heard = _("đơn vị báo đã làm %(n)d%%", n=row.percent)
    else:
        heard = _("chưa gửi kết quả")
    found = [heard]
    if row.obstacle:
        found.append(_("vướng mắc: %(words)s", words=cut(row.obstacle, STATUS)))
    if row.holder_id in facts.unattended and _overdue(row, today):
        found.append(_("đơn vị chưa có ai nhận thư"))
    return found


def unheard_headline(rows: Sequence[LetterRow]) -> str:
    """`2 việc của đơn vị chưa có ai nhận thư, hạn đầu tiên 22/5/2026`"""
    said = counted("%(num)d việc của đơn vị chưa có ai nhận thư", len(rows))
    return by_when(said, (row.due_on for row in rows))


def headline(rows: Sequence[LetterRow], today: date) -> str:
    """`3 việc quá hạn ở 2 đơn vị, lâu nhất 6 ngày làm việc`; of one unit, its name; one alone is not the longest."""
    count = counted("%(num)d việc quá hạn", len(rows))
    longest: Standing = max(
        (standing(row.work, today, NATIONAL) for row in rows), key=lambda at: at.days or 0
    )
    where = whose(row.holder_name for row in rows)
    if len(rows) == 1 and longest.days:
        return _("1 việc ở %(where)s quá hạn %(n)d ngày làm việc", where=where, n=longest.days)
    words = _("%(count)s ở %(where)s", count=count, where=where)
    if not longest.days:
        return words
    return _("%(words)s, lâu nhất %(n)d ngày làm việc", words=words, n=longest.days)
