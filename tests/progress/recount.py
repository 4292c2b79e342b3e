"""The figures once more, by plain SQL and none of our code: the same on both databases.

One statement for every door: which assignments, what makes several of them one, by what they are summed. Only the
last day in time comes from the work calendar, and the reporting period that work belongs to from its own module;
both have tests of their own.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, text

from tracker.deadlines.reports import reporting_period
from tracker.extensions import db
from tracker.progress.counts import Tally
from tracker.store.queries.calendar import calendar_of

Recounted = dict[tuple[int, ...], dict[str, Any]]

# Lines that were ticked together are one for their unit; the rule of the task makes one of its units' lines.
LINE = "CASE WHEN bundle <> '' THEN 'b:' || holder_id || ':' || bundle ELSE 'a:' || id END"
KINDS = {"assignments": (LINE, "'all'"), "tasks": ("''", "rule")}

STATEMENT = """
WITH last_day AS ({last_days}),
held AS ({held}),
rules AS (
  SELECT t.id AS task_id, (SELECT v.completion FROM task_version v WHERE v.task_id = t.id
    ORDER BY v.plan_version_id DESC LIMIT 1) AS rule
  FROM task t
),
turns AS (
  SELECT a.task_id, a.timing_id, a.period, r.rule,
    sum(CASE WHEN a.state = 'accepted' THEN 1 ELSE 0 END) AS accepted,
    sum(CASE WHEN a.state <> 'excused' THEN 1 ELSE 0 END) AS units
  FROM assignment a JOIN rules r ON r.task_id = a.task_id
  WHERE {where}
  GROUP BY a.task_id, a.timing_id, a.period, r.rule
),
settled AS (
  SELECT turns.*, CASE WHEN rule = 'all' THEN 0 WHEN rule = 'any' AND accepted > 0 THEN 1
    WHEN rule <> 'any' AND accepted > 0 AND (accepted >= CAST(rule AS integer) OR accepted >= units) THEN 1
    ELSE 0 END AS enough
  FROM turns
),
sent AS (
  SELECT assignment_id, max(id) AS id FROM submission
  WHERE state IN ('sent', 'accepted', 'returned') GROUP BY assignment_id
),
of_day AS (
  SELECT a.*, e.rule, e.enough, CASE WHEN h.day < :today THEN h.day ELSE :today END AS now
  FROM assignment a
  JOIN settled e ON e.task_id = a.task_id AND e.timing_id = a.timing_id AND e.period = a.period
  LEFT JOIN held h ON h.plan_id = a.plan_id AND h.timing_id = a.timing_id AND h.of_period = a.period
),
base AS (
  SELECT a.id, a.committee_id, a.plan_id, a.task_id, a.timing_id, a.period, a.holder_id, a.state, a.excuse,
    a.due_on, a.first_due_on, a.done_on, l.until, f.until AS first_until, a.rule, a.now,
    CASE WHEN s.state IN ('sent', 'accepted') THEN s.bundle ELSE '' END AS bundle,
    CASE
      WHEN a.enough = 1 AND a.state IN ('open', 'waiting') THEN 'enough'
      WHEN a.state IN ('excused', 'submitted', 'waiting') THEN a.state
      WHEN a.state = 'accepted' AND a.done_on > l.until THEN 'late'
      WHEN a.state = 'accepted' THEN 'accepted'
      WHEN l.until < a.now THEN 'overdue'
      WHEN a.due_on <= a.now THEN 'today'
      WHEN a.due_on <= {soon} THEN 'soon'
      ELSE 'open'
    END AS code
  FROM of_day a
  LEFT JOIN last_day l ON l.committee_id = a.committee_id AND l.due = a.due_on
  LEFT JOIN last_day f ON f.committee_id = a.committee_id AND f.due = a.first_due_on
  LEFT JOIN sent ON sent.assignment_id = a.id
  LEFT JOIN submission s ON s.id = sent.id
  WHERE {where}
),
slots AS (SELECT base.*, {slot} AS slot, {rule} AS how FROM base),
lively AS (
  SELECT slots.*, max(CASE WHEN code = 'excused' THEN 0 ELSE 1 END)
    OVER (PARTITION BY task_id, timing_id, period, slot) AS any_live
  FROM slots
),
ranked AS (
  SELECT lively.*,
    count(*) OVER (PARTITION BY task_id, timing_id, period, slot) AS size,
    row_number() OVER (PARTITION BY task_id, timing_id, period, slot ORDER BY
      CASE code WHEN 'accepted' THEN 0 WHEN 'late' THEN 1 WHEN 'submitted' THEN 2 WHEN 'open' THEN 3
        WHEN 'waiting' THEN 4 WHEN 'soon' THEN 5 WHEN 'today' THEN 6 WHEN 'overdue' THEN 7
        WHEN 'enough' THEN 8 ELSE 9 END,
      done_on NULLS FIRST, due_on DESC NULLS FIRST, first_due_on DESC NULLS FIRST, excuse) AS place
  FROM lively WHERE code <> 'excused' OR any_live = 0
),
needs AS (
  SELECT ranked.*,
    CASE WHEN how = 'all' THEN size WHEN how = 'any' THEN 1 ELSE CAST(how AS integer) END AS needed
  FROM ranked
),
counted AS (
  SELECT needs.*,
    CASE WHEN code IN ('excused', 'enough') OR due_on IS NULL AND state <> 'waiting' THEN 0 ELSE 1 END AS counts,
    CASE WHEN code IN ('excused', 'enough') OR due_on IS NOT NULL OR state = 'waiting' THEN 0 ELSE 1 END
      AS undated,
    CASE WHEN code NOT IN ('excused', 'enough') AND due_on <= now THEN 1 ELSE 0 END AS due
  FROM needs
  WHERE place = CASE WHEN needed >= size THEN size WHEN needed < 1 THEN 1 ELSE needed END
)
SELECT {by}, code, CASE code WHEN 'excused' THEN excuse WHEN 'enough' THEN code ELSE '' END AS why,
  sum(counts) AS total,
  sum(undated) AS undated, sum(due) AS due, count(*) AS many,
  sum(CASE WHEN due = 1 AND state = 'accepted' AND done_on <= until THEN 1 ELSE 0 END) AS on_time,
  sum(CASE WHEN due = 1 AND state = 'accepted' AND done_on <= first_until THEN 1 ELSE 0 END) AS on_time_first,
  sum(CASE WHEN due = 1 AND state = 'accepted' THEN 1 ELSE 0 END) AS done_of_due,
  sum(CASE WHEN undated = 1 AND state = 'accepted' THEN 1 ELSE 0 END) AS undated_done
