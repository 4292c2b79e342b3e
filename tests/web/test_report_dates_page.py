"""Ngày báo cáo định kỳ on the page of the work calendar."""

from __future__ import annotations

from tests.web.test_calendar_page import PAGE, text
from tracker.extensions import db
from tracker.store.models import Committee, Fact

ADDRESS = "/lich-lam-viec/bao-cao"
GIVEN = {
    "nam": "2026",
    "level": ["Các xã và đơn vị", "Phòng Tư pháp", "Sở Tư pháp", ""],
    "step": ["3", "3", "", ""],
    "kind": ["half-year", "nine-months", "year"],
    "top-half-year": "25",
    "top-year": "20",
}


def test_every_member_sees_data_and_send_by_days_with_their_reasons(sqlite_app, world, signed_in):
    page = text(signed_in("officer").get(PAGE))
    assert "6 tháng đầu năm 2026 15/12/2025 – 14/6/2026 Điều 12 Nghị định 09/2019/NĐ-CP" in page
    assert "5 ngày làm việc trước hạn của Cơ quan cấp trên, Thứ Năm 25/6" in page
    assert "chưa đủ 1 ngày làm việc sau ngày chốt số liệu 14/6/2026" in page
    assert "Đặt cấp gửi và ngày" not in page


def test_the_manager_sets_levels_steps_and_days(sqlite_app, world, signed_in, send):
    client = signed_in("manager")
    assert send(client, PAGE, ADDRESS, **GIVEN).status_code == 303
    page = text(client.get(PAGE))
    assert "Thứ Tư 17/6/2026 Các xã và đơn vị" in page
    assert "Thứ Hai 22/6/2026 Phòng Tư pháp" in page
    assert "9 tháng đầu năm 2026 15/12/2025 – 14/9/2026" in page
    assert "ngày 20/12/2026 (cơ quan đặt) là ngày nghỉ, nên gửi chậm nhất Thứ Sáu 18/12" in page
    db.session.rollback()
    assert db.session.get(Committee, world.committee).settings["reports"]["steps"] == [3, 3]
    send(client, PAGE, ADDRESS, **GIVEN)
    assert db.session.query(Fact).filter_by(deed="report-dates-set").count() == 1, (
        "the same again says nothing"
    )


def test_what_makes_no_sense_is_said_and_what_was_entered_stays(sqlite_app, world, signed_in, send):
    client = signed_in("manager")
    answer = send(client, PAGE, ADDRESS, **(GIVEN | {"step": ["ba", "3", "", ""]}))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "Số ngày làm việc giữa hai cấp cần là một số" in page
    assert 'value="Sở Tư pháp"' in page
    assert 'value="ba"' in page
    for wrong, words in (
        ({"level": ["", ""]}, "ít nhất một cấp"),
        ({"kind": []}, "ít nhất một kỳ"),
        ({"top-year": "32"}, "từ 1 đến 31"),
        ({"step": ["0", "3"]}, "từ 1 đến 60"),
    ):
        answer = send(client, PAGE, ADDRESS, **(GIVEN | wrong))
        assert answer.status_code == 422, wrong
        assert words in text(answer)


def test_who_does_not_keep_the_calendar_sets_nothing(sqlite_app, world, signed_in, send):
    for who in ("officer", "coordinator", "leader"):
        assert send(signed_in(who), "/tai-khoan", ADDRESS, **GIVEN).status_code == 403
