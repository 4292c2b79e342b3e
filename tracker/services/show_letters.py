"""Thư đi: the letters of a committee, chosen and page by page; and what one of them says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.access import Actor, Thing, may, need
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.store.models import Letter
from tracker.store.queries import letters as find
from tracker.store.queries import sweeps
from tracker.store.queries.letters import KINDS, STATES, LettersWanted, OutboxRow
from tracker.store.queries.sweeps import Pulse

A_PAGE = 50


@dataclass(frozen=True)
class OutboxPage:
    """One page of letters. `counts` are of all letters by state; `total` are those that were chosen."""

    letters: tuple[OutboxRow, ...]
    counts: dict[str, int]
    wanted: LettersWanted
    total: int
    page: int
    pages: int
    pulse: Pulse
    server_set: bool
    reads: bool
    """Whether the actor may read what letters say."""


def outbox(
    actor: Actor,
    committee_id: int,
    wanted: LettersWanted,
    *,
    page: int = 1,
    server_set: bool,
    pace: int,
    since: datetime,
    at: datetime,
) -> OutboxPage:
    """The letters that are wanted, and how the sweep is doing. A choice that there is not is no choice."""
    need(actor, "outbox.see", Thing(committee_id))
    known = LettersWanted(
        wanted.state if wanted.state in STATES else "",
        wanted.kind if wanted.kind in KINDS else "",
        wanted.words.strip(),
    )
    total = find.count(db.session, committee_id, known)
    pages = max(1, -(-total // A_PAGE))
    page = min(max(page, 1), pages)
    return OutboxPage(
        letters=find.letters(db.session, committee_id, known, first=(page - 1) * A_PAGE, count=A_PAGE),
        counts=find.counts(db.session, committee_id),
        wanted=known,
        total=total,
        page=page,
        pages=pages,
        pulse=sweeps.pulse(db.session, at, pace, since),
        server_set=server_set,
        reads=may(actor, "letter.read", Thing(committee_id)),
    )


def letter(actor: Actor, letter_id: int) -> tuple[OutboxRow, str]:
    """A letter and what it says, for its reader and for those who see all of the committee's work."""
    stored = db.session.get(Letter, letter_id)
    if stored is None:
        raise NotFound("Không tìm thấy thư này.")
    need(actor, "letter.read", Thing(stored.committee_id, person_id=stored.person_id))
    found = find.letter(db.session, letter_id)
    assert found is not None
    return found
