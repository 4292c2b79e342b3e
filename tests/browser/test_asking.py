"""Requests walked in a real browser: another day offered and taken, a wait put on a partner, an explanation given.

axe looks at every page on the way.
"""

from __future__ import annotations

import pytest

from tests.browser.test_whole_job import Desk as Person
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


def press(person, name):
    with person.page.expect_navigation():
        person.page.get_by_role("button", name=name, exact=True).click()
    person.check()


def follow(person, name):
    with person.page.expect_navigation():
        person.page.get_by_role("link", name=name).first.click()
    person.check()


def unfold(person, name):
    person.page.locator("summary", has_text=name).click()


def words(person):
    return " ".join(person.page.locator("main").inner_text().split())


def test_another_day_is_asked_for_offered_and_taken(desk, come_in, world):
    work = desk.of("Rà soát").id
    officer, coordinator = come_in("officer"), come_in("coordinator")
    officer.open(f"/viec/{work}")
    unfold(officer, "Xin gia hạn")
    officer.page.fill("#gh-ngay", "1/5/2026")
    officer.page.fill("#gh-ly-do", "Hai thôn chưa bầu xong hòa giải viên.")
    press(officer, "Gửi đề nghị gia hạn")
    assert "Hạn mới phải sau hôm nay" in words(officer)
    assert officer.page.input_value("#gh-ly-do") == "Hai thôn chưa bầu xong hòa giải viên."
    officer.page.fill("#gh-ngay", "29/5/2026")
    press(officer, "Gửi đề nghị gia hạn")
    assert "Phòng Tư pháp quyết định" in words(officer)

    coordinator.open("/theo-doi")
    assert "xin gia hạn từ 15/5 đến 29/5" in words(coordinator)
    with coordinator.page.expect_navigation():
        coordinator.page.locator("[aria-labelledby=cho-quyet-dinh] a").click()
    coordinator.check()
    unfold(coordinator, "Đề nghị hạn khác")
    coordinator.page.fill("#gh-khac", "25/5/2026")
    coordinator.page.fill("#gh-khac-vs", "Phải tổng hợp báo cáo huyện.")
    press(coordinator, "Gửi đề nghị")
    assert "chờ đơn vị trả lời" in words(coordinator)

    officer.open("/viec")
    assert "Hạn khác được đề nghị" in words(officer)
    follow(officer, "Hạn khác được đề nghị")
    press(officer, "Nhận hạn 25/5/2026")
    assert "hạn Thứ Hai 25/5/2026" in words(officer)
    assert "Hạn đầu là Thứ Sáu 15/5/2026" in words(officer)


def test_a_wait_is_put_on_a_partner_who_ends_it(desk, come_in, world):
    work = desk.of("Rà soát").id
    officer, partner = come_in("officer"), come_in("partner")
    officer.open(f"/viec/{work}")
    unfold(officer, "Đang chờ đơn vị khác")
    officer.page.select_option("#cho-ai", label="Phòng Văn hóa và Thông tin")
    officer.page.fill("#cho-gi", "Chờ mẫu danh sách hòa giải viên.")
    officer.page.fill("#cho-den", "14/5/2026")
    press(officer, "Ghi đang chờ")
    assert "Chờ Phòng Văn hóa và Thông tin" in words(officer)

    partner.open("/viec")
    follow(partner, "UBND xã Tân Lập đang chờ")
    press(partner, "Đã làm xong phần việc này")
    assert "Xin ghi đơn vị đã làm gì" in words(partner)
    partner.page.fill("#cho-xong", "Đã gửi mẫu kèm công văn 21/VHTT.")
    press(partner, "Đã làm xong phần việc này")
    assert "đang chờ" not in words(partner)

    officer.open(f"/viec/{work}")
    assert "Đã gửi mẫu kèm công văn 21/VHTT." in words(officer)
    assert desk.of("Rà soát").state == "open"


def test_an_explanation_is_asked_and_given(desk, come_in, world):
    work = desk.of("Rà soát").id
    leader, officer = come_in("leader"), come_in("officer")
    leader.open(f"/viec/{work}")
    unfold(leader, "Yêu cầu giải trình")
    leader.page.fill("#gt-hoi", "Vì sao đến nay chưa có báo cáo?")
    leader.page.fill("#gt-ngay", "16/5/2026")
    press(leader, "Gửi yêu cầu")
    assert "là ngày nghỉ" in words(leader)
    leader.page.fill("#gt-ngay", "18/5/2026")
    press(leader, "Gửi yêu cầu")

    officer.open("/viec")
    follow(officer, "Giải trình: Rà soát")
    officer.page.get_by_label("Giải trình của đơn vị").fill("Hai thôn bầu chậm vì mưa lũ.")
    press(officer, "Gửi giải trình")

    leader.open(f"/viec/{work}")
    assert "Hai thôn bầu chậm vì mưa lũ." in words(leader)
    leader.open("/theo-doi")
    assert "Giải trình" not in words(leader)


def test_work_given_to_the_wrong_unit_is_handed_on(desk, come_in, world):
    work = desk.of("Rà soát").id
    officer, coordinator = come_in("officer"), come_in("coordinator")
    officer.open(f"/viec/{work}")
    unfold(officer, "Trả lại vì giao nhầm đơn vị")
    officer.page.fill("#gn-ly-do", "Việc này thuộc lĩnh vực của Phòng Văn hóa.")
    officer.page.select_option("#gn-ai", label="Phòng Văn hóa và Thông tin")
    press(officer, "Gửi đề nghị trả lại")
    coordinator.open(f"/viec/{work}")
    press(coordinator, "Đồng ý, giao cho đơn vị này")
    assert "Phòng Văn hóa và Thông tin" in words(coordinator)
    assert desk.of("Rà soát", "culture").id == work
