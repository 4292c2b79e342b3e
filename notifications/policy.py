"""Which steps are owed to whom on a day: assignments' facts, ladders and calendar in, owed steps out.

Pure. A step is owed when its day is reached (`<=`) and it is not recorded; it never sends, stores or asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tracker.deadlines.ladder import (
    COORDINATOR,
    HEAD,
    LEADER,
    OFFICER,
    Ladder,
    Ladders,
    Rhythm,
    Step,
    code,
    step_day,
    turn_reached,
)
from tracker.deadlines.told_once import (
    EVENT,
    EXPLAIN,
    EXTENSION,
    INHERITED,
    MOVED,
    ONGOING,
    PUBLISHED,
    RETURNED,
    Call,
    word_of,
)
from tracker.deadlines.workdays import WorkCalendar
from tracker.life import OPEN

Key = tuple[int, int, str, date]
"""What is recorded once: assignment, person, step, due date."""


@dataclass(frozen=True)
class Duty:
    """What of an assignment decides about notices. `urged_from` is the day from which steps may be owed:
    publishing, reopening, or the day on which the present due date was given. While it is `undecided` (another day is
    asked for, or another unit) nothing goes up; reminders go on. `coordinator_id` is the unit that follows its plan
    up."""

    assignment_id: int
    unit_id: int
    due_on: date | None
    state: str
    urged_from: date
    soft: bool = False
    courtesy: bool = False
    undecided: bool = False
    plan_id: int = 0
    task_id: int = 0
    kind: str = ""
    coordinator_id: int = 0


@dataclass(frozen=True)
class Team:
    """Who of a unit gets notices; `coordinators` follow its plans up."""

    officers: tuple[int, ...] = ()
    heads: tuple[int, ...] = ()
    coordinators: tuple[int, ...] = ()

    def members(self, roles: Iterable[str]) -> tuple[int, ...]:
        """People with these roles of the unit's own, each once. Where it has no officer, its head stands in."""
        by_role = {OFFICER: self.officers or self.heads, HEAD: self.heads}
        return tuple(dict.fromkeys(person for role in roles for person in by_role.get(role, ())))

    @property
    def nobody(self) -> bool:
        return not self.officers and not self.heads


NOBODY = Team()


@dataclass(frozen=True)
class Owed:
    """One step that one person is to be told, once for each due date."""

    assignment_id: int
    person_id: int
    step: str
    due_on: date

    @property
    def key(self) -> Key:
        return (self.assignment_id, self.person_id, self.step, self.due_on)

    @property
    def what(self) -> str:
        """`extension` of `extension-12`; empty for a step of a ladder, which is a number of days."""
        return word_of(self.step)


def owed(
    duties: Iterable[Duty],
    teams: Mapping[int, Team],
    ladders: Ladders,
    calendar: WorkCalendar,
    today: date,
    recorded: Collection[Key],
    leaders: tuple[int, ...] = (),
    told_by: date | None = None,
) -> list[Owed]:
    """Every step whose day is reached and that is not recorded yet. Nothing on a day off. What was reached `told_by` a
    day is left out: whoever asks so knows that these people were told of it."""
    if not calendar.works(today):
        return []
    found: dict[Key, Owed] = {}
    rungs = _Rungs(ladders, calendar, today, told_by)
    people = _People(teams, leaders)
    for duty in duties:
        if not _is_urged(duty, today):
            continue
        assert duty.due_on is not None
        for rung in rungs.of(duty):
            for person in people.told(duty, rung.to, rises=rung.rises):
                key = (duty.assignment_id, person, rung.code, duty.due_on)
                if key not in recorded and key not in found:  # the rhythm may meet a step
                    found[key] = Owed(*key)
    return list(found.values())


def _is_urged(duty: Duty, today: date) -> bool:
    return duty.due_on is not None and duty.state == OPEN and duty.urged_from <= today


class Rung(NamedTuple):
    """What is reached of a ladder: to whom, whether it rises above those who are reminded, and whether an urging letter
    is due on it."""

    code: str
    to: tuple[str, ...]
    rises: bool
    letter: bool = False


