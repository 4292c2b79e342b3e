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
from tracker.store.queries.letters import without_keys


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


@pytest.fixture
def many(world: Any, clock: Any) -> None:
    """Sixty letters of all kinds, in all states."""
    kinds = (("digest", False), ("digest", True), ("now", False), ("hook", False))
    for n in range(60):
        kind, weekly = kinds[n % 4]
        who = "head" if n % 3 else "officer"
        hook = kind == "hook"
        letter = Letter(
            key=f"{kind}:{n}",
            kind=kind,
            weekly=weekly,
            channel="webhook" if hook else "mail",
            committee_id=world.committee,
            person_id=None if hook else world.people[who],
            address="https://hooks.sonthanh.example/T0/very-secret" if hook else f"{who}@sonthanh.example",
            day=clock.now.date(),
            state="sent" if n % 2 else "waiting",
            subject=f"Thư số {n}",
            text=f"Mở https://dondoc.example/thu/viec/ab.cd-{n}_x để gửi minh chứng, thư số {n}",
            next_try_at=clock.now,
            created_at=clock.now,
            bounced_at=clock.now if n == 5 else None,
        )
        db.session.add(letter)
    db.session.commit()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 60),
        ("trang-thai=sent", 30),
        ("trang-thai=bounced", 1),
        ("trang-thai=opened", 0),
        ("trang-thai=khong-co", 60),
        ("loai=weekly", 15),
        ("loai=digest", 30),
        ("loai=hook", 15),
        ("tim=quoc+bao", 30),
        ("tim=thu+hang&loai=now", 5),
        ("tim=khong+ai", 0),
    ],
)
def test_letters_are_chosen_by_state_kind_and_person(
    sqlite_app: Any, world: Any, many: None, signed_in: Any, query: str, count: int
) -> None:
    client = signed_in("coordinator")
    shown = sum(
        client.get(f"/thu?{query}&trang={page}").get_data(as_text=True).count("Thư số") for page in (1, 2)
    )
    assert shown == (count if count > 50 else 2 * count), "a page that there is not is the last one"


def test_of_a_webhook_only_the_host_is_told(sqlite_app: Any, world: Any, many: None, signed_in: Any) -> None:
    page = signed_in("manager").get("/thu?loai=hook").get_data(as_text=True)
    assert "hooks.sonthanh.example" in page
    assert "very-secret" not in page


def test_what_a_letter_says_is_read_by_its_reader_and_who_sees_all_work_and_its_links_open_nothing(
    sqlite_app: Any, world: Any, many: None, signed_in: Any
) -> None:
    letter = db.session.query(Letter).filter_by(person_id=world.people["officer"]).first()
    address, words = f"/thu/{letter.id}", f"để gửi minh chứng, {letter.subject.lower()}"
    for who in ("officer", "coordinator", "leader"):
        page = signed_in(who).get(address).get_data(as_text=True)
        assert words in page.lower(), who
        assert "/thu/viec/…" in page
        assert "ab.cd" not in page
    for who in ("head", "other", "manager"):
        assert signed_in(who).get(address).status_code == 403, who
    assert signed_in("coordinator").get("/thu/9999").status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/thu/viec/x.y.z",
        "<https://a.example/thu/viec/x.y.z>",
        "(http://a.example/thu/ngung/x.y.z)\n",
        '"/thu/ngung/x.y.z"',
    ],
)
def test_no_key_is_left_in_a_text(text: str) -> None:
    assert "x.y" not in without_keys(text)
    assert "…" in without_keys(text)
