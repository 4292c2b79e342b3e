"""The periods of a plan and its end, on their pages."""

from __future__ import annotations

from tests.web.test_calendar_page import text
from tracker.extensions import db
from tracker.services import endings
from tracker.store.models import Assignment, PeriodClosing


def plan_of():
    return db.session.query(Assignment.plan_id).first()[0]


def test_closing_names_what_is_open_and_asks_again(sqlite_app, world, published, signed_in, send, clock):
    plan = plan_of()
    client = signed_in("coordinator")
    page = text(client.get(f"/ke-hoach/{plan}/ky"))
    assert "Việc làm một lần" in page
    assert "0/7 việc của các đơn vị đã xong" in page
    shown = f"/ke-hoach/{plan}/ky/once/chot"
    page = text(client.get(shown))
    assert "Chưa xong 7" in page
    assert "Hạn cuối của kỳ là Thứ Ba 15/9/2026, chưa qua." in page
    answer = send(client, shown, shown)
    assert answer.status_code == 409
    assert "Xin xác nhận nếu vẫn chốt" in text(answer)
    assert db.session.query(PeriodClosing).count() == 0
    assert send(client, shown, shown, **{"van-chot": "1"}).status_code == 303
    page = text(client.get(f"/ke-hoach/{plan}/ky"))
    assert "Phạm Minh Anh chốt lúc 12/5/2026" in page
    assert "Cần sửa, xin đề nghị lãnh đạo mở lại kỳ." in page


def test_a_late_change_is_refused_with_who_closed_it(sqlite_app, world, published, signed_in, send, work_id):
    plan = plan_of()
    client = signed_in("coordinator")
    shown = f"/ke-hoach/{plan}/ky/once/chot"
    send(client, shown, shown, **{"van-chot": "1"})
    one = work_id("Tổ chức hội nghị phổ biến các luật mới")
    officer = signed_in("officer")
    send(officer, "/tai-khoan", f"/viec/{one}/gui", text="15/BC-UBND ngày 5/5/2026")
    assert "đã chốt ngày 12/5/2026, người thực hiện: Phạm Minh Anh" in text(officer.get(f"/viec/{one}"))
    assert db.session.get(Assignment, one).state == "open"


def test_the_leader_opens_it_again_with_a_reason(sqlite_app, world, published, signed_in, send):
    plan = plan_of()
    shown = f"/ke-hoach/{plan}/ky/once/chot"
    send(signed_in("coordinator"), shown, shown, **{"van-chot": "1"})
    leader, page = signed_in("leader"), f"/ke-hoach/{plan}/ky"
    answer = send(leader, page, f"{page}/once/mo-lai", **{"ly-do": " "})
    assert answer.status_code == 422
    assert "Xin ghi lý do mở lại kỳ." in text(answer)
    assert send(leader, page, f"{page}/once/mo-lai", **{"ly-do": "gửi nhầm kỳ"}).status_code == 303
    told = text(leader.get(page))
    assert "Vũ Đình Khôi mở lại ngày 12/5/2026" in told
    assert "gửi nhầm kỳ" in told
    assert "Chốt kỳ" not in told, "a leader does not close"
    history = text(leader.get(f"/ke-hoach/{plan}"))
    assert "Mở lại kỳ: gửi nhầm kỳ" in history


def test_who_follows_nothing_up_does_not_see_the_periods(sqlite_app, world, published, signed_in):
    for who in ("officer", "head", "manager"):
        assert signed_in(who).get(f"/ke-hoach/{plan_of()}/ky").status_code == 403


def test_a_plan_ends_with_a_reason_for_each_group(sqlite_app, world, published, signed_in, send, clock):
    plan = plan_of()
    client, page = signed_in("coordinator"), f"/ke-hoach/{plan}/ket-thuc"
    assert "Việc còn mở 10" in text(client.get(page))
    keys = [g.key for g in endings.end_page(world.actor("coordinator"), plan, at=clock.now).open]
    answer = send(client, page, page, nhom=keys[:1], **{"ly-do": "hết thời gian"})
    assert answer.status_code == 409
    assert "chưa có lý do thôi giao" in text(answer)
    assert "checked" in answer.get_data(as_text=True), "what was ticked stays"
    answer = send(client, page, page, **{"tat-ca": "1", "ly-do": "hết thời gian"})
    assert answer.status_code == 303
    plans = text(client.get("/ke-hoach"))
    assert "Đã kết thúc" in plans
    told = text(client.get(f"/ke-hoach/{plan}"))
    assert "Kế hoạch đã kết thúc ngày 12/5/2026" in told
    assert "Thêm bản mới" not in told
    assert "hết thời gian" not in text(client.get("/theo-doi"))


def test_a_plan_is_withdrawn_by_its_document_and_goes_on_by_the_leader(
    sqlite_app, world, published, signed_in, send
):
    plan = plan_of()
    client, page = signed_in("coordinator"), f"/ke-hoach/{plan}/ket-thuc"
    answer = send(client, page, f"/ke-hoach/{plan}/bai-bo", **{"ly-do": "cấp trên bãi bỏ"})
    assert answer.status_code == 422
    assert "Xin ghi văn bản bãi bỏ" in text(answer)
    given = {"ly-do": "cấp trên bãi bỏ", "van-ban": "Quyết định số 20/QĐ-UBND ngày 4/5/2026"}
    assert send(client, page, f"/ke-hoach/{plan}/bai-bo", **given).status_code == 303
    told = text(client.get(page))
    assert "Kế hoạch đã bãi bỏ" in told
    assert "cấp trên bãi bỏ (Quyết định số 20/QĐ-UBND ngày 4/5/2026)" in told
    leader = signed_in("leader")
    assert send(leader, page, f"/ke-hoach/{plan}/lam-tiep", **{"ly-do": ""}).status_code == 422
    answer = send(leader, page, f"/ke-hoach/{plan}/lam-tiep", **{"ly-do": "thu hồi quyết định"})
    assert answer.status_code == 303
    assert "Việc còn mở 10" in text(client.get(page))


def test_the_unit_is_told_by_when_to_say_how_ongoing_work_goes(
    sqlite_app, world, published, signed_in, clock
):
    clock.day(2026, 6, 5)
    page = text(signed_in("officer").get("/viec"))
    assert "Cần cho biết tình hình chậm nhất Thứ Năm 11/6/2026" in page
    clock.day(2026, 5, 12)
    assert "Hỏi tình hình khi làm báo cáo, chậm nhất 11/6/2026" in text(signed_in("officer").get("/viec"))