FROM counted GROUP BY {by}, code, why
"""
SUMS = ("on_time", "on_time_first", "done_of_due", "undated", "undated_done", "due", "total")


def recount(kind: str, where: str, by: str, today: date) -> Recounted:
    """`by` (columns, by commas) → figures of the assignments `a` of which `where` is true: whole plans or
    committees. `kind` is "assignments" or "tasks" (task × timing × period)."""
    slot, rule = KINDS[kind]
    statement = STATEMENT.format(
        last_days=_last_days(where), held=_held(where), soon=_soon(), where=where, by=by, slot=slot, rule=rule
    )
    query = text(statement).bindparams(bindparam("today", type_=Date))
    found: Recounted = {}
    keys = len(by.split(","))
    for row in db.session.execute(query, {"today": today}):
        _add(found.setdefault(tuple(row[:keys]), _nought()), row._mapping)
    return found


def added(found: Recounted, *columns: int) -> Recounted:
    """The same, summed by these of its columns; by none of them: everything."""
    sums: Recounted = {}
    for key, one in found.items():
        into = sums.setdefault(tuple(key[n] for n in columns), _nought())
        for name in (*SUMS, *CODES):
            into[name] += one[name]
        for why, many in one["excuses"].items():
            into["excuses"][why] = into["excuses"].get(why, 0) + many
    return sums


def _nought() -> dict[str, Any]:
    return dict.fromkeys((*SUMS, *CODES), 0) | {"excuses": {}}


CODES = ("accepted", "late", "submitted", "overdue", "today", "soon", "waiting", "open", "excused")


def _add(sums: dict[str, Any], row: Any) -> None:
    for name in SUMS:
        sums[name] += int(row[name])
    if row["code"] in ("excused", "enough"):
        sums["excused"] += int(row["many"])
        sums["excuses"][row["why"]] = sums["excuses"].get(row["why"], 0) + int(row["many"])
    else:
        sums[row["code"]] += int(row["total"])


def told(tally: Tally) -> dict[str, Any]:
    """The same figures as our own code counted them."""
    assert tally.on_time.denominator == tally.on_time_first.denominator == tally.done_of_due.denominator
    return {
        "total": tally.total,
        "accepted": tally.in_time,
        "late": tally.late,
        "submitted": tally.submitted,
        "overdue": tally.overdue,
        "today": tally.today,
        "soon": tally.soon,
        "waiting": tally.waiting,
        "open": tally.open,
        "excused": tally.excused,
        "undated": tally.undated,
        "undated_done": tally.undated_done,
        "due": tally.on_time.denominator,
        "on_time": tally.on_time.numerator,
        "on_time_first": tally.on_time_first.numerator,
        "done_of_due": tally.done_of_due.numerator,
        "excuses": dict(tally.excuses),
    }


def _soon() -> str:
    return "CAST(a.now AS date) + 30" if _postgresql() else "date(a.now, '+30 days')"


def _postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def _day(day: date) -> str:
    return f"DATE '{day}'" if _postgresql() else f"'{day}'"


def _held(where: str) -> str:
    """Since when work is held: its plan has ended, or its period is closed. In the order of Vietnam's days."""
    vietnam = "CAST({} AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)" if _postgresql() else "date({}, '+7 hours')"
    turns = db.session.execute(
        text(
            "SELECT DISTINCT a.plan_id, a.timing_id, a.period, t.label, "  # noqa: S608 (our own words)
            f"{vietnam.format('p.ended_at')} AS ended FROM assignment a "
            f"JOIN plan p ON p.id = a.plan_id JOIN timing t ON t.id = a.timing_id WHERE {where}"
        )
    ).all()
    closings = text(
        f"SELECT plan_id, period, {vietnam.format('closed_at')} FROM period_closing "  # noqa: S608 (the same)
        "WHERE reopened_at IS NULL"
    )
    closed = {(plan, period): day for plan, period, day in db.session.execute(closings)}
    parts = []
    for plan, timing, period, label, ended in turns:
        day = ended or closed.get((plan, reporting_period(period, label)))
        if day:
            parts.append(
                f"SELECT {plan} AS plan_id, {timing} AS timing_id, '{period}' AS of_period, "
                f"{_day(date.fromisoformat(str(day)))} AS day"
            )
    nothing = f"SELECT 0 AS plan_id, 0 AS timing_id, '' AS of_period, {_day(date(2000, 1, 1))} AS day"
    return _all_of(parts) or nothing


