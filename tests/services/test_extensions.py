"""Gia hạn on both databases: who asks, who decides, which days, how often, and two people at once."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from tests.conftest import make_app
from tests.services.asking_desk import DUE, publish_plan
from tracker.errors import Forbidden, Invalid, Refused, TrackerError
from tracker.extensions import db
from tracker.services import extending, show_asking, work
from tracker.services.work import Given
from tracker.store.models import Extension, Plan, PlanVersion

LATER = date(2026, 5, 29)
REASON = "Hai thôn chưa bầu xong hòa giải viên."


@pytest.fixture
def desk(app, world, clock):
    return publish_plan(world, clock)


@pytest.fixture
def asked(desk, world, clock):
    """Tân Lập has asked for 29/5 for what is due on 15/5: (assignment, request)."""
    work_id = desk.of("Rà soát").id
    extending.ask(world.actor("officer"), work_id, LATER, REASON, at=clock.now)
    return work_id, desk.extension().id


def decide(desk, world, clock, asked, deed, *given, who="coordinator", **more):
    work_id, request = asked
    version = desk.version(work_id)
    return deed(world.actor(who), request, *given, row_version=version, at=clock.now, **more)


def test_agreed_the_wanted_day_holds_and_the_first_one_is_kept(desk, world, clock, asked):
    decide(desk, world, clock, asked, extending.agree)
    one = desk.of("Rà soát")
    assert (one.due_on, one.first_due_on, one.urged_from) == (LATER, DUE, date(2026, 5, 12))
    assert one.sequence == 1
    assert one.state == "open"
    assert desk.extension().state == "agreed"
    fact = desk.facts(one.id)[-1]
    assert (fact.deed, fact.before["due_on"], fact.after["due_on"]) == (
        "extension-agreed", "2026-05-15", "2026-05-29"
    )  # fmt: skip


def test_asking_alone_moves_nothing_that_a_calendar_sees(desk, asked):
    one = desk.of("Rà soát")
    assert (one.due_on, one.sequence, one.state) == (DUE, 0, "open")


def test_refused_with_a_reason_the_day_stays(desk, world, clock, asked):
    with pytest.raises(Invalid, match="lý do"):
        decide(desk, world, clock, asked, extending.refuse, "  ")
    decide(desk, world, clock, asked, extending.refuse, "Phải tổng hợp trước 20/5.")
    assert desk.of("Rà soát").due_on == DUE
    assert desk.extension().answer == "Phải tổng hợp trước 20/5."


def test_another_day_is_offered_and_taken(desk, world, clock, asked):
    offered = date(2026, 5, 25)
    decide(desk, world, clock, asked, extending.offer, offered, answer="Phải tổng hợp báo cáo huyện.")
    assert desk.of("Rà soát").due_on == DUE
    decide(desk, world, clock, asked, extending.take, who="officer")
    assert desk.of("Rà soát").due_on == offered
    assert desk.extension().state == "taken"


def test_an_offer_that_is_not_taken_leaves_the_day_and_one_may_ask_again(desk, world, clock, asked):
    decide(desk, world, clock, asked, extending.offer, date(2026, 5, 25))
    officer = world.actor("officer")
    with pytest.raises(Refused, match=r"đề nghị hạn khác, ngày 25/5/2026"):
        extending.ask(officer, asked[0], LATER, REASON, at=clock.now)
    extending.decline(officer, asked[1], at=clock.now)
    assert desk.of("Rà soát").due_on == DUE
    extending.ask(officer, asked[0], date(2026, 6, 1), REASON, at=clock.now)
    assert desk.extension().wanted_on == date(2026, 6, 1)


def test_the_lead_takes_its_request_back_and_nobody_decides_it_then(desk, world, clock, asked):
    extending.withdraw(world.actor("officer"), asked[1], at=clock.now)
    with pytest.raises(Refused, match="đã được trả lời hoặc đã rút"):
        decide(desk, world, clock, asked, extending.agree)


def test_only_one_request_stands_open(desk, world, clock, asked):
    with pytest.raises(Refused, match=r"đến ngày 29/5/2026 đang chờ quyết định"):
        extending.ask(world.actor("head"), asked[0], date(2026, 6, 1), REASON, at=clock.now)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (None, "Xin ghi hạn mới"),
        (date(2026, 5, 12), "phải sau hôm nay"),
        (date(2025, 12, 1), "phải sau hôm nay"),
        (date(2026, 5, 15), "phải sau hạn hiện nay, Thứ Sáu 15/5/2026"),
        (date(2027, 1, 4), "kế hoạch kết thúc Thứ Năm 31/12/2026"),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words(desk, world, clock, wanted, words):
    with pytest.raises(Invalid, match=words):
        extending.ask(world.actor("officer"), desk.of("Rà soát").id, wanted, REASON, at=clock.now)
    assert desk.extension() is None


def test_a_reason_is_needed(desk, world, clock):
    with pytest.raises(Invalid, match="lý do xin gia hạn"):
        extending.ask(world.actor("officer"), desk.of("Rà soát").id, LATER, " \n", at=clock.now)


def test_a_period_is_not_put_off_past_the_day_of_the_next_one(desk, world, clock):
    clock.day(2026, 3, 18)
    quarter = desk.of("Báo cáo")
    assert quarter.period == "2026-Q1"
    with pytest.raises(Invalid, match="kỳ tiếp theo đã đến hạn Thứ Sáu 19/6/2026"):
        extending.ask(world.actor("officer"), quarter.id, date(2026, 6, 22), REASON, at=clock.now)
    extending.ask(world.actor("officer"), quarter.id, date(2026, 6, 19), REASON, at=clock.now)


def test_work_without_a_due_date_needs_none(desk, world, clock):
    with pytest.raises(Refused, match="không có hạn"):
        extending.ask(world.actor("officer"), desk.of("Xây dựng").id, LATER, REASON, at=clock.now)


def test_after_the_plans_end_there_is_no_day_left(desk, world, clock):
    clock.day(2027, 1, 4)
    with pytest.raises(Refused, match="Không còn ngày nào"):
        extending.ask(world.actor("officer"), desk.of("Rà soát").id, LATER, REASON, at=clock.now)


def test_a_plan_that_orders_work_after_its_own_end_does_not_limit_it(desk, world, clock):
    version = db.session.scalar(db.select(PlanVersion))
    version.period_end = date(2026, 5, 10)
    db.session.commit()
    extending.ask(world.actor("officer"), desk.of("Rà soát").id, LATER, REASON, at=clock.now)
    assert desk.extension().wanted_on == LATER


@pytest.mark.parametrize("who", ["other", "coordinator", "leader", "manager"])
def test_only_the_lead_asks(desk, world, clock, who):
    with pytest.raises(Forbidden):
        extending.ask(world.actor(who), desk.of("Rà soát").id, LATER, REASON, at=clock.now)


@pytest.mark.parametrize("who", ["officer", "head", "other", "leader"])
def test_only_whoever_follows_the_plan_up_decides(desk, world, clock, asked, who):
    for deed, given in ((extending.agree, ()), (extending.refuse, ("x",)), (extending.offer, (LATER,))):
        with pytest.raises(Forbidden):
            decide(desk, world, clock, asked, deed, *given, who=who)


def test_nobody_decides_their_own_but_a_colleague_may(desk, world, clock):
    mine = desk.of("Biên soạn", "justice")
    extending.ask(world.actor("coordinator"), mine.id, LATER, REASON, at=clock.now)
    asked = mine.id, desk.extension().id
    for deed, given in ((extending.agree, ()), (extending.refuse, ("x",)), (extending.offer, (LATER,))):
        with pytest.raises(Refused, match="Xin nhờ đồng chí khác của Phòng Tư pháp"):
            decide(desk, world, clock, asked, deed, *given)
    desk.person("second", "Lý Thu Trang", "coordinator", world.justice)
    decide(desk, world, clock, asked, extending.offer, date(2026, 6, 5), who="second")
    with pytest.raises(Refused, match="đề nghị ngày này"):
        decide(desk, world, clock, asked, extending.take, who="second")
    decide(desk, world, clock, asked, extending.take)
    assert desk.of("Biên soạn", "justice").due_on == date(2026, 6, 5)


def test_the_same_day_is_no_offer_and_the_past_is_none_either(desk, world, clock, asked):
    with pytest.raises(Invalid, match="bấm đồng ý"):
        decide(desk, world, clock, asked, extending.offer, LATER)
    with pytest.raises(Invalid, match="sau hôm nay"):
        decide(desk, world, clock, asked, extending.offer, date(2026, 5, 11))


def test_a_wanted_day_that_went_by_undecided_cannot_be_agreed_to(desk, world, clock, asked):
    clock.day(2026, 6, 1)
    with pytest.raises(Invalid, match="sau hôm nay"):
        decide(desk, world, clock, asked, extending.agree)
    decide(desk, world, clock, asked, extending.offer, date(2026, 6, 5))


def test_what_was_asked_in_time_is_decided_after_the_evidence_came(desk, world, clock, asked):
    work.tick(world.actor("officer"), asked[0], Given(text="15/BC-UBND ngày 11/5/2026"), at=clock.now)
    decide(desk, world, clock, asked, extending.agree)
    one = desk.of("Rà soát")
    assert (one.due_on, one.state) == (LATER, "submitted")


def test_finished_work_is_not_extended(desk, world, clock, asked):
    work.tick(world.actor("officer"), asked[0], Given(text="15/BC-UBND ngày 11/5/2026"), at=clock.now)
    decide_version = desk.version(asked[0])
    work.accept(world.actor("coordinator"), asked[0], row_version=decide_version, at=clock.now)
    with pytest.raises(Refused, match="đã được duyệt xong"):
        decide(desk, world, clock, asked, extending.agree)


def test_from_the_third_on_it_is_said_how_often(desk, world, clock):
    work_id = desk.of("Rà soát").id
    for number, day in enumerate((20, 25, 29), start=1):
        extending.ask(world.actor("officer"), work_id, date(2026, 5, day), REASON, at=clock.now)
        asked = work_id, desk.extension().id
        decide(desk, world, clock, asked, extending.agree)
        page = show_asking.work_asking(world.actor("officer"), work_id, at=clock.now)
        assert (page.times, page.often) == (number, number >= 3)
    assert [f.after["number"] for f in desk.facts(work_id) if f.deed == "extension-agreed"] == [1, 2, 3]


def test_who_saw_an_older_state_is_told(desk, world, clock, asked):
    stale = desk.version(asked[0])
    work.tick(world.actor("officer"), asked[0], Given(text="15/BC-UBND ngày 11/5/2026"), at=clock.now)
    with pytest.raises(Refused, match="vừa được người khác cập nhật"):
        extending.agree(world.actor("coordinator"), asked[1], row_version=stale, at=clock.now)


def test_a_plan_that_is_over_takes_no_request(desk, world, clock):
    work_id = desk.of("Rà soát").id
    plan = db.session.scalar(db.select(Plan))
    plan.ending, plan.ended_at, plan.ended_by_id = "closed", clock.now, world.people["coordinator"]
    db.session.commit()
    with pytest.raises(Refused, match=r"Kế hoạch đã kết thúc ngày 12/5/2026, .*Phạm Minh Anh"):
        extending.ask(world.actor("officer"), work_id, LATER, REASON, at=clock.now)


def together(database_url, tmp_path, clock, *deeds):
    """Each deed in a thread and a connection of its own, as in two processes: what each came to."""
    barrier, outcomes = threading.Barrier(len(deeds)), []

    def run(deed):
        app = make_app(database_url, tmp_path, clock)
        with app.app_context():
            barrier.wait()
            try:
                deed()
                outcomes.append("done")
            except TrackerError as refusal:
                outcomes.append(refusal.code)
            finally:
                db.session.remove()
                db.engine.dispose()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_two_colleagues_ask_at_once_and_one_request_stands(desk, world, clock, database_url, tmp_path):
    work_id = desk.of("Rà soát").id
    people = [world.actor("officer"), world.actor("head")]
    db.session.rollback()
    outcomes = together(
        database_url, tmp_path, clock,
        *(lambda who=who: extending.ask(who, work_id, LATER, REASON, at=clock.now) for who in people),
    )  # fmt: skip
    assert outcomes[0] == "done"
    assert outcomes[1] in ("extension-open", "overtaken")
    db.session.rollback()
    assert db.session.query(Extension).count() == 1


def test_two_colleagues_decide_at_once_and_one_decision_stands(
    desk, world, clock, asked, database_url, tmp_path
):
    first = world.actor("coordinator")
    second = desk.person("second", "Lý Thu Trang", "coordinator", world.justice)
    version = desk.version(asked[0])
    db.session.rollback()
    outcomes = together(
        database_url, tmp_path, clock,
        lambda: extending.agree(first, asked[1], row_version=version, at=clock.now),
        lambda: extending.refuse(second, asked[1], "Không được.", row_version=version, at=clock.now),
    )  # fmt: skip
    assert outcomes == ["done", "overtaken"]
    agreed = desk.extension().state == "agreed"
    assert desk.of("Rà soát").due_on == (LATER if agreed else DUE)


def test_what_a_person_may_is_what_the_page_offers(desk, world, clock, asked):
    def may(who):
        page = show_asking.work_asking(world.actor(who), asked[0], at=clock.now)
        return {deed for deed in page.may if "extension" in deed}

    assert may("officer") == {"ask-extension", "withdraw-extension"}
    assert may("coordinator") == {"decide-extension"}
    assert may("leader") == set()


def test_a_partner_sees_nothing_of_a_request(desk, world, clock, asked):
    partner = desk.person("partner", "Bùi Văn Nam", "officer", world.culture)
    page = show_asking.work_asking(partner, asked[0], at=clock.now)
    assert page.extensions == ()
    assert not page.may
