"""Whether what a letter tells has changed since it was made: one statement for one letter or for hundreds.

What it compares are numbers that rise with every change (row versions) or that come and go with their rows.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, and_, bindparam, case, literal, null, select, union_all

from tracker.letters import State
from tracker.store.engine import AnySession
from tracker.store.models import Absence, Assignment, Letter, Person, Role
from tracker.store.queries.absences import in_force
from tracker.store.queries.units import valid_on

CLAIM, WORK, PERSON = range(3)


@dataclass(frozen=True)
class Tells:
    """Of whom and of what a letter speaks."""

    person_id: int | None
    works: frozenset[int]


def freshness(
    session: AnySession, letters: Mapping[int, Tells], token: str, day: date
) -> dict[int, Hashable]:
    """Letter → a value that is another one as soon as one of these changes: the claim under this token, the row
    versions of its assignments, the reader's account, address, roles and absences."""
    works = frozenset[int]().union(*(one.works for one in letters.values()))
    people = {one.person_id for one in letters.values() if one.person_id is not None}
    given = {"letters": list(letters), "works": list(works), "people": list(people), "token": token}
    found: tuple[dict[int, Any], ...] = ({}, {}, {})
    for kind, key, number, words in session.connection().execute(_statement(day), given):
        if kind == PERSON:
            found[PERSON].setdefault(key, set()).add((number, words))
        else:
            found[kind][key] = number
    return {
        letter_id: (
            found[CLAIM].get(letter_id),
            frozenset((work_id, found[WORK].get(work_id)) for work_id in one.works),
            frozenset(found[PERSON].get(one.person_id or 0, ())),
        )
        for letter_id, one in letters.items()
    }


@lru_cache(maxsize=8)  # a statement says nothing of a session
def _statement(day: date) -> Any:
    letters, works, people = _many("letters"), _many("works"), _many("people")
    nothing = literal("", Text, literal_execute=True)
    account = case((Person.active, 1), else_=0) + case((Person.reminders_off_at.is_(null()), 2), else_=0)
    claimed = and_(Letter.state == State.CLAIMED, Letter.claim_token == bindparam("token"))
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
    )


def _many(name: str) -> Any:
    return bindparam(name, expanding=True)


def _kind(number: int) -> Any:
    return literal(number, literal_execute=True)
