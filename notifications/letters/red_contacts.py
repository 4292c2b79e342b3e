"""Contacts whose letters come back, as whoever follows a plan up is told of them. Reads no database."""

from __future__ import annotations

from collections.abc import Sequence

from notifications.letters.facts import Facts
from notifications.letters.lines import TITLE, Line, Section, cut, one_line, section
from notifications.phrases import _, counted
from tracker.deadlines.told_once import BOUNCED
from tracker.sheets.words import plain_day
from tracker.store.queries.bounces import BouncedRow

SAID = 160


def red(facts: Facts) -> list[BouncedRow]:
    """The contacts of this letter's steps that are still red, each person once."""
    told = [facts.bounces[step.number] for step, _row in facts.of(BOUNCED) if step.number in facts.bounces]
    return sorted({one.person_id: one for one in told}.values(), key=lambda one: (one.on, one.letter_id))


def sections(facts: Facts, base_url: str) -> tuple[Section, ...]:
    lines = [
        Line(
            cut(f"{one.name} ({one.address})", TITLE),
            cut(_("máy chủ thư trả lời: %(words)s", words=one.words), SAID) if one.words else "",
            day=_("thư bị trả lại %(day)s; đề nghị gọi điện và sửa địa chỉ", day=plain_day(one.on)),
            tone="son",
            mark="!",
            url=f"{base_url}/nguoi-dung/{one.person_id}",
        )
        for one in red(facts)
    ]
    return section(_("Địa chỉ thư không nhận được"), lines, f"{base_url}/khong-doc", tone="son", mark="!")


def headline(rows: Sequence[BouncedRow]) -> str:
    """`thư gửi Nguyễn Thu Hằng bị trả lại`, `2 địa chỉ thư không nhận được`"""
    if len(rows) == 1:
        return one_line(_("thư gửi %(name)s bị trả lại", name=rows[0].name))
    return counted("%(num)d địa chỉ thư không nhận được", len(rows))
