"""A merge of three communes and a rename in the middle of a plan year, walked in a real browser.

Open work moves and closed work stays; counts read from the pages and from SQL agree before and after; undoing
within the day restores everything. axe looks at every page on the way.
"""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tests.browser.desk import Desk
from tests.conftest import make_app
from tests.services.test_succession import dump
from tracker.extensions import db
from tracker.services import plans, publish, show_review, work
from tracker.services.work import Given
from tracker.store.models import Assignment, UnitVersion

PLAN = """ỦY BAN NHÂN DÂN
HUYỆN SƠN THANH

Số: 12/KH-UBND

Sơn Thanh, ngày 15 tháng 01 năm 2026

KẾ HOẠCH
Phổ biến, giáo dục pháp luật năm 2026

II. NỘI DUNG

1. Chỉ đạo, hướng dẫn

1.1. Rà soát, kiện toàn tổ hòa giải ở cơ sở.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Thời gian thực hiện: trước ngày 16/4/2026.

1.2. Tổ chức hội nghị phổ biến các luật mới.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Thời gian thực hiện: trước ngày 16/9/2026.

1.3. Xây dựng tủ sách pháp luật điện tử.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Thời gian thực hiện: thường xuyên.

1.4. Tuyên truyền trên hệ thống truyền thanh.

- Cơ quan chủ trì: Phòng Văn hóa và Thông tin.
- Thời gian thực hiện: trước ngày 20/10/2026.
"""
OPEN = ("open", "waiting", "submitted")
OLD = ("UBND xã Tân Lập", "UBND xã Bình Minh", "UBND xã Phú Hòa")
NEW = "UBND xã Tân Bình"


@pytest.fixture
def plan(app, world, clock):
    """The plan above, published in January; Tân Lập has finished the first task by May."""
    coordinator, at = world.actor("coordinator"), clock.day(2026, 1, 16)
    version = plans.import_plan(
        coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at
    )
    page = show_review.review(coordinator, version, at=at)
    publish.publish(coordinator, version, row_version=page.row_version, at=at)
    clock.day(2026, 5, 12)
    query = select(Assignment).where(
        Assignment.unit_id == world.tan_lap, Assignment.due_on < clock.now.date()
    )
    [first] = db.session.scalars(query)
    work_id, plan_id = first.id, first.plan_id
    work.tick(world.actor("officer"), work_id, Given(text="9/BC-UBND ngày 14/4/2026"), at=clock.now)
    row_version = db.session.get(Assignment, work_id).row_version
    work.accept(coordinator, work_id, row_version=row_version, at=clock.now)
    return plan_id


def open_work(*names):
    """From SQL: how much open work each of these units holds."""
    db.session.rollback()
    query = (
        select(func.count())
        .select_from(Assignment)
        .join(UnitVersion, UnitVersion.unit_id == Assignment.holder_id)
        .where(Assignment.state.in_(OPEN))
    )
    return [db.session.scalar(query.where(UnitVersion.name == name)) for name in names]


def closed_work(name):
    db.session.rollback()
    query = select(func.count()).select_from(Assignment).where(Assignment.state == "accepted")
    ids = select(UnitVersion.unit_id).where(UnitVersion.name == name)
    return db.session.scalar(query.where(Assignment.holder_id.in_(ids)))


def numbers(desk):
    """From the preview: unit → (before, after), and the sums."""
    found = {}
    for row in desk.page.locator("table.nums tr").all():
        cells = row.locator("td, th").all_inner_texts()
        if cells[1].isdecimal():
            found[cells[0]] = (int(cells[1]), int(cells[2]))
    return found


