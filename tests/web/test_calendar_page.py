"""Lịch làm việc on its page: looked at by all, changed by the manager, nothing moved unseen."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tests.browser.arriving import expect, faults, follow, log_in, too_wide
from tracker.extensions import db
from tracker.services.calendar import calendar_of
from tracker.store.models import Assignment, CalendarDay

PAGE = "/lich-lam-viec?nam=2026"
DAY = {
    "form": "days",
    "first": "15/9/2026",
    "last": "",
    "kind": "off",
    "words": "Kỷ niệm ngày lập huyện",
    "document": "Thông báo số 9/TB-UBND ngày 2/6/2026",
}
SMALL = """() => [...document.querySelectorAll(
    'button, .btn, input:not([type=hidden]), select, textarea, .tabs a, summary')]
  .filter(e => { const r = e.getBoundingClientRect(); return r.width > 1 && r.height > 1 && r.height < 44 })
  .filter(e => !e.closest('.check')).map(e => e.outerHTML.slice(0, 90))"""


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def works(world: Any, day: date) -> bool:
    """By the calendar as it is stored now."""
    db.session.rollback()
    return calendar_of(db.session, world.committee).works(day)


@pytest.mark.parametrize("who", ["officer", "coordinator", "leader", "manager"])
def test_every_member_sees_the_days_and_the_documents(sqlite_app, world, signed_in, who):
    page = text(signed_in(who).get(PAGE))
    assert "Lịch làm việc 2026" in page
    assert "Công văn số 12729/VPCP-KGVX ngày 25/12/2025" in page
    assert "chưa thấy luật quy định" in page
    assert ("Thêm ngày" in page) is (who == "manager")


def test_a_year_to_come_says_that_it_is_provisional(sqlite_app, world, signed_in, send):
    client = signed_in("manager")
    assert "Lịch nghỉ năm 2027 còn tạm tính" in text(client.get("/lich-lam-viec?nam=2027"))
    address, document = "/lich-lam-viec/nam", "Thông báo số 100/TB-BNV"
    assert send(client, "/lich-lam-viec?nam=2027", address, nam=2027, document=" ").status_code == 422
    send(client, "/lich-lam-viec?nam=2027", address, nam=2027, document=document)
    page = text(client.get("/lich-lam-viec?nam=2027"))
    assert "còn tạm tính" not in page.split("Tháng 1")[0].replace("không còn tạm tính", "")
    assert f"Đã đối chiếu với {document}" in page


def test_a_day_is_shown_with_what_moves_before_it_is_saved(
    sqlite_app, world, published, signed_in, send, work_id
):
    client = signed_in("manager")
    shown = send(client, PAGE, "/lich-lam-viec/xem-truoc", **DAY)
    assert shown.status_code == 200
    page = text(shown)
    assert "1 việc của 1 đơn vị đổi ngày nên gửi, hạn giữ nguyên" in page
    assert "Lập danh mục văn bản hết hiệu lực" in page
    assert "Thứ Hai 14/9/2026" in page
    assert db.session.query(CalendarDay).count() == 0, "nothing is saved yet"
    saved = send(client, PAGE, "/lich-lam-viec/ngay", **DAY)
    assert saved.status_code == 303
    page = text(client.get(PAGE))
    assert "Đã ghi 1 ngày vào lịch." in page
    assert "Thứ Ba 15/9/2026" in page
    assert "Thông báo số 9/TB-UBND" in page
    assert not works(world, date(2026, 9, 15))


def test_the_day_is_taken_out_again(sqlite_app, world, published, signed_in, send):
    client = signed_in("manager")
    send(client, PAGE, "/lich-lam-viec/ngay", **DAY)
    db.session.rollback()
    row = db.session.query(CalendarDay).one()
    shown = send(client, PAGE, "/lich-lam-viec/xem-truoc", form="removal", row_id=row.id)
    assert "Bỏ ngày khỏi lịch" in text(shown)
    send(client, PAGE, f"/lich-lam-viec/ngay/{row.id}/bo")
    assert "Đã bỏ ngày 15/9/2026 khỏi lịch" in text(client.get(PAGE))
    assert works(world, date(2026, 9, 15))


def test_another_reading_is_shown_and_saved(sqlite_app, world, published, signed_in, send):
    client = signed_in("manager")
    reading = {"form": "reading", "before": "day-itself", "article_148": "1"}
    shown = text(send(client, PAGE, "/lich-lam-viec/xem-truoc", **reading))
    assert "tính cả ngày 20/5" in shown
    assert "4 việc của 3 đơn vị đổi hạn" in shown
    send(client, PAGE, "/lich-lam-viec/cach-tinh", **reading)
    db.session.rollback()
    dues = {one.due_on for one in db.session.query(Assignment) if one.due_on and one.due_on.month == 9}
    assert dues == {date(2026, 9, 16)}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"first": "hôm qua"}, "chưa phải là một ngày"),
        ({"first": ""}, "Xin ghi ngày"),
        ({"document": ""}, "văn bản thông báo"),
        ({"first": "13/9/2026"}, "đã ghi ngày nghỉ"),
    ],
)
def test_a_refusal_stands_beside_what_was_entered(sqlite_app, world, signed_in, send, wrong, words):
    client = signed_in("manager")
    for address in ("/lich-lam-viec/xem-truoc", "/lich-lam-viec/ngay"):
        answer = send(client, PAGE, address, **{**DAY, **wrong})
        assert answer.status_code == 422
        assert words in text(answer)
        assert 'value="Kỷ niệm ngày lập huyện"' in answer.get_data(as_text=True)


def test_a_year_that_no_calendar_has_is_not_found(sqlite_app, world, signed_in):
    assert signed_in("officer").get("/lich-lam-viec?nam=12").status_code == 404
    assert signed_in("officer").get("/lich-lam-viec?nam=xyz").status_code == 200


def test_an_officer_changes_nothing(sqlite_app, world, signed_in, send):
    client = signed_in("officer")
    for address in ("xem-truoc", "ngay", "cach-tinh", "nam"):
        assert send(client, "/tai-khoan", f"/lich-lam-viec/{address}", **DAY).status_code == 403


# In the browser.


@pytest.mark.parametrize(("scheme", "widths"), [("light", (1440, 320)), ("dark", (390,))])
def test_axe_finds_nothing_and_a_phone_shows_all(
    browser, sqlite_app, world, published, serve, scheme, widths
):
    base, found = serve(sqlite_app), []
    for width in widths:
        context = browser.new_context(
            color_scheme=scheme, locale="vi-VN", viewport={"width": width, "height": 800}
        )
        page = context.new_page()
        log_in(page, base, "manager", "/lich-lam-viec?nam=2027")
        found += check(page, "2027", width)
        page.goto(f"{base}{PAGE}")
        found += check(page, "2026", width)
        for name in ("first", "words", "document"):
            page.fill(f"[name={name}] >> nth=0", DAY[name])
        follow(page.get_by_text("Xem việc nào đổi").first)
        expect(page.get_by_text("Ghi vào lịch").first).to_be_visible()
        found += check(page, "preview", width)
        context.close()
    assert found == []


def check(page: Any, name: str, width: int) -> list[tuple[Any, ...]]:
    wrong = [(name, width, fault) for fault in faults(page)]
    over = too_wide(page)
    small = page.evaluate(SMALL) if width < 700 else []
    return wrong + [(name, width, over)] * (over > 0) + [(name, width, one) for one in small]
