"""From owed steps to mails, on both databases, with a real SMTP server on loopback."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from notifications import alive
from notifications.collect import collect
from notifications.commands import told
from notifications.delivery import outbox
from notifications.delivery.freezing import LOST, Batch
from notifications.mailing import MAILING
from notifications.sweep import SweepResult, new_token, sweep
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.settings import Smtp
from tracker.store.models import LadderRule, Notice, Person, Role, SweepRun, Unit

WEDNESDAY = date(2026, 5, 20)
OFFICER, HEAD = "officer@sonthanh.example", "head@sonthanh.example"


@pytest.fixture
def run(app: Flask, clock: Any, post: Any, use_server: Callable[[Smtp], None]) -> Callable[..., SweepResult]:
    """Sweep at a Vietnam time with the mail server set."""
    use_server(post.settings)

    def at(day: date, hour: int = 8, minute: int = 0, **more: Any) -> SweepResult:
        clock.now = at_vietnam(day, hour, minute)
        return sweep(app, **more)

    return at


def test_a_reminder_is_received_once_however_often_the_sweep_runs(desk: Any, post: Any, run: Any) -> None:
    desk.give("Tổ chức hội nghị phổ biến các luật mới", WEDNESDAY)
    assert run(date(2026, 5, 13)) == SweepResult(collected=1, sent=1, server_set=True)
    assert run(date(2026, 5, 13), 8, 1).sent == 0
    assert run(date(2026, 5, 13), 16).sent == 0
    (mail,) = post.mails
    assert post.to == [OFFICER]
    assert mail["Subject"] == "UBND xã Tân Lập: 1 việc sắp đến hạn, hạn 20/5/2026"
    assert "https://dondoc.sonthanh.example/thu/viec/" in mail.get_body(("plain",)).get_content()
    assert [(n.step, n.due_on) for n in fresh(Notice)] == [("-7", WEDNESDAY)]


def test_a_mail_says_who_it_is_from_and_that_a_program_wrote_it(desk: Any, post: Any, run: Any) -> None:
    desk.give("Góp ý dự thảo Quy chế", WEDNESDAY)
    justice = db.session.get(Unit, desk.world.justice)
    justice.mailbox = "tuphap@sonthanh.example"
    db.session.commit()
    run(date(2026, 5, 13))
    (mail,) = post.mails
    assert str(mail["From"]) == "Đôn Đốc <dondoc@sonthanh.example>"
    assert mail["To"] == OFFICER
    assert mail["Reply-To"] == "tuphap@sonthanh.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@dondoc.sonthanh.example>")
    (letter,) = desk.letters()
    assert letter.message_id == mail["Message-ID"]
    assert letter.answer == "250 2.0.0 queued as 1"
    assert (letter.tries, letter.sent_at) == (1, at_vietnam(date(2026, 5, 13), 8))


def test_a_digest_leaves_from_half_past_seven_on_working_days(desk: Any, post: Any, run: Any) -> None:
    desk.give("Báo cáo tháng 5", WEDNESDAY)
    assert run(date(2026, 5, 13), 7, 29).collected == 0
    assert run(date(2026, 5, 16), 9).collected == 0
    run(date(2026, 5, 18), 7, 30)
    assert post.to.count(OFFICER) == 1


def test_after_days_off_one_mail_tells_everything_and_every_step_is_recorded(
    desk: Any, post: Any, run: Any
) -> None:
    desk.give("Rà soát tổ hòa giải", WEDNESDAY)
    assert run(date(2026, 5, 19)).sent == 1
    steps = {n.step for n in fresh(Notice)}
    assert steps == {"-7", "-3", "-1"}
    text = post.mails[0].get_body(("plain",)).get_content()
    assert text.count("Rà soát tổ hòa giải") == 1


def test_steps_that_come_after_todays_digest_are_told_tomorrow(desk: Any, post: Any, run: Any) -> None:
    desk.give("Việc thứ nhất", WEDNESDAY)
    assert run(date(2026, 5, 13)).sent == 1
    desk.give("Việc thứ hai", WEDNESDAY, urged_from=date(2026, 5, 13))
    assert run(date(2026, 5, 13), 10).collected == 0
    assert run(date(2026, 5, 14)).sent == 1
    assert "Việc thứ hai" in post.mails[1].get_body(("plain",)).get_content()
    assert "Việc thứ nhất" not in post.mails[1].get_body(("plain",)).get_content()


def test_the_digest_lists_what_is_overdue_or_due_today_beside_what_it_was_sent_for(
    desk: Any, post: Any, run: Any
) -> None:
    desk.give("Việc quá hạn đã nhắc", date(2026, 5, 12))
    desk.give("Việc hôm nay", WEDNESDAY)
    desk.give("Việc tháng sau", date(2026, 6, 30))
    run(date(2026, 5, 13))
    run(date(2026, 5, 14))
    run(WEDNESDAY)
    mails = [m for m, to in zip(post.mails, post.to, strict=True) if to == OFFICER]
    last = mails[-1]
    assert last["Subject"] == "UBND xã Tân Lập: 1 việc quá hạn, 1 việc đến hạn hôm nay"
    text = last.get_body(("plain",)).get_content()
    assert "Việc quá hạn đã nhắc" in text
    assert "Việc tháng sau" not in text
    assert "Còn 1 việc đến hạn sau tháng 5." in text


def test_the_head_is_told_the_working_day_after(desk: Any, post: Any, run: Any) -> None:
    desk.give("Báo cáo quý", date(2026, 5, 22))
    run(date(2026, 5, 22))
    assert post.to == [OFFICER]
    run(date(2026, 5, 25))
    assert sorted({HEAD, OFFICER} & {*post.to[1:]}) == [HEAD, OFFICER]
    by_head = post.mails[post.to.index(HEAD)].get_body(("plain",)).get_content()
    assert "người đứng đầu UBND xã Tân Lập" in " ".join(by_head.split())


def test_drafts_undated_waiting_and_finished_work_send_nothing(desk: Any, run: Any) -> None:
    desk.give("Bản nháp", WEDNESDAY, plan="dự thảo", plan_state="draft")
    desk.give("Không có hạn", None)
    desk.give("Đang chờ", WEDNESDAY, state="waiting")
    desk.give("Đã gửi", WEDNESDAY, state="submitted")
    desk.give("Đã xong", WEDNESDAY, state="accepted")
    desk.give("Không áp dụng", WEDNESDAY, state="excused")
    assert run(WEDNESDAY) == SweepResult(server_set=True)


def test_work_that_is_done_or_moved_before_the_letter_leaves_drops_out_of_it(
    app: Flask, desk: Any, post: Any, run: Any
) -> None:
    done = desk.give("Việc đã xong", WEDNESDAY)
    moved = desk.give("Việc đã gia hạn", WEDNESDAY)
    desk.give("Việc còn lại", WEDNESDAY)
    collect(db.session, at_vietnam(date(2026, 5, 19), 8))
    desk.change(done, state="accepted")
    desk.change(moved, due_on=date(2026, 6, 15), urged_from=date(2026, 5, 19))
    run(date(2026, 5, 19), 8, 5)
    text = post.mails[0].get_body(("plain",)).get_content()
    assert "Việc còn lại" in text
    assert "Việc đã xong" not in text
    assert "Việc đã gia hạn" not in text


def test_a_letter_left_with_nothing_is_withdrawn(desk: Any, post: Any, run: Any) -> None:
    work = desk.give("Việc sắp xong", WEDNESDAY)
    collect(db.session, at_vietnam(date(2026, 5, 19), 8))
    desk.change(work, state="submitted")
    result = run(date(2026, 5, 19), 8, 5)
    assert (result.withdrawn, result.sent) == (1, 0)
    assert post.raw == []
    assert [letter.state for letter in desk.letters()] == ["withdrawn"]


def test_a_permanent_refusal_is_dead_and_the_others_go_on(desk: Any, post: Any, run: Any) -> None:
    post.refuse[OFFICER] = ["550 5.1.1 no such mailbox"]
    desk.give("Việc của Tân Lập", WEDNESDAY)
    desk.give("Việc của Bình Minh", WEDNESDAY, unit="binh_minh")
    result = run(date(2026, 5, 13))
    assert (result.sent, result.failed, result.error) == (1, 1, "")
    (dead,) = desk.letters("dead")
    assert dead.answer == "550 5.1.1 no such mailbox"
    assert run(date(2026, 5, 13), 18).sent == 0
    assert post.to == ["other@sonthanh.example"]


def test_what_a_server_puts_off_comes_later_with_the_same_bytes(desk: Any, post: Any, run: Any) -> None:
    post.refuse[OFFICER] = ["451 4.7.1 try again later"]
    post.answer[OFFICER] = ["452 4.3.1 no space"]
    done = desk.give("Việc của Tân Lập", WEDNESDAY)
    desk.give("Việc khác của Tân Lập", WEDNESDAY)
    assert run(date(2026, 5, 13)).failed == 1
    (letter,) = desk.letters("failed")
    frozen = (letter.text, letter.html, letter.message_id)
    assert run(date(2026, 5, 13), 8, 4).failed == 0, "not before five minutes"
    assert run(date(2026, 5, 13), 8, 10).failed == 1
    desk.change(done, state="accepted")
    assert run(date(2026, 5, 13), 8, 40).sent == 1
    (letter,) = desk.letters("sent")
    assert (letter.text, letter.html, letter.message_id) == frozen
    assert letter.tries == 3
    assert post.mails[0]["Message-ID"] == frozen[2]


def test_two_tries_send_the_same_bytes(app: Flask, desk: Any, post: Any, run: Any) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    run(date(2026, 5, 13))
    (letter,) = desk.letters()
    letter.state, letter.claim_token = "claimed", "a process that died"
    db.session.commit()
    assert run(date(2026, 5, 13), 9).sent == 1
    assert post.raw[0] == post.raw[1]


def test_a_letter_that_is_put_off_for_days_is_given_up(desk: Any, post: Any, run: Any) -> None:
    post.refuse[OFFICER] = ["451 later"] * 100
    desk.give("Việc của Tân Lập", WEDNESDAY)
    run(date(2026, 5, 13))
    first = desk.letters()[0].id
    run(date(2026, 5, 13) + timedelta(days=MAILING.give_up_days + 1))
    assert {letter.id: letter.state for letter in desk.letters()}[first] == "dead"


def test_a_letter_that_is_made_anew_each_day_is_given_up_all_the_same(desk: Any, post: Any, run: Any) -> None:
    post.refuse[OFFICER] = ["451 later"] * 100
    desk.give("Việc của Tân Lập", WEDNESDAY)
    for day in (13, 14, 15, 18, 19):
        run(date(2026, 5, day))
    assert "dead" in {letter.state for letter in desk.letters() if letter.address == OFFICER}


def test_pauses_grow_from_minutes_to_hours_and_differ_between_letters() -> None:
    minutes = [outbox.pause(1, tries).total_seconds() / 60 for tries in (1, 2, 3, 10, 60)]
    assert minutes == sorted(minutes)
    assert 5 <= minutes[0] <= 5 * 1.25
    assert 240 <= minutes[-1] <= 240 * 1.25
    assert len({outbox.pause(letter, 1) for letter in range(50)}) > 40


def test_a_line_that_drops_in_the_middle_of_a_letter_costs_only_time(desk: Any, post: Any, run: Any) -> None:
    post.answer[OFFICER] = ["drop"]
    desk.give("Việc của Tân Lập", WEDNESDAY)
    desk.give("Việc của Bình Minh", WEDNESDAY, unit="binh_minh")
    result = run(date(2026, 5, 13))
    assert (result.sent, result.failed) == (1, 1)
    assert "Đứt liên lạc" in result.error
    assert post.connections == 2
    assert run(date(2026, 5, 13), 9).sent == 1
    assert sorted(post.to) == [OFFICER, "other@sonthanh.example"]


def test_one_line_carries_all_letters(desk: Any, post: Any, run: Any) -> None:
    for unit in ("tan_lap", "binh_minh"):
        desk.give("Việc", WEDNESDAY, unit=unit)
    assert run(date(2026, 5, 13)).sent == 2
    assert post.connections == 1


def test_a_silent_server_times_out_and_nothing_is_lost(
    desk: Any, post: Any, run: Any, use_server: Any, silent_port: int
) -> None:
    use_server(Smtp(host="127.0.0.1", port=silent_port, sender="dondoc@sonthanh.example", timeout=0.2))
    for unit in ("tan_lap", "binh_minh"):
        desk.give("Việc", WEDNESDAY, unit=unit)
    result = run(date(2026, 5, 13))
    assert (result.sent, result.failed) == (0, 2)
    assert result.error == "Không nối được máy chủ thư: quá thời gian chờ"
    assert result.waiting == 2
    use_server(post.settings)
    assert run(date(2026, 5, 13), 9).sent == 2


def test_a_server_that_is_down_costs_two_letters_a_try_and_the_rest_nothing(
    app: Flask, desk: Any, post: Any, run: Any, use_server: Any
) -> None:
    use_server(Smtp(host="127.0.0.1", port=1, sender="dondoc@sonthanh.example", timeout=1))
    for number in range(4):
        person = Person(
            name=f"Cán bộ {number}", email=f"canbo{number}@sonthanh.example", created_at=post_epoch()
        )
        person.roles.append(
            Role(role="officer", committee_id=desk.world.committee, unit_id=desk.world.phu_hoa)
        )
        db.session.add(person)
    db.session.commit()
    desk.give("Việc", WEDNESDAY, unit="phu_hoa")
    assert run(date(2026, 5, 13)).error == "Không nối được máy chủ thư: máy chủ từ chối kết nối"
    assert [(letter.state, letter.tries) for letter in desk.letters()] == [
        ("failed", 1),
        ("failed", 1),
        ("waiting", 0),
        ("waiting", 0),
    ]
    assert {letter.message_id for letter in desk.letters()} == {""}, "their text stays open"
    use_server(post.settings)
    assert run(date(2026, 5, 13), 9).sent == 4


def parcel_of(app: Flask, letter_id: int, token: str, at: datetime) -> outbox.Parcel | str:
    """A letter as whoever claimed it would send it."""
    return Batch(db.session, token, at, app.config["TRACKER"], [letter_id]).parcel(letter_id)


def taken_in_hand(app: Flask, desk: Any) -> outbox.Parcel:
    """The one letter of the morning, as a process had it in hand that may have sent it."""
    moment = at_vietnam(date(2026, 5, 13), 8)
    desk.give("Việc của Tân Lập", WEDNESDAY)
    collect(db.session, moment)
    (claimed,) = outbox.claim(db.session, "a process", moment, 50, "mail")
    parcel = parcel_of(app, claimed, "a process", moment)
    assert isinstance(parcel, outbox.Parcel)
    return parcel


def fresh(model: Any) -> list[Any]:
    """Rows as they are now: a transaction that is open already would show them as they were."""
    db.session.rollback()
    return list(db.session.scalars(db.select(model).order_by(model.id)))


def post_epoch() -> Any:
    return at_vietnam(date(2026, 1, 2))


def test_without_a_mail_server_letters_wait_and_one_mail_tells_it_all_in_the_end(
    app: Flask, clock: Any, desk: Any, post: Any, use_server: Any
) -> None:
    desk.give("Việc thứ nhất", WEDNESDAY)
    desk.give("Việc thứ hai", date(2026, 5, 21))
    for day in (13, 14, 15, 18):
        clock.day(2026, 5, day)
        result = sweep(app)
    assert (result.server_set, result.error) == (False, "")
    assert "Chưa đặt máy chủ thư" in told(result)[1]
    assert {letter.claim_token for letter in desk.letters("waiting")} == {""}
    use_server(post.settings)
    clock.day(2026, 5, 19)
    sweep(app)
    assert post.to.count(OFFICER) == 1
    text = post.mails[post.to.index(OFFICER)].get_body(("plain",)).get_content()
    assert "Việc thứ nhất" in text
    assert "Việc thứ hai" in text


def test_claims_of_a_dead_process_are_freed_at_once_and_sent_once(
    app: Flask, desk: Any, post: Any, run: Any
) -> None:
    with alive.marked("a process"):
        before = taken_in_hand(app, desk)
        assert run(date(2026, 5, 13), 8, 1).sent == 0, "not ours while somebody may be sending it"
    assert run(date(2026, 5, 13), 8, 2).sent == 1
    assert run(date(2026, 5, 13), 8, 3).sent == 0
    assert [mail["Message-ID"] for mail in post.mails] == [before.message_id]


def test_what_a_dead_process_may_have_sent_keeps_its_bytes_even_on_another_day(
    app: Flask, desk: Any, post: Any, run: Any
) -> None:
    before = taken_in_hand(app, desk)
    assert run(date(2026, 5, 14)).sent == 1
    assert [mail["Message-ID"] for mail in post.mails] == [before.message_id]


def test_what_a_dead_process_may_have_sent_keeps_its_bytes_though_the_server_was_away_meanwhile(
    app: Flask, desk: Any, post: Any, run: Any, use_server: Any, closed_port: int
) -> None:
    before = taken_in_hand(app, desk)
    use_server(Smtp(host="127.0.0.1", port=closed_port, sender=post.settings.sender))
    assert run(date(2026, 5, 13), 9).failed == 1
    use_server(post.settings)
    assert run(date(2026, 5, 13), 10).sent == 1
    assert [mail["Message-ID"] for mail in post.mails] == [before.message_id]


def test_a_refusal_of_an_earlier_try_says_nothing_of_one_that_a_process_died_over(
    app: Flask, desk: Any, post: Any, run: Any
) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    post.refuse[OFFICER] = ["451 later"]
    run(date(2026, 5, 13))
    (before,) = [letter.message_id for letter in desk.letters("failed")]
    assert outbox.claim(db.session, "a process", at_vietnam(date(2026, 5, 13), 9), 50, "mail")
    assert run(date(2026, 5, 14)).sent == 1
    assert [mail["Message-ID"] for mail in post.mails] == [before]


def test_what_has_waited_longest_is_claimed_first(app: Flask, desk: Any) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    desk.give("Việc của Bình Minh", WEDNESDAY, unit="binh_minh")
    moment = at_vietnam(date(2026, 5, 13), 8)
    collect(db.session, moment)
    first, second = desk.letters("waiting")
    first.next_try_at, second.next_try_at = moment, moment - timedelta(minutes=5)
    db.session.commit()
    assert outbox.claim(db.session, "a process", moment, 1, "mail") == [second.id]


def test_a_letter_of_another_day_whose_doubt_is_over_leaves_beside_todays_digest(
    app: Flask, desk: Any, post: Any, run: Any
) -> None:
    taken_in_hand(app, desk)
    post.refuse[OFFICER] = ["451 later"]
    first = run(date(2026, 5, 15))
    assert (first.sent, first.failed, first.error) == (1, 1, "")
    second = run(date(2026, 5, 15), 8, 30)
    assert (second.sent, second.error) == (1, "")


def test_a_letter_that_another_process_took_over_is_not_sent_by_the_first(
    app: Flask, desk: Any, clock: Any
) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    moment = at_vietnam(date(2026, 5, 13), 8)
    collect(db.session, moment)
    (claimed,) = outbox.claim(db.session, "frozen for an hour", moment, 50, "mail")
    outbox.free_claims(db.session, ["frozen for an hour"])
    assert outbox.claim(db.session, "the next", moment, 50, "mail") == [claimed]
    assert parcel_of(app, claimed, "frozen for an hour", moment) == LOST


def test_a_process_that_lost_its_claim_ends_no_letter_of_the_next_one(app: Flask, desk: Any) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    moment = at_vietnam(date(2026, 5, 13), 8)
    collect(db.session, moment)
    (claimed,) = outbox.claim(db.session, "frozen for an hour", moment, 50, "mail")
    outbox.free_claims(db.session, ["frozen for an hour"])
    assert outbox.claim(db.session, "the next", moment, 50, "mail") == [claimed]
    outbox.mark_dead(db.session, claimed, "frozen for an hour", "550 no such mailbox")
    outbox.put_off(db.session, claimed, "frozen for an hour", "451 later", moment)
    (letter,) = desk.letters()
    assert (letter.state, letter.claim_token, letter.answer, letter.tries) == ("claimed", "the next", "", 0)


def test_a_claim_of_a_letter_without_a_text_leaves_no_trace(app: Flask, desk: Any) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    moment = at_vietnam(date(2026, 5, 13), 8)
    collect(db.session, moment)
    assert outbox.claim(db.session, "a process", moment, 50, "mail")
    outbox.free_claims(db.session, ["a process"])
    (letter,) = desk.letters()
    assert (letter.state, letter.claim_token, letter.tries) == ("waiting", "", 0)


def test_a_pause_from_a_clock_that_was_wrong_is_not_waited_for(desk: Any, post: Any, run: Any) -> None:
    post.refuse[OFFICER] = ["451 later"]
    desk.give("Việc của Tân Lập", WEDNESDAY)
    run(date(2026, 5, 13))
    (letter,) = desk.letters("failed")
    letter.next_try_at = at_vietnam(date(2031, 5, 13))
    db.session.commit()
    assert run(date(2026, 5, 13), 9).sent == 1


def test_a_letter_is_written_down_as_sent_though_the_database_went_away_meanwhile(
    app: Flask, desk: Any, post: Any, run: Any
) -> None:
    if db.engine.dialect.name != "postgresql":
        return
    desk.give("Việc của Tân Lập", WEDNESDAY)
    killer = create_engine(db.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def cut() -> None:
        with killer.connect() as connection:
            connection.execute(text(OTHERS_OF_THIS_DATABASE))

    post.meanwhile.append(cut)
    assert run(date(2026, 5, 13)).sent == 1
    assert [letter.state for letter in desk.letters()] == ["sent"]
    assert run(date(2026, 5, 13), 9).sent == 0


OTHERS_OF_THIS_DATABASE = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


def test_two_sweepers_at_the_same_time_send_nothing_twice(
    app: Flask, clock: Any, desk: Any, post: Any, run: Any
) -> None:
    for number in range(12):
        person = Person(
            name=f"Cán bộ {number}", email=f"canbo{number}@sonthanh.example", created_at=post_epoch()
        )
        person.roles.append(
            Role(role="officer", committee_id=desk.world.committee, unit_id=desk.world.phu_hoa)
        )
        db.session.add(person)
    db.session.commit()
    desk.give("Việc của Phú Hòa", WEDNESDAY, unit="phu_hoa")
    clock.day(2026, 5, 13)
    gate = threading.Barrier(3)
    results: list[SweepResult] = []

    def one() -> None:
        gate.wait()
        results.append(sweep(app, token=new_token()))

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.error for result in results] == ["", "", ""]
    assert sorted(post.to) == sorted(f"canbo{number}@sonthanh.example" for number in range(12))
    assert sum(result.sent for result in results) == 12
    assert sum(result.collected for result in results) == 12


@pytest.mark.parametrize(
    "address", ["", "no-at-sign", "line@break.example\r\nBcc: x@y.example", "hai từ@x.example"]
)
def test_an_address_that_cannot_be_used_is_a_dead_letter_and_stops_nobody(
    desk: Any, post: Any, run: Any, address: str
) -> None:
    officer = db.session.get(Person, desk.world.people["officer"])
    officer.email = address
    db.session.commit()
    desk.give("Việc của Tân Lập", WEDNESDAY)
    desk.give("Việc của Bình Minh", WEDNESDAY, unit="binh_minh")
    assert run(date(2026, 5, 13)).error == ""
    (dead,) = desk.letters("dead")
    assert dead.answer in ("Chưa có địa chỉ thư.", "Địa chỉ thư viết sai.")
    assert post.to == ["other@sonthanh.example"]
    assert run(date(2026, 5, 13), 9).collected == 0


def test_an_address_that_is_mended_before_the_letter_leaves_is_the_one_that_is_used(
    desk: Any, post: Any, run: Any
) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    collect(db.session, at_vietnam(date(2026, 5, 13), 8))
    db.session.get(Person, desk.world.people["officer"]).email = "moi@sonthanh.example"
    db.session.commit()
    run(date(2026, 5, 13), 9)
    assert post.to == ["moi@sonthanh.example"]


def test_a_wrong_ladder_is_told_and_the_ordinary_one_holds(desk: Any, post: Any, run: Any) -> None:
    wrong = {"steps": [{"days": "soon"}], "rhythm": None}
    moment = at_vietnam(date(2026, 1, 5))
    scope = {"committee_id": desk.world.committee, "scope": "committee"}
    db.session.add(LadderRule(**scope, ladder=wrong, changed_at=moment))
    db.session.commit()
    desk.give("Việc của Tân Lập", WEDNESDAY)
    result = run(date(2026, 5, 13))
    assert "Thang nhắc việc" in result.error
    assert result.sent == 1


def test_each_sweep_is_written_down_and_old_ones_are_dropped(desk: Any, run: Any) -> None:
    desk.give("Việc của Tân Lập", WEDNESDAY)
    run(date(2026, 5, 13))
    run(date(2026, 5, 14))
    assert [(row.collected, row.sent) for row in fresh(SweepRun)] == [(1, 1), (0, 0)]
    run(date(2026, 5, 13) + timedelta(days=MAILING.sweep_days, hours=24))
    assert len(fresh(SweepRun)) == 2
    last = fresh(SweepRun)[-1]
    assert last.error == ""
    assert last.ended_at is not None


def test_a_sweep_never_raises(app: Flask, clock: Any) -> None:
    with app.app_context():
        db.drop_all()
    result = sweep(app)
    assert "letter" in result.error or "committee" in result.error


def test_whoever_has_not_seen_a_mail_cannot_name_it(desk: Any, post: Any, run: Any) -> None:
    desk.give("Báo cáo tháng 5", WEDNESDAY)
    run(date(2026, 5, 13))
    (letter,) = desk.letters()
    moment = int(at_vietnam(date(2026, 5, 13), 8).timestamp())
    known = f"<letter-{letter.id}-{moment}"
    assert re.fullmatch(rf"{known}\.[a-z2-7]{{12}}@dondoc\.sonthanh\.example>", letter.message_id)
    assert post.mails[0]["Message-ID"] == letter.message_id
    assert all(len(part.get_boundary() or "") <= 70 for part in post.mails[0].walk())
