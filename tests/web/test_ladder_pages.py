"""The ladder of notices on its pages: in words, with real days, changed line by line, and for whom."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from notifications.collect import collect
from tests.browser.arriving import faults, log_in, too_wide
from tests.web.test_calendar_page import text
from tracker.clock import at_vietnam
from tracker.deadlines.ladder import ladder_from
from tracker.extensions import db
from tracker.store.models import Assignment, CalendarDay, Committee, Fact, LadderRule, Notice

COMMON, ONE, QUIET = "/thang-nhac", "/thang-nhac/mot", "/thang-nhac/gio-yen-lang"


def plan_of() -> int:
    return db.session.query(Assignment.plan_id).first()[0]


def form(*lines: tuple[str, str, tuple[str, ...]], **more: Any) -> dict[str, Any]:
    """The form of a ladder with these lines: (when, days, recipients)."""
    given: dict[str, Any] = {"so-dong": len(lines), "nut": "luu", "mark": ""}
    for n, (when, days, to) in enumerate(lines):
        given |= {f"khi-{n}": when, f"ngay-{n}": days, f"den-{n}": list(to)}
    return given | more


SHORT = form(("before-working", "2", ("officer",)), ("after", "4", ("head", "leader")))


def rules() -> dict[str, Any]:
    db.session.rollback()
    return {rule.scope: rule.ladder for rule in db.session.query(LadderRule)}


def test_the_ladder_is_told_in_words_with_where_it_comes_from(sqlite_app, world, published, signed_in):
    page = text(signed_in("officer").get(COMMON))
    assert "Trước hạn 7 ngày người phụ trách" in page
    assert "Sau hạn 3 ngày làm việc người đứng đầu đơn vị, đơn vị theo dõi kế hoạch" in page
    assert "Sau hạn 5 ngày làm việc đơn vị theo dõi kế hoạch · đến mức gửi công văn đôn đốc" in page
    assert "nhắc lại sau 1, 3, 7 ngày làm việc, rồi cứ 5 ngày làm việc một lần" in page
    assert "theo thang mặc định" in page
    assert "Đặt riêng" not in page, "an officer looks only"
    page = text(signed_in("coordinator").get(f"/ke-hoach/{plan_of()}/thang-nhac"))
    assert "Thang nhắc việc của kế hoạch" in page
    assert "Chưa có nhiệm vụ nào." in page


def test_real_days_are_shown_by_the_committees_own_calendar(sqlite_app, world, published, signed_in, clock):
    db.session.add(
        CalendarDay(
            committee_id=world.committee,
            day=date(2026, 5, 13),
            kind="off",
            words="Ngày lập huyện",
            document="Thông báo số 9/TB-UBND",
            entered_at=clock.now,
        )
    )
    db.session.commit()
    page = text(signed_in("officer").get(f"{ONE}?han=20/5/2026"))
    assert "Việc hạn Thứ Tư 20/5/2026, nếu chưa xong, sẽ được nhắc:" in page
    days = page[page.index("nếu chưa xong") :]
    # 13/5 is off here, 17/5 is a Sunday.
    expected = ("Thứ Ba 12/5", "Thứ Sáu 15/5", "Thứ Ba 19/5", "Thứ Tư 20/5", "Thứ Năm 21/5", "Thứ Hai 25/5")
    places = [days.index(day) for day in expected]
    assert places == sorted(places)
    assert "Thứ Tư 27/5/2026 Sau hạn 5 ngày làm việc: đơn vị theo dõi kế hoạch · đến mức gửi công văn" in days
    assert "Thứ Sáu 29/5/2026 Nhắc lại khi còn quá hạn" in days
    assert "13/5/2026" not in days


@pytest.mark.parametrize("typed", ["hôm qua", "31/2/2026", "20/5/1200", "x" * 500])
def test_a_day_that_is_none_is_said_and_another_is_shown(sqlite_app, world, signed_in, typed):
    answer = signed_in("officer").get(ONE, query_string={"han": typed})
    assert answer.status_code == 200
    assert "is-returned" in answer.get_data(as_text=True)
    assert "Việc hạn Thứ Tư 27/5/2026" in text(answer)


def test_a_line_is_added_looked_at_and_saved_without_script(sqlite_app, world, published, signed_in, send):
    client = signed_in("manager")
    more = text(send(client, ONE, ONE, **(SHORT | {"nut": "them"})))
    assert more.count("Mốc thứ") == 2 + 2
    seen = text(send(client, ONE, ONE, **(SHORT | {"nut": "xem", "han": "20/5/2026"})))
    assert "Chưa lưu." in seen
    assert "Thứ Hai 18/5/2026 Trước hạn 2 ngày làm việc: người phụ trách" in seen
    assert "Thứ Ba 26/5/2026 Sau hạn 4 ngày làm việc: người đứng đầu đơn vị, lãnh đạo" in seen
    assert rules() == {}
    assert send(client, ONE, ONE, **SHORT).status_code == 303
    assert [step["days"] for step in rules()["committee"]["steps"]] == [-2, 4]
    page = client.get(COMMON).get_data(as_text=True)
    assert "Đã lưu thang nhắc việc" in page
    assert "is-inherited" in page, "the kinds have none of their own"
    assert "theo thang chung của cơ quan" in text(client.get(f"{ONE}?loai=report"))
    fact = db.session.query(Fact).filter_by(deed="ladder-set").one()
    assert fact.before == {"scope": "committee"}
    assert [step["days"] for step in fact.after["steps"]] == [-2, 4]


def test_a_line_is_left_out_and_the_common_ladder_comes_back(sqlite_app, world, published, signed_in, send):
    client, plan = signed_in("coordinator"), plan_of()
    page, one = f"/ke-hoach/{plan}/thang-nhac", f"/ke-hoach/{plan}/thang-nhac/mot?loai=task"
    send(client, one, one, **SHORT)
    assert len(rules()) == 1
    mark = db.session.query(LadderRule).one().changed_at.isoformat()
    send(client, one, one, **(SHORT | {"bo-0": "1", "mark": mark}))
    assert [step["days"] for step in rules()[f"plan:{plan}:task"]["steps"]] == [4]
    assert "Trở về thang chung" in text(client.get(one))
    send(client, one, f"/ke-hoach/{plan}/thang-nhac/bo?loai=task", mark=mark)
    assert rules() == {}
    assert "Đã trở về thang chung." in text(client.get(page))
    deeds = [fact.deed for fact in db.session.query(Fact).filter(Fact.deed.like("ladder%"))]
    assert deeds == ["ladder-set", "ladder-set", "ladder-dropped"]


def test_one_task_has_its_own_and_the_sender_goes_by_it(
    sqlite_app, world, published, signed_in, send, work_id
):
    client, plan = signed_in("coordinator"), plan_of()
    work = db.session.get(Assignment, work_id("Tổ chức hội nghị"))
    one = f"/ke-hoach/{plan}/thang-nhac/mot?nhiem-vu={work.task_id}"
    assert "Việc hạn Thứ Ba 12/5/2026" in text(client.get(one)), "its own next due day"
    silent = form(**{"khong-nhac": "1"})
    assert send(client, one, one, **silent).status_code == 303
    page = text(client.get(f"/ke-hoach/{plan}/thang-nhac"))
    assert "Tổ chức hội nghị phổ biến các luật mới đặt riêng" in page
    assert "Không nhắc việc." in page
    db.session.rollback()
    collect(db.session, at_vietnam(date(2026, 5, 12), 8))
    told = set(db.session.scalars(db.select(Notice.assignment_id).where(Notice.step.in_(("0", "-1", "-3")))))
    assert told
    assert not told & set(
        db.session.scalars(db.select(Assignment.id).where(Assignment.task_id == work.task_id))
    )
    assert "xem các ngày nhắc" in text(signed_in("officer").get(f"/viec/{work.id}"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (form(("before", "", ("officer",))), "Mốc thứ 1: số ngày cần là một số từ 1 đến 366"),
        (form(("before", "ba", ("officer",))), "số ngày cần là một số"),
        (form(("after", "367", ("officer",))), "số ngày cần là một số"),
        (form(("after", "²", ("officer",))), "số ngày cần là một số"),
        (form(("", "3", ("officer",))), "xin chọn trước hạn, đúng hạn hay sau hạn"),
        (form(("after", "3", ())), "xin chọn ít nhất một nơi nhận"),
        (form(("after", "3", ("mayor",))), "xin chọn ít nhất một nơi nhận"),
        (form(("before", "3", ("officer",)), **{"thu-0": "1"}), "công văn đôn đốc chỉ đặt ở mốc sau hạn"),
        (form(("before", "3", ("officer",)), ("before-working", "3", ("head",))), "hai mốc trùng ngày"),
        (form(), "Thang chưa có mốc nào"),
        (form(nhip="1", **{"nhip-sau": "1, x", "nhip-moi": "5", "nhip-den": "officer"}), "Nhắc lại khi còn"),
        (form(nhip="1", **{"nhip-sau": "1", "nhip-moi": "0", "nhip-den": "officer"}), "Nhắc lại khi còn"),
        (form(nhip="1", **{"nhip-sau": "1", "nhip-moi": "5"}), "xin chọn ít nhất một nơi nhận"),
    ],
)
def test_what_cannot_be_a_ladder_is_refused_beside_what_was_written(
    sqlite_app, world, signed_in, send, given, words
):
    answer = send(signed_in("manager"), ONE, ONE, **given)
    assert answer.status_code == 422
    assert words in text(answer)
    assert rules() == {}
    for name, value in given.items():
        if name.startswith("ngay-") and value:
            assert f'value="{value}"' in answer.get_data(as_text=True)


def test_who_writes_second_is_told(sqlite_app, world, signed_in, send):
    client = signed_in("manager")
    assert send(client, ONE, ONE, **SHORT).status_code == 303
    answer = send(client, ONE, ONE, **(SHORT | {"ngay-0": "5"}))
    assert answer.status_code == 409
    assert "vừa có người khác sửa" in text(answer)
    assert [step["days"] for step in rules()["committee"]["steps"]] == [-2, 4]
    assert send(client, ONE, ONE, **SHORT).status_code == 303, "the same again changes nothing"
    assert db.session.query(Fact).filter_by(deed="ladder-set").count() == 1


def test_each_ladder_has_its_keeper(sqlite_app, world, published, signed_in, send):
    plan = plan_of()
    own = f"/ke-hoach/{plan}/thang-nhac/mot"
    for who in ("officer", "head", "leader", "coordinator"):
        assert send(signed_in(who), "/tai-khoan", ONE, **SHORT).status_code == 403, who
    for who in ("officer", "head", "leader", "manager"):
        assert send(signed_in(who), "/tai-khoan", own, **SHORT).status_code == 403, who
    for address in (f"{ONE}?loai=none", f"{own}?nhiem-vu=999", "/ke-hoach/999/thang-nhac"):
        assert signed_in("coordinator").get(address).status_code == 404, address
    assert rules() == {}


def test_quiet_hours_are_from_an_evening_to_a_morning(sqlite_app, world, signed_in, send):
    client = signed_in("manager")
    for since, until, words in (
        ("bảy giờ", "7:00", "chưa phải là giờ"),
        ("25:00", "7:00", "chưa phải là giờ"),
        ("6:00", "18:00", "qua đêm"),
        ("12:00", "12:00", "qua đêm"),
        ("18:00", "", "chưa phải là giờ"),
    ):
        answer = send(client, COMMON, QUIET, tu=since, den=until)
        assert answer.status_code == 422
        assert words in text(answer)
    assert send(client, COMMON, QUIET, tu="17h30", den="6:45").status_code == 303
    db.session.rollback()
    assert db.session.get(Committee, world.committee).settings["quiet"] == {"from": "17:30", "to": "06:45"}
    assert "Từ 17:30 đến 06:45 hôm sau" in text(client.get(COMMON))
    assert send(client, COMMON, QUIET, tu="", den="").status_code == 303
    assert "Theo mặc định" in text(client.get(COMMON))
    assert send(signed_in("coordinator"), "/tai-khoan", QUIET, tu="", den="").status_code == 403


def test_the_ladder_of_a_plan_that_is_over_stays(sqlite_app, world, published, signed_in, send, clock):
    client, plan = signed_in("coordinator"), plan_of()
    page = f"/ke-hoach/{plan}/ket-thuc"
    send(client, page, page, **{"tat-ca": "1", "ly-do": "hết thời gian"})
    own = f"/ke-hoach/{plan}/thang-nhac/mot"
    assert send(client, "/tai-khoan", own, **SHORT).status_code == 409
    assert "Đặt riêng" not in text(client.get(f"/ke-hoach/{plan}/thang-nhac"))


@pytest.mark.parametrize(("scheme", "widths"), [("light", (1440, 390, 320)), ("dark", (390,))])
def test_axe_finds_nothing_and_a_phone_shows_all(
    browser, sqlite_app, world, published, serve, scheme, widths
):
    base, found = serve(sqlite_app), []
    plan = plan_of()
    pages = {
        "manager": (COMMON, ONE, f"{ONE}?loai=report"),
        "coordinator": (f"/ke-hoach/{plan}/thang-nhac", f"/ke-hoach/{plan}/thang-nhac/mot"),
        "officer": (COMMON, ONE),
    }
    for who, addresses in pages.items():
        context = browser.new_context(color_scheme=scheme, locale="vi-VN")
        page = context.new_page()
        log_in(page, base, who, "/tai-khoan")
        for address in addresses:
            for width in widths:
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(base + address)
                found += [f"{address} at {width}: wider than the screen"] if too_wide(page) else []
            found += [f"{address}: {fault}" for fault in faults(page)]
        context.close()
    assert found == []


ABUSE = {
    "lines without end": {"so-dong": 10**12},
    "less than no lines": {"so-dong": -1},
    "lines that are no number": {"so-dong": "ba"},
    "a number of five thousand digits": {"so-dong": "9" * 5_000},
    "days of five thousand digits": {"ngay-0": "9" * 5_000},
    "days of another script": {"ngay-0": "٣"},
    "days below nothing": {"ngay-0": "-3"},
    "days with a NUL": {"ngay-0": "3\0"},
    "a way of counting that is none": {"khi-0": "sau này"},
    "recipients that are none": {"den-0": ["vua", "'; drop table person; --"]},
    "ten thousand recipients": {"den-0": ["officer"] * 10_000},
    "a rhythm of words": {"nhip": "1", "nhac-sau": "một, hai", "nhac-moi": "x"},
    "a button that is none": {"nut": "xóa-hết"},
    "a line left out that is none": {"nut": "bo-999999999999"},
    "a mark that is none": {"mark": "\ud7ff\0" * 100},
}


@pytest.mark.parametrize("name", ABUSE)
def test_a_ladder_form_that_no_page_has_made_does_no_harm(sqlite_app, world, signed_in, send, name):
    client = signed_in("manager")
    begin = time.process_time()
    answer = send(client, COMMON, ONE, **(SHORT | ABUSE[name]))
    assert answer.status_code in (200, 303, 400, 409, 413, 422)
    assert time.process_time() - begin < 5
    assert client.get(ONE).status_code == 200
    assert client.get(COMMON).status_code == 200
    db.session.rollback()
    for ladder in rules().values():
        ladder_from(ladder)


@pytest.mark.parametrize(
    "day", ["31/12/9999", "1/1/0001", "29/2/2100", "2/1/0002", "30/12/9998", "9" * 5_000]
)
def test_a_ladder_is_shown_for_any_day(sqlite_app, world, published, signed_in, day):
    assert signed_in("officer").get(ONE, query_string={"han": day}).status_code == 200


@pytest.mark.parametrize(
    "hour", ["99999:99999", "18:00:00", "18h99", "-1:00", "18", ":", "\0", "h" * 5_000, "١٨:٠٠"]
)
def test_hours_that_are_none_are_refused_in_words(sqlite_app, world, signed_in, send, hour):
    client = signed_in("manager")
    assert send(client, COMMON, QUIET, tu=hour, den="7:00").status_code in (303, 400, 422)
    assert client.get(COMMON).status_code == 200
