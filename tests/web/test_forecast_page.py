"""Thư sẽ gửi: the mails of a plan month by month, for those who follow it up and those who oversee."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.browser.arriving import faults, log_in, too_wide
from tests.web.test_calendar_page import text
from tracker.extensions import db
from tracker.store.models import Assignment, Letter, Person


def address() -> str:
    plan = db.session.query(Assignment.plan_id).first()[0]
    return f"/ke-hoach/{plan}/thu-se-gui"


def test_the_coordinator_sees_who_gets_what_when(sqlite_app, world, published, signed_in):
    page = text(signed_in("coordinator").get(address()))
    assert "Hôm nay, Thứ Ba 12/5/2026" in page
    assert "Tính theo tình hình lúc này" in page
    today = page[page.index("Hôm nay") : page.index("Tháng 5/2026")]
    assert "Nguyễn Thu Hằng" in today
    assert "đến hạn" in today
    assert "Tổ chức hội nghị phổ biến các luật mới" in today
    assert "Ai nhận bao nhiêu" in page
    later = text(signed_in("coordinator").get(f"{address()}?thang=2026-09"))
    assert "Thứ Ba 8/9/2026" in later
    assert "Lập danh mục văn bản hết hiệu lực nhắc trước hạn · hạn 15/9/2026" in later
    assert "Lập danh mục văn bản hết hiệu lực" in later
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_who_may_see_the_work_of_all_units_sees_their_mails(sqlite_app, world, published, signed_in):
    for who, status in (
        ("coordinator", 200),
        ("leader", 200),
        ("officer", 403),
        ("head", 403),
        ("manager", 403),
    ):
        assert signed_in(who).get(address()).status_code == status, who
    assert signed_in("coordinator").get("/ke-hoach/999/thu-se-gui").status_code == 404
    link = "Thư sẽ gửi"
    assert link in text(signed_in("coordinator").get(address().rsplit("/", 1)[0]))
    assert link not in text(signed_in("officer").get(address().rsplit("/", 1)[0]))


def test_an_address_that_is_none_is_said(sqlite_app, world, published, signed_in):
    db.session.get_one(Person, world.people["officer"]).email = "officer"
    db.session.commit()
    assert "Không gửi được" in text(signed_in("coordinator").get(address()))


@pytest.mark.parametrize("month", ["2026-13", "x" * 300, "1990-01", ""])
def test_a_month_that_is_none_is_this_one(sqlite_app, world, published, signed_in, month):
    answer = signed_in("coordinator").get(address(), query_string={"thang": month})
    assert answer.status_code == 200
    assert "Tháng 5/2026" in text(answer)


@pytest.mark.parametrize(("scheme", "widths"), [("light", (1440, 390, 320)), ("dark", (390,))])
def test_axe_finds_nothing_and_a_phone_shows_all(
    browser, sqlite_app, world, published, serve, scheme, widths
):
    base, found = serve(sqlite_app), []
    context = browser.new_context(color_scheme=scheme, locale="vi-VN")
    page = context.new_page()
    log_in(page, base, "coordinator", "/tai-khoan")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(base + address())
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found += [f"{width}: wider than the screen"] if too_wide(page) else []
    found += faults(page)
    context.close()
    assert found == []
