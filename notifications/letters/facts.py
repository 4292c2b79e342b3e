"""What a letter is made of beside its reader's own open work: the steps that it tells and all that is known of them.

Plain data, gathered for many letters at once by `gathering` and put into words by the modules beside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from notifications.letters.week import Week
from tracker.access import UNIT_ROLES
from tracker.deadlines.ladder import ORDINARY, WORKING, Ladder, Ladders, Step, step_day, turn_day
from tracker.deadlines.told_once import word_of
from tracker.deadlines.workdays import WorkCalendar
from tracker.life import LIVE
from tracker.store.queries.bounces import BouncedRow
from tracker.store.queries.feeds import FeedEvent
from tracker.store.queries.letter_rows import LetterRow, Reader

LAST_NUMBER = 2**31 - 1  # PostgreSQL refuses to look for a higher one


class Told(NamedTuple):
    """A step that a letter tells."""

    assignment_id: int
    step: str
    due_on: date

    @property
    def kind(self) -> str:
        """`returned` of `returned-12`; a step of the ladder has none."""
        return word_of(self.step)

    @property
    def number(self) -> int:
        """12 of `returned-12`; 0 where there is none that a row can have."""
        number = self.step.partition("-")[2]
        return int(number) if number.isdecimal() and int(number) <= LAST_NUMBER else 0

    @property
    def days(self) -> int:
        """Of a step of the ladder: so many days after the due day."""
        return int(self.step)


NOBODY = Reader(0)


@dataclass(frozen=True)
class Facts:
    """`link` signs the address of a piece of work that the reader may tick; `told` are the due days of which each
    reader was told before, `waits` what was waited for, `bounces` letters that came back."""

    reader: Reader = NOBODY
    steps: tuple[Told, ...] = ()
    works: Mapping[int, LetterRow] = field(default_factory=dict)
    ladders: Mapping[int, Ladders] = field(default_factory=dict)
    told: Mapping[tuple[int, int], list[date]] = field(default_factory=dict)
    waits: Mapping[int, str] = field(default_factory=dict)
    unattended: frozenset[int] = frozenset()
    bounces: Mapping[int, BouncedRow] = field(default_factory=dict)
    week: Week | None = None
    committees: Mapping[int, str] = field(default_factory=dict)
    link: Callable[[LetterRow], str] | None = None
    unsubscribe: str = ""
    events: Mapping[int, FeedEvent] = field(default_factory=dict)

    def of(self, kind: str) -> list[tuple[Told, LetterRow]]:
        """The steps of that kind with their work, each once; those of the ladder have none."""
        return self._by_kind.get(kind, [])

    @cached_property
    def _by_kind(self) -> dict[str, list[tuple[Told, LetterRow]]]:
        found: dict[str, list[tuple[Told, LetterRow]]] = {}
        for told in dict.fromkeys(self.steps):
            if told.assignment_id in self.works:
                found.setdefault(told.kind, []).append((told, self.works[told.assignment_id]))
        return found

    def ladder(self, row: LetterRow) -> Ladder:
        found = self.ladders.get(row.committee_id)
        return found.of(row.plan_id, row.kind, row.task_id) if found else ORDINARY

    def step(self, told: Told, row: LetterRow) -> Step:
        """The step of the ladder; what it has not is a day of its rhythm, or was taken out since."""
        known = next((one for one in self.ladder(row).steps if one.days == told.days), None)
        return known or Step(told.days, WORKING, ())

    def told_as(
        self, told: Told, row: LetterRow, calendar: WorkCalendar, today: date
    ) -> tuple[Step, date | None]:
        """What was told and on which day it fell: the step, or where the ladder has none that is reached, a turn of its
        rhythm, which goes to nobody above and is counted from the due day whatever happened to the work since."""
        step = self.step(told, row)
        day = step_day(step, told.due_on, row.urged_from, calendar, soft=row.soft)
        if step.escalates and day is not None and (not step.to or day > today):
            return Step(told.days, WORKING, ()), turn_day(told.days, told.due_on, calendar)
        return step, day

    def is_elsewhere(self, holder_id: int) -> bool:
        """Whether the reader is known, and known not to do the work of that unit."""
        return bool(self.reader.roles) and not self.own(holder_id)

    def own(self, holder_id: int) -> bool:
        """Whether the reader does the work of that unit."""
        return holder_id in self.reader.units(*UNIT_ROLES)

    def oversees(self, row: LetterRow) -> bool:
        """Whether the reader follows the plan of that work up, or leads its committee."""
        leads = any(
            one.role == "leader" and one.committee_id == row.committee_id for one in self.reader.roles
        )
        return leads or row.coordinator_id in self.reader.units("coordinator")

    def url(self, assignment_id: int, base_url: str) -> str:
        """Where a line leads: to a page that takes one tick where the reader may tick, else to the work."""
        row = self.works.get(assignment_id)
        if self.link is None or row is None or row.state not in LIVE or not self.own(row.holder_id):
            return f"{base_url}/viec/{assignment_id}"
        return base_url + self.link(row)

    def courtesy(self) -> bool:
        """Whether all that the letter tells is asked of units outside the committee's orders: they are asked for
        it, nothing is demanded of them."""
        rows = [self.works[told.assignment_id] for told in self.steps if told.assignment_id in self.works]
        return bool(rows) and all(row.courtesy for row in rows)
