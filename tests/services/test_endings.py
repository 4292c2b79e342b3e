"""A plan ends, is withdrawn, and goes on again: on both databases, by the services."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.test_periods import EVIDENCE, of_period, plan
from tracker.errors import Forbidden, Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import endings, plans, publish, show_dashboard, show_plans, show_units, show_work, work
from tracker.store.models import Assignment, Evidence, Fact, Plan

__all__ = ["plan"]

DOCUMENT = "Quyết định số 20/QĐ-UBND ngày 1/6/2026"


def states(plan_id):
    db.session.rollback()
    found = db.session.query(Assignment.state).filter_by(plan_id=plan_id).all()
    return sorted(state for (state,) in found)


def reasons(world, clock, plan_id, words="hết thời gian thực hiện"):
    page = endings.end_page(world.actor("coordinator"), plan_id, at=clock.now)
    return {group.key: words for group in page.open}


def test_open_work_is_listed_in_groups_before_the_end(world, clock, plan):
    page = endings.end_page(world.actor("coordinator"), plan, at=clock.now)
    assert page.works == 13
    assert sorted(group.units for group in page.open) == [1, 3, 3, 3, 3]


def test_a_plan_does_not_end_while_open_work_has_no_reason(world, clock, plan):
    coordinator = world.actor("coordinator")
    given = reasons(world, clock, plan)
    given.popitem()
    with pytest.raises(Refused, match=r"Còn \d+ việc đang mở chưa có lý do thôi giao"):
        endings.end_plan(coordinator, plan, given, at=clock.now)
    with pytest.raises(Refused, match="Còn 13 việc"):
        endings.end_plan(coordinator, plan, {}, at=clock.now)
    assert set(states(plan)) == {"open"}


def test_evidence_that_waits_is_decided_first(world, clock, plan):
    one = of_period("2026-H1", world.tan_lap)
    work.tick(world.actor("officer"), one.id, EVIDENCE, at=clock.now)
    with pytest.raises(Refused, match="1 việc đã gửi minh chứng đang chờ duyệt"):
        endings.end_plan(world.actor("coordinator"), plan, reasons(world, clock, plan), at=clock.now)


def test_an_ended_plan_leaves_the_working_lists_and_stays_readable(world, clock, plan):
    coordinator = world.actor("coordinator")
    endings.end_plan(coordinator, plan, reasons(world, clock, plan), "đã tổng kết", at=clock.now)
    assert set(states(plan)) == {"excused"}
    one = of_period("2026-H1", world.tan_lap)
    assert (one.excuse, one.excuse_reason) == ("plan-closed", "hết thời gian thực hiện")
    assert show_dashboard.matrix(coordinator, world.committee, at=clock.now).plans == ()
    [row] = show_plans.plans(coordinator, at=clock.now)
    assert row.ending == "closed"
    page = show_units.unit_work(world.actor("officer"), world.tan_lap, at=clock.now)
    assert (page.groups, page.plans) == ((), ())
    assert show_plans.plan_page(world.actor("officer"), plan, at=clock.now).plan.number == "12/KH-UBND"
    assert show_work.work_page(world.actor("officer"), one.id, at=clock.now).row.standing.code == "excused"


def test_nothing_of_an_ended_plan_changes(world, clock, plan):
    coordinator = world.actor("coordinator")
    endings.end_plan(coordinator, plan, reasons(world, clock, plan), at=clock.now)
    one = of_period("2026-H1", world.tan_lap)
    words = "Kế hoạch đã kết thúc ngày 12/5/2026, người thực hiện: Phạm Minh Anh"
    with pytest.raises(Refused, match=words):
        work.tick(world.actor("officer"), one.id, EVIDENCE, at=clock.now)
    with pytest.raises(Refused, match=words):
        plans.import_plan(
            coordinator, world.committee, world.justice, "2.txt", b"K", at=clock.now, plan_id=plan
        )
    with pytest.raises(Refused, match="đã kết thúc"):
        endings.withdraw_plan(coordinator, plan, "vì", DOCUMENT, at=clock.now)


def test_a_draft_on_its_way_is_published_or_dropped_first(world, clock, plan):
    coordinator = world.actor("coordinator")
    text = "KẾ HOẠCH\nPhổ biến\n\n1. Việc.\n- Chủ trì: Phòng Tư pháp.".encode()
    plans.import_plan(coordinator, world.committee, world.justice, "2.txt", text, at=clock.now, plan_id=plan)
    with pytest.raises(Refused, match="bản thảo chưa ban hành"):
        endings.end_plan(coordinator, plan, reasons(world, clock, plan), at=clock.now)


def test_a_withdrawn_plan_excuses_what_is_not_accepted_and_keeps_evidence(world, clock, plan):
    sent, done = of_period("2026-H1", world.tan_lap), of_period("once", world.justice)
    work.tick(world.actor("officer"), sent.id, EVIDENCE, at=clock.now)
    work.tick(world.actor("coordinator"), done.id, EVIDENCE, at=clock.now)
    row_version = db.session.get(Assignment, done.id).row_version
    work.accept(world.actor("coordinator"), done.id, row_version=row_version, at=clock.now)
    for reason, document in (("", DOCUMENT), ("cấp trên bãi bỏ", " ")):
        with pytest.raises(Invalid):
            endings.withdraw_plan(world.actor("coordinator"), plan, reason, document, at=clock.now)
    endings.withdraw_plan(world.actor("coordinator"), plan, "cấp trên bãi bỏ", DOCUMENT, at=clock.now)
    assert states(plan) == ["accepted"] + ["excused"] * 12
    one = of_period("2026-H1", world.tan_lap)
    assert (one.excuse, one.excuse_reason) == ("plan-withdrawn", f"cấp trên bãi bỏ ({DOCUMENT})")
    assert db.session.query(Evidence).count() == 2
    facts = db.session.query(Fact).filter_by(deed="excused", thing="assignment").count()
    assert facts == 12, "each piece of work says why"


def test_a_leader_lets_it_go_on_and_everything_is_where_it_was(world, clock, plan):
    sent = of_period("2026-H1", world.tan_lap)
    work.tick(world.actor("officer"), sent.id, EVIDENCE, at=clock.now)
    before = states(plan)
    endings.withdraw_plan(world.actor("coordinator"), plan, "cấp trên bãi bỏ", DOCUMENT, at=clock.now)
    for who in ("coordinator", "manager", "officer"):
        with pytest.raises(Forbidden):
            endings.reopen_plan(world.actor(who), plan, "vì", at=clock.now)
    clock.day(2026, 5, 25)
    leader = world.actor("leader")
    with pytest.raises(Invalid, match="lý do"):
        endings.reopen_plan(leader, plan, "", at=clock.now)
    endings.reopen_plan(leader, plan, "văn bản bãi bỏ bị thu hồi", at=clock.now)
    assert states(plan) == before
    one = of_period("2026-H1", world.tan_lap)
    assert (one.state, one.urged_from, one.excuse) == ("submitted", date(2026, 5, 25), "")
    assert db.session.get(Plan, plan).ending == ""
    with pytest.raises(Refused, match="đang thực hiện"):
        endings.reopen_plan(leader, plan, "vì", at=clock.now)


def test_who_does_not_follow_the_plan_up_does_not_end_it(world, clock, plan):
    for who in ("officer", "head", "leader", "manager"):
        with pytest.raises(Forbidden):
            endings.end_plan(world.actor(who), plan, {}, at=clock.now)
    with pytest.raises(NotFound):
        endings.end_plan(world.actor("coordinator"), 999, {}, at=clock.now)


def test_a_draft_of_an_ended_plan_is_not_published(world, clock, plan):
    coordinator = world.actor("coordinator")
    text = "KẾ HOẠCH\nPhổ biến\n\n1. Việc.\n- Chủ trì: Phòng Tư pháp.".encode()
    version = plans.import_plan(
        coordinator, world.committee, world.justice, "2.txt", text, at=clock.now, plan_id=plan
    )
    stored = db.session.get(Plan, plan)
    stored.ending, stored.ended_at, stored.ended_by_id = "closed", clock.now, coordinator.id
    db.session.commit()
    with pytest.raises(Refused, match="Kế hoạch đã kết thúc ngày"):
        publish.publish(coordinator, version, row_version=1, at=clock.now)
