"""Ongoing work in a digest: a section of its own, asked about before a report, never late. Reads no database."""

from __future__ import annotations

from collections.abc import Sequence

from notifications.letters.facts import Facts
from notifications.letters.lines import TITLE, Line, Section, cut, one_line, parts, section, whose
from notifications.phrases import _, counted
from tracker.sheets.words import day_words, plain_day
from tracker.store.queries.ongoing import OngoingRow


def sections(rows: Sequence[OngoingRow], base_url: str, facts: Facts) -> tuple[Section, ...]:
    """The section, where there is anything to ask. Of very many it says how many more there are."""
    if not rows:
        return ()
    several = len({row.holder_id for row in rows}) > 1
    lines = (_line(row, facts.url(row.id, base_url), several) for row in rows)
    return section(_("Cần cho biết tình hình"), lines, f"{base_url}/viec", count=len(rows))


def _line(row: OngoingRow, url: str, with_unit: bool) -> Line:
    return Line(
        title=cut(row.title, TITLE),
        note=parts(row.holder_name if with_unit else "", row.plan_name),
        day=_("chậm nhất %(day)s", day=day_words(row.asked.by)),
        url=url,
    )


def headline(rows: Sequence[OngoingRow]) -> str:
    """`UBND xã Tân Lập: cần cho biết tình hình 3 việc, chậm nhất 27/5/2026`"""
    asked = counted("cần cho biết tình hình %(num)d việc", len(rows))
    first = min((row.asked.by for row in rows), default=None)
    said = _("%(said)s, chậm nhất %(day)s", said=asked, day=plain_day(first)) if first else asked
    return one_line(f"{whose(row.holder_name for row in rows)}: {said}")
