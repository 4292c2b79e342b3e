"""What the database holds of one committee, read by plain SQL, and what may never happen to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from tracker.extensions import db
from tracker.store.queries.closings import held_since

Rows = dict[int, tuple[Any, ...]]

OF_COMMITTEE = "FROM assignment a WHERE a.committee_id = :committee"
KEYS = f"SELECT a.id, a.task_id, a.timing_id, a.unit_id, a.period {OF_COMMITTEE}"
FIRSTS = f"SELECT a.id, a.first_due_on {OF_COMMITTEE} AND a.first_due_on IS NOT NULL"
LIVES = (
    "SELECT a.id, a.plan_id, a.timing_id, a.period, a.state, a.due_on, a.done_on, a.holder_id, a.excuse, "
    f"a.excuse_reason, a.waits_for, a.waits_since, a.seen_on {OF_COMMITTEE}"
)
EVIDENCE = (
    "SELECT e.id, s.assignment_id, e.kind, e.text, e.number, e.symbol, e.dated_on, e.link, e.file_id FROM evidence e "
    "JOIN submission s ON s.id = e.submission_id JOIN assignment a ON a.id = s.assignment_id "
    "WHERE a.committee_id = :committee"
)
SUBMISSIONS = (
    "SELECT s.id, s.assignment_id, s.person_id, s.submitted_at, s.via, s.note, s.bundle FROM submission s "
    "JOIN assignment a ON a.id = s.assignment_id WHERE a.committee_id = :committee"
)
FACTS = (
    "SELECT f.id, f.at, f.actor_id, f.deed, f.thing, f.thing_id, CAST(f.before AS varchar), "
    "CAST(f.after AS varchar) FROM fact f WHERE f.committee_id = :committee"
)
CLOSINGS = (
    "SELECT c.id, c.plan_id, c.period, c.closed_at, CAST(c.figures AS varchar) FROM period_closing c "
    "JOIN plan p ON p.id = c.plan_id WHERE p.committee_id = :committee"
)


@dataclass(frozen=True)
class Kept:
    """Rows by id. `keys` are those of assignments, `firsts` their first due days once they have one, `lives` what
    happens to them, `held` the assignments that nothing may happen to."""

    keys: Rows
    firsts: Rows
    lives: Rows
    evidence: Rows
    submissions: Rows
    facts: Rows
    closings: Rows
    held: frozenset[int]

    def lost_since(self, before: Kept) -> list[str]:
        """What was there before and is gone or different now."""
        found = []
        for name in ("keys", "firsts", "evidence", "submissions", "facts", "closings"):
            then, now = getattr(before, name), getattr(self, name)
            found += [f"{name} {n} is lost: {row}" for n, row in then.items() if n not in now]
            found += [
                f"{name} {n} was {row}, is {now[n]}" for n, row in then.items() if n in now and now[n] != row
            ]
        found += [
            f"held assignment {n} was {before.lives[n]}, is {self.lives[n]}"
            for n in before.held & self.held
            if n in self.lives and before.lives[n] != self.lives[n]
        ]
        return found

    def wrong(self) -> Iterator[str] | list[str]:
        """What contradicts itself."""
        found = []
        for n, row in self.lives.items():
            state, done_on, excuse = row[3], row[5], row[7]
            if (state == "accepted") != (done_on is not None):
                found.append(f"assignment {n} is {state} and was done on {done_on}")
            if excuse and state != "excused":
                found.append(f"assignment {n} is {state} and excused as {excuse}")
            if state == "excused" and not excuse:
                found.append(f"assignment {n} is excused and nobody says why")
        return found


def kept(committee_id: int) -> Kept:
    """Everything of the committee as it is now."""

    def rows(query: str) -> Rows:
        found = db.session.execute(text(query), {"committee": committee_id})
        return {row[0]: tuple(row[1:]) for row in found}

    lives = rows(LIVES)
    since = held_since(db.session)
    held = frozenset(n for n, row in lives.items() if since(*row[:3]) is not None)
    return Kept(
        rows(KEYS), rows(FIRSTS), lives, rows(EVIDENCE), rows(SUBMISSIONS), rows(FACTS), rows(CLOSINGS), held
    )
