"""Letters that came back: the letter keeps why, the contact turns red until a letter gets through again.

Everything may come twice: what is noted already changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from tracker.access import Actor, Thing, need
from tracker.extensions import db
from tracker.letters import Channel
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Letter, Person
from tracker.store.queries import bounces as find


def came_back(actor: Actor, letter_id: int, words: str, *, at: datetime) -> bool:
    """A letter came back for good. Its person's contact turns red, unless they have another address by now. False
    where this is known already, or there is no such letter."""
    need(actor, "installation.run", Thing())
    with transaction(db.session):
        letter = db.session.get(Letter, letter_id, with_for_update=True)
        if letter is None or letter.channel != Channel.MAIL or letter.bounced_at is not None:
            return False
        letter.bounced_at, letter.bounce = at, words
        person = _whose(letter)
        if person is not None and person.bounced_at is None:
            person.bounced_at, person.bounce = at, words
        record(
            db.session,
            actor,
            "letter-bounced",
            thing="letter",
            thing_id=letter.id,
            committee_id=letter.committee_id,
            at=at,
            after={"person_id": letter.person_id, "red": person is not None},
        )
        return True


def _whose(letter: Letter) -> Person | None:
    """The person of the letter, while the address is still theirs."""
    if letter.person_id is None:
        return None
    person = db.session.get(Person, letter.person_id, with_for_update=True)
    same = person is not None and person.email.casefold() == letter.address.casefold()
    return person if same else None


def delayed(actor: Actor, letter_id: int, words: str, *, at: datetime) -> bool:
    """A server still tries: that is noted on the letter and colours nobody. False where something is noted already."""
    need(actor, "installation.run", Thing())
    with transaction(db.session):
        letter = db.session.get(Letter, letter_id, with_for_update=True)
        if letter is None or letter.channel != Channel.MAIL or letter.bounced_at or letter.bounce:
            return False
        letter.bounce = words
        record(
            db.session,
            actor,
            "letter-delayed",
            thing="letter",
            thing_id=letter.id,
            committee_id=letter.committee_id,
            at=at,
        )
        return True


def clear_recovered(actor: Actor, *, at: datetime) -> int:
    """Contacts that got a letter since are no longer red; returns how many."""
    need(actor, "installation.run", Thing())
    found = find.recovered(db.session, at)
    for person_id in found:
        with transaction(db.session):
            person = db.session.get(Person, person_id, with_for_update=True)
            if person is None or not find.recovered(db.session, at, person_id):
                continue
            before = {"bounced_at": person.bounced_at.isoformat() if person.bounced_at else ""}
            person.bounced_at, person.bounce = None, ""
            record(
                db.session,
                actor,
                "contact-recovered",
                thing="person",
                thing_id=person_id,
                committee_id=None,
                at=at,
                before=before,
            )
    return len(found)
