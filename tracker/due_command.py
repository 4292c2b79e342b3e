"""`tracker due`: when an expression of time falls due, period by period, by when to send it, and why.

Needs the cores only, no database.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import click

from tracker.clock import system_clock, vietnam_day
from tracker.deadlines.due import Due, Options, due_date
from tracker.deadlines.workdays import NATIONAL
from tracker.drafts.expand import FIRST_DAY, LAST_DAY, horizon, periods_of
from tracker.drafts.model import PlanPeriod, TimingDraft
from tracker.parsing.timing_events import from_own_issue
from tracker.parsing.timings import parse_timing

DAY = click.DateTime(["%Y-%m-%d"])


@dataclass(frozen=True)
class Line:
    """One occurrence of one timing."""

    timing: TimingDraft
    period: str
    due: Due


@click.command("due")
@click.argument("text")
@click.option("--plan-start", type=DAY, help="The first day of the plan.")
@click.option("--plan-end", type=DAY, help="The last day of the plan; without it cycles run for a year.")
@click.option("--issued", type=DAY, help="The day on which the plan was issued.")
@click.option("--before-means-on", is_flag=True, help="Read `trước ngày X` as including day X.")
@click.option("--article-148", is_flag=True, help="Due on a day off: in time until the next working day.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def due_command(
    text: str,
    plan_start: datetime | None,
    plan_end: datetime | None,
    issued: datetime | None,
    before_means_on: bool,
    article_148: bool,
    as_json: bool,
) -> None:
    """Say for each period of TEXT when it is due, by when to send it, and why."""
    start, end, issue = _day(plan_start), _day(plan_end), _day(issued)
    if start and end and end < start:
        raise click.UsageError("Ngày cuối của kế hoạch phải sau ngày đầu.")
    options = Options.of(
        {"due": {"before": "day-itself" if before_means_on else "", "article_148": article_148}}
    )
    lines, doubts = due_lines(text, PlanPeriod(start, end), issue, options)
    if as_json:
        answer = {"due": [_json(line) for line in lines], "doubts": doubts}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            click.echo(_words(line))
        for doubt in doubts:
            click.echo(f"? {doubt}", err=True)
    if not lines:
        click.echo("Không đọc được thời gian nào trong câu này.", err=True)
        raise SystemExit(1)


def due_lines(
    text: str, period: PlanPeriod, issued: date | None, options: Options
) -> tuple[list[Line], list[str]]:
    """Every occurrence of every timing in the text, and the codes of what a person must decide."""
    timings, doubts = parse_timing(text, period.start, issued)
    today = period.start or issued or vietnam_day(system_clock())
    lines = [line for one in timings for line in _lines(one, horizon(period, today), issued, options)]
    return lines, [doubt.code for doubt in doubts]


def _lines(timing: TimingDraft, until: date, issued: date | None, options: Options) -> Iterator[Line]:
    own = timing.offset is not None and timing.due is None and from_own_issue(timing.offset.since)
    since = issued if own else None
    for occurrence in periods_of(timing, until):
        period = "once" if since else occurrence.period
        yield Line(timing, period, due_date(timing, period, NATIONAL, options, since=since))


def _day(moment: datetime | None) -> date | None:
    if moment is None:
        return None
    day = moment.date()
    if not FIRST_DAY <= day <= LAST_DAY:
        raise click.UsageError(f"Năm {day.year} nằm ngoài khoảng tính được (1990 đến 2100).")
    return day


def _json(line: Line) -> dict[str, object]:
    return {
        "text": line.timing.text,
        "label": line.timing.label,
        "period": line.period,
        "due": _iso(line.due.due),
        "send_by": _iso(line.due.send_by),
        "in_time_until": _iso(line.due.in_time_until),
        "reason": line.due.reason,
        "soft": line.due.soft,
        "provisional": line.due.provisional,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _words(line: Line) -> str:
    due, send = _iso(line.due.due) or "–", _iso(line.due.send_by) or "–"
    return f"{line.period:8}  {due:10}  {send:10}  {line.due.reason}"
