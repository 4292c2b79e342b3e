"""A period is closed while somebody still has its form open: the late change is refused with who closed it; the leader
opens it again; the plan ends. Walked in a real browser, with axe on every page."""

from __future__ import annotations

import pytest

from tests.browser.desk import Desk
from tests.conftest import make_app
from tests.services.test_whole_deed import PLAN, publish_draft
from tracker.deadlines.reports import reporting_period
from tracker.extensions import db
from tracker.services import plans, work
from tracker.services.work import Given
from tracker.store.models import Assignment

EVIDENCE = "21/BC-UBND ngày 9/6/2026"
REFUSED = "Kỳ 6 tháng đầu năm 2026 đã chốt ngày 10/6/2026, người thực hiện: Phạm Minh Anh"


@pytest.fixture
def plan(app, world, clock):
    """Published in May; one of three communes has reported by June."""
    version = plans.import_plan(
        world.actor("coordinator"), world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=clock.now
    )
    publish_draft(world, version, clock.now)
    clock.day(2026, 6, 3)
    one = report_of(world.binh_minh)
    work.tick(world.actor("other"), one.id, Given(text="9/BC-UBND ngày 2/6/2026"), at=clock.now)
    row_version = db.session.get(Assignment, one.id).row_version
    work.accept(world.actor("coordinator"), one.id, row_version=row_version, at=clock.now)
    clock.day(2026, 6, 10)
    return db.session.get(Assignment, one.id).plan_id


def report_of(unit):
    db.session.rollback()
    found = db.session.query(Assignment).filter_by(unit_id=unit)
    return next(one for one in found if reporting_period(one.period, one.timing.label) == "2026-H1")


def test_a_closed_period_refuses_a_late_change_until_the_leader_opens_it(
    app, world, clock, plan, serve, browser, tmp_path, database_url
):
    base = serve(make_app(database_url, tmp_path, clock))
    coordinator, officer, leader = (Desk(browser, base) for _ in range(3))
    coordinator.log_in("coordinator")
    officer.log_in("officer")
    leader.log_in("leader")

    late = report_of(world.tan_lap).id
    officer.open(f"/viec/{late}")
    officer.page.locator("input[name=text]").first.fill(EVIDENCE)

    # What is open is named first, and the one who closes says that she closes all the same.
    coordinator.open(f"/ke-hoach/{plan}")
    for name in ("Các kỳ", "Chốt kỳ 6 tháng đầu năm 2026"):
        coordinator.follow(coordinator.page.get_by_role("link", name=name, exact=True))
    assert "CHƯA XONG" in coordinator.words().upper()
    coordinator.press("Chốt kỳ")
    assert "Xin xác nhận nếu vẫn chốt" in coordinator.words()
    coordinator.page.get_by_label("Vẫn chốt kỳ này").check()
    coordinator.press("Chốt kỳ")
    assert "Phạm Minh Anh chốt lúc 10/6/2026" in coordinator.words()

    # Too late, and said so with who closed it.
    officer.follow(officer.page.get_by_role("button", name="Gửi minh chứng").first)
    assert REFUSED in officer.words()
    assert report_of(world.tan_lap).state == "open"
    officer.open(f"/viec/{late}")
    assert REFUSED in officer.words()
    assert officer.page.locator("input[name=text]").count() == 0, "nothing to send any more"

    # The figures stay those of that day; only a leader opens the period again.
    clock.day(2026, 7, 1)
    for desk, who in ((coordinator, "coordinator"), (officer, "officer"), (leader, "leader")):
        desk.log_in(who)  # a session does not last for weeks
    coordinator.open(f"/ke-hoach/{plan}/ky")
    assert "1/3" in coordinator.words()
    assert coordinator.page.get_by_text("Mở lại kỳ", exact=True).count() == 0
    leader.open(f"/ke-hoach/{plan}/ky")
    leader.page.get_by_text("Mở lại kỳ", exact=True).click()
    leader.page.get_by_label("Lý do mở lại").fill("UBND xã Tân Lập đã gửi bản giấy đúng hạn")
    leader.follow(leader.page.get_by_role("button", name="Mở lại kỳ này"))
    assert "Vũ Đình Khôi mở lại" in leader.words()
    officer.open(f"/viec/{late}")
    officer.page.locator("input[name=text]").first.fill(EVIDENCE)
    officer.follow(officer.page.get_by_role("button", name="Gửi minh chứng").first)
    assert report_of(world.tan_lap).state == "submitted"


def test_a_plan_is_withdrawn_and_goes_on(app, world, clock, plan, serve, browser, tmp_path, database_url):
    base = serve(make_app(database_url, tmp_path, clock))
    coordinator, leader = Desk(browser, base), Desk(browser, base)
    coordinator.log_in("coordinator")
    leader.log_in("leader")
    coordinator.open(f"/ke-hoach/{plan}/ket-thuc")
    coordinator.press("Kết thúc kế hoạch")
    assert "chưa có lý do thôi giao" in coordinator.words()
    coordinator.page.get_by_label("Văn bản bãi bỏ").fill("Quyết định số 20/QĐ-UBND ngày 9/6/2026")
    coordinator.page.get_by_label("Lý do", exact=True).fill("cấp trên ban hành kế hoạch thay thế")
    coordinator.press("Bãi bỏ kế hoạch")
    assert "Kế hoạch đã bãi bỏ ngày 10/6/2026" in coordinator.words()
    coordinator.open("/ke-hoach")
    assert "Đã kết thúc" in coordinator.words()
    coordinator.open("/theo-doi")
    assert "12/KH-UBND" not in coordinator.words()
    leader.open(f"/ke-hoach/{plan}/ket-thuc")
    leader.page.get_by_label("Lý do tiếp tục").fill("quyết định bãi bỏ bị thu hồi")
    leader.press("Tiếp tục kế hoạch")
    leader.open("/theo-doi")
    assert "12/KH-UBND" in leader.words()


def test_report_dates_are_set_on_the_calendar(sqlite_app, world, clock, serve, browser, tmp_path, sqlite_url):
    base = serve(make_app(sqlite_url, tmp_path, clock))
    manager = Desk(browser, base)
    manager.log_in("manager")
    manager.open("/lich-lam-viec?nam=2026")
    manager.page.get_by_text("Đặt cấp gửi và ngày").click()
    for line in (1, 2):
        manager.page.locator(f"#rp-step-{line}").fill("3")
    manager.page.get_by_label("9 tháng", exact=True).check()
    manager.check()
    manager.press("Lưu ngày báo cáo")
    assert "9 tháng đầu năm 2026" in manager.words()
    assert "chưa đủ 1 ngày làm việc" not in manager.words()