class _Rungs:
    """What of the ladders is reached on a day: the same for all work that is alike, worked out once."""

    def __init__(
        self, ladders: Ladders, calendar: WorkCalendar, today: date, told_by: date | None = None
    ) -> None:
        self.ladders = ladders
        self.calendar = calendar
        self.today = today
        self.told_by = told_by
        self._known: dict[tuple[object, ...], tuple[Rung, ...]] = {}

    def of(self, duty: Duty) -> tuple[Rung, ...]:
        ladder = self.ladders.of(duty.plan_id, duty.kind, duty.task_id)
        like = (id(ladder), duty.due_on, duty.urged_from, duty.soft, duty.undecided)
        if like not in self._known:
            self._known[like] = self._new(duty, ladder)
        return self._known[like]

    def _new(self, duty: Duty, ladder: Ladder) -> tuple[Rung, ...]:
        reached = tuple(self._reached(duty, ladder, self.today))
        if self.told_by is None or not _is_urged(duty, self.told_by):
            return reached
        before = {rung.code for rung in self._reached(duty, ladder, self.told_by)}
        return tuple(rung for rung in reached if rung.code not in before)

    def _reached(self, duty: Duty, ladder: Ladder, day: date) -> Iterator[Rung]:
        for step in ladder.steps:
            if _reached(step, duty, self.calendar, day):
                yield Rung(step.code, step.to, step.escalates, step.letter)
        turn = _turn(ladder.rhythm, duty, self.calendar, day)
        if ladder.rhythm is not None and turn is not None:
            roles = tuple(role for role in ladder.rhythm.to if role == OFFICER or not duty.undecided)
            yield Rung(code(turn), roles, rises=True)


class _People:
    """Who is told of which rung: the same for all work of a unit under one coordinator."""

    def __init__(self, teams: Mapping[int, Team], leaders: tuple[int, ...]) -> None:
        self.teams = teams
        self.leaders = leaders
        self._known: dict[tuple[object, ...], tuple[int, ...]] = {}

    def told(self, duty: Duty, roles: tuple[str, ...], *, rises: bool) -> tuple[int, ...]:
        like = (duty.unit_id, duty.coordinator_id, duty.courtesy, roles, rises)
        if like not in self._known:
            self._known[like] = _told(duty, roles, self.teams, self.leaders, rises=rises)
        return self._known[like]


def _reached(step: Step, duty: Duty, calendar: WorkCalendar, today: date) -> bool:
    assert duty.due_on is not None
    if step.escalates and duty.undecided:
        return False
    day = step_day(step, duty.due_on, duty.urged_from, calendar, soft=duty.soft)
    return day is not None and day <= today


def _turn(rhythm: Rhythm | None, duty: Duty, calendar: WorkCalendar, today: date) -> int | None:
    """The turn of the rhythm that was reached last: of those that nobody told, only that one is owed."""
    assert duty.due_on is not None
    if rhythm is None or duty.soft:
        return None
    return turn_reached(rhythm, duty.due_on, duty.urged_from, calendar, today)


def _told(
    duty: Duty, roles: Iterable[str], teams: Mapping[int, Team], leaders: tuple[int, ...], *, rises: bool
) -> tuple[int, ...]:
    """People in these roles, each once. Courtesy units are asked, not ordered: nothing goes to head or leader, and no
    head stands in for an officer once it is late. A unit in which there is nobody is the coordinators' concern."""
    team = teams.get(duty.unit_id, NOBODY)
    following = teams.get(duty.coordinator_id, NOBODY).coordinators
    by_role = {
        OFFICER: team.officers if duty.courtesy and rises else team.officers or team.heads,
        HEAD: () if duty.courtesy else team.heads,
        COORDINATOR: following,
        LEADER: () if duty.courtesy else leaders,
    }
    if team.nobody:
        by_role |= {OFFICER: following, HEAD: following}
    return tuple(dict.fromkeys(person for role in roles for person in by_role[role]))


# Urging letters


