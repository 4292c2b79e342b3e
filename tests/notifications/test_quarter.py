"""A quarter on the trial clock over the sample: the mails of each day are those that were foreseen on the first
morning, and never one of them twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask

from tests.notifications.foreseen import days_of
from tracker import demo
from tracker.clock import at_vietnam, vietnam_day
from tracker.deadlines.workdays import NATIONAL
from tracker.extensions import db
from tracker.settings import Smtp
from tracker.sheets.words import day_words
from tracker.store.models import Fact, Letter, Notice

FIRST = date(2026, 4, 6)
DAYS = 91


def test_a_quarter_over_the_sample_is_as_foreseen_and_sends_nothing_twice(
    sqlite_app: Flask, clock: Any, post: Any, set_server: Callable[[Flask, Smtp], None]
) -> None:
    """Prints day → mails; `pytest -s` shows it."""
    clock.now = at_vietnam(FIRST, 7)
    demo.load(sqlite_app, at=clock.now)
    set_server(sqlite_app, post.settings)
    run = days_of(sqlite_app, clock, FIRST, DAYS)
    _print(run.by_day)
    assert run.faults == []
    assert run.differences == []
    letters = list(db.session.scalars(db.select(Letter)))
    assert {letter.state for letter in letters} == {"sent"}
    assert len(letters) == len(post.raw) == sum(run.by_day.values()) > 0
    assert len({letter.message_id for letter in letters}) == len(letters)
    assert all(vietnam_day(letter.sent_at) == letter.day for letter in letters if letter.sent_at)
    assert all(NATIONAL.works(day) for day, sent in run.by_day.items() if sent)
    steps = set(db.session.scalars(db.select(Notice.step)))
    assert {"-7", "-3", "-1", "0", "+1", "+3", "+5", "+7", "+10", "+12"} <= steps
    weeks = Counter((one.person_id, one.day.isocalendar()[:2]) for one in letters if one.weekly)
    assert set(weeks.values()) == {1}
    due = db.session.scalars(db.select(Fact).where(Fact.deed == "urging-letter-due"))
    urged = Counter((one.thing_id, one.after["due_on"]) for one in due)
    assert set(urged.values()) == {1}


def _print(mails: dict[date, int]) -> None:
    print()
    for day, sent in mails.items():
        if sent or NATIONAL.works(day):
            print(f"{day_words(day):22} {sent:3} {'▪' * sent}")
    print(f"{'Cộng':22} {sum(mails.values()):3}")
