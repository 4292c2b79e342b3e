"""The ladder of notices: steps before, on and after a due date, and the rhythm for what stays overdue. Pure.

What a committee wrote, or `ladder.toml`, becomes frozen steps; wrong rows are refused in words. Which ladder holds
for a piece of work is decided by the closest scope: its task, a kind of task in its plan, its plan, the kind of
task, the committee.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tracker.deadlines.workdays import WorkCalendar
from tracker.errors import Invalid

CALENDAR, WORKING = COUNTS = ("calendar", "working")
OFFICER, HEAD, COORDINATOR, LEADER = ROLES = ("officer", "head", "coordinator", "leader")
FURTHEST = 366


@dataclass(frozen=True)
class Step:
    """A notice so many days before (negative) or after the due date, to these roles. With `letter` an urging letter
    is due on its day."""

    days: int
    count: str
    to: tuple[str, ...]
    letter: bool = False

    @property
    def code(self) -> str:
        """What notices record: `-7`, `0`, `+1`."""
        return code(self.days)

    @property
    def escalates(self) -> bool:
        return self.days > 0


@dataclass(frozen=True)
class Rhythm:
    """What stays overdue is told again `after` so many working days, then `every` so many."""

    after: tuple[int, ...]
    every: int
    to: tuple[str, ...]

    def latest(self, working_days: int) -> int | None:
        """The last of its days that is reached so many working days after the due date; None before the first."""
        if working_days < self.after[0]:
            return None
        last = self.after[-1]
        if working_days >= last:
            return last + (working_days - last) // self.every * self.every
        return self.after[bisect_right(self.after, working_days) - 1]


@dataclass(frozen=True)
class Ladder:
    """Steps by day; the rhythm, where there is one."""

    steps: tuple[Step, ...]
    rhythm: Rhythm | None = None

    @property
    def look_ahead(self) -> timedelta:
        """How far ahead a due date can lie and owe something today, the longest holidays included."""
        reach = max((-step.days for step in self.steps), default=0)
        return timedelta(days=2 * max(reach, 0) + 30)


def code(days: int) -> str:
    return f"{days:+d}" if days else "0"


# Which ladder holds


def scope_of(*, plan_id: int | None = None, kind: str = "", task_id: int | None = None) -> str:
    """`committee`, `kind:report`, `plan:5`, `plan:5:report`, `task:12`"""
    if task_id is not None:
        return f"task:{task_id}"
    if plan_id is not None:
        return f"plan:{plan_id}:{kind}" if kind else f"plan:{plan_id}"
    return f"kind:{kind}" if kind else "committee"


@dataclass(frozen=True)
class Ladders:
    """A committee's own ladders by scope, over the ordinary one."""

    own: Mapping[str, Ladder]

    def of(self, plan_id: int, kind: str, task_id: int) -> Ladder:
        """The closest one."""
        if not self.own:  # as for most committees; a sweep asks for very much work
            return ORDINARY
        return self.holding(scopes(plan_id=plan_id, kind=kind, task_id=task_id))[0]

    def holding(self, wanted: Iterable[str]) -> tuple[Ladder, str]:
        """The first of these that there is, and its scope; the ordinary one has none."""
        return next(((self.own[scope], scope) for scope in wanted if scope in self.own), (ORDINARY, ""))

    @property
    def look_ahead(self) -> timedelta:
        return max(ladder.look_ahead for ladder in (ORDINARY, *self.own.values()))


def scopes(*, plan_id: int | None = None, kind: str = "", task_id: int | None = None) -> tuple[str, ...]:
    """From the closest to the widest; `kind` is also that of the task."""
    places: list[dict[str, Any]] = [{"task_id": task_id}] if task_id is not None else []
    if plan_id is not None:
        places += [{"plan_id": plan_id, "kind": kind}, {"plan_id": plan_id}]
    places += [{"kind": kind}, {}]
    return tuple(dict.fromkeys(scope_of(**place) for place in places))


# On which day a step falls


def step_day(
    step: Step, due_on: date, urged_from: date, calendar: WorkCalendar, *, soft: bool = False
) -> date | None:
    """The working day on which a step falls; None where the work has no such step: after a soft date, or before
    anybody could know of the work (`urged_from`)."""
    if step.escalates:
        return None if soft else calendar.plus(late_from(due_on, urged_from, calendar), step.days)
    day = _before(step, due_on, calendar)
    if day >= urged_from:
        return day
    # The due day itself is told on the first day on which it can be: otherwise work that is late when it
    # comes would be late in silence.
    return calendar.at_or_after(urged_from) if step.days == 0 else None


def late_from(due_on: date, urged_from: date, calendar: WorkCalendar) -> date:
    """The day 0 of the steps that follow the due date. Work that was late already when it was published escalates from
    that day, not from years ago."""
    return max(calendar.in_time_until(due_on), urged_from)


