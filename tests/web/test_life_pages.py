"""The assignment page as work goes on: deliverables, notes, taking note, folds that stay open after a refusal; and the
pages on which a task is split or merged."""

from __future__ import annotations

import pytest

from tests.web.test_work_pages import text
from tracker.extensions import db
from tracker.services import noting
from tracker.store.models import Assignment, Deliverable, TaskVersion

pytestmark = pytest.mark.usefixtures("sqlite_app")


@pytest.fixture
def work(published, work_id):
    """The address of Tân Lập's work that has three deliverables."""
    found = work_id("Rà soát")
    task_id = db.session.get_one(Assignment, found).task_id
    task = db.session.query(TaskVersion).filter_by(task_id=task_id).one()
    task.deliverables += [
        Deliverable(ordinal=n, text=words) for n, words in enumerate(("báo cáo", "danh sách"), 1)
    ]
    db.session.commit()
    return f"/viec/{found}"


def test_deliverables_are_ticked_one_by_one_and_the_page_says_how_many_are_there(work, signed_in, send):
    officer = signed_in("officer")
    send(officer, work, work + "/gui", text="15/QĐ-UBND", parts="1", part=["0"])
    words = text(officer.get(work))
    assert "Đã ghi nhận 1/3 sản phẩm. Việc được gửi duyệt khi đủ." in words
    assert "đã có 1/3 sản phẩm" in words
    assert "đã có 1/3 sản phẩm" in text(officer.get("/viec"))
    send(officer, work, work + "/gui", text="16/BC-UBND", parts="1", part=["1", "2"])
    assert "Đã gửi, chờ Phòng Tư pháp duyệt" in text(officer.get(work))


def test_a_form_of_deliverables_without_any_is_asked_for_one(work, signed_in, send):
    answer = send(signed_in("officer"), work, work + "/gui", text="15/QĐ-UBND", parts="1")
    assert answer.status_code == 422
    assert "Xin chọn ít nhất một sản phẩm" in text(answer)
    assert 'value="15/QĐ-UBND"' in answer.get_data(as_text=True)


def test_new_work_is_taken_note_of_for_a_whole_plan(work, world, signed_in, send):
    officer = signed_in("officer")
    assert "Việc mới giao, chưa tiếp nhận" in text(officer.get("/viec"))
    plan = db.session.query(Assignment).first().plan_id
    answer = send(officer, "/viec", "/viec/tiep-nhan", plan=plan, unit=world.tan_lap, back="/viec")
    assert answer.location == "/viec"
    assert "Việc mới giao, chưa tiếp nhận" not in text(officer.get("/viec"))
    assert "Tiếp nhận việc" in text(officer.get(work))


def test_the_dashboard_says_who_has_not_taken_note(work, world, clock, signed_in):
    words = text(signed_in("coordinator").get("/theo-doi"))
    assert "Chưa tiếp nhận 3 đơn vị" in words
    plan = db.session.query(Assignment).first().plan_id
    noting.see_plan(world.actor("officer"), plan, world.tan_lap, at=clock.now)
    assert "Chưa tiếp nhận 2 đơn vị" in text(signed_in("coordinator").get("/theo-doi"))


def test_a_note_stands_on_the_page_and_in_lists(work, signed_in, send):
    officer = signed_in("officer")
    send(officer, work, work + "/tinh-hinh", text="Đã họp tổ", percent="40%", obstacle="Thiếu mẫu")
    assert "40% : Đã họp tổ Vướng: Thiếu mẫu" in text(officer.get(work))
    assert "đã làm 40% · vướng: Thiếu mẫu" in text(officer.get("/viec"))


@pytest.mark.parametrize("percent", ["101", "-1", "nửa", "1e2"])
def test_a_percent_that_is_none_is_refused_and_what_was_written_stays(work, signed_in, send, percent):
    answer = send(signed_in("officer"), work, work + "/tinh-hinh", text="Đã họp tổ", percent=percent)
    assert answer.status_code == 422
    assert "Tỷ lệ hoàn thành là số từ 0 đến 100." in text(answer)
    assert "Đã họp tổ</textarea>" in answer.get_data(as_text=True)


def test_a_refused_form_is_open_again(work, signed_in, send):
    version = db.session.query(Assignment).filter_by(id=int(work.split("/")[-1])).one().row_version
    answer = send(signed_in("coordinator"), work, work + "/khong-ap-dung", reason=" ", row_version=version)
    assert answer.status_code == 422
    assert "Xin ghi lý do vì sao việc này không áp dụng" in text(answer)
    assert '<details class="fold" open><summary>Không áp dụng' in answer.get_data(as_text=True)


def test_excused_work_says_why_to_its_unit(work, signed_in, send):
    version = db.session.query(Assignment).filter_by(id=int(work.split("/")[-1])).one().row_version
    fields = {"reason": "Xã không có tổ hòa giải", "row_version": version}
    assert send(signed_in("coordinator"), work, work + "/khong-ap-dung", **fields).status_code == 303
    assert "Không phải thực hiện : Xã không có tổ hòa giải" in text(signed_in("officer").get(work))


def test_a_task_is_split_after_a_preview(work, signed_in, send):
    coordinator = signed_in("coordinator")
    task = db.session.get_one(Assignment, int(work.split("/")[-1])).task_id
    page = f"/nhiem-vu/{task}/tach"
    fields = {"title": ["Rà soát tổ", "Kiện toàn tổ", ""], "products": ["báo cáo", "", ""]}
    shown = text(send(coordinator, page, page, step="preview", **fields))
    assert "Sẽ thành 2 nhiệm vụ" in shown
    assert "6 việc được lập mới" in shown
    assert "3 việc đang mở của nhiệm vụ cũ thôi giao" in shown
    assert db.session.query(TaskVersion).filter_by(title="Rà soát tổ").count() == 0
    answer = send(coordinator, page, page, step="do", mark="6-3-0", **fields)
    assert answer.status_code == 303
    told = text(coordinator.get(answer.location))
    assert "Đã tách nhiệm vụ." in told
    assert "Kiện toàn tổ" in told


def test_a_task_takes_in_another_after_a_preview(work, published, signed_in, send):
    coordinator = signed_in("coordinator")
    task = db.session.get_one(Assignment, int(work.split("/")[-1])).task_id
    held = next(known for title, known in published.items() if title.startswith("Tổ chức"))
    other = db.session.get_one(Assignment, held).task_id
    page, title = f"/nhiem-vu/{task}/gop", "Kiện toàn tổ hòa giải và tổ chức hội nghị"
    shown = text(send(coordinator, page, page, step="preview", other=other, title=title))
    assert "Sẽ thành một nhiệm vụ" in shown
    answer = send(coordinator, page, page, step="do", other=other, title=title, mark="3-3-0")
    assert answer.status_code == 303
    assert title in text(coordinator.get(answer.location))


@pytest.mark.parametrize("who", ["officer", "leader", "manager"])
def test_only_whoever_follows_the_plan_up_sees_the_links(work, signed_in, who):
    task = db.session.get_one(Assignment, int(work.split("/")[-1])).task_id
    visitor = signed_in(who)
    plan = db.session.query(Assignment).first().plan_id
    assert "Tách nhiệm vụ" not in text(visitor.get(f"/ke-hoach/{plan}"))
    assert visitor.get(f"/nhiem-vu/{task}/tach").status_code == 403
