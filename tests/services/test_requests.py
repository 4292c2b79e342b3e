"""Work handed back, explanations and waits on both databases: who asks, who decides, what is kept."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.asking_desk import DUE, publish_plan
from tracker.access import OPERATOR
from tracker.errors import Forbidden, Invalid, Refused
from tracker.extensions import db
from tracker.services import explaining, extending, handing_back, show_asking, waiting, work
from tracker.services.work import Given
from tracker.store.models import Assignment, Explanation, HandBack, Plan, UnitVersion, Wait

WRONG = "Việc này thuộc lĩnh vực của Phòng Văn hóa và Thông tin."


@pytest.fixture
def desk(app, world, clock):
    return publish_plan(world, clock)


@pytest.fixture
def officer(world):
    return lambda: world.actor("officer")


@pytest.fixture
def coordinator(world):
    return lambda: world.actor("coordinator")


def last(kind):
    db.session.rollback()
    return db.session.scalars(db.select(kind).order_by(kind.id.desc())).first()


# Given to the wrong unit


@pytest.fixture
def handed_back(desk, world, clock, officer):
    work_id = desk.of("Rà soát").id
    handing_back.ask(officer(), work_id, WRONG, world.culture, at=clock.now)
    return work_id, last(HandBack).id


def test_handed_on_the_key_stays_and_the_holder_moves(desk, world, clock, handed_back, officer, coordinator):
    work_id, request = handed_back
    before = desk.of("Rà soát")
    key = (before.task_id, before.timing_id, before.unit_id, before.period)
    handing_back.hand_on(
        coordinator(), request, world.culture, row_version=desk.version(work_id), at=clock.now
    )
    one = desk.of("Rà soát", "culture")
    assert (one.id, one.holder_id, one.due_on) == (work_id, world.culture, DUE)
    assert (one.task_id, one.timing_id, one.unit_id, one.period) == key
    assert (one.urged_from, one.sequence, one.seen_on) == (date(2026, 5, 12), 1, None)
    fact = desk.facts(work_id)[-1]
    assert (fact.deed, fact.after["name"]) == ("handed-on", "Phòng Văn hóa và Thông tin")
    with pytest.raises(Forbidden):  # it is no work of theirs any more
        work.tick(officer(), work_id, Given(text="15/BC-UBND ngày 11/5/2026"), at=clock.now)


def test_handed_on_what_the_old_unit_asked_is_over(desk, world, clock, officer, coordinator):
    work_id = desk.of("Rà soát").id
    extending.ask(officer(), work_id, date(2026, 5, 29), "Cần thêm thời gian.", at=clock.now)
    handing_back.ask(officer(), work_id, WRONG, at=clock.now)
    handing_back.hand_on(
        coordinator(), last(HandBack).id, world.culture, row_version=desk.version(work_id), at=clock.now
    )
    assert desk.extension().state == "withdrawn"


def test_nobody_else_has_to_do_it_either(desk, clock, handed_back, coordinator):
    work_id, request = handed_back
    version = desk.version(work_id)
    with pytest.raises(Invalid, match="lý do"):
        handing_back.excuse(coordinator(), request, "", row_version=version, at=clock.now)
    handing_back.excuse(coordinator(), request, "Huyện đã làm tập trung.", row_version=version, at=clock.now)
    one = desk.of("Rà soát")
    assert (one.state, one.excuse, one.excuse_reason) == (
        "excused", "handed-back", "Huyện đã làm tập trung."
    )  # fmt: skip


def test_refused_with_a_reason_it_stays_and_may_be_asked_again(
    desk, clock, handed_back, officer, coordinator
):
    work_id, request = handed_back
    version = desk.version(work_id)
    with pytest.raises(Invalid, match="lý do"):
        handing_back.refuse(coordinator(), request, " ", row_version=version, at=clock.now)
    handing_back.refuse(coordinator(), request, "Kế hoạch giao cho xã.", row_version=version, at=clock.now)
    one = last(HandBack)
    assert (one.state, one.answer) == ("refused", "Kế hoạch giao cho xã.")
    handing_back.ask(officer(), work_id, WRONG, at=clock.now)


def test_a_second_request_waits_for_the_first_one(desk, world, clock, handed_back, officer):
    with pytest.raises(Refused, match="đang chờ quyết định"):
        handing_back.ask(world.actor("head"), handed_back[0], WRONG, at=clock.now)
    handing_back.withdraw(officer(), handed_back[1], at=clock.now)
    assert last(HandBack).state == "withdrawn"
    handing_back.ask(world.actor("head"), handed_back[0], WRONG, at=clock.now)


@pytest.mark.parametrize("who", ["other", "coordinator", "leader", "manager"])
def test_only_the_holder_hands_back(desk, world, clock, who):
    with pytest.raises(Forbidden):
        handing_back.ask(world.actor(who), desk.of("Rà soát").id, WRONG, at=clock.now)


def test_only_whoever_follows_the_plan_up_hands_on(desk, world, clock, handed_back):
    work_id, request = handed_back
    for who in ("officer", "leader", "other"):
        with pytest.raises(Forbidden):
            handing_back.hand_on(
                world.actor(who), request, world.culture, row_version=desk.version(work_id), at=clock.now
            )


def test_not_to_the_same_unit_nor_to_one_that_is_over(desk, world, clock, handed_back, coordinator):
    work_id, request = handed_back
    version = desk.version(work_id)
    gone = db.session.scalar(db.select(UnitVersion).where(UnitVersion.unit_id == world.education))
    gone.valid_to = date(2026, 3, 31)
    db.session.commit()
    for unit, words in (
        (world.tan_lap, "đơn vị khác"),
        (world.education, "không còn hoạt động"),
        (None, "chọn đơn vị"),
        (4711, "trong danh sách"),
    ):
        with pytest.raises(Invalid, match=words):
            handing_back.hand_on(coordinator(), request, unit, row_version=version, at=clock.now)


def test_nobody_decides_about_the_work_they_handed_back(desk, world, clock, coordinator):
    mine = desk.of("Biên soạn", "justice")
    handing_back.ask(coordinator(), mine.id, "Việc của Phòng Văn hóa.", at=clock.now)
    with pytest.raises(Refused, match="Xin nhờ đồng chí khác"):
        handing_back.hand_on(
            coordinator(),
            last(HandBack).id,
            world.culture,
            row_version=desk.version(mine.id),
            at=clock.now,
        )


# Asked why


@pytest.fixture
def question(desk, world, clock):
    work_id = desk.of("Rà soát").id
    explaining.ask(world.actor("leader"), work_id, "Vì sao chưa báo cáo?", date(2026, 5, 14), at=clock.now)
    return work_id, last(Explanation).id


def test_an_explanation_is_given_once_and_kept(desk, clock, question, officer):
    explaining.answer(officer(), question[1], "Chờ hai thôn bầu xong.", at=clock.now)
    with pytest.raises(Refused, match="đã được trả lời"):
        explaining.answer(officer(), question[1], "Lần nữa.", at=clock.now)
    one = last(Explanation)
    assert one.answer == "Chờ hai thôn bầu xong."
    assert [f.deed for f in desk.facts(question[0])] == ["explanation-asked", "explained"]
    assert desk.of("Rà soát").due_on == DUE


def test_the_answer_is_not_empty(clock, question, officer):
    with pytest.raises(Invalid, match="nội dung giải trình"):
        explaining.answer(officer(), question[1], "", at=clock.now)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (None, "Xin ghi ngày"),
        (date(2026, 5, 12), "từ ngày mai"),
        (date(2026, 5, 1), "từ ngày mai"),
        (date(2026, 5, 16), "là ngày nghỉ. Xin chọn ngày làm việc, ví dụ Thứ Hai 18/5/2026"),
    ],
)
def test_its_day_is_a_working_day_from_tomorrow_on(desk, world, clock, day, words):
    with pytest.raises(Invalid, match=words):
        explaining.ask(world.actor("leader"), desk.of("Rà soát").id, "Vì sao?", day, at=clock.now)


def test_leaders_and_coordinators_ask_and_nobody_else(desk, world, clock):
    work_id, day = desk.of("Rà soát").id, date(2026, 5, 14)
    for who in ("officer", "head", "other", "manager"):
        with pytest.raises(Forbidden):
            explaining.ask(world.actor(who), work_id, "Vì sao?", day, at=clock.now)
    for who in ("leader", "coordinator"):
        explaining.ask(world.actor(who), work_id, "Vì sao?", day, at=clock.now)
    with pytest.raises(Refused, match="chưa trả lời"):
        explaining.ask(world.actor("leader"), work_id, "Vì sao?", day, at=clock.now)


def test_only_the_holder_explains_and_only_the_asker_withdraws(world, clock, question):
    for who in ("other", "coordinator", "leader"):
        with pytest.raises(Forbidden):
            explaining.answer(world.actor(who), question[1], "Vì…", at=clock.now)
    with pytest.raises(Forbidden, match="Chỉ người đã yêu cầu"):
        explaining.withdraw(world.actor("coordinator"), question[1], at=clock.now)
    explaining.withdraw(world.actor("leader"), question[1], at=clock.now)
    with pytest.raises(Refused, match="đã được trả lời hoặc đã rút"):
        explaining.answer(world.actor("officer"), question[1], "Vì…", at=clock.now)


def test_finished_work_can_be_asked_about_too(desk, world, clock, officer, coordinator):
    work_id = desk.of("Rà soát").id
    work.tick(officer(), work_id, Given(text="15/BC-UBND ngày 11/5/2026"), at=clock.now)
    work.accept(coordinator(), work_id, row_version=desk.version(work_id), at=clock.now)
    explaining.ask(world.actor("leader"), work_id, "Vì sao làm sơ sài?", date(2026, 5, 14), at=clock.now)
    explaining.answer(officer(), last(Explanation).id, "Xin bổ sung sau.", at=clock.now)
    assert desk.of("Rà soát").state == "accepted"


def test_an_overdue_explanation_stands_on_the_list_of_who_asked(world, clock, question):
    def listed(who):
        found = show_asking.deciding(world.actor(who), world.committee, at=clock.now)
        return [one.state for _row, one in found.explanations]

    assert listed("leader") == listed("coordinator") == ["asked"]
    clock.day(2026, 5, 15)
    assert listed("leader") == ["overdue"]
    viewer = show_asking.unit_asking(world.actor("officer"), world.tan_lap, at=clock.now)
    assert [one.state for _row, one in viewer.explanations] == ["overdue"]


# Waiting for somebody


@pytest.fixture
def culture(desk, world):
    return desk.person("partner", "Bùi Văn Nam", "officer", world.culture)


@pytest.fixture
def waits(desk, world, clock, culture, officer):
    """Tân Lập waits for the culture office from 12/5 on, at most until 14/5."""
    work_id = desk.of("Rà soát").id
    waiting.wait(officer(), work_id, world.culture, "Chờ mẫu danh sách.", date(2026, 5, 14), at=clock.now)
    return work_id, desk.wait().id


def test_the_work_waits_and_the_unit_that_is_waited_for_sees_it(desk, world, clock, waits, culture):
    one = desk.of("Rà soát")
    assert (one.state, one.waits_for, one.waits_since) == (
        "waiting", "Phòng Văn hóa và Thông tin", date(2026, 5, 12)
    )  # fmt: skip
    seen = show_asking.unit_asking(culture, world.culture, at=clock.now)
    [(row, wait)] = seen.awaited
    assert (row.id, wait.reason) == (waits[0], "Chờ mẫu danh sách.")
    page = show_asking.work_asking(culture, waits[0], at=clock.now)
    assert page.may == {"resume"}
    assert page.wait.id == waits[1]


def test_it_goes_on_when_that_unit_says_what_it_has_done(desk, clock, waits, culture):
    clock.day(2026, 5, 14)
    with pytest.raises(Invalid, match="đã làm gì"):
        waiting.end(culture, waits[1], " ", at=clock.now)
    waiting.end(culture, waits[1], "Đã gửi mẫu ngày 14/5.", at=clock.now)
    one, wait = desk.of("Rà soát"), desk.wait()
    assert (one.state, one.waits_for, one.waits_since, one.urged_from) == (
        "open", "", None, date(2026, 5, 14)
    )  # fmt: skip
    assert (wait.answer, wait.ended_on) == ("Đã gửi mẫu ngày 14/5.", date(2026, 5, 14))
    with pytest.raises(Refused):
        waiting.end(culture, waits[1], "Lần nữa.", at=clock.now)


@pytest.mark.parametrize("who", ["officer", "head", "coordinator"])
def test_the_lead_and_the_coordinator_may_end_it_without_words(desk, world, clock, waits, who):
    waiting.end(world.actor(who), waits[1], at=clock.now)
    assert desk.of("Rà soát").state == "open"


def test_another_partner_may_not(desk, world, clock, waits):
    front = desk.person("front", "Hoàng Thị Lan", "officer", world.front)
    for person in (front, world.actor("other"), world.actor("leader")):
        with pytest.raises(Forbidden):
            waiting.end(person, waits[1], "Xong rồi.", at=clock.now)


def test_a_wait_for_a_unit_that_is_no_partner_can_be_ended_by_it(desk, world, clock, officer):
    work_id = desk.of("Rà soát").id
    waiting.wait(officer(), work_id, world.binh_minh, "Chờ số liệu.", at=clock.now)
    waiting.end(world.actor("other"), desk.wait().id, "Đã gửi.", at=clock.now)
    assert desk.of("Rà soát").state == "open"


def test_when_its_last_day_is_over_it_ends_by_itself_once(desk, clock, waits):
    clock.day(2026, 5, 14, 23)
    assert waiting.end_overdue(OPERATOR, at=clock.now) == 0
    clock.day(2026, 5, 18, 7)  # nobody was there on the weekend
    assert waiting.end_overdue(OPERATOR, at=clock.now) == 1
    assert waiting.end_overdue(OPERATOR, at=clock.now) == 0
    one, wait = desk.of("Rà soát"), desk.wait()
    assert (one.state, one.urged_from) == ("open", date(2026, 5, 18))
    assert (wait.ended_on, wait.ended_by_id) == (date(2026, 5, 15), None)
    assert [f.deed for f in desk.facts(waits[0])] == ["wait-began", "wait-over"]


def test_a_plan_that_is_over_is_left_alone_by_itself_too(desk, clock, waits):
    plan = db.session.scalar(db.select(Plan))
    plan.ending, plan.ended_at = "closed", clock.now
    db.session.commit()
    clock.day(2026, 5, 18)
    assert waiting.end_overdue(OPERATOR, at=clock.now) == 0
    assert db.session.get(Assignment, waits[0]).state == "waiting"


def test_the_days_of_a_wait_are_counted(desk, clock, waits, culture, officer):
    clock.day(2026, 5, 18)
    page = show_asking.work_asking(officer(), waits[0], at=clock.now)
    assert (page.wait.waited.days, page.wait.waited.working_days) == (6, 4)
    waiting.end_overdue(OPERATOR, at=clock.now)
    page = show_asking.work_asking(officer(), waits[0], at=clock.now)
    [old] = page.old_waits
    assert (old.waited.days, old.waited.working_days) == (3, 3)


def test_who_finishes_without_waiting_any_longer_ends_the_wait(desk, clock, waits, officer):
    clock.day(2026, 5, 13)
    work.tick(officer(), waits[0], Given(text="15/BC-UBND ngày 12/5/2026"), at=clock.now)
    assert desk.wait().ended_on == date(2026, 5, 13)
    work.take_back(officer(), waits[0], at=clock.now)
    waiting.wait(officer(), waits[0], desk.world.culture, "Chờ lần nữa.", at=clock.now)
    assert db.session.query(Wait).filter_by(ended_on=None).count() == 1


def test_what_cannot_be_waited_for_is_refused_in_words(desk, world, clock, officer):
    work_id = desk.of("Rà soát").id
    for unit, reason, until, words in (
        (None, "Chờ.", None, "Xin chọn đơn vị"),
        (world.tan_lap, "Chờ.", None, "đơn vị khác"),
        (world.culture, "", None, "đang chờ đơn vị đó làm gì"),
        (world.culture, "Chờ.", date(2026, 5, 12), "phải sau hôm nay"),
    ):
        with pytest.raises(Invalid, match=words):
            waiting.wait(officer(), work_id, unit, reason, until, at=clock.now)
    assert desk.of("Rà soát").state == "open"


def test_strangers_put_nothing_on_anybody(desk, world, clock):
    for who in ("other", "leader", "manager"):
        with pytest.raises(Forbidden):
            waiting.wait(world.actor(who), desk.of("Rà soát").id, world.culture, "Chờ.", at=clock.now)


def test_handed_on_to_the_very_unit_that_was_waited_for_the_wait_is_over(
    desk, world, clock, waits, officer, coordinator
):
    handing_back.ask(officer(), waits[0], WRONG, world.culture, at=clock.now)
    handing_back.hand_on(
        coordinator(), last(HandBack).id, world.culture, row_version=desk.version(waits[0]), at=clock.now
    )
    assert (desk.of("Rà soát", "culture").state, desk.wait().ended_on) == ("open", date(2026, 5, 12))