@dataclass(frozen=True)
class Urging:
    """An urging letter that is due: once for each due date and step that asks for one, whoever is told of it."""

    assignment_id: int
    plan_id: int
    unit_id: int
    due_on: date
    step: str

    @property
    def key(self) -> tuple[int, date]:
        return (self.assignment_id, self.due_on)

    @property
    def noted_as(self) -> tuple[int, date, str]:
        return (*self.key, self.step)


def urgings(
    duties: Iterable[Duty],
    ladders: Ladders,
    calendar: WorkCalendar,
    today: date,
    recorded: Collection[tuple[int, date, str]],
) -> list[Urging]:
    """Which letters are due and not recorded, of several steps the last that was reached: not to courtesy units, nor
    while another day is asked for."""
    if not calendar.works(today):
        return []
    rungs = _Rungs(ladders, calendar, today)
    found: dict[tuple[int, date], Urging] = {}
    for duty in duties:
        if duty.courtesy or not _is_urged(duty, today):
            continue
        for rung in rungs.of(duty):
            if rung.letter and duty.due_on:
                one = Urging(duty.assignment_id, duty.plan_id, duty.unit_id, duty.due_on, rung.code)
                found[one.key] = one
    return [one for one in found.values() if one.noted_as not in recorded]


# What is told once


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
    recorded: Collection[Key],
) -> list[Owed]:
    """What a unit is told that it inherited: once a person, its head included. Nothing on a day off."""
    if not calendar.works(today):
        return []
    owed = (
        Owed(one.assignment_id, person, INHERITED, one.on)
        for one in legacies
        for person in teams.get(one.unit_id, NOBODY).members((OFFICER, HEAD))
    )
    return [one for one in owed if one.key not in recorded]


def called(
    calls: Iterable[Call],
    teams: Mapping[int, Team],
    calendar: WorkCalendar,
    today: date,
    recorded: Collection[Key],
) -> list[Owed]:
    """Who is told of which request: each person once, whatever they are told for. Nothing on a day off."""
    if not calendar.works(today):
        return []
    owed = []
    for one in calls:
        team = teams.get(one.unit_id, NOBODY) if one.unit_id is not None else NOBODY
        asker = () if one.person_id is None else (one.person_id,)
        above = team.coordinators if COORDINATOR in one.roles else ()
        people = dict.fromkeys((*team.members(one.roles), *above, *asker))
        owed += [Owed(one.assignment_id, person, one.step, one.on) for person in people]
    return [one for one in owed if one.key not in recorded]


# At once, or with the next digest


AT_ONCE = (PUBLISHED, RETURNED, EXTENSION, EVENT, EXPLAIN)
SHOWING_THE_DAY = (PUBLISHED, RETURNED, EVENT)
ANSWERING = (EXTENSION, *SHOWING_THE_DAY)


def parted(owed: Iterable[Owed], today: date, *, late_only: bool = False) -> tuple[list[Owed], list[Owed]]:
    """(what one person is told at once, what with the next digest).

    What a letter at once says anyway is recorded with it and left out of the digest: that the day has moved, and the
    reminders of work whose day it shows. With `late_only` (reminders turned off) the digest tells of nothing that is
    not late; what was asked, decided, changed or handed over is no reminder.
    """
    owed = list(owed)
    told = {(one.assignment_id, one.what) for one in owed}
    now, digest = [], []
    for one in owed:
        if one.what in AT_ONCE or _said_with(one, told):
            now.append(one)
        elif not (late_only and _is_reminder(one, today)):
            digest.append(one)
    return now, digest


def _said_with(one: Owed, told: Collection[tuple[int, str]]) -> bool:
    if one.what == MOVED:
        return any((one.assignment_id, what) in told for what in ANSWERING)
    if one.what or one.step.startswith("+"):
        return False
    return any((one.assignment_id, what) in told for what in SHOWING_THE_DAY)


def _is_reminder(one: Owed, today: date) -> bool:
    if not one.what:
        return not one.step.startswith("+") and one.due_on >= today
    return one.what == ONGOING