def _last_days(where: str) -> str:
    """For each due day of each committee the last day in time, as rows of SQL."""
    query = text(
        f"SELECT committee_id, due_on FROM assignment a WHERE due_on IS NOT NULL AND {where} "  # noqa: S608
        f"UNION SELECT committee_id, first_due_on FROM assignment a WHERE first_due_on IS NOT NULL AND {where}"
    )
    rows = [(int(committee), date.fromisoformat(str(due))) for committee, due in db.session.execute(query)]
    calendars = {one: calendar_of(db.session, one) for one in {committee for committee, _ in rows}}
    until = {pair: calendars[pair[0]].in_time_until(pair[1]) for pair in rows}
    parts = [
        f"SELECT {committee} AS committee_id, {_day(due)} AS due, {_day(last)} AS until"
        for (committee, due), last in until.items()
    ]
    long_ago = _day(date(2000, 1, 1))
    return _all_of(parts) or f"SELECT 0 AS committee_id, {long_ago} AS due, {long_ago} AS until"


def _all_of(parts: list[str]) -> str:
    """SQLite takes no more than five hundred parts in one compound."""
    return " UNION ALL ".join(
        f"SELECT * FROM ({' UNION ALL '.join(parts[n : n + 400])}) AS p{n}"  # noqa: S608 (days only)
        for n in range(0, len(parts), 400)
    )
