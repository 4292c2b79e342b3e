"""Whether what a letter tells has changed since it was made: one statement for one letter or for hundreds.

What it compares are numbers that rise with every change (row versions) or that come and go with their rows; and the
log, in which every deed of a committee stands: where it has nothing new, nothing that letters tell can have changed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import count, takewhile
from typing import Any

from sqlalchemy import Integer, Text, and_, bindparam, case, func, literal_column, null, select, union_all

from tracker.letters import State
from tracker.store.engine import AnySession
from tracker.store.models import Absence, Assignment, Fact, Letter, Person, Role
from tracker.store.queries.absences import in_force
from tracker.store.queries.units import valid_on

CLAIM, WORK, PERSON, DEED = range(4)
UNTOLD = ("signed-in", "signed-out", "changed-password", "invited")  # deeds that no letter speaks of
LOOKS_BACK = 500  # facts; no deed takes its number so long before it is seen
NOWHERE = 0  # of facts that are of no committee


@dataclass(frozen=True)
class Tells:
    """Of whom and of what a letter speaks, and of which committees."""

    person_id: int | None
    works: frozenset[int]
    committees: frozenset[int] = frozenset()


def log_end(session: AnySession) -> int:
    """The last fact up to which the log is whole: what comes after it may be seen later. PostgreSQL gives numbers out
    before they are committed, so that a higher one may be seen first."""
    seen = list(session.scalars(select(Fact.id).order_by(Fact.id.desc()).limit(LOOKS_BACK)))
    first = seen[-1] if len(seen) == LOOKS_BACK else 1
    whole = takewhile(lambda pair: pair[0] == pair[1], zip(reversed(seen), count(first)))
    return max((fact_id for fact_id, _ in whole), default=0)


def freshness(
    session: AnySession, letters: Mapping[int, Tells], token: str, day: date, since: int
) -> dict[int, Hashable]:
    """Letter → a value that is another one as soon as one of these changes: the claim under this token, the row
    versions of its assignments, the reader's account, address, roles and absences, and what was done `since` in its
    committees or in none."""
    works = frozenset[int]().union(*(one.works for one in letters.values()))
    people = {one.person_id for one in letters.values() if one.person_id is not None}
    given: dict[str, Any] = {
        "letters": list(letters),
        "works": list(works),
        "people": list(people),
        "token": token,
        "since": since,
    }
    found: tuple[dict[int, Any], ...] = ({}, {}, {}, {})
    for kind, key, number, words in session.connection().execute(_statement(day), given):
        if kind in (PERSON, DEED):
            found[kind].setdefault(key, set()).add((number, words))
        else:
            found[kind][key] = number
    return {
        letter_id: (
            found[CLAIM].get(letter_id),
            frozenset((work_id, found[WORK].get(work_id)) for work_id in one.works),
            frozenset(found[PERSON].get(one.person_id or 0, ())),
            frozenset[Any]().union(*(found[DEED].get(where, ()) for where in (*one.committees, NOWHERE))),
        )
        for letter_id, one in letters.items()
    }


@lru_cache(maxsize=8)  # a statement says nothing of a session
def _statement(day: date) -> Any:
    letters, works, people = _many("letters"), _many("works"), _many("people")
    nothing = literal_column("''", Text)
    account = case((Person.active, 1), else_=0) + case((Person.reminders_off_at.is_(null()), 2), else_=0)
    claimed = and_(Letter.state == State.CLAIMED, Letter.claim_token == bindparam("token"))
    where = func.coalesce(Fact.committee_id, _kind(NOWHERE))
    deeds = (
        select(_kind(DEED), where, func.count(Fact.id), nothing)
        .where(Fact.id > bindparam("since"), Fact.deed.not_in(UNTOLD))
        .group_by(where)
    )
    return union_all(
        select(_kind(CLAIM), Letter.id, _kind(1), nothing).where(Letter.id.in_(letters), claimed),
        select(_kind(WORK), Assignment.id, Assignment.row_version, nothing).where(Assignment.id.in_(works)),
        select(_kind(PERSON), Person.id, account, Person.email + "\n" + Person.name).where(
            Person.id.in_(people)
        ),
        select(_kind(PERSON), Role.person_id, Role.id, Role.role).where(
            Role.person_id.in_(people), *valid_on(Role, day)
        ),
        *(
            select(_kind(PERSON), who, Absence.id, nothing).where(who.in_(people), *in_force(day))
            for who in (Absence.person_id, Absence.deputy_id)
        ),
        deeds,
    )


def _many(name: str) -> Any:
    return bindparam(name, expanding=True)


def _kind(number: int) -> Any:
    """As it stands in the statement: nothing is left to put in each time it is asked."""
    return literal_column(str(number), Integer)
