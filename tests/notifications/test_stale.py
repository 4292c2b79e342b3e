"""What happens between the making of a batch and the leaving of each of its letters, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from notifications import making
from notifications.collect import collect
from notifications.delivery import outbox
from notifications.delivery.deliver import Delivered, deliver
from notifications.delivery.freezing import Batch
from notifications.mailing import MAILING
from tests.notifications.test_bad_smtp import people_of
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.settings import Smtp
from tracker.store.models import Person

WEDNESDAY, MORNING = date(2026, 5, 20), at_vietnam(date(2026, 5, 13), 8)
OFFICER, OTHER = "officer@sonthanh.example", "other@sonthanh.example"


@pytest.fixture
def meanwhile(app: Flask) -> Iterator[Engine]:
    """Somebody else's connection."""
    engine = create_engine(db.engine.url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def run(app: Flask, post: Any, use_server: Callable[[Smtp], None]) -> Callable[..., Delivered]:
    use_server(post.settings)

    def go(**more: Any) -> Delivered:
        collect(db.session, MORNING)
        return deliver(db.session, app.config["TRACKER"], "this sweep", MORNING, **more)

    return go


def when_the_first_mail_arrives(post: Any, engine: Engine, statement: str) -> None:
    """Something changes in the database before the server answers; the rest of the batch is made by then."""

    def change() -> None:
        with engine.begin() as connection:
            connection.execute(text(statement))

    post.meanwhile.append(change)


def content(mail: Any) -> str:
    return " ".join(mail.get_body(("plain",)).get_content().split())


SUBMITTED = "update assignment set state = 'submitted', row_version = row_version + 1 where id = "


def test_work_that_is_done_after_the_batch_was_made_is_not_told(
    desk: Any, post: Any, run: Any, meanwhile: Engine
) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    done = desk.give("Việc vừa xong", WEDNESDAY, unit="binh_minh")
    desk.give("Việc còn lại", WEDNESDAY, unit="binh_minh")
    when_the_first_mail_arrives(post, meanwhile, f"{SUBMITTED}{done}")
    assert run().sent == 2
    assert post.to == [OFFICER, OTHER]
    assert "Việc còn lại" in content(post.mails[1])
    assert "Việc vừa xong" not in content(post.mails[1])
    assert content(post.mails[1]) == " ".join(desk.letters()[1].text.split()), "the row says what was sent"


def test_a_letter_left_with_nothing_after_the_batch_was_made_is_withdrawn(
    desk: Any, post: Any, run: Any, meanwhile: Engine
) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    done = desk.give("Việc vừa xong", WEDNESDAY, unit="binh_minh")
    when_the_first_mail_arrives(post, meanwhile, f"{SUBMITTED}{done}")
    result = run()
    assert (result.sent, result.withdrawn) == (1, 1)
    assert post.to == [OFFICER]
    assert [letter.state for letter in desk.letters()] == ["sent", "withdrawn"]


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("update person set email = 'moi@sonthanh.example' where email = 'other@sonthanh.example'", "moi"),
        ("update person set active = '0' where email = 'other@sonthanh.example'", ""),
        ("update role set valid_to = '2026-05-12' where person_id = {other}", ""),
        ("delete from role where person_id = {other}", ""),
    ],
)
def test_whoever_is_no_longer_there_gets_nothing_though_the_batch_was_made(
    desk: Any,
    post: Any,
    run: Any,
    meanwhile: Engine,
    change: str,
    to: str,
) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    desk.give("Việc của Bình Minh", WEDNESDAY, unit="binh_minh")
    statement = change.format(other=desk.world.people["other"])
    when_the_first_mail_arrives(post, meanwhile, statement)
    run()
    assert post.to == ([OFFICER, f"{to}@sonthanh.example"] if to else [OFFICER])
    assert [letter.state for letter in desk.letters()] == ["sent", "sent" if to else "withdrawn"]


def test_a_letter_that_somebody_else_took_over_meanwhile_is_not_sent(
    desk: Any, post: Any, run: Any, meanwhile: Engine
) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    desk.give("Việc của Bình Minh", WEDNESDAY, unit="binh_minh")
    taken = "update letter set claim_token = 'another' where id = (select max(id) from letter)"
    when_the_first_mail_arrives(post, meanwhile, taken)
    assert run().sent == 1
    assert post.to == [OFFICER]
    assert [letter.claim_token for letter in desk.letters()] == ["", "another"]


