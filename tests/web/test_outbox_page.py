"""Thư đi: what was given up is seen first, and sent again by whoever may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.web.test_work_pages import text
from tracker.access import Actor
from tracker.errors import Forbidden, NotFound, Refused
from tracker.extensions import db
from tracker.services import letters
from tracker.store.models import Fact, Letter


@pytest.fixture
def dead(world: Any, clock: Any) -> int:
    """A letter that the mail server refused for good."""
    letter = Letter(
        key="digest:1:2026-05-12",
        kind="digest",
        committee_id=world.committee,
        person_id=world.people["officer"],
        address="officer@sonthanh.example",
        day=clock.now.date(),
        state="dead",
        message_id="<letter-1-1778550000@dondoc.sonthanh.example>",
        tries=1,
        answer="550 5.1.1 no such mailbox",
        next_try_at=clock.now - timedelta(hours=1),
        created_at=clock.now - timedelta(hours=1),
    )
    db.session.add(letter)
    db.session.flush()
    letter_id = letter.id
    db.session.commit()
    return letter_id


def test_a_letter_that_was_given_up_is_sent_again_by_a_button(
    sqlite_app: Any, world: Any, dead: int, signed_in: Any, send: Any
) -> None:
    client = signed_in("coordinator")
    page = client.get("/thu").get_data(as_text=True)
    assert "550 5.1.1 no such mailbox" in page
    assert "Gửi lại" in page
    assert send(client, "/thu", f"/thu/{dead}/gui-lai").location == "/thu"
    assert "Thư sẽ được gửi lại trong lần quét tới" in text(client.get("/thu"))
    db.session.rollback()
    letter = db.session.get(Letter, dead)
    assert (letter.state, letter.tries, letter.answer, letter.message_id) == ("waiting", 0, "", "")
    (fact,) = db.session.scalars(db.select(Fact).where(Fact.deed == "letter-sent-again"))
    assert (fact.actor_id, fact.thing_id) == (world.people["coordinator"], dead)
    assert fact.before["answer"] == "550 5.1.1 no such mailbox"


def test_only_what_was_given_up_and_only_once(sqlite_app: Any, world: Any, clock: Any, dead: int) -> None:
    manager: Actor = world.actor("manager")
    letters.send_again(manager, dead, at=clock.now)
    with pytest.raises(Refused, match="không còn ở trạng thái"):
        letters.send_again(manager, dead, at=clock.now)
    with pytest.raises(NotFound):
        letters.send_again(manager, 999, at=clock.now)


def test_who_only_does_the_work_sends_nothing_again(
    sqlite_app: Any, world: Any, clock: Any, dead: int
) -> None:
    for who in ("officer", "head", "leader"):
        with pytest.raises(Forbidden):
            letters.send_again(world.actor(who), dead, at=clock.now)
