"""What letters tell beside their readers' own work, read from the database for many letters at once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from notifications.making import Order, words
from tests.notifications.conftest import Desk
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services import show_dashboard
from tracker.services.links import work_of_link
from tracker.store.models import Absence, Letter, Notice, Person, Submission

MONDAY = date(2026, 5, 18)
AT = at_vietnam(MONDAY, 7, 45)
BASE = "https://dondoc.sonthanh.example"
Made = Callable[..., Any]


@pytest.fixture
def told(app: Flask, world: Any) -> Made:
    """The letter of one person of the district."""

    def told(who: str, *steps: tuple[int, str, date], kind: str = "digest", weekly: bool = False) -> Any:
        settings = dataclasses.replace(app.config["TRACKER"], base_url=BASE)
        order = Order(world.people[who], world.committee, kind, tuple(steps), weekly)
        return words(db.session, {1: order}, AT, settings)[1]

    return told


def flat(text: str) -> str:
    return " ".join(text.split())


def test_whoever_follows_the_plan_up_is_told_unit_work_days_and_status(
    told: Made, desk: Desk, world: Any
) -> None:
    due = date(2026, 5, 13)
    work = desk.give("Rà soát tổ hòa giải", due, unit="binh_minh")
    alone = desk.give("Báo cáo tháng 4", due, unit="phu_hoa")
    letter = told("coordinator", (work, "+3", due), (alone, "+3", due))
    assert letter.subject == "2 việc quá hạn ở 2 đơn vị, lâu nhất 3 ngày làm việc"
    assert "UBND xã Bình Minh · 12/KH-UBND · chưa gửi kết quả Hạn: Thứ Tư 13/5/2026" in flat(letter.text)
    assert "UBND xã Phú Hòa · 12/KH-UBND · chưa gửi kết quả · đơn vị chưa có ai nhận thư" in flat(letter.text)
    assert "Đồng chí theo dõi kế hoạch tại Phòng Tư pháp." in letter.text


def test_a_step_with_an_urging_letter_is_a_section_of_its_own(told: Made, desk: Desk) -> None:
    due = date(2026, 5, 11)
    work = desk.give("Rà soát tổ hòa giải", due, unit="binh_minh")
    letter = told("coordinator", (work, "+5", due))
    assert "CẦN CÔNG VĂN ĐÔN ĐỐC (1)" in letter.text
    assert "QUÁ HẠN Ở CÁC ĐƠN VỊ" not in letter.text
    assert f"{BASE}/viec/{work}\n" in letter.text


def test_work_of_a_unit_without_anybody_is_told_before_it_is_late(told: Made, desk: Desk) -> None:
    due = date(2026, 5, 21)
    work = desk.give("Báo cáo tháng 5", due, unit="phu_hoa")
    letter = told("coordinator", (work, "-3", due))
    assert letter.subject.startswith("1 việc của đơn vị chưa có ai nhận thư, hạn ")
    assert "XIN BÁO TRỰC TIẾP (1)" in letter.text


def test_nobody_is_told_of_a_unit_that_they_neither_belong_to_nor_follow_up(told: Made, desk: Desk) -> None:
    """As whoever changed units since the step was decided."""
    due = date(2026, 5, 13)
    soon = date(2026, 5, 21)
    late, coming = desk.give("Việc cũ", due, unit="binh_minh"), desk.give("Việc tới", soon, unit="binh_minh")
    assert told("officer", (late, "+3", due), (coming, "-3", soon)) is None
    assert told("coordinator", (late, "+3", due)) is not None


def test_a_moved_day_is_told_with_the_one_that_was_told_before(told: Made, desk: Desk, world: Any) -> None:
    new = date(2026, 5, 29)
    work = desk.give("Báo cáo tháng 5", new)
    letter = Letter(
        key="digest:1", kind="digest", committee_id=world.committee, person_id=world.people["officer"],
        address="a@sonthanh.example", day=date(2026, 5, 12), state="sent", next_try_at=AT, created_at=AT,
    )  # fmt: skip
    letter.notices = [
        Notice(
            assignment_id=work,
            person_id=world.people["officer"],
            step="-7",
            due_on=date(2026, 5, 22),
            decided_at=AT,
        ),
        Notice(
            assignment_id=work,
            person_id=world.people["officer"],
            step="returned-9",
            due_on=date(2026, 5, 13),  # the day of the return
            decided_at=AT,
        ),
    ]
    db.session.add(letter)
    db.session.commit()
    made = told("officer", (work, "moved", new))
    assert made.subject == "UBND xã Tân Lập: 1 việc đổi hạn sang 29/5/2026"
    assert "12/KH-UBND · hạn trước đây 22/5/2026 Hạn mới: Thứ Sáu 29/5/2026" in flat(made.text)


def test_what_was_dropped_says_why(told: Made, desk: Desk) -> None:
    due = date(2026, 5, 29)
    work = desk.give("Báo cáo tháng 5", due)
    desk.change(work, state="excused", excuse="withdrawn")
    letter = told("officer", (work, "dropped", due))
    assert "bản mới của kế hoạch không còn nhiệm vụ này Không còn phải thực hiện" in flat(letter.text)
    desk.change(work, state="open", excuse="")
    assert told("officer", (work, "dropped", due)) is None, "it is to be done again"


def test_whoever_follows_the_plan_up_hears_of_changes_as_of_others_work(told: Made, desk: Desk) -> None:
    due = date(2026, 5, 29)
    work = desk.give("Báo cáo tháng 5", due)
    desk.change(work, state="excused", excuse="not-applicable", excuse_reason="Xã đã báo cáo quý I.")
    letter = told("coordinator", (work, "dropped", due))
    assert letter.subject == "UBND xã Tân Lập: 1 việc không còn phải thực hiện"
    assert "UBND xã Tân Lập · 12/KH-UBND · lý do: Xã đã báo cáo quý I" in letter.text
    assert "Xin báo đồng chí các việc có thay đổi ở các đơn vị." in letter.text
    assert "Đồng chí theo dõi kế hoạch tại Phòng Tư pháp." in letter.text
    assert "phụ trách việc" not in letter.text


def test_what_was_returned_is_told_until_it_is_sent_again(told: Made, desk: Desk, world: Any) -> None:
    work = desk.give("Báo cáo tháng 5", date(2026, 5, 20))
    back = sent(world, work, "returned", "Thiếu phụ lục 2.")
    letter = told("officer", (work, f"returned-{back}", MONDAY), kind="now")
    assert letter.subject == "UBND xã Tân Lập: 1 việc được trả lại để bổ sung, hạn 20/5/2026"
    assert "trả lại ngày 18/5: “Thiếu phụ lục 2.”" in flat(letter.text)
    sent(world, work, "sent", "")
    assert told("officer", (work, f"returned-{back}", MONDAY), kind="now") is None


def sent(world: Any, work: int, state: str, reason: str) -> int:
    one = Submission(
        assignment_id=work,
        person_id=world.people["officer"],
        submitted_at=datetime(2026, 5, 17, tzinfo=UTC),
        received_on=date(2026, 5, 17),
        state=state,
        reason=reason,
        decided_at=AT if state == "returned" else None,
    )
    db.session.add(one)
    db.session.commit()
    return one.id


def test_the_link_of_a_line_is_good_for_this_reader_and_work(
    told: Made, desk: Desk, world: Any, app: Flask
) -> None:
    due = date(2026, 5, 20)
    work = desk.give("Báo cáo tháng 5", due)
    letter = told("officer", (work, "-1", due))
    token = re.search(r"/thu/viec/(\S+)", letter.text).group(1)  # type: ignore[union-attr]
    opened = work_of_link(token, secret=app.config["TRACKER"].secret_key, at=AT)
    assert (opened.link.assignment_id, opened.actor.id) == (work, world.people["officer"])
    assert not opened.overtaken
    assert letter.unsubscribe.startswith(f"{BASE}/thu/ngung/")


def test_the_week_has_the_figures_of_the_page(told: Made, desk: Desk, world: Any, app: Flask) -> None:
    day = date(2026, 5, 12)
    desk.give("Báo cáo tháng 4", day, unit="binh_minh")
    desk.change(desk.give("Báo cáo tháng 3", day), state="accepted", done_on=day)
    desk.change(desk.give("Báo cáo tháng 2", day), state="accepted", done_on=date(2026, 5, 15))
    desk.give("Báo cáo tháng 5", date(2026, 5, 21))
    letter = told("leader", weekly=True)
    assert letter.subject == "Tổng hợp tuần từ 18/5: 1 đơn vị có việc quá hạn, 1 nhiệm vụ đến hạn trong tuần"
    page = show_dashboard.matrix(world.actor("leader"), world.committee, at=AT).plans[0].tally
    rate = page.on_time
    assert (
        f"- 12/KH-UBND: đến hạn {rate.denominator}, đúng hạn {rate.numerator}, muộn 1, chưa xong 1, "
        f"tỷ lệ {rate.percent}%"
    ) in flat(letter.text)
    assert "1. UBND xã Bình Minh 1 việc quá hạn · quá 4 ngày làm việc" in flat(letter.text)
    assert told("coordinator", weekly=True).subject == letter.subject
    assert told("officer", weekly=True) is None, "who oversees no plan has no summary"


def test_the_week_names_units_that_do_not_read_and_those_in_which_nobody_gets_mail(
    told: Made, desk: Desk
) -> None:
    day = date(2026, 4, 6)
    desk.give("Báo cáo quý I", day, unit="binh_minh", urged_from=date(2026, 3, 2))
    desk.give("Báo cáo quý I", day, unit="phu_hoa", urged_from=date(2026, 3, 2))
    text = flat(told("leader", weekly=True).text)
    assert "ĐƠN VỊ CHƯA CÓ AI NHẬN THƯ (1) 1. UBND xã Phú Hòa" in text
    assert "ĐƠN VỊ CHƯA ĐỌC (1) 1. UBND xã Bình Minh" in text


def test_the_deputy_of_an_absent_leader_reads_as_one(told: Made, desk: Desk, world: Any) -> None:
    desk.give("Báo cáo tháng 4", date(2026, 5, 12), unit="binh_minh")
    db.session.add(
        Absence(
            person_id=world.people["leader"],
            deputy_id=world.people["other"],
            starts_on=date(2026, 5, 17),
            ends_on=date(2026, 5, 20),
            set_at=AT,
        )
    )
    db.session.commit()
    letter = told("other", weekly=True)
    assert "là lãnh đạo UBND huyện Sơn Thanh (làm thay đồng chí Vũ Đình Khôi)" in flat(letter.text)


def test_whoever_asked_for_it_gets_the_due_day_as_an_event(told: Made, desk: Desk, world: Any) -> None:
    due = date(2026, 5, 20)
    work = desk.give("Báo cáo tháng 5", due)
    assert told("officer", (work, "-1", due)).calendar == ""
    person = db.session.get(Person, world.people["officer"])
    assert person is not None
    person.wants_calendar = True
    db.session.commit()
    assert f"UID:viec-{work}@dondoc.sonthanh.example" in told("officer", (work, "-1", due)).calendar


def test_a_hundred_letters_ask_as_often_as_one(app: Flask, desk: Desk, world: Any) -> None:
    due = date(2026, 5, 13)
    works = [desk.give(f"Việc {n}", due, unit="binh_minh") for n in range(3)]
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    settings = dataclasses.replace(app.config["TRACKER"], base_url=BASE)
    steps = tuple((work, "+3", due) for work in works)
    order = Order(world.people["coordinator"], world.committee, "digest", steps, True)
    counts = []
    for many in (1, 100):
        asked.clear()
        made = words(db.session, dict.fromkeys(range(many), order), AT, settings)
        assert all(made.values())
        counts.append(len(asked))
    event.remove(db.engine, "before_cursor_execute", note)
    assert counts[1] <= counts[0]
