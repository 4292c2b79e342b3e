"""Ongoing work in letters: asked about before a report, once; and letters about plans that are over, or periods that
are closed, say nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from notifications.sweep import sweep
from tests.conftest import make_app
from tests.services.test_whole_deed import PLAN, publish_draft
from tracker.extensions import db
from tracker.services import endings, noting, periods, plans
from tracker.store.models import Assignment, Letter, Notice


@pytest.fixture
def plan(app, world, clock):
    """The plan of a whole deed, with ongoing work for the communes; their half-year report is due on 4/6."""
    clock.day(2026, 5, 12, 6)
    version = plans.import_plan(
        world.actor("coordinator"), world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=clock.now
    )
    publish_draft(world, version, clock.now)
    return db.session.query(Assignment.plan_id).first()[0]


def ongoing(world):
    db.session.rollback()
    return db.session.query(Assignment).filter_by(unit_id=world.tan_lap, period="plan").first()


def told(world, clock):
    """The officer says how the ongoing work goes."""
    noting.note_progress(world.actor("officer"), ongoing(world).id, text="Đã họp 3 cuộc", at=clock.now)


def asked_people():
    db.session.rollback()
    query = select(Notice.person_id).where(Notice.step == "ongoing")
    return set(db.session.scalars(query))


def texts(app, clock, smtp, tmp_path):
    """What the sweep of that moment sends to Tân Lập's officer."""
    smtp.messages.clear()
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    sending = make_app(url, tmp_path, clock, smtp=smtp.settings)
    sweep(sending, clock.now)
    with sending.app_context():
        db.session.remove()
        db.engine.dispose()
    return [
        part.get_payload(decode=True).decode()
        for message in smtp.messages
        if message["To"] == "officer@sonthanh.example"
        for part in message.walk()
        if part.get_content_type() == "text/plain"
    ]


def test_it_is_asked_from_a_week_before_the_report_to_whoever_does_it_and_nobody_above(
    app, world, clock, plan
):
    sweep(app, clock.day(2026, 5, 27))
    assert asked_people() == set()
    sweep(app, clock.day(2026, 5, 28))
    assert asked_people() == {world.people["officer"], world.people["other"]}
    count = db.session.query(Notice).filter_by(step="ongoing").count()
    for day in (29, 30, 31):
        sweep(app, clock.day(2026, 5, day))
    sweep(app, clock.day(2026, 6, 4))
    assert db.session.query(Notice).filter_by(step="ongoing").count() == count, (
        "recorded once for each report"
    )
    heads = {world.people["head"], world.people["leader"]}
    assert not heads & asked_people()


def test_every_digest_until_a_note_says_so_and_none_after_it(app, world, clock, plan, smtp, tmp_path):
    clock.day(2026, 5, 28)
    [text] = texts(app, clock, smtp, tmp_path)
    assert "CẦN CHO BIẾT TÌNH HÌNH (1)" in text
    assert "Chậm nhất Thứ Năm 4/6/2026" in text
    clock.day(2026, 6, 1)
    [text] = texts(app, clock, smtp, tmp_path)
    assert "CẦN CHO BIẾT TÌNH HÌNH (1)" in text, "beside the reminder of the report"
    told(world, clock)
    clock.day(2026, 6, 3)
    [text] = texts(app, clock, smtp, tmp_path)
    assert "CẦN CHO BIẾT TÌNH HÌNH" not in text


def test_a_letter_that_waits_vanishes_with_its_plan(app, world, clock, plan, smtp, tmp_path):
    sweep(app, clock.day(2026, 5, 28))
    db.session.rollback()
    assert set(db.session.scalars(select(Letter.state))) == {"waiting"}
    reason, document = "cấp trên bãi bỏ", "Quyết định số 20/QĐ-UBND ngày 28/5/2026"
    endings.withdraw_plan(world.actor("coordinator"), plan, reason, document, at=clock.now)
    clock.day(2026, 5, 28, 9)
    assert texts(app, clock, smtp, tmp_path) == []
    db.session.rollback()
    states = set(db.session.scalars(select(Letter.state)))
    assert states == {"withdrawn"}
    for day in (4, 5, 8):
        clock.day(2026, 6, day)
        assert texts(app, clock, smtp, tmp_path) == []


def test_a_closed_period_is_urged_no_more_and_again_once_it_is_open(app, world, clock, plan, smtp, tmp_path):
    clock.day(2026, 6, 1, 6)
    for period in ("2026-H1", "once"):
        periods.close_period(world.actor("coordinator"), plan, period, despite=True, at=clock.now)
    told(world, clock)
    for day in (1, 3, 4, 5):
        clock.day(2026, 6, day)
        assert texts(app, clock, smtp, tmp_path) == []
    clock.day(2026, 6, 8, 6)
    periods.reopen_period(world.actor("leader"), plan, "2026-H1", "bổ sung", at=clock.now)
    clock.day(2026, 6, 8)
    [text] = texts(app, clock, smtp, tmp_path)
    assert "QUÁ HẠN (1)" in text, "the period that is open again, not the one that is closed"
