"""The lines and sections of a letter: one piece of work, one request or one unit, whatever section it stands in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from notifications.phrases import _
from tracker.sheets.words import plain_day
from tracker.vietnamese.forms import sentence

WIDTH = 72
TITLE = 240  # what a plan calls one piece of work can be a whole page
NOTE = 300
SHOWN = 30  # lines of one section
MOST, BESIDE_SUMMARY = 75, 25  # lines of one letter: mail programs cut off what is longer than about 100 kB
LEAST = 3  # of a section, however many there were before it


@dataclass(frozen=True)
class Line:
    """One piece of work; `tone` is the colour of its state. `lead` stands in front of the note: whose work it is."""

    title: str
    note: str = ""
    day: str = ""
    standing: str = ""
    tone: str = "dim"
    mark: str = "○"
    url: str = ""
    lead: str = ""

    @property
    def beside(self) -> str:
        """What plain text says in one: lead, note, and where it stands if no day is said."""
        standing = "" if self.day else self.standing
        return " · ".join(part for part in (self.lead, self.note, standing) if part)

    @property
    def day_upper(self) -> str:
        return sentence(self.day)

    @property
    def told(self) -> str:
        """The day as plain text says it."""
        if self.standing and self.day:
            return _("Hạn: %(day)s, %(standing)s", day=self.day, standing=self.standing)
        return sentence(self.day)


@dataclass(frozen=True)
class Section:
    """Lines under their name. `rest` says how many more there are, `rest_url` where they all stand; `first` is the
    number of the first line in the letter."""

    name: str
    lines: tuple[Line, ...]
    tone: str = "ink"
    mark: str = ""
    count: int = 0
    rest: str = ""
    rest_url: str = ""
    first: int = 1


def section(
    name: str,
    lines: Iterable[Line],
    rest_url: str,
    *,
    tone: str = "ink",
    mark: str = "",
    count: int | None = None,
) -> tuple[Section, ...]:
    """The section, where there is anything in it; of very many lines the first ones and how many more there are. Where
    `count` says how many there are, no others are made."""
    if count is None:
        lines = list(lines)
        count = len(lines)
    if not count:
        return ()
    return (Section(name, tuple(islice(lines, SHOWN)), tone, mark, count, _rest(count - SHOWN), rest_url),)


def _rest(more: int) -> str:
    return _("Còn %(n)d việc nữa, xin xem ở danh sách việc.", n=more) if more > 0 else ""


def fitted(sections: Iterable[Section], most: int) -> list[Section]:
    """No more lines than a letter can have; those of later sections, which press less, are counted."""
    found = []
    for one in sections:
        room = max(most, LEAST)
        if len(one.lines) > room:
            count = one.count or len(one.lines)
            one = replace(one, lines=one.lines[:room], count=count, rest=_rest(count - room))
        most -= len(one.lines)
        found.append(one)
    return found


def one_line(text: str) -> str:
    return " ".join(text.split())


def cut(text: str, most: int) -> str:
    """In one line, and cut on a word where it is too long."""
    words = one_line(text)
    if len(words) <= most:
        return words
    return words[: most + 1].rsplit(" ", 1)[0][:most].rstrip(" ,;:.") + "…"


def parts(*found: str) -> str:
    """What there is of these, apart by a dot."""
    return cut(" · ".join(part for part in found if part), NOTE)


def joined(names: Iterable[str]) -> str:
    """`A`, `A và B`, `A, B và C`"""
    *first, last = dict.fromkeys(one_line(name) for name in names if name) or [""]
    return _("%(first)s và %(last)s", first=", ".join(first), last=last) if first else last


def whose(units: Iterable[str]) -> str:
    """The unit, or how many."""
    found = list(dict.fromkeys(units))
    return found[0] if len(found) == 1 else _("%(n)d đơn vị", n=len(found))


def by_when(said: str, days: Iterable[date | None]) -> str:
    """`5 việc mới, hạn đầu tiên 29/5/2026`: how many, and by when the first of them; work without a day has none."""
    known = sorted({day for day in days if day is not None})
    if not known:
        return said
    words = _("%(said)s, hạn %(day)s") if len(known) == 1 else _("%(said)s, hạn đầu tiên %(day)s")
    return words % {"said": said, "day": plain_day(known[0])}


def fill(text: str, first: str = "", rest: str = "") -> str:
    """Wrapped for plain text; a long address or a document's number stays in one piece. Words alone are looked at,
    which is several times as fast as the standard library's way."""
    lines = []
    line, room = first, WIDTH - len(first)
    empty = True
    for word in text.split():
        if empty:
            line += word
            room -= len(word)
            empty = False
        elif len(word) < room:
            line += " " + word
            room -= len(word) + 1
        else:
            lines.append(line)
            line, room = rest + word, WIDTH - len(rest) - len(word)
    return "\n".join((*lines, line)) if not empty else ""
