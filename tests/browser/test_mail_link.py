"""From a real mail to a tick, on a telephone, without a log-in; and the switch that the mail names."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import Message
from typing import Any

import pytest
from sqlalchemy import func, select

from notifications.sweep import sweep
from tests.browser.arriving import expect, too_wide
from tests.browser.desk import Desk
from tests.conftest import make_app
from tests.services.test_whole_deed import publish_draft
from tests.web.conftest import PLAN
from tracker.extensions import db
from tracker.services import plans
from tracker.store.models import Assignment, LinkOpening, Person, RecipientProposal, Submission


class Phone(Desk):
    """Somebody with a telephone in the hand."""

    def __init__(self, browser: Any, base: str) -> None:
        super().__init__(
            browser, base, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
        )

    def check(self) -> None:
        super().check()
        assert too_wide(self.page) == 0, self.page.url


@pytest.fixture
def letter(
    sqlite_app: Any, sqlite_url: str, world: Any, clock: Any, smtp: Any, tmp_path: Any, serve: Any
) -> Any:
    """(the address of the server, the officer's first digest as the mail server got it)."""
    now, at = clock.now, clock.day(2026, 1, 16)
    version = plans.import_plan(
        world.actor("coordinator"), world.committee, world.justice, "12.txt", PLAN.encode(), at=at
    )
    publish_draft(world, version, at)
    clock.now = now
    served = make_app(sqlite_url, tmp_path, clock, smtp=smtp.settings)
    base = serve(served)
    with served.app_context():
        assert sweep(served, at=now).error == ""
    db.session.rollback()
    found = [one for one in smtp.messages if "officer@" in one["to"]]
    return base, found


def plain(letter: Message) -> str:
    """The text of the mail."""
    part = next(one for one in letter.walk() if one.get_content_type() == "text/plain")
    return part.get_payload(decode=True).decode()  # type: ignore[union-attr]


def paths(text: str, kind: str) -> list[str]:
    return re.findall(rf"https?://[^/\s]+(/thu/{kind}/[\w.-]+)", text)


def test_work_is_ticked_from_the_mail_on_a_telephone(letter, world, browser):
    base, mails = letter
    text = "\n".join(plain(mail) for mail in mails)
    link = paths(text.split("Rà soát", 1)[1], "viec")[0]

    phone = Phone(browser, base)
    phone.open(link)
    page = phone.page
    assert "Rà soát" in page.inner_text("h1")
    assert count(LinkOpening) == 0, "a look alone is nothing"
    with page.expect_request(lambda request: request.url.endswith("/da-mo")) as told:
        page.touchscreen.tap(195, 300)
    assert told.value.response().status == 204
    assert count(LinkOpening) == 1

    page.get_by_label("Văn bản đã ban hành").fill("15/QĐ-UBND ngày 11/5/2026")
    expect(page.locator("[data-chips] .chip").first).to_be_visible()
    phone.check()
    phone.press("Gửi minh chứng")
    expect(page.get_by_role("heading", name="Đã gửi minh chứng")).to_be_visible()
    assert "Nguyễn Thu Hằng" in phone.words()
    assert phone.context.cookies() == []

    coordinator = Desk(browser, base)
    coordinator.log_in("coordinator")
    db.session.rollback()
    work = db.session.scalars(select(Submission.assignment_id)).one()
    assert db.session.get_one(Assignment, work).holder_id == world.tan_lap
    coordinator.open(f"/viec/{work}")
    assert "15/QĐ-UBND" in coordinator.page.inner_text("#duyet")
    assert "qua liên kết trong thư" in coordinator.words()
    assert (phone.errors, coordinator.errors) == ([], [])


def test_the_switch_that_the_mail_names_turns_reminders_off_and_asks_who_else(letter, world, browser):
    base, mails = letter
    [link] = {path for mail in mails for path in paths(mail["List-Unsubscribe"] or "", "ngung")}
    assert all(mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" for mail in mails)

    phone = Phone(browser, base)
    phone.open(link)
    phone.follow(phone.page.get_by_role("button", name="Tắt thư nhắc"))
    assert "Đã tắt từ" in phone.words()
    db.session.rollback()
    assert db.session.get_one(Person, world.people["officer"]).reminders_off_at is not None
    phone.page.get_by_label("Họ tên").fill("Hoàng Gia Linh")
    phone.page.get_by_label("Thư điện tử").fill("linh@sonthanh.example")
    phone.press("Gửi đề nghị")
    assert "Đã chuyển đề nghị" in phone.words()
    assert count(RecipientProposal) == 1

    coordinator = Desk(browser, base)
    coordinator.log_in("coordinator")
    coordinator.open("/theo-doi")
    assert "đề nghị thêm người nhận thư nhắc: 1" in coordinator.words()
    manager = Desk(browser, base)
    manager.log_in("manager")
    manager.open("/nguoi-dung")
    assert "Hoàng Gia Linh" in manager.page.inner_text("#de-nghi")
    manager.follow(manager.page.get_by_role("button", name="Đã xử lý"))
    assert "Đã ghi là đã xử lý" in manager.words()
    manager.open("/tai-khoan")
    assert (phone.errors, manager.errors) == ([], [])


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_pages_of_dead_links_can_be_read_by_everybody(letter, clock, browser):
    base, mails = letter
    link = paths("\n".join(plain(mail) for mail in mails), "viec")[0]
    phone = Phone(browser, base)
    clock.now += timedelta(days=15)
    phone.open(link)
    assert "đã hết hạn" in phone.words()
