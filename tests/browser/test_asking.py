"""Requests walked in a real browser: another day offered and taken, a wait put on a partner, an explanation given.

axe looks at every page on the way.
"""

from __future__ import annotations

import pytest

from tests.browser.desk import Desk as Person
from tests.conftest import make_app
from tests.services.asking_desk import publish_plan


@pytest.fixture
def desk(sqlite_app, world, clock):
    made = publish_plan(world, clock)
    made.person("partner", "Bùi Văn Nam", "officer", world.culture)
    return made


@pytest.fixture
def come_in(desk, sqlite_url, clock, serve, browser, tmp_path):
    """`come_in("officer")` is that person at a browser, logged in."""
    base = serve(make_app(sqlite_url, tmp_path, clock))
    people = []

    def enter(who):
        person = Person(browser, base)
        person.log_in(who)
        people.append(person)
        return person

    yield enter
    for person in people:
        refused = [one for one in person.errors if "422" not in one]  # a form that was refused on purpose
        assert refused == []
        person.context.close()


def unfold(person, name):
    person.page.locator("summary", has_text=name).click()


def test_another_day_is_asked_for_offered_and_taken(desk, come_in, world):
    work = desk.of("Rà soát").id
    officer, coordinator = come_in("officer"), come_in("coordinator")
    officer.open(f"/viec/{work}")
    unfold(officer, "Xin gia hạn")
    officer.page.fill("#gh-ngay", "1/5/2026")
    officer.page.fill("#gh-ly-do", "Hai thôn chưa bầu xong hòa giải viên.")
    officer.press("Gửi đề nghị gia hạn")
    assert "Hạn mới phải sau hôm nay" in officer.words()
    assert officer.page.input_value("#gh-ly-do") == "Hai thôn chưa bầu xong hòa giải viên."
    officer.page.fill("#gh-ngay", "29/5/2026")
    officer.press("Gửi đề nghị gia hạn")
    assert "Phòng Tư pháp quyết định" in officer.words()

    coordinator.open("/theo-doi")
    assert "xin gia hạn từ 15/5 đến 29/5" in coordinator.words()
    coordinator.follow(coordinator.page.locator("[aria-labelledby=cho-quyet-dinh] a"))
    unfold(coordinator, "Đề nghị hạn khác")
    coordinator.page.fill("#gh-khac", "25/5/2026")
    coordinator.page.fill("#gh-khac-vs", "Phải tổng hợp báo cáo huyện.")
    coordinator.press("Gửi đề nghị")
    assert "chờ đơn vị trả lời" in coordinator.words()

    officer.open("/viec")
    assert "Hạn khác được đề nghị" in officer.words()
    officer.follow(officer.page.get_by_role("link", name="Hạn khác được đề nghị").first)
    officer.press("Nhận hạn 25/5/2026")
    assert "hạn Thứ Hai 25/5/2026" in officer.words()
    assert "Hạn đầu là Thứ Sáu 15/5/2026" in officer.words()


def test_a_wait_is_put_on_a_partner_who_ends_it(desk, come_in, world):
    work = desk.of("Rà soát").id
    officer, partner = come_in("officer"), come_in("partner")
    officer.open(f"/viec/{work}")
    unfold(officer, "Đang chờ đơn vị khác")
    officer.page.select_option("#cho-ai", label="Phòng Văn hóa và Thông tin")
    officer.page.fill("#cho-gi", "Chờ mẫu danh sách hòa giải viên.")
    officer.page.fill("#cho-den", "14/5/2026")
    officer.press("Ghi đang chờ")
    assert "Chờ Phòng Văn hóa và Thông tin" in officer.words()

    partner.open("/viec")
    partner.follow(partner.page.get_by_role("link", name="UBND xã Tân Lập đang chờ").first)
    partner.press("Đã làm xong phần việc này")
    assert "Xin ghi đơn vị đã làm gì" in partner.words()
    partner.page.fill("#cho-xong", "Đã gửi mẫu kèm công văn 21/VHTT.")
    partner.press("Đã làm xong phần việc này")
    assert "đang chờ" not in partner.words()

    officer.open(f"/viec/{work}")
    assert "Đã gửi mẫu kèm công văn 21/VHTT." in officer.words()
    assert desk.of("Rà soát").state == "open"


def test_an_explanation_is_asked_and_given(desk, come_in, world):
    work = desk.of("Rà soát").id
    leader, officer = come_in("leader"), come_in("officer")
    leader.open(f"/viec/{work}")
    unfold(leader, "Yêu cầu giải trình")
    leader.page.fill("#gt-hoi", "Vì sao đến nay chưa có báo cáo?")
    leader.page.fill("#gt-ngay", "16/5/2026")
    leader.press("Gửi yêu cầu")
    assert "là ngày nghỉ" in leader.words()
    leader.page.fill("#gt-ngay", "18/5/2026")
    leader.press("Gửi yêu cầu")

    officer.open("/viec")
    officer.follow(officer.page.get_by_role("link", name="Giải trình: Rà soát").first)
    officer.page.get_by_label("Giải trình của đơn vị").fill("Hai thôn bầu chậm vì mưa lũ.")
    officer.press("Gửi giải trình")

    leader.open(f"/viec/{work}")
    assert "Hai thôn bầu chậm vì mưa lũ." in leader.words()
    leader.open("/theo-doi")
    assert "Giải trình" not in leader.words()


def test_work_given_to_the_wrong_unit_is_handed_on(desk, come_in, world):
    work = desk.of("Rà soát").id
    officer, coordinator = come_in("officer"), come_in("coordinator")
    officer.open(f"/viec/{work}")
    unfold(officer, "Trả lại vì giao nhầm đơn vị")
    officer.page.fill("#gn-ly-do", "Việc này thuộc lĩnh vực của Phòng Văn hóa.")
    officer.page.select_option("#gn-ai", label="Phòng Văn hóa và Thông tin")
    officer.press("Gửi đề nghị trả lại")
    coordinator.open(f"/viec/{work}")
    coordinator.press("Đồng ý, giao cho đơn vị này")
    assert "Phòng Văn hóa và Thông tin" in coordinator.words()
    assert desk.of("Rà soát", "culture").id == work
