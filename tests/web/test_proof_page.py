"""Nhật ký thông báo and Đơn vị chưa đọc: what the pages say, and to whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.web.test_dashboard_page import text
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services import extending
from tracker.store.models import Assignment, Contact, Extension, Letter, LinkOpening, Notice, Person

pytestmark = pytest.mark.usefixtures("sqlite_app")

DUE = date(2026, 5, 8)
ROWS = (
    ("officer", "-7", date(2026, 4, 29), {}),
    (
        "officer",
        "-1",
        date(2026, 5, 7),
        {"bounced_at": at_vietnam(date(2026, 5, 7), 9), "bounce": "550 full"},
    ),
    ("head", "+1", date(2026, 5, 11), {"tries": 3}),
    ("leader", "+10", date(2026, 5, 12), {"state": "dead", "sent_at": None, "answer": "554 refused"}),
    (
        "officer",
        "extension-4",
        date(2026, 5, 12),
        {"state": "withdrawn", "sent_at": None, "answer": "Đã xong."},
    ),
)


def write_notices(world, work_id: int) -> list[int]:
    """Letters about the work, one a row; the first one's link was opened."""
    letters = []
    for who, step, day, values in ROWS:
        at = at_vietnam(day, 7, 31)
        known = {
            "key": f"digest:{who}:{day}:{step}",
            "kind": "digest",
            "committee_id": world.committee,
            "person_id": world.people[who],
            "address": f"{who}@sonthanh.example",
            "day": day,
            "state": "sent",
            "subject": f"2 việc đến hạn {DUE.day}/{DUE.month}",
            "text": "Kính gửi đồng chí,\nxin mở http://127.0.0.1:8000/thu/viec/WzEsMSwx.abc.def để gửi minh chứng.",
            "tries": 1,
            "answer": "250 2.0.0 OK: queued as 4F1B2",
            "message_id": f"<letter-{who}-{day:%Y%m%d}@dondoc.sonthanh.example>",
            "next_try_at": at,
            "created_at": at,
            "sent_at": at + timedelta(seconds=20),
        }
        letter = Letter(**(known | values))
        db.session.add(letter)
        db.session.flush()
        notice = {"assignment_id": work_id, "person_id": world.people[who], "step": step, "due_on": DUE}
        db.session.add(Notice(letter_id=letter.id, decided_at=at, **notice))
        letters.append(letter.id)
    opened = at_vietnam(date(2026, 4, 29), 14, 5)
    db.session.add(LinkOpening(letter_id=letters[0], assignment_id=work_id, opened_at=opened))
    db.session.commit()
    return letters


@pytest.fixture
def told(published, world, work_id):
    write_notices(world, work_id("Rà soát"))
    return f"/viec/{work_id('Rà soát')}/thong-bao"


def test_the_page_says_who_was_told_what_and_what_became_of_it(told, signed_in):
    words = text(signed_in("coordinator").get(told))
    for said in (
        "12/KH-UBND",
        "UBND xã Tân Lập",
        "5 mốc đã báo",
        "3 thư đã gửi",
        "1 thư bị trả lại",
        "1 thư đã mở liên kết, lần đầu 29/4/2026, 14 giờ 05",
        "Nhắc trước hạn 7 ngày",
        "Báo người đứng đầu sau hạn 1 ngày làm việc",
        "Báo lãnh đạo sau hạn 10 ngày làm việc",
        "Trả lời về gia hạn",
        "officer@sonthanh.example",
        "250 2.0.0 OK: queued as 4F1B2",
        "bị trả lại 7/5/2026, 9 giờ 00 550 full",
        "không gửi được",
        "554 refused",
        "không cần gửi nữa",
        "3 lần thử",
        "Lập 12/5/2026",
        "Phạm Minh Anh",
    ):
        assert said in words, said


