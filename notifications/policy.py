"""Which steps are owed to whom on a day: assignments' facts, ladder and calendar in, owed steps out.

Pure. A step is owed when its day is reached (`<=`) and it is not recorded; it never sends, stores or asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tracker.deadlines.ladder import Ladders, step_day
from tracker.deadlines.workdays import WorkCalendar
from tracker.life import OPEN


@dataclass(frozen=True)
class Duty:
    """What of an assignment decides about notices. `urged_from` is the day from which steps may be owed:
    publishing, reopening, or the day on which the present due date was given. While it is `undecided` (another day is
    asked for, or another unit) nothing goes up; reminders go on."""

    assignment_id: int
    unit_id: int
    due_on: date | None
    state: str
    urged_from: date
    soft: bool = False
    courtesy: bool = False
    published: bool = True
    undecided: bool = False
    plan_id: int = 0
    task_id: int = 0
    kind: str = ""
    coordinator_id: int = 0


@dataclass(frozen=True)
class Team:
    """Who of a unit gets notices."""

    officers: tuple[int, ...] = ()
    heads: tuple[int, ...] = ()

    def members(self, roles: Iterable[str]) -> tuple[int, ...]:
        """People with these roles, each once. Where a unit has no officer, its head stands in."""
        by_role = {"officer": self.officers or self.heads, "head": self.heads}
        return tuple(dict.fromkeys(person for role in roles for person in by_role.get(role, ())))


@dataclass(frozen=True)
class Owed:
    """One step that one person is to be told, once for each due date."""

    assignment_id: int
    person_id: int
    step: str
    due_on: date

    @property
    def key(self) -> tuple[int, int, str, date]:
        return (self.assignment_id, self.person_id, self.step, self.due_on)


def owed(
    duties: Iterable[Duty],
    teams: Mapping[int, Team],
    ladders: Ladders,
    calendar: WorkCalendar,
    today: date,
    recorded: Collection[tuple[int, int, str, date]],
) -> list[Owed]:
    """Every step whose day is reached and that is not recorded yet. Nothing on a day off."""
    if not calendar.works(today):
        return []
    steps = (one for duty in duties for one in _steps(duty, teams, ladders, calendar, today))
    return [one for one in steps if one.key not in recorded]


INHERITED = "inherited"


@dataclass(frozen=True)
class Legacy:
    """An assignment that a reorganisation gave to a unit, on a day. Undated work is told, too."""

    assignment_id: int
    unit_id: int
    on: date


def inherited(
    legacies: Iterable[Legacy],
    teams: Mapping[int, Team],
    calendar: WorkCalendar,
    today: date,
    recorded: Collection[tuple[int, int, str, date]],
) -> list[Owed]:
    """What a unit is told that it inherited: once a person, its head included. Nothing on a day off."""
    if not calendar.works(today):
        return []
    owed = (
        Owed(one.assignment_id, person, INHERITED, one.on)
        for one in legacies
        for person in teams.get(one.unit_id, Team()).members(("officer", "head"))
    )
    return [one for one in owed if one.key not in recorded]


@dataclass(frozen=True)
class Call:
    """A request that people are told of once: these roles of a unit, and a person. `step` names the request."""

    assignment_id: int
    step: str
    on: date
    unit_id: int | None
    roles: tuple[str, ...]
    person_id: int | None = None


def called(
    calls: Iterable[Call],
    teams: Mapping[int, Team],
    calendar: WorkCalendar,
    today: date,
    recorded: Collection[tuple[int, int, str, date]],
) -> list[Owed]:
    """Who is told of which request: each person once, whatever they are told for. Nothing on a day off."""
    if not calendar.works(today):
        return []
    owed = []
    for one in calls:
        team = teams.get(one.unit_id, Team()) if one.unit_id is not None else Team()
        asker = () if one.person_id is None else (one.person_id,)
        people = dict.fromkeys((*team.members(one.roles), *asker))
        owed += [Owed(one.assignment_id, person, one.step, one.on) for person in people]
    return [one for one in owed if one.key not in recorded]


def _steps(
    duty: Duty, teams: Mapping[int, Team], ladders: Ladders, calendar: WorkCalendar, today: date
) -> Iterator[Owed]:
    if duty.due_on is None or duty.state != OPEN or not duty.published or duty.urged_from > today:
        return
    team = teams.get(duty.unit_id, Team())
    for step in ladders.of(duty.plan_id, duty.kind, duty.task_id).steps:
        day = step_day(step, duty.due_on, duty.urged_from, calendar, soft=duty.soft)
        if day is None or day > today or (step.escalates and duty.undecided):
            continue
        # Courtesy units are asked, not ordered: their officers are reminded, nothing goes up to the head.
        told = team.officers if duty.courtesy and step.escalates else team.members(step.to)
        for person in told:
            yield Owed(duty.assignment_id, person, step.code, duty.due_on)
