"""The whole job once, by hand, in a real browser: from a .docx to a cell of the dashboard that changes.

The calendar is read over HTTP and the reminder is received by a real mail server. axe looks at every page
on the way.
"""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from icalendar import Calendar

from notifications.sweep import sweep
from tests.browser.desk import Desk
from tests.conftest import make_app
from tracker.extensions import db
from tracker.store.models import Assignment

HEAD = (
    "ỦY BAN NHÂN DÂN",
    "HUYỆN SƠN THANH",
    "Số: 44/KH-UBND",
    "Sơn Thanh, ngày 11 tháng 5 năm 2026",
    "KẾ HOẠCH",
    "Hưởng ứng Ngày Pháp luật năm 2026 trên địa bàn huyện Sơn Thanh",
    "I. MỤC ĐÍCH, YÊU CẦU",
    "1. Nâng cao ý thức chấp hành pháp luật của cán bộ và Nhân dân.",
    "II. NỘI DUNG",
    "1. Công tác chỉ đạo",
    "1.1. Ban hành văn bản hướng dẫn tổ chức Ngày Pháp luật.",
    "- Cơ quan chủ trì: Phòng Tư pháp.",
    "- Thời gian thực hiện: trước ngày 15/9/2026.",
    "- Sản phẩm: công văn hướng dẫn.",
    "1.2. Tổ chức hội nghị phổ biến luật mới, gửi báo cáo kết quả.",
    "- Cơ quan chủ trì: UBND các xã, thị trấn.",
    "- Thời gian thực hiện: trước ngày 16/5/2026.",
    "- Sản phẩm: báo cáo kết quả.",
    "1.3. Đăng tin, bài trên trang thông tin điện tử.",
    "- Cơ quan chủ trì: Phòng Văn hóa và Thông tấn.",
    "- Thời gian thực hiện: trước ngày 20/9/2026.",
    "- Sản phẩm: tin, bài.",
    "III. TỔ CHỨC THỰC HIỆN",
    "1. Phòng Tư pháp theo dõi, đôn đốc việc thực hiện Kế hoạch này.",
    "Nơi nhận:",
    "- UBND các xã, thị trấn;",
    "- Lưu: VT, TP.",
)


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    """The plan above as a .docx file. One lead is spelled as nobody spells it: a doubt to be fixed."""
    document = Document()
    for line in HEAD:
        document.add_paragraph(line)
    content = BytesIO()
    document.save(content)
    path = tmp_path / "44-KH-UBND.docx"
    path.write_bytes(content.getvalue())
    return path


def test_the_whole_job(app, world, clock, serve, browser, plan_file, smtp, tmp_path, database_url):
    served = make_app(database_url, tmp_path, clock, smtp=smtp.settings)
    base = serve(served)
    clock.day(2026, 5, 12, 8)

    coordinator = Desk(browser, base)
    coordinator.open("/dang-nhap")
    coordinator.log_in("coordinator")
    version = upload(coordinator, plan_file)
    fix_the_doubt(coordinator)
    publish(coordinator)
    assert cell(coordinator, world) == "0/1"

    with served.app_context():
        result = sweep(served, at=clock.day(2026, 5, 12, 9))
        assert result.error == ""
        assert sweep(served, at=clock.now).sent == 0
    [reminder] = [one for one in smtp.messages if "officer@" in one["to"]]
    assert "xã Tân Lập" in subject(reminder)

    officer = Desk(browser, base)
    officer.log_in("officer")
    tick(officer)

    feed = calendar_of(officer, world)
    assert [event.start for event in feed.events] == [date(2026, 5, 15)]

    accept(coordinator, world)
    assert cell(coordinator, world) == "1/1"
    assert coordinator.errors == officer.errors == []
    assert version > 0


def upload(desk, plan_file):
    desk.open("/ke-hoach")
    desk.open("/ke-hoach/them")
    desk.page.set_input_files("input[type=file]", plan_file)
    desk.follow(desk.page.locator("main form button[type=submit]"))
    return int(re.search(r"/kiem-tra/(\d+)", desk.page.url)[1])


def fix_the_doubt(desk):
    """The lead that nobody knows: the answer that names the right unit is chosen."""
    row = desk.page.locator("details.rw", has_text="Đăng tin, bài trên trang thông tin")
    if row.get_attribute("open") is None:
        row.locator("summary").first.click()
    row.get_by_label(re.compile("Phòng Văn hóa và Thông tin")).first.check()
    desk.follow(row.locator("button[value=right]"))


def publish(desk):
    button = desk.page.locator("#ban-hanh button[type=submit]")
    assert button.get_attribute("aria-disabled") is None, desk.page.locator("#con-thieu").inner_text()
    desk.follow(button)
    assert "/ke-hoach/" in desk.page.url


def cell(desk, world):
    """done/total in the cell of UBND xã Tân Lập, as the dashboard shows it."""
    desk.open("/theo-doi")
    found = desk.page.locator(f"a[href*='don-vi={world.tan_lap}'][href*='ke-hoach=']").first
    return re.search(r"\d+/\d+", found.inner_text())[0]


def tick(desk):
    desk.open("/viec")
    desk.follow(desk.page.get_by_role("link", name=re.compile("Tổ chức hội nghị phổ biến luật mới")).first)
    desk.page.fill("main input[name=text]", "15/BC-UBND ngày 11/5/2026")
    desk.press("Gửi minh chứng")
    assert "chờ" in desk.words()


def calendar_of(desk, world):
    desk.open(f"/don-vi/{world.tan_lap}")
    address = re.search(r"/lich/[\w-]+\.ics", desk.page.content())[0]
    answer = desk.context.request.get(desk.base + address)
    assert answer.status == 200
    return Calendar.from_ical(answer.body())


def accept(desk, world):
    db.session.rollback()  # what was read before lies behind
    work = db.session.query(Assignment.id).filter_by(unit_id=world.tan_lap).scalar()
    desk.open(f"/viec/{work}")
    desk.follow(desk.page.get_by_role("button", name=re.compile("^Duyệt")))


def subject(message):
    from email.header import decode_header, make_header

    return str(make_header(decode_header(message["subject"])))
