"""The table of mentions and the ready-made rosters that they are matched against."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tracker.units import roster
from tracker.units.matching import Home, Matcher, Named
from tracker.units.meaning import Meaning
from tracker.units.ready_made import filled

ROSTERS = Path(__file__).parents[2] / "plan_templates" / "rosters"
TABLE = Path(__file__).with_name("mentions.tsv")
FILES = {"district": "quan-huyen-truoc-2025", "commune": "xa", "province": "tinh"}


@dataclass(frozen=True)
class Mention:
    """One line of the table; `answer` is a code, a group, "-" for nobody surely, or "?CODE" for a doubt."""

    roster: str
    place: str
    date: str
    mention: str
    answer: str
    source: str


def mentions() -> list[Mention]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Mention(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


@dataclass(frozen=True)
class Roster:
    matcher: Matcher
    ids: dict[str, int]
    groups: dict[str, int]

    def words(self, value: str) -> str:
        """A value in the words of the table: codes and names in place of numbers."""
        meaning = Meaning.parse(value)
        codes = {number: code for code, number in self.ids.items()}
        if meaning.kind == "unit":
            return codes[meaning.id]
        if meaning.kind == "group":
            name = {number: name for name, number in self.groups.items()}[meaning.id]
            without = ",".join(codes[one] for one in meaning.without)
            return f"group:{name}" + (f"-{without}" if without else "")
        return value


@cache
def ready_made(kind: str, place: str) -> Roster:
    """The roster of one place, matched as the committee would."""
    own, _, above = place.partition(", tỉnh ")
    units = _lines(f"{FILES[kind]}-don-vi.csv", place, roster.read_units)
    groups = _lines(f"{FILES[kind]}-nhom.csv", place, roster.read_groups)
    ids = {line.code: number for number, line in enumerate(units, 1)}
    group_ids = {line.name: number for number, line in enumerate(groups, 1)}
    named = []
    for line in units:
        old = tuple(one.text for one in line.spellings if one.kind == "old")
        now = tuple(one.text for one in line.spellings if one.kind != "old")
        named.append(
            Named(
                f"unit:{ids[line.code]}",
                (line.name, line.short_name, *now),
                level=line.level,
                place=line.place,
                above=(own, above),
                older=old,
            )
        )
    for group in groups:
        also = tuple(one.text for one in group.spellings)
        chosen = [
            line for line in units if line.code in group.units or (group.kind and line.kind == group.kind)
        ]
        members = frozenset(ids[line.code] for line in chosen)
        named.append(Named(f"group:{group_ids[group.name]}", (group.name, *also), members=members))
    home = Home.of(next(line.name for line in units if line.code == "UB"))
    return Roster(Matcher(named, home), ids, group_ids)


def _lines(name, place, read):
    text = filled((ROSTERS / name).read_text(encoding="utf-8"), place)
    rows = [(number, row) for number, row in enumerate(csv.reader(text.splitlines()), 1)]
    complaints = roster.Complaints()
    lines = read(rows, complaints)
    complaints.settle()
    return lines
