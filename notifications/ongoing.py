"""Ongoing work in a digest: a section of its own, asked about before a report, never late. Reads no database."""

from __future__ import annotations

from collections.abc import Sequence

from notifications.lines import Line, Section, one_line
from notifications.phrases import _, counted
from tracker.sheets.words import day_words
from tracker.store.queries.ongoing import OngoingRow

SHOWN = 30


def sections(rows: Sequence[OngoingRow], base_url: str) -> tuple[Section, ...]:
    """The section, where there is anything to ask. Of very many the last line says how many more there are."""
    several = len({row.holder_id for row in rows}) > 1
    lines = [_line(number, row, base_url, several) for number, row in enumerate(rows[:SHOWN], start=1)]
    if len(rows) > SHOWN:
        lines.append(_rest(rows, base_url))
    return (Section(_("Cần cho biết tình hình"), tuple(lines)),) if lines else ()


def _line(number: int, row: OngoingRow, base_url: str, with_unit: bool) -> Line:
    parts = (row.holder_name if with_unit else "", row.plan_name)
    return Line(
        number=number,
        title=one_line(row.title),
        note=one_line(" · ".join(part for part in parts if part)),
        day=_("chậm nhất %(day)s", day=day_words(row.asked.by)),
        standing="",
        tone="dim",
        mark="○",
        url=f"{base_url}/viec/{row.id}",
    )


def _rest(rows: Sequence[OngoingRow], base_url: str) -> Line:
    more = len(rows) - SHOWN
    return Line(
        number=SHOWN + 1,
        title=_("Còn %(n)d việc nữa ở danh sách việc", n=more),
        note="",
        day="",
        standing="",
        tone="dim",
        mark="○",
        url=f"{base_url}/viec",
    )


def headline(rows: Sequence[OngoingRow]) -> str:
    """`UBND xã Tân Lập: cần cho biết tình hình 3 việc`"""
    units = list(dict.fromkeys(row.holder_name for row in rows))
    whose = units[0] if len(units) == 1 else _("%(n)d đơn vị", n=len(units))
    return one_line(f"{whose}: {counted('cần cho biết tình hình %(num)d việc', len(rows))}")
