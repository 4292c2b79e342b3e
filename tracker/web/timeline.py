"""The timeline of a plan page: sections with their assignments go in, places on a drawing come out.

Pure geometry. Work that comes once is a bar up to its due day, work that comes back is a row of beads; the
template only prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.deadlines.periods import add_months, period_end, period_start
from tracker.progress.counts import WORST_FIRST, by_code
from tracker.sheets.words import plain_day
from tracker.store.queries.rows import Section, TaskRow, WorkRow

WIDTH, LEFT, RIGHT = 1180, 236, 1168
TOP, LANE = 54, 26
LETTER = 7.3  # mean width of a letter of a bead's label, in units of the drawing
WRAP = 28  # letters in a line of a section's name
ROMAN = ("I", "II", "III", "IV")
LONG = 8  # more quarters than this are shown as years


@dataclass(frozen=True)
class Moment:
    """One due day: task × timing × period, with the worst standing of its units."""

    task: TaskRow
    label: str
    start: date | None
    due: date
    code: str


@dataclass(frozen=True)
class Bead:
    x: float
    code: str


@dataclass(frozen=True)
class Line:
    """One timing of one task: `bar` runs from start to due where there is one occurrence, else `thread`."""

    beads: tuple[Bead, ...]
    bar: tuple[float, float] | None
    thread: tuple[float, float] | None
    label: str
    label_x: float
    anchor: str
    code: str
    y: float = 0


@dataclass(frozen=True)
class Band:
    """A section: its name in lines and its work, packed into lanes."""

    names: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    bottom: float


@dataclass(frozen=True)
class Column:
    """A quarter, or a year where the plan is long."""

    x: float
    width: float
    name: str
    now: bool


@dataclass(frozen=True)
class Quarter:
    """What a phone shows of three months."""

    name: str
    now: bool
    total: int
    done: int
    overdue: int
    soon: int
    submitted: int


@dataclass(frozen=True)
class Timeline:
    height: float
    columns: tuple[Column, ...]
    months: tuple[tuple[float, str], ...]
    bands: tuple[Band, ...]
    today_x: float | None
    quarters: tuple[Quarter, ...]
    telling: tuple[Moment, ...]


@dataclass(frozen=True)
class Scale:
    start: date
    end: date

    def x(self, day: date) -> float:
        days = (self.end - self.start).days + 1
        return round(LEFT + (day - self.start).days / days * (RIGHT - LEFT), 1)


def timeline(sections: Sequence[Section], today: date) -> Timeline | None:
    """The drawing, or None where nothing has a due date."""
    named = [(section, moments_of(section)) for section in sections]
    every = [moment for _, moments in named for moment in moments]
    if not every:
        return None
    scale = _scale(every)
    bands, bottom = [], float(TOP)
    for section, moments in named:
        if moments:
            bands.append(_band(section, moments, scale, bottom))
            bottom = bands[-1].bottom
    return Timeline(
        height=bottom + 34,
        columns=_columns(scale, today),
        months=_months(scale),
        bands=tuple(bands),
        today_x=scale.x(today) if scale.start <= today <= scale.end else None,
        quarters=_quarters(every, scale, today),
        telling=tuple(
            sorted((m for m in every if m.code in ("overdue", "today", "soon")), key=lambda m: m.due)
        ),
    )


def moments_of(section: Section) -> list[Moment]:
    """Every due day of the section; the units of one task × timing × period are one moment."""
    moments = []
    for task in section.tasks:
        groups: dict[tuple[int, str, date], list[WorkRow]] = {}
        for row in task.assignments:
            if row.due_on and row.standing.code != "excused":
                groups.setdefault((row.timing_id, row.period, row.due_on), []).append(row)
        moments += [_moment(task, rows) for rows in groups.values()]
    return moments


def _moment(task: TaskRow, rows: list[WorkRow]) -> Moment:
    first = rows[0]
    assert first.due_on
    code = min((row.standing.code for row in rows), key=WORST_FIRST.index)
    return Moment(task, first.timing_label, _start(first), first.due_on, code)


def _start(row: WorkRow) -> date | None:
    """The first day of the work: as it was read, or of the period that it covers."""
    if row.start_on:
        return row.start_on
    period = row.period
    if "-W" in period:
        return date.fromisocalendar(int(period[:4]), int(period[6:]), 1)
    if not period[:4].isdecimal():
        return None
    tail = period[5:]
    month = {"": 1, "H1": 1, "H2": 7, "Q1": 1, "Q2": 4, "Q3": 7, "Q4": 10}.get(tail)
    start = date(int(period[:4]), month or int(tail), 1)
    return start if row.due_on and start <= row.due_on else None


def _scale(moments: Iterable[Moment]) -> Scale:
    """Whole quarters around all the due days, and at least one whole year."""
    days = [moment.due for moment in moments] + [moment.start for moment in moments if moment.start]
    first, last = min(days), max(days)
    start = period_start(first, "quarter")
    end = period_end(period_start(last, "quarter"), "quarter")
    if (end - start).days < 360:
        start = date(start.year, 1, 1)
        end = max(end, date(start.year, 12, 31))
    return Scale(start, end)


def _steps(scale: Scale, months: int) -> list[date]:
    days, day = [], scale.start
    while day <= scale.end:
        days.append(day)
        day = add_months(day, months)
    return days


def _columns(scale: Scale, today: date) -> tuple[Column, ...]:
    quarters = _steps(scale, 3)
    long = len(quarters) > LONG
    starts = [day for day in quarters if not long or day == scale.start or day.month == 1]
    columns = []
    for day, after in zip(starts, [*starts[1:], scale.end + timedelta(days=1)], strict=True):
        x = scale.x(day)
        columns.append(
            Column(x, round(scale.x(after) - x, 1), _column_name(day, scale, long), day <= today < after)
        )
    return tuple(columns)


def _column_name(day: date, scale: Scale, long: bool) -> str:
    if long:
        return f"{day.year}"
    name = f"Quý {ROMAN[(day.month - 1) // 3]}"
    return name if scale.start.year == scale.end.year else f"{name}/{day.year}"


def _months(scale: Scale) -> tuple[tuple[float, str], ...]:
    """Thin lines: months, or quarters without a name where the plan is long."""
    if len(_steps(scale, 3)) > LONG:
        return tuple((scale.x(day), "") for day in _steps(scale, 3))
    return tuple((scale.x(day), str(day.month)) for day in _steps(scale, 1))


def _band(section: Section, moments: list[Moment], scale: Scale, top: float) -> Band:
    series: dict[tuple[int, str], list[Moment]] = {}
    for moment in moments:
        series.setdefault((moment.task.id, moment.label), []).append(moment)
    lines = [_line(sorted(group, key=lambda m: m.due), scale) for group in series.values()]
    placed = _packed(lines, top)
    names = _wrapped(f"{section.label}. {section.heading}" if section.label else section.heading)
    lanes = max((line.y for line in placed), default=top) - top
    height = max(lanes + 20, len(names) * 19 + 20)
    return Band(
        tuple((top + 25 + 19 * number, name) for number, name in enumerate(names)),
        tuple(placed),
        round(top + height, 1),
    )


def _line(moments: list[Moment], scale: Scale) -> Line:
    beads = tuple(Bead(scale.x(moment.due), moment.code) for moment in moments)
    first, last = beads[0].x, beads[-1].x
    one = moments[0] if len(moments) == 1 else None
    bar = (scale.x(one.start), first) if one and one.start and one.start < one.due else None
    label = _label(moments[0])
    begin = bar[0] if bar else first - 8
    room = len(label) * LETTER
    if last + 12 + room <= WIDTH:
        x, anchor = last + 12, "start"
    else:
        x, anchor = begin - 6, "end"
    return Line(
        beads, bar, (first, last) if len(beads) > 1 else None, label, round(x, 1), anchor, moments[-1].code
    )


def _label(moment: Moment) -> str:
    """The printed number, and what tells several timings of one task apart."""
    words = " ".join(part for part in (moment.task.path_text, moment.label) if part)
    return words if len(words) <= 22 else words[:21].rstrip() + "…"


def _packed(lines: list[Line], top: float) -> list[Line]:
    """First fit: each line goes into the first lane in which it touches nothing."""
    lanes: list[list[tuple[float, float]]] = []
    placed = []
    for line in lines:
        span = _span(line)
        free = (number for number, taken in enumerate(lanes) if not any(_meet(span, one) for one in taken))
        number = next(free, len(lanes))
        if number == len(lanes):
            lanes.append([])
        lanes[number].append(span)
        placed.append(replace(line, y=top + 20 + LANE * number))
    return placed


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _span(line: Line) -> tuple[float, float]:
    """From where to where the line and its label reach."""
    room = len(line.label) * LETTER
    left = line.label_x - room if line.anchor == "end" else line.label_x
    begin = line.bar[0] if line.bar else line.beads[0].x - 8
    return (min(begin, left) - 4, max(line.beads[-1].x + 8, left + room) + 6)


def _wrapped(text: str) -> list[str]:
    """At most two lines; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > WRAP:
            if len(lines) == 2:
                return [lines[0], lines[1][: WRAP - 1].rstrip(" ,;.") + "…"]
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _quarters(moments: list[Moment], scale: Scale, today: date) -> tuple[Quarter, ...]:
    year = min(max(today.year, scale.start.year), scale.end.year)
    return tuple(_quarter(moments, date(year, month, 1), today) for month in (1, 4, 7, 10))


def _quarter(moments: list[Moment], start: date, today: date) -> Quarter:
    end = period_end(start, "quarter")
    tally = by_code(moment.code for moment in moments if start <= moment.due <= end)
    return Quarter(
        name=f"Quý {ROMAN[(start.month - 1) // 3]}/{start.year}",
        now=start <= today <= end,
        total=tally.total,
        done=tally.done,
        overdue=tally.overdue,
        soon=tally.coming,
        submitted=tally.submitted,
    )


def told(moment: Moment) -> str:
    """One due day in words, for those who hear the drawing."""
    return f"{_label(moment)}: {plain_day(moment.due)}"