def test_where_nothing_changes_no_letter_is_made_twice(
    desk: Any, post: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    people_of(desk, 5)
    made: list[list[int]] = []
    by_itself = Batch._frozen

    def counted(batch: Batch, ids: list[int]) -> Any:
        made.append(ids)
        return by_itself(batch, ids)

    monkeypatch.setattr(Batch, "_frozen", counted)
    assert run().sent == 5
    assert [len(ids) for ids in made] == [5]


def test_a_delivery_asks_once_who_sleeps_however_many_batches_it_takes(
    desk: Any, post: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    people_of(desk, 5)
    monkeypatch.setattr("notifications.delivery.deliver.MAILING", replace(MAILING, batch=1))
    asked: list[str] = []

    def noted(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "committee.settings" in statement and "assignment" not in statement:
            asked.append(statement)

    collect(db.session, MORNING)
    event.listen(db.engine, "before_cursor_execute", noted)
    result = run()
    event.remove(db.engine, "before_cursor_execute", noted)
    assert result.sent == 5
    of_collecting = 1  # before the delivery
    assert len([one for one in asked if "WHERE" not in one.upper()]) == of_collecting + 1


def test_a_slow_server_gets_what_is_made_anew_and_keeps_no_claim_for_long(
    desk: Any, post: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    people_of(desk, 6)
    each = MAILING.batch_seconds * 0.6  # two letters take longer than a batch may
    made: list[list[int]] = []
    by_itself = Batch._frozen

    def counted(batch: Batch, ids: list[int]) -> Any:
        made.append(ids)
        return by_itself(batch, ids)

    monkeypatch.setattr(Batch, "_frozen", counted)
    assert run(seconds=lambda: len(post.raw) * each).sent == 6
    assert [len(ids) for ids in made] == [6, 4, 2]
    assert {letter.claim_token for letter in desk.letters()} == {""}


def test_what_does_not_leave_in_the_time_of_a_sweep_waits_for_the_next_with_its_text_open(
    desk: Any, post: Any, run: Any
) -> None:
    people_of(desk, 4)
    each = MAILING.round_seconds * 0.6
    assert run(seconds=lambda: len(post.raw) * each).sent == 2
    left = desk.letters("waiting")
    assert [(letter.claim_token, letter.message_id) for letter in left] == [("", ""), ("", "")]
    assert run().sent == 2
    assert len(set(post.to)) == len(post.to) == 4


def test_of_a_batch_that_a_process_died_over_only_the_first_keeps_its_bytes(
    app: Flask, desk: Any, post: Any, run: Any
) -> None:
    """The first one may have left: nobody knows. The others have not, so that they may still say what is new."""
    done = desk.give("Việc của Tân Lập", WEDNESDAY)
    desk.give("Việc khác của Tân Lập", WEDNESDAY)
    gone = desk.give("Việc của Bình Minh", WEDNESDAY, unit="binh_minh")
    desk.give("Việc khác của Bình Minh", WEDNESDAY, unit="binh_minh")
    collect(db.session, MORNING)
    ids = outbox.claim(db.session, "a process that died", MORNING, 50, "mail")
    batch = Batch(db.session, "a process that died", MORNING, app.config["TRACKER"], ids)
    before = batch.parcel(ids[0])
    desk.change(done, state="submitted")
    desk.change(gone, state="submitted")
    outbox.free_claims(db.session, ["a process that died"])
    assert [(letter.state, bool(letter.message_id)) for letter in desk.letters()] == [
        ("failed", True),
        ("waiting", False),
    ]
    assert run().sent == 2
    assert isinstance(before, outbox.Parcel)
    assert content(post.mails[0]) == " ".join(before.text.split())
    assert "Việc của Bình Minh" not in content(post.mails[1])


def test_a_letter_that_cannot_be_made_keeps_nobody_else_waiting(
    desk: Any, post: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = people_of(desk, 3)
    by_itself = making._made

    def broken(telling: Any, *rest: Any) -> Any:
        if db.session.get(Person, telling.order.person_id).email == addresses[1]:
            raise RuntimeError("a fault of ours")
        return by_itself(telling, *rest)

    monkeypatch.setattr(making, "_made", broken)
    result = run()
    assert (result.sent, result.failed) == (2, 1)
    assert post.to == [addresses[0], addresses[2]]
    assert [letter.state for letter in desk.letters()] == ["sent", "failed", "sent"]
