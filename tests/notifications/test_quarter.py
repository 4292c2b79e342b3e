"""A quarter on the trial clock over the sample: the mails of each day, and never one of them twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Flask

from notifications.sweep import sweep
from tracker import demo
from tracker.clock import at_vietnam, vietnam_day
from tracker.deadlines.workdays import NATIONAL
from tracker.extensions import db
from tracker.settings import Smtp
from tracker.sheets.words import day_words
from tracker.store.models import Letter, Notice

FIRST = date(2026, 4, 6)
DAYS = 91


def test_a_quarter_over_the_sample_sends_nothing_twice(
    sqlite_app: Flask, clock: Any, post: Any, set_server: Callable[[Flask, Smtp], None]
) -> None:
    """Prints day → mails; `pytest -s` shows it."""
    clock.now = at_vietnam(FIRST, 7)
    demo.load(sqlite_app, at=clock.now)
    set_server(sqlite_app, post.settings)
    mails: dict[date, int] = {}
    for n in range(DAYS):
        day = FIRST + timedelta(days=n)
        clock.now = at_vietnam(day, 7, 30)
        result = sweep(sqlite_app)
        assert result.error == ""
        mails[day] = result.sent
        clock.now = at_vietnam(day, 16)
        again = sweep(sqlite_app)
        assert (again.collected, again.sent, again.error) == (0, 0, "")
    _print(mails)
    db.session.rollback()
    letters = list(db.session.scalars(db.select(Letter)))
    assert {letter.state for letter in letters} == {"sent"}
    assert len(letters) == len(post.raw) == sum(mails.values()) > 0
    assert len({letter.message_id for letter in letters}) == len(letters)
    a_day = Counter((letter.person_id, letter.day) for letter in letters)
    assert set(a_day.values()) == {1}
    assert all(vietnam_day(letter.sent_at) == letter.day for letter in letters if letter.sent_at)
    assert all(NATIONAL.works(day) for day, sent in mails.items() if sent)
    assert {"-7", "-3", "-1", "0", "+1"} <= set(db.session.scalars(db.select(Notice.step)))


def _print(mails: dict[date, int]) -> None:
    print()
    for day, sent in mails.items():
        if sent or NATIONAL.works(day):
            print(f"{day_words(day):22} {sent:3} {'▪' * sent}")
    print(f"{'Cộng':22} {sum(mails.values()):3}")