def turn_reached(
    rhythm: Rhythm, due_on: date, urged_from: date, calendar: WorkCalendar, today: date
) -> int | None:
    """The turn of the rhythm that was reached last, in working days after the due date; None where there is none since
    the work is urged. The count goes on whatever happens to the work: begun anew it would come to turns that were told
    already, and work that was open for long and is opened again would be passed over in silence."""
    late = calendar.in_time_until(due_on)
    if today <= late:
        return None
    turn = rhythm.latest(calendar.working_days(late, today))
    passed = calendar.working_days(late, urged_from) if urged_from > late else 0
    return turn if turn is not None and turn > passed else None


def turn_day(turn: int, due_on: date, calendar: WorkCalendar) -> date:
    """The day of a turn of the rhythm."""
    return calendar.plus(calendar.in_time_until(due_on), turn)


@dataclass(frozen=True)
class Told:
    """A day on which work would be told of: the steps that fall on it, and whether the rhythm does."""

    day: date
    steps: tuple[Step, ...]
    rhythm: bool = False


def course(ladder: Ladder, due_on: date, calendar: WorkCalendar, *, turns: int = 2) -> list[Told]:
    """Each day on which work that is due then would be told of as long as nobody does it; of the rhythm so many
    turns after its first days. As of a work that was known long before."""
    known = date.min + timedelta(days=2 * FURTHEST)
    days: dict[date, list[Step]] = {}
    for step in ladder.steps:
        day = step_day(step, due_on, known, calendar)
        if day is not None:
            days.setdefault(day, []).append(step)
    again = _rhythm_days(ladder.rhythm, due_on, calendar, turns)
    return [Told(day, tuple(days.get(day, ())), day in again) for day in sorted({*days, *again})]


def _rhythm_days(rhythm: Rhythm | None, due_on: date, calendar: WorkCalendar, turns: int) -> set[date]:
    if rhythm is None:
        return set()
    later = (rhythm.after[-1] + n * rhythm.every for n in range(1, turns + 1))
    return {turn_day(days, due_on, calendar) for days in (*rhythm.after, *later)}


def _before(step: Step, due: date, calendar: WorkCalendar) -> date:
    """A reminder that would fall on a day off comes earlier: later would be too late."""
    try:
        if step.count == WORKING:
            return calendar.plus(calendar.at_or_before(due), step.days)
        return calendar.at_or_before(due + timedelta(days=step.days))
    except OverflowError:  # there are no days before the year 1: one bad due day is no reason to stop
        return date.min


# Reading and writing


def ladder_from(value: object) -> Ladder:
    """`{"steps": [...], "rhythm": {...} | None}` as a ladder. Raises `Invalid`."""
    if not isinstance(value, Mapping) or set(value) - {"steps", "rhythm"}:
        raise _wrong(value)
    rows = value.get("steps")
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise _wrong(rows)
    steps = tuple(sorted((_step(row) for row in rows), key=lambda step: step.days))
    if len({step.days for step in steps}) != len(steps):
        raise Invalid("Thang nhắc việc có hai mốc trùng ngày; xin bỏ bớt một mốc.", code="wrong-ladder")
    return Ladder(steps, _rhythm(value.get("rhythm")))


def ladder_to(ladder: Ladder) -> dict[str, Any]:
    """What `ladder_from` reads."""
    rhythm = ladder.rhythm
    return {
        "steps": [
            {"days": step.days, "count": step.count, "to": list(step.to), "letter": step.letter}
            for step in ladder.steps
        ],
        "rhythm": rhythm and {"after": list(rhythm.after), "every": rhythm.every, "to": list(rhythm.to)},
    }


def _step(row: object) -> Step:
    if not isinstance(row, Mapping):
        raise _wrong(row)
    days: Any = row.get("days")
    count, letter = row.get("count", CALENDAR), row.get("letter", False)
    if not _whole(days, -FURTHEST) or count not in COUNTS or not isinstance(letter, bool):
        raise _wrong(row)
    return Step(days, WORKING if days > 0 else count, _roles(row), letter and days > 0)


def _rhythm(row: object) -> Rhythm | None:
    if row is None:
        return None
    if not isinstance(row, Mapping):
        raise _wrong(row)
    after = row.get("after")
    every: Any = row.get("every")
    if not isinstance(after, Sequence) or isinstance(after, str) or not after or not _whole(every, 1):
        raise _wrong(row)
    if not all(_whole(day, 1) for day in after):
        raise _wrong(row)
    return Rhythm(tuple(sorted(set(after))), every, _roles(row))


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= FURTHEST


def _roles(row: Mapping[str, Any]) -> tuple[str, ...]:
    to = row.get("to")
    if not isinstance(to, Sequence) or isinstance(to, str) or not to or any(role not in ROLES for role in to):
        raise _wrong(row)
    return tuple(role for role in ROLES if role in to)


def _wrong(row: object) -> Invalid:
    return Invalid(
        f"Thang nhắc việc có dòng không hiểu được: {row!r}. Mỗi mốc cần số ngày, cách tính ngày và người nhận.",
        code="wrong-ladder",
    )


def _ordinary() -> Ladder:
    table = tomllib.loads(Path(__file__).with_name("ladder.toml").read_text(encoding="utf-8"))
    return ladder_from({"steps": table["step"], "rhythm": table["rhythm"]})


ORDINARY = _ordinary()
