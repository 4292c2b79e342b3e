"""The cells of a table of work: one cell in, its units or its timings out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tracker.drafts.model import Doubt, Source, TimingDraft
from tracker.parsing.labels import fields_in
from tracker.parsing.pieces import cut, trim
from tracker.parsing.prose import Clock, Timed, placed, timed
from tracker.parsing.rules.columns import OWN_BOUND
from tracker.parsing.tables import lines
from tracker.parsing.timings import parse_timing
from tracker.parsing.who import advisers, named_units, together, units


@dataclass(frozen=True)
class CellUnits:
    """The units of a cell; a cell for leads may name partners behind a label of their own."""

    leads: tuple[Source, ...] = ()
    partners: tuple[Source, ...] = ()
    accountable: str | None = None


def cell_units(value: Source) -> CellUnits:
    """Each unit of a cell by itself, without what it does."""
    leads: list[Source] = []
    partners: list[Source] = []
    accountable = None
    for line in lines(value):
        given = fields_in(line)
        for name, part in given or [("leads", line)]:
            shared = together(part)
            if shared and name == "leads":
                leads.extend(shared[0])
                partners.extend(shared[1])
                continue
            doers = advisers(part)
            accountable = accountable or (doers.accountable if doers else None)
            found = doers.leads if doers else named_units(part) or units(part)
            (partners if name == "partners" else leads).extend(found)
    return CellUnits(tuple(leads), tuple(partners), accountable)


def cell_time(value: Source, clock: Clock, *, strict: bool) -> tuple[Timed, list[Doubt]]:
    """The timings of a cell; `strict` where the head of the column says `trước`."""
    found: Timed = []
    doubts: list[Doubt] = []
    for line in lines(value):
        part = trim(line)
        if strict and not OWN_BOUND.begins(part.text):
            got, unsure = _before(part, clock)
        else:
            got, unsure = timed(part, clock)
        found += got
        doubts += unsure
    # Of several lines only those that say nothing of time are doubted when nothing at all was read.
    return found, [one for one in doubts if one.code != "unread-time" or not found]


def _before(value: Source, clock: Clock) -> tuple[Timed, list[Doubt]]:
    timings, doubts = parse_timing(f"trước {value.text}", clock.plan_start, clock.issued)
    if len(timings) == 1:
        return [(value, replace(timings[0], text=value.text))], doubts
    return placed(value, timings), doubts


def edge_time(edges: Mapping[str, Source], clock: Clock, strict: frozenset[str]) -> tuple[Timed, list[Doubt]]:
    """One timing of a start and a finish column; a finish alone gives only a due date."""
    finish = edges.get("finish")
    start = edges.get("start")
    ends, doubts = cell_time(finish, clock, strict="finish" in strict) if finish else ([], [])
    begins, unsure = timed(trim(start), clock) if start else ([], [])
    last = next((one for _, one in ends if one.due), None)
    first = next((one.start or one.due for _, one in begins), None)
    if finish is None or last is None:
        return (_only_start(start, first), unsure) if start and first else (ends, [*doubts, *unsure])
    text = trim(finish)
    timing = replace(last, text=text.text, start=first, ongoing=False)
    return [(text, timing)], [*doubts, *unsure]


def _only_start(start: Source, first: date) -> Timed:
    text = trim(cut(start, 0, len(start.text)))
    return [(text, TimingDraft(text.text, start=first, ongoing=True, bound="from"))]
