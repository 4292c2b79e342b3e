"""How things stand in a few lines for a group chat: counts and short names of units, nobody's data, never too long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.progress.counts import Tally
from tracker.sheets.words import day_words

LIMIT = 1000  # characters: what every chat shows whole
TITLE, NAME, ADDRESS = 200, 50, 200
ASKING = "Đề nghị các đơn vị kiểm tra, cập nhật kết quả hoặc báo vướng mắc."


@dataclass(frozen=True)
class UnitCount:
    """A unit by its short name, with how much of its work is overdue and how much is due today."""

    name: str
    overdue: int
    today: int


def chat_text(title: str, day: date, tally: Tally, units: Iterable[UnitCount], address: str = "") -> str:
    """At most `LIMIT` characters, whatever the names are. Units with most to do come first; those for which there is
    no room are counted."""
    units = list(units)
    head = [_cut(title, TITLE), f"Đến {day_words(day)}: {_counts(tally)}."]
    foot = [ASKING] + ([address] if 0 < len(address) <= ADDRESS and [address] == address.split() else [])
    lists = [
        ("Quá hạn", [(one.name, one.overdue) for one in units if one.overdue]),
        ("Hạn hôm nay", [(one.name, one.today) for one in units if one.today]),
    ]
    lines: list[str] = []
    for number, (label, found) in enumerate(lists):
        room = LIMIT - len("\n".join([*head, *lines, *foot])) - 1
        told = _listed(label, found, room if number else room * 2 // 3)
        lines += [told] if told else []
    return "\n".join([*head, *lines, *foot])


def _counts(tally: Tally) -> str:
    parts = [f"đã xong {tally.done}/{tally.total} việc"]
    told = (
        (tally.overdue, "quá hạn"),
        (tally.today, "hạn hôm nay"),
        (tally.soon, "sắp đến hạn"),
        (tally.submitted, "chờ duyệt"),
    )
    return ", ".join(parts + [f"{count} {words}" for count, words in told if count])


def _listed(label: str, found: Sequence[tuple[str, int]], room: int) -> str:
    """`Quá hạn: Tân Lập (2), Bình Minh (1) và 3 đơn vị nữa.`, as many names as there is room for."""
    found = sorted(found, key=lambda one: -one[1])
    names = [f"{_cut(name, NAME)} ({count})" for name, count in found]
    for shown in range(min(len(names), LIMIT // 5), -1, -1):  # the shortest takes five characters
        line = _line(label, names[:shown], len(names) - shown)
        if len(line) <= room:
            return line
    return ""


def _line(label: str, names: Sequence[str], more: int) -> str:
    if not names:
        return f"{label}: {more} đơn vị." if more else ""
    rest = f" và {more} đơn vị nữa" if more else ""
    return f"{label}: {', '.join(names)}{rest}."


def _cut(text: str, most: int) -> str:
    """On one line and not longer."""
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