def test_a_merge_and_a_rename_in_the_middle_of_a_year(
    app, world, clock, plan, serve, browser, tmp_path, database_url
):
    base = serve(make_app(database_url, tmp_path, clock))
    manager = Desk(browser, base)
    manager.log_in("manager")
    pristine, done_before = dump(), dashboard(browser, base)

    # The merge: what the preview says is what SQL says, before and afterwards.
    merge(manager)
    told = numbers(manager)
    before = open_work(*OLD)
    assert before == [2, 3, 3]
    assert told == {
        OLD[0]: (2, 0), OLD[1]: (3, 0), OLD[2]: (3, 0), NEW: (0, 8), "Cộng": (8, 8)
    }  # fmt: skip
    assert dump() == pristine
    manager.press("Xác nhận")
    assert open_work(*OLD, NEW) == [0, 0, 0, 8]
    assert closed_work(OLD[0]) == 1
    assert closed_work(NEW) == 0
    assert dashboard(browser, base) == done_before

    # Whoever worked in a commune that ended finds its work in the new one, and says once what is done.
    officer = Desk(browser, base)
    officer.log_in("officer")
    officer.open("/viec")
    words = officer.words()
    assert f"{NEW} có" in words
    assert "kế thừa từ UBND xã Bình Minh" in words
    officer.open(f"/ke-hoach/{plan}")
    assert f"UBND xã Phú Hòa, nay là {NEW}" in officer.page.locator("main").text_content()

    # Undone the same day, everything is as it was.
    manager.press("Hoàn tác lần sắp xếp này")
    assert dump() == pristine
    assert open_work(*OLD) == before
    assert dashboard(browser, base) == done_before

    # Done again, and a rename; this time one form closes what was inherited of one task.
    merge(manager)
    manager.press("Xác nhận")
    rename(manager, world)
    assert open_work("Phòng Văn hóa và Thông tin") == [1]
    leader = Desk(browser, base)
    leader.log_in("leader")
    leader.open(f"/ke-hoach/{plan}")
    words = leader.page.locator("main").text_content()
    assert "Phòng Văn hóa và Thông tin, nay là Phòng Văn hóa, Khoa học và Thông tin" in words
    tick_all(officer)
    assert open_work(NEW) == [8]
    db.session.rollback()
    sent = db.session.scalars(select(Assignment.unit_id).where(Assignment.state == "submitted")).all()
    assert sorted(sent) == sorted([world.tan_lap, world.binh_minh, world.phu_hoa])

    # What stands on it holds it: the merge is not undone any more, the rename is.
    history(manager, "Đổi tên")
    manager.press("Hoàn tác lần sắp xếp này")
    assert "đã hoàn tác" in manager.words()
    history(manager, "Sáp nhập")
    assert "3 việc đã chuyển vừa có cập nhật" in manager.words()
    assert manager.errors == officer.errors == leader.errors == []


def history(desk, name):
    """The newest reorganisation of that kind, from the list of those that were done."""
    desk.open("/don-vi/sap-xep")
    desk.follow(desk.page.get_by_role("link", name=name, exact=True).first)


def dashboard(browser, base):
    """What the coordinator's page says of the whole year: done of all."""
    desk = Desk(browser, base)
    desk.log_in("coordinator")
    desk.open("/ke-hoach")
    found = re.search(r"(\d+)/(\d+)", desk.words())
    desk.context.close()
    return found.groups()


def merge(desk):
    desk.open("/don-vi/sap-xep")
    desk.follow(desk.page.get_by_role("link", name="Sáp nhập Nhiều đơn vị"))
    for name in OLD:
        desk.page.get_by_label(name, exact=True).check()
    desk.page.get_by_label("Ngày hiệu lực").fill("1/5/2026")
    desk.page.get_by_label("Văn bản quyết định").fill("15/NQ-HĐND ngày 20/4/2026")
    desk.page.get_by_label("Tên", exact=True).fill(NEW)
    desk.page.get_by_label("Mã", exact=True).fill("TANBINH")
    desk.press("Xem trước")


def rename(desk, world):
    desk.open("/don-vi/sap-xep/moi?kieu=renamed")
    desk.page.get_by_label("Đơn vị", exact=True).select_option(label="Phòng Văn hóa và Thông tin")
    desk.page.get_by_label("Ngày hiệu lực").fill("10/5/2026")
    desk.page.get_by_label("Tên mới").fill("Phòng Văn hóa, Khoa học và Thông tin")
    desk.press("Xem trước")
    desk.press("Xác nhận")


def tick_all(desk):
    desk.open("/viec")
    desk.follow(desk.page.get_by_role("link", name=re.compile("Tổ chức hội nghị")).first)
    assert desk.page.locator("input[name=also]:checked").count() == 2
    desk.page.fill("#gui input[name=text]", "15/BC-UBND ngày 11/5/2026")
    desk.press("Gửi minh chứng")
