"""From the letter to the page that proves it: sent, opened, ticked; printed on one sheet; and the pages beside it, wide
and narrow, read by axe."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pdfplumber
import pytest

from notifications.sweep import sweep
from tests.browser.arriving import log_in, too_wide
from tests.browser.desk import Desk
from tests.conftest import make_app
from tests.web.conftest import publish_in_january
from tests.web.test_pages_in_browser import SMALL
from tests.web.test_proof_page import write_notices
from tracker.extensions import db
from tracker.store.models import Assignment, Contact, Letter, Person, SweepRun

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/thu/viec/\S+)")


@pytest.fixture
def work_id(sqlite_app, world, clock):
    """Tân Lập's work that was due on 8/5; today is 12/5."""
    publish_in_january(world, clock)
    query = db.select(Assignment.id).where(Assignment.holder_id == world.tan_lap).order_by(Assignment.id)
    return db.session.scalars(query.limit(1)).one()


@pytest.fixture
def told(sqlite_app, world, work_id, clock):
    """Letters about it with every fate, a contact whose mail came back, a unit with a telephone."""
    write_notices(world, work_id)
    one = db.session.get_one(Person, world.people["officer"])
    one.bounced_at, one.bounce = clock.now, "550 5.1.1 User unknown"
    db.session.add(Contact(unit_id=world.phu_hoa, duty="head", name="Bùi Đức Long", phone="024 3936 1234"))
    db.session.add(
        SweepRun(started_at=clock.now - timedelta(hours=5), ended_at=clock.now - timedelta(hours=5))
    )
    db.session.commit()
    db.session.remove()
    return work_id


def pages(work_id):
    plan = "/ke-hoach/1/nhom-chat"
    return (
        f"/viec/{work_id}/thong-bao",
        "/khong-doc",
        "/theo-doi",
        "/theo-doi/nhom-chat",
        plan,
        "/thu",
        "/thu/1",
        "/nguoi-dung",
    )


def test_a_letter_is_proved_from_the_mail_server_to_the_tick(
    sqlite_app, world, work_id, clock, serve, browser, smtp, tmp_path, sqlite_url
):
    served = make_app(sqlite_url, tmp_path, clock, smtp=smtp.settings)
    db.session.remove()
    with served.app_context():
        assert sweep(served, at=clock.day(2026, 5, 12, 9)).error == ""
        sent = db.session.query(Letter).filter_by(person_id=world.people["officer"]).one()
        message_id, text = sent.message_id, sent.text
    base = serve(served)
    links = LINK.findall(text)
    assert links, text
    officer = Desk(browser, base)
    officer.open(_of(links, officer, "Rà soát"))
    with officer.page.expect_response(lambda answer: answer.request.method == "POST"):
        officer.page.mouse.move(200, 200)
        officer.page.mouse.down()
        officer.page.mouse.up()
        officer.page.keyboard.press("Tab")
    coordinator = Desk(browser, base)
    coordinator.log_in("coordinator")
    coordinator.open(f"/viec/{work_id}/thong-bao")
    words = coordinator.words()
    assert "đã gửi 12/5/2026, 9 giờ 00" in words
    assert "mở liên kết 12/5/2026" in words
    assert "Máy chủ thư: 250" in words
    assert message_id in words
    assert "1 thư đã mở liên kết, lần đầu 12/5/2026" in words


def _of(links, desk, title):
    """The link to the work that is called so."""
    for link in links:
        desk.page.goto(desk.base + link)
        if title in desk.page.inner_text("h1"):
            return link
    raise AssertionError(links)


def test_the_pages_are_read_by_axe_in_both_lights(sqlite_app, told, serve, browser):
    base = serve(sqlite_app)
    for scheme in ("light", "dark"):
        desk = Desk(browser, base)
        desk.page.emulate_media(color_scheme=scheme)
        desk.open("/dang-nhap")
        desk.log_in("coordinator")
        for address in pages(told):
            desk.open(address)
        manager = Desk(browser, base)
        manager.page.emulate_media(color_scheme=scheme)
        manager.log_in("manager")
        for address in ("/thu", "/nguoi-dung"):
            manager.open(address)
            assert "Lần quét gần nhất: 12/5/2026, 3 giờ 00" in manager.page.inner_text(".band.is-sweep")
        assert desk.errors == manager.errors == []


def test_a_phone_shows_all_without_sideways_scrolling(sqlite_app, told, serve, browser):
    desk = Desk(browser, serve(sqlite_app))
    desk.page.set_viewport_size({"width": 320, "height": 800})
    desk.log_in("coordinator")
    found = []
    for address in pages(told):
        desk.open(address)
        over = too_wide(desk.page)
        found += [(address, over)] * (over > 0) + [(address, small) for small in desk.page.evaluate(SMALL)]
    assert found == []


def test_the_proof_is_one_sheet_of_paper_with_everything_on_it(sqlite_app, told, serve, browser):
    desk = Desk(browser, serve(sqlite_app))
    desk.log_in("leader")
    desk.open(f"/viec/{told}/thong-bao")
    desk.page.emulate_media(media="print")
    with pdfplumber.open(BytesIO(desk.page.pdf(prefer_css_page_size=True))) as pdf:
        (sheet,) = pdf.pages
        words = " ".join((sheet.extract_text() or "").split())
        assert (round(sheet.width), round(sheet.height)) == (595, 842)
    for said in (
        "UBND huyện Sơn Thanh",
        "12/KH-UBND",
        "UBND xã Tân Lập",
        "5 mốc đã báo",
        "Lập 12/5/2026",
        "1/1",
    ):
        assert said in words, said
    assert "In trang này" not in words


def test_the_text_for_a_group_can_be_taken_without_script(sqlite_app, told, serve, browser):
    base = serve(sqlite_app)
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = context.new_page()
    log_in(page, base, "coordinator", "/theo-doi/nhom-chat")
    assert "tiến độ các kế hoạch" in page.locator("textarea").input_value()
    assert not page.locator("[data-copy]").is_visible()
    context.close()
