"""Requests in the letters: each is told once to whom it concerns; what is undecided does not go up; waits end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from notifications.policy import Duty, Team, called, owed
from notifications.sweep import sweep
from tests.notifications.letters import ASKED, made
from tests.services.asking_desk import publish_plan
from tracker.deadlines.ladder import Ladders
from tracker.deadlines.told_once import Call
from tracker.deadlines.workdays import NATIONAL
from tracker.extensions import db
from tracker.services import explaining, extending, handing_back, waiting
from tracker.store.models import Explanation, HandBack, Notice, Role

MONDAY = date(2026, 5, 18)
TEAM = {5: Team(officers=(1, 2), heads=(3,))}
LATE = Duty(7, 5, date(2026, 5, 15), "open", date(2026, 1, 5))


def steps(duty: Duty, day: date) -> set[tuple[int, str]]:
    return {(one.person_id, one.step) for one in owed([duty], TEAM, Ladders({}), NATIONAL, day, ())}


def test_while_another_day_is_asked_for_reminders_go_on_and_nothing_goes_up() -> None:
    asked = Duty(7, 5, date(2026, 5, 15), "open", date(2026, 1, 5), undecided=True)
    assert (3, "+1") in steps(LATE, MONDAY)
    assert steps(asked, MONDAY) == {one for one in steps(LATE, MONDAY) if one != (3, "+1")}
    assert steps(asked, date(2026, 5, 8)) == steps(LATE, date(2026, 5, 8)) != set()


def test_a_request_is_told_to_each_person_once_and_not_on_a_day_off() -> None:
    call = Call(7, "extension-1", MONDAY, 5, ("officer",), 2)
    told = called([call], TEAM, NATIONAL, MONDAY, ())
    assert [(one.person_id, one.step) for one in told] == [(1, "extension-1"), (2, "extension-1")]
    assert called([call], TEAM, NATIONAL, MONDAY, {one.key for one in told}) == []
    assert called([call], TEAM, NATIONAL, date(2026, 5, 17), ()) == []


def test_a_request_may_be_one_persons_alone() -> None:
    [one] = called([Call(7, "handback-1", MONDAY, None, (), 9)], TEAM, NATIONAL, MONDAY, ())
    assert one.person_id == 9


# The words


def test_the_subject_says_what_was_asked_or_answered(sqlite_app: Flask) -> None:
    nothing = {"rows": [], "told": set()}
    assert made(**nothing, asked=ASKED[:1]).subject == "UBND xã Tân Lập: 1 yêu cầu giải trình"
    assert made(**nothing, asked=ASKED[1:4]).subject == "UBND xã Tân Lập: 3 trả lời về gia hạn"
    both = made(asked=ASKED).subject
    assert both == "UBND xã Tân Lập: 2 việc quá hạn, 1 việc đến hạn hôm nay, 1 yêu cầu giải trình"


# In letters


@pytest.fixture
def at_work(app: Flask, world: Any, clock: Any, post: Any, use_server: Any) -> Any:
    """The plan of the tests of requests, with everything that it owes today told already."""
    use_server(post.settings)
    desk = publish_plan(world, clock)
    desk.person("partner", "Bùi Văn Nam", "officer", world.culture)
    clock.day(2026, 5, 12, 8)
    sweep(app, at=clock.now)
    post.raw.clear()
    post.to.clear()
    clock.day(2026, 5, 12, 9)
    return desk


@pytest.fixture
def next_morning(app: Flask, clock: Any, post: Any) -> Any:
    """Sweep a working day later: {address: its mail as plain text}."""

    def run(day: int = 13) -> dict[str, str]:
        post.raw.clear()
        post.to.clear()
        result = sweep(app, at=clock.day(2026, 5, day, 8))
        assert result.error == ""
        texts = (mail.get_body(("plain",)).get_content() for mail in post.mails)
        return {to.split("@")[0]: " ".join(text.split()) for to, text in zip(post.to, texts, strict=True)}

    return run


def test_an_offer_is_told_to_the_unit_once(at_work: Any, world: Any, clock: Any, next_morning: Any) -> None:
    work = at_work.of("Rà soát").id
    extending.ask(world.actor("officer"), work, date(2026, 5, 29), "Chưa bầu xong.", at=clock.now)
    extending.offer(
        world.actor("coordinator"),
        at_work.extension().id,
        date(2026, 5, 25),
        row_version=at_work.version(work),
        answer="Phải tổng hợp.",
        at=clock.now,
    )
    letters = next_morning()
    assert "GIA HẠN (1)" in letters["officer"]
    assert "Chưa đồng ý hạn 29/5/2026, đề nghị hạn khác: “Phải tổng hợp.”" in letters["officer"]
    assert "Hạn đề nghị: Thứ Hai 25/5/2026" in letters["officer"]
    assert "head" not in letters
    assert "GIA HẠN" not in next_morning(14).get("officer", "")


def test_what_was_taken_before_the_letter_left_is_not_told(
    at_work: Any, world: Any, clock: Any, next_morning: Any
) -> None:
    work = at_work.of("Rà soát").id
    officer, coordinator = world.actor("officer"), world.actor("coordinator")
    extending.ask(officer, work, date(2026, 5, 29), "Chưa bầu xong.", at=clock.now)
    request = at_work.extension().id
    extending.offer(coordinator, request, date(2026, 5, 25), row_version=at_work.version(work), at=clock.now)
    extending.take(officer, request, row_version=at_work.version(work), at=clock.now)
    assert "GIA HẠN" not in next_morning().get("officer", "")


@pytest.mark.parametrize(
    ("deed", "given", "words"),
    [
        (extending.agree, (), "Đồng ý gia hạn · 12/KH-UBND Hạn mới: Thứ Sáu 29/5/2026"),
        (extending.refuse, ("Đã quá muộn.",), "Không đồng ý hạn 29/5/2026: “Đã quá muộn.”"),
    ],
)
def test_the_answer_to_a_request_is_told(
    at_work: Any, world: Any, clock: Any, next_morning: Any, deed: Any, given: Any, words: str
) -> None:
    work = at_work.of("Rà soát").id
    extending.ask(world.actor("head"), work, date(2026, 5, 29), "Chưa bầu xong.", at=clock.now)
    deed(
        world.actor("coordinator"),
        at_work.extension().id,
        *given,
        row_version=at_work.version(work),
        at=clock.now,
    )
    letters = next_morning()
    assert words in letters["officer"]
    assert words in letters["head"]  # who asked


def test_an_explanation_is_asked_of_officer_and_head_until_it_is_given(
    at_work: Any, world: Any, clock: Any, next_morning: Any
) -> None:
    work = at_work.of("Rà soát").id
    explaining.ask(world.actor("leader"), work, "Vì sao chậm?", date(2026, 5, 15), at=clock.now)
    letters = next_morning()
    for who in ("officer", "head"):
        assert "YÊU CẦU GIẢI TRÌNH (1)" in letters[who]
        assert "Vũ Đình Khôi hỏi: “Vì sao chậm?”" in letters[who]
    explaining.ask(world.actor("coordinator"), work, "Còn gì nữa?", date(2026, 5, 15), at=clock.now)
    second = db.session.scalars(db.select(Explanation.id).order_by(Explanation.id.desc())).first()
    explaining.answer(world.actor("officer"), second, "Không.", at=clock.now)
    assert "GIẢI TRÌNH" not in " ".join(next_morning(14).values())


def test_the_unit_that_is_waited_for_is_told(at_work: Any, world: Any, clock: Any, next_morning: Any) -> None:
    work = at_work.of("Rà soát").id
    waiting.wait(world.actor("officer"), work, world.culture, "Chờ mẫu.", date(2026, 5, 14), at=clock.now)
    letters = next_morning()
    assert "ĐƠN VỊ KHÁC ĐANG CHỜ (1)" in letters["partner"]
    assert "UBND xã Tân Lập chờ: “Chờ mẫu.”" in letters["partner"]
    assert "Chờ đến Thứ Năm 14/5/2026" in letters["partner"]


def test_while_it_waits_nobody_is_reminded_and_afterwards_it_goes_on_by_itself(
    at_work: Any, world: Any, clock: Any, next_morning: Any
) -> None:
    work = at_work.of("Rà soát").id
    waiting.wait(world.actor("officer"), work, world.culture, "Chờ mẫu.", date(2026, 5, 18), at=clock.now)
    for day in (13, 14, 15, 18):
        assert "Rà soát" not in next_morning(day).get("officer", "")
    letters = next_morning(19)  # due on 15/5: told as overdue on the first day on which it can be
    assert at_work.of("Rà soát").state == "open"
    assert "Rà soát" in letters["officer"]
    assert "Rà soát" not in letters.get("head", "")
    assert "Rà soát" in next_morning(20)["head"]  # one working day after it went on


def test_nothing_goes_up_while_a_request_waits_for_its_decision(
    at_work: Any, world: Any, clock: Any, next_morning: Any
) -> None:
    work = at_work.of("Rà soát").id
    extending.ask(world.actor("officer"), work, date(2026, 5, 29), "Chưa bầu xong.", at=clock.now)
    next_morning(15)
    assert "Rà soát" not in next_morning(18).get("head", "")
    extending.refuse(
        world.actor("coordinator"),
        at_work.extension().id,
        "Không được.",
        row_version=at_work.version(work),
        at=clock.now,
    )
    assert "Rà soát" in next_morning(19)["head"]


@pytest.mark.parametrize("what", [extending, handing_back])
def test_what_was_held_while_nobody_decided_goes_up_step_by_step_after_the_refusal(
    at_work: Any, world: Any, clock: Any, next_morning: Any, what: Any
) -> None:
    work = at_work.of("Rà soát").id
    if what is extending:
        extending.ask(world.actor("officer"), work, date(2026, 5, 29), "Chưa bầu xong.", at=clock.now)
        asked = at_work.extension().id
    else:
        handing_back.ask(world.actor("officer"), work, "Không phải việc của xã.", at=clock.now)
        asked = db.session.scalar(db.select(HandBack.id))
    for day in (15, 18, 19, 20, 21, 22):
        next_morning(day)
    assert gone_up(work) == set()
    version = at_work.version(work)
    what.refuse(world.actor("coordinator"), asked, "Không được.", row_version=version, at=clock.now)
    told = []
    for day in (25, 26, 27):
        next_morning(day)
        told.append(gone_up(work))
    assert told[0] == told[1] == {(world.people["head"], "+1")}
    assert told[2] - told[0] == {(world.people["head"], "+3"), (world.people["coordinator"], "+3")}


def gone_up(work: int) -> set[tuple[int, str]]:
    """(person, step) of what was told of it above its officer."""
    db.session.rollback()
    notices = db.session.scalars(db.select(Notice).where(Notice.assignment_id == work))
    found = {(one.person_id, one.step) for one in notices if one.step.startswith("+")}
    officers = {one.person_id for one in db.session.scalars(db.select(Role).where(Role.role == "officer"))}
    return {one for one in found if one[0] not in officers}


def test_the_decision_about_a_hand_back_is_told_to_both_sides(
    at_work: Any, world: Any, clock: Any, next_morning: Any
) -> None:
    work = at_work.of("Rà soát").id
    handing_back.ask(world.actor("officer"), work, "Không phải việc của xã.", at=clock.now)
    handing_back.hand_on(
        world.actor("coordinator"),
        db.session.scalar(db.select(HandBack.id)),
        world.culture,
        row_version=at_work.version(work),
        answer="Thuộc lĩnh vực của Phòng.",
        at=clock.now,
    )
    letters = next_morning()
    assert "Đồng ý, giao cho Phòng Văn hóa và Thông tin" in letters["officer"]
    assert "VIỆC ĐƯỢC GIAO LẠI CHO ĐƠN VỊ (1)" in letters["partner"]
    assert {n.step.split("-")[0] for n in db.session.scalars(db.select(Notice)) if n.step[:1].isalpha()} == {
        "handback", "given"
    }  # fmt: skip


def test_who_can_say_nothing_more_gets_no_letter(
    at_work: Any, world: Any, clock: Any, next_morning: Any, app: Flask
) -> None:
    work = at_work.of("Rà soát").id
    waiting.wait(world.actor("officer"), work, world.culture, "Chờ mẫu.", at=clock.now)
    waiting.end(world.actor("officer"), at_work.wait().id, at=clock.now)
    assert "partner" not in next_morning()