def test_the_work_leads_there_and_partners_do_not_get_in(told, signed_in):
    page = signed_in("officer").get(told.removesuffix("/thong-bao")).get_data(as_text=True)
    assert f'href="{told}"' in page
    assert signed_in("officer").get(told).status_code == 200
    assert signed_in("leader").get(told).status_code == 200
    assert signed_in("other").get(told).status_code == 403
    assert signed_in("manager").get(told).status_code == 403


def test_work_that_nobody_was_told_of_says_so(published, work_id, signed_in):
    words = text(signed_in("officer").get(f"/viec/{work_id('Tổ chức')}/thong-bao"))
    assert "0 mốc đã báo" in words
    assert "Chưa có thông báo nào" in words


def test_units_that_do_not_read_are_listed_with_a_telephone(published, world, signed_in):
    db.session.add(Contact(unit_id=world.phu_hoa, duty="head", name="Bùi Đức Long", phone="024 3936 1234"))
    db.session.get_one(Person, world.people["officer"]).bounced_at = at_vietnam(date(2026, 5, 11), 9)
    db.session.commit()
    words = text(signed_in("coordinator").get("/khong-doc"))
    assert "3 đơn vị." in words
    assert "Chưa có ai nhận thư của đơn vị" in words
    assert "Bùi Đức Long: 024 3936 1234" in words
    assert "Thư gửi Nguyễn Thu Hằng bị trả lại từ 11/5/2026; chưa ai mở liên kết" in words
    assert "1 việc quá hạn" in words
    assert "1 việc sắp đến hạn" in words
    assert signed_in("leader").get("/khong-doc").status_code == 200
    assert signed_in("officer").get("/khong-doc").status_code == 403


def test_where_everybody_reads_the_page_says_so(world, signed_in):
    assert "Đơn vị nào cũng có người đọc" in text(signed_in("coordinator").get("/khong-doc?trang=9"))


def test_the_page_says_how_the_due_day_moved(told, world, work_id, clock, signed_in):
    extending.ask(world.actor("officer"), work_id("Rà soát"), date(2026, 5, 29), "chờ số liệu", at=clock.now)
    one = db.session.get_one(Assignment, work_id("Rà soát"))
    (extension,) = db.session.scalars(db.select(Extension.id))
    extending.agree(world.actor("coordinator"), extension, row_version=one.row_version, at=clock.now)
    words = text(signed_in("officer").get(told))
    assert "Hạn đầu: 8/5/2026. Đồng ý gia hạn: hạn mới 29/5/2026 (ngày 12/5/2026)." in words
    assert "Nhắc trước hạn 7 ngày (hạn 8/5/2026)" in words, "the step was of the day of that time"
    db.session.rollback()
    one = db.session.get_one(Assignment, one.id)
    one.due_on = date(2026, 6, 5)
    db.session.commit()
    assert "Bản mới của kế hoạch ghi 5/6/2026." in text(signed_in("officer").get(told))


def test_a_server_that_still_tries_is_no_bounce(told, signed_in):
    letter = db.session.query(Letter).filter(Letter.bounced_at.is_not(None)).one()
    letter.bounced_at, letter.bounce = None, "421 try later"
    db.session.commit()
    words = text(signed_in("officer").get(told))
    assert "0 thư bị trả lại" in words
    assert "máy chủ bên nhận còn thử lại 421 try later" in words


def test_what_one_letter_told_at_once_is_one_line(told, world, work_id, signed_in):
    work, letter = work_id("Rà soát"), db.session.scalars(select(Letter).order_by(Letter.id)).first()
    first = db.session.scalars(select(Notice).where(Notice.letter_id == letter.id)).one()
    later = {"assignment_id": work, "person_id": first.person_id, "due_on": first.due_on}
    db.session.add(Notice(letter_id=letter.id, decided_at=first.decided_at, step="+40", **later))
    db.session.commit()
    page = signed_in("coordinator").get(f"/viec/{work}/thong-bao")
    words = text(page)
    assert "Nhắc sau hạn 40 ngày làm việc" in words
    assert "gộp trong một thư: nhắc" in words
    assert "6 mốc đã báo" in words
    assert page.get_data(as_text=True).count(letter.message_id.strip("<>")) == 1
