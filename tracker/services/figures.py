"""Figures of what is stored, for every page, letter and closing: read as few columns as counting needs, counted by
`progress`. Whoever calls has asked for the right."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from tracker.deadlines.workdays import NATIONAL
from tracker.extensions import db
from tracker.progress.counts import Tally, joined, most_urgent, plan_tally, unit_tally, worst
from tracker.progress.standing import Standing, Work, standing
from tracker.store.queries import work as find_work
from tracker.store.queries.work import Counted, Wanted


class Line(Protocol):
    """An assignment, read for counting or for showing."""

    @property
    def task_id(self) -> int: ...
    @property
    def timing_id(self) -> int: ...
    @property
    def period(self) -> str: ...
    @property
    def holder_id(self) -> int: ...
    @property
    def completion(self) -> str: ...
    @property
    def bundle(self) -> str: ...
    @property
    def work(self) -> Work: ...


def lines(wanted: Wanted) -> list[Counted]:
    """The assignments that are wanted, as far as they count."""
    return find_work.counted(db.session, wanted)


def of_units(found: Iterable[Line], today: date) -> Tally:
    """Assignments; lines that a unit ticked together, because it inherited them, count once."""
    return unit_tally(((_together(line), line.work) for line in found), today, NATIONAL)


def tallies(today: date) -> Callable[[Sequence[Counted]], Tally]:
    """`tallies(today)(lines)`: as `of_units`; lines that stand alike are counted once, as communes of one plan do."""
    known: dict[tuple[int, ...], Tally] = {}

    def tally(found: Sequence[Counted]) -> Tally:
        if any(line.bundle for line in found):
            return of_units(found, today)
        key = tuple(sorted(id(line.work) for line in found))
        if key not in known:
            known[key] = of_units(found, today)
        return known[key]

    return tally


def of_plan(found: Iterable[Line], today: date) -> Tally:
    """Task × timing × period, each by the rule of its task."""
    return plan_tally(_ruled(found), today, NATIONAL)


def worst_of_plan(found: Iterable[Line], today: date) -> Standing | None:
    """The worst of its tasks × timings × periods."""
    return worst(standing(one, today, NATIONAL) for one in joined(_ruled(found), today, NATIONAL))


def by_urgency(found: Sequence[Counted], today: date) -> list[Counted]:
    """The worst first, of these the first due."""
    return [found[n] for n in most_urgent([line.work for line in found], today, NATIONAL)]


def codes(today: date) -> Callable[[Counted], str]:
    """`codes(today)(line)`: where the line stands; what stands alike is asked once."""
    known: dict[int, str] = {}

    def code(line: Counted) -> str:
        found = known.get(id(line.work))
        if found is None:
            found = known[id(line.work)] = standing(line.work, today, NATIONAL).code
        return found

    return code


def _together(line: Line) -> tuple[object, ...] | None:
    """What makes lines one that a unit ticked together: the same work that it inherited more than once."""
    return (line.task_id, line.timing_id, line.period, line.holder_id, line.bundle) if line.bundle else None


def _ruled(found: Iterable[Line]) -> Iterator[tuple[Hashable, str, Work]]:
    """Task × timing × period, when its units have done it, and where one of them stands."""
    return (((line.task_id, line.timing_id, line.period), line.completion, line.work) for line in found)
