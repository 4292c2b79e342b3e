"""The outbox as people look at it: letters by state, kind and person, page by page; and one letter with its text."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, exists, func, select

from tracker.letters import Channel, Kind, State
from tracker.store.engine import AnySession
from tracker.store.models import Letter, LinkOpening, Notice, Person, Role
from tracker.vietnamese.forms import fold

_KEY = re.compile(r"(/thu/(?:viec|ngung)/)[^\s<>\"')\]]+")
ON_THE_WAY = (State.WAITING, State.CLAIMED)
# How letters may be chosen, beside their states and kinds: what comes after sending is no state of a letter, and the
# summary of the week comes with a digest.
OPENED, BOUNCED, WEEKLY = "opened", "bounced", "weekly"
STATES = (State.WAITING, State.SENT, OPENED, BOUNCED, State.FAILED, State.DEAD, State.WITHDRAWN)
KINDS = (Kind.DIGEST, WEEKLY, Kind.NOW, Kind.HOOK)


@dataclass(frozen=True)
class LettersWanted:
    """Which letters: in one of `STATES`, of one of `KINDS`, to people with these words in name or address; empty is
    any."""

    state: str = ""
    kind: str = ""
    words: str = ""


@dataclass(frozen=True)
class OutboxRow:
    """A letter in the outbox. Of a webhook only the host is told: its address may hold a key. `items` pieces of work
    are told in it; its first link was opened at `opened_at`. With `bounce` alone a server still tries."""

    id: int
    kind: str
    weekly: bool
    channel: str
    person_id: int | None
    person_name: str
    address: str
    day: date
    state: str
    subject: str
    tries: int
    answer: str
    message_id: str
    created_at: datetime
    next_try_at: datetime
    sent_at: datetime | None
    bounced_at: datetime | None
    bounce: str
    items: int
    opened_at: datetime | None


def letters(
    session: AnySession, committee_id: int, wanted: LettersWanted, *, first: int, count: int
) -> tuple[OutboxRow, ...]:
    """So many of these letters from the `first` one on: those that were given up, because somebody has to act, then
    the newest."""
    query = (
        select(Letter)
        .where(*_chosen(session, committee_id, wanted))
        .order_by(Letter.state != State.DEAD, Letter.id.desc())
        .offset(first)
        .limit(count)
    )
    return _rows(session, list(session.scalars(query)))


def count(session: AnySession, committee_id: int, wanted: LettersWanted) -> int:
    query = select(func.count()).select_from(Letter).where(*_chosen(session, committee_id, wanted))
    return session.scalar(query) or 0


def counts(session: AnySession, committee_id: int) -> dict[str, int]:
    """How many letters of the committee are in each state."""
    query = (
        select(Letter.state, func.count()).where(Letter.committee_id == committee_id).group_by(Letter.state)
    )
    return dict(session.execute(query).all())


def _chosen(session: AnySession, committee_id: int, wanted: LettersWanted) -> list[ColumnElement[bool]]:
    found = [Letter.committee_id == committee_id]
    if wanted.state:
        found.append(_in_state(wanted.state))
    if wanted.kind:
        found.append(_of_kind(wanted.kind))
    if wanted.words:
        found.append(Letter.person_id.in_(_people(session, committee_id, wanted.words)))
    return found


def _in_state(state: str) -> ColumnElement[bool]:
    if state == BOUNCED:
        return Letter.bounced_at.is_not(None)
    if state == OPENED:
        return exists().where(LinkOpening.letter_id == Letter.id)
    return Letter.state.in_(ON_THE_WAY) if state == State.WAITING else Letter.state == state


def _of_kind(kind: str) -> ColumnElement[bool]:
    if kind == WEEKLY:
        return Letter.weekly.is_(True)
    return Letter.kind == kind


def _people(session: AnySession, committee_id: int, words: str) -> Collection[int]:
    """People who have or had a role in the committee, with all of these words in name or address."""
    query = (
        select(Person.id, Person.name, Person.email)
        .join(Role, Role.person_id == Person.id)
        .where(Role.committee_id == committee_id)
        .distinct()
    )
    asked = fold(words).split()
    return [
        row.id
        for row in session.execute(query)
        if all(word in fold(f"{row.name} {row.email}") for word in asked)
    ]


def _rows(session: AnySession, found: list[Letter]) -> tuple[OutboxRow, ...]:
    ids = [one.id for one in found]
    people = select(Person.id, Person.name).where(Person.id.in_({one.person_id for one in found}))
    names: dict[int, str] = dict(session.execute(people).all())
    works = select(Notice.letter_id, func.count(Notice.assignment_id.distinct()))
    items: dict[int, int] = dict(_of_letters(session, works, Notice.letter_id, ids))
    opening = select(LinkOpening.letter_id, func.min(LinkOpening.opened_at))
    opened: dict[int, datetime] = dict(_of_letters(session, opening, LinkOpening.letter_id, ids))
    return tuple(
        OutboxRow(
            id=one.id,
            kind=one.kind,
            weekly=one.weekly,
            channel=one.channel,
            person_id=one.person_id,
            person_name=names.get(one.person_id or 0, ""),
            address=_address(one),
            day=one.day,
            state=one.state,
            subject=one.subject,
            tries=one.tries,
            answer=one.answer,
            message_id=one.message_id,
            created_at=one.created_at,
            next_try_at=one.next_try_at,
            sent_at=one.sent_at,
            bounced_at=one.bounced_at,
            bounce=one.bounce,
            items=items.get(one.id, 0),
            opened_at=opened.get(one.id),
        )
        for one in found
    )


def _of_letters(session: AnySession, query: Any, column: Any, ids: list[int]) -> list[Any]:
    return list(session.execute(query.where(column.in_(ids)).group_by(column)).all())


def _address(one: Letter) -> str:
    if one.channel != Channel.WEBHOOK:
        return one.address
    try:
        return urlsplit(one.address).hostname or ""
    except ValueError:
        return ""


def letter(session: AnySession, letter_id: int) -> tuple[OutboxRow, str] | None:
    """One letter and its text, as it was frozen but for the keys of its links."""
    one = session.get(Letter, letter_id)
    return (_rows(session, [one])[0], without_keys(one.text)) if one else None


def without_keys(text: str) -> str:
    """The text without what opens its links: they act in the name of whom the letter was for."""
    return _KEY.sub(r"\1…", text)
