"""Sắp xếp đơn vị through the pages: choose, fill in, look, confirm, undo; and what other pages show then."""

from __future__ import annotations

import re

import pytest

from tracker.extensions import db
from tracker.store.models import Assignment, UnitVersion

pytestmark = pytest.mark.usefixtures("sqlite_app")

HOME = "/don-vi/sap-xep"


def text(answer) -> str:
    html = re.sub(r"<(script|style|template|svg).*?</\1>", "", answer.get_data(as_text=True), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def hidden(answer) -> dict[str, str]:
    """Everything that the preview would send, choices included."""
    html = answer.get_data(as_text=True)
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, flags=re.S):
        found[name] = re.search(r'<option value="([^"]*)"(?: selected)?', options)[1]
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else found[name]
    return found


@pytest.fixture
def merging(world):
    """The form of a merge of all three communes."""
    return {
        "kieu": "merged",
        "unit": [world.tan_lap, world.binh_minh, world.phu_hoa],
        "on": "1/5/2026",
        "document": "15/NQ-HĐND",
        "heir-0-name": "UBND xã Tân Bình",
        "heir-0-code": "TB",
    }


def again(previewed, merging):
    """The fields of the preview; a list of units is one hidden field each."""
    return {**hidden(previewed), "unit": merging["unit"]}


@pytest.fixture
def merged(published, signed_in, send, merging):
    """The merge, carried out by the manager; the address of its page."""
    manager = signed_in("manager")
    seen = send(manager, f"{HOME}/moi?kieu=merged", f"{HOME}/xem", **merging)
    answer = send(manager, f"{HOME}/moi?kieu=merged", f"{HOME}/lam", **again(seen, merging))
    assert answer.status_code == 303
    return answer.location


def heir():
    db.session.rollback()  # what the pages wrote is seen by a new transaction
    return db.session.query(UnitVersion.unit_id).filter_by(name="UBND xã Tân Bình").scalar()


def test_the_start_offers_every_kind_and_says_that_nothing_was_done_yet(world, signed_in):
    words = text(signed_in("manager").get(HOME))
    for name in ("Đổi tên", "Sáp nhập", "Chia tách", "Chuyển trực thuộc", "Giải thể", "Chưa có lần nào."):
        assert name in words


@pytest.mark.parametrize("kind", ["renamed", "merged", "split", "moved", "abolished"])
def test_each_kind_has_its_form(world, signed_in, kind):
    assert "Ngày hiệu lực" in text(signed_in("manager").get(f"{HOME}/moi?kieu={kind}"))


def test_only_who_manages_units_comes_here(world, signed_in):
    for who in ("coordinator", "officer", "leader"):
        assert signed_in(who).get(HOME).status_code == 403
    assert signed_in("manager").get(f"{HOME}/moi?kieu=khac").status_code == 404


def test_the_preview_says_for_every_line_where_it_goes_and_why(published, signed_in, send, merging):
    answer = send(signed_in("manager"), f"{HOME}/moi?kieu=merged", f"{HOME}/xem", **merging)
    words = text(answer)
    assert answer.status_code == 200
    assert words.count("Sáp nhập vào UBND xã Tân Bình.") == 10
    assert "Cộng 10 10" in words
    assert "Nguyễn Thu Hằng" in words
    assert db.session.query(UnitVersion).filter_by(name="UBND xã Tân Bình").count() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"on": "32/13/2026"}, "chưa phải là một ngày"),
        ({"on": ""}, "Xin ghi ngày hiệu lực"),
        ({"on": "1/7/2026"}, "Xin quay lại đúng ngày 1/7/2026"),
        ({"unit": []}, "Xin chọn đơn vị được sắp xếp"),
        ({"heir-0-code": ""}, "Xin ghi mã cho UBND xã Tân Bình"),
    ],
)
def test_what_cannot_be_stays_in_the_form_with_the_reason(
    published, signed_in, send, merging, changes, words
):
    answer = send(signed_in("manager"), f"{HOME}/moi?kieu=merged", f"{HOME}/xem", **{**merging, **changes})
    assert answer.status_code == 422
    assert words in text(answer)
    assert 'value="UBND xã Tân Bình"' in answer.get_data(as_text=True)


def test_from_the_preview_back_to_the_form_nothing_is_lost(published, signed_in, send, merging):
    html = send(signed_in("manager"), f"{HOME}/moi?kieu=merged", f"{HOME}/sua", **merging).get_data(
        as_text=True
    )
    assert 'value="15/NQ-HĐND"' in html
    assert len(re.findall(r'name="unit" value="\d+" checked', html)) == 3


def test_confirmed_it_is_done_and_told(merged, signed_in, world):
    manager = signed_in("manager")
    words = text(manager.get(merged))
    assert "Việc chuyển đơn vị 10" in words
    assert "Hoàn tác lần sắp xếp này" in words
    assert "Sáp nhập" in text(manager.get(HOME))


def test_what_changed_since_the_preview_is_shown_anew(published, work_id, signed_in, send, merging):
    manager = signed_in("manager")
    seen = send(manager, f"{HOME}/moi?kieu=merged", f"{HOME}/xem", **merging)
    page = f"/viec/{work_id('Rà soát')}"
    send(signed_in("officer"), page, page + "/gui", text="15/BC-UBND ngày 12/5/2026")
    answer = send(manager, f"{HOME}/moi?kieu=merged", f"{HOME}/lam", **again(seen, merging))
    assert answer.status_code == 409
    assert "đã có thay đổi" in text(answer)
    done = send(manager, f"{HOME}/moi?kieu=merged", f"{HOME}/lam", **again(answer, merging))
    assert done.status_code == 303


def test_undone_the_same_day_all_is_as_before(merged, signed_in, send, world):
    manager = signed_in("manager")
    assert send(manager, merged, merged + "/hoan-tac").location == merged
    assert "đã hoàn tác" in text(manager.get(merged))
    assert "đã hoàn tác" in text(manager.get(HOME))
    assert "UBND xã Tân Lập có" in text(signed_in("officer").get("/viec"))


def test_the_day_after_the_page_says_why_not(merged, signed_in, clock):
    clock.day(2026, 5, 13)
    words = text(signed_in("manager").get(merged))
    assert "Chỉ hoàn tác được trong ngày đã làm" in words
    assert "Hoàn tác lần sắp xếp này" not in words


def test_a_line_without_an_answer_holds_the_deed_back(published, world, signed_in, send):
    fields = {"kieu": "abolished", "unit": world.tan_lap, "on": "1/5/2026"}
    manager = signed_in("manager")
    seen = send(manager, f"{HOME}/moi?kieu=abolished", f"{HOME}/xem", **fields)
    assert "Chưa có đơn vị nhận" in text(seen)
    answer = send(manager, f"{HOME}/moi?kieu=abolished", f"{HOME}/lam", **hidden(seen))
    assert answer.status_code == 422
    assert "chưa có đơn vị nhận" in text(answer)
    chosen = {name: "excuse" for name in hidden(answer) if name.startswith("viec-")}
    done = send(manager, f"{HOME}/moi?kieu=abolished", f"{HOME}/lam", **hidden(answer) | chosen)
    assert done.status_code == 303
    assert "Việc thôi giao 3" in text(manager.get(done.location))


# What other pages show


def test_work_lists_and_plans_show_both_names(merged, signed_in):
    officer = signed_in("officer")
    assert "kế thừa từ UBND xã Bình Minh" in text(officer.get("/viec"))
    plan = db.session.query(Assignment.plan_id).limit(1).scalar()
    assert "UBND xã Tân Lập, nay là UBND xã Tân Bình" in text(officer.get(f"/ke-hoach/{plan}"))


def test_the_history_of_an_assignment_tells_of_the_hand_over(merged, work_id, signed_in):
    words = text(signed_in("officer").get(f"/viec/{work_id('Rà soát')}"))
    assert "kế thừa từ UBND xã Tân Lập" in words
    assert "Bàn giao do sắp xếp đơn vị : UBND xã Tân Lập → UBND xã Tân Bình" in words.replace(
        "đơn vị:", "đơn vị :"
    )


def test_one_form_sends_the_same_evidence_for_all_inherited_lines(merged, work_id, signed_in, send):
    officer, page = signed_in("officer"), f"/viec/{work_id('Rà soát')}"
    html = officer.get(page).get_data(as_text=True)
    also = re.findall(r'name="also" value="(\d+)" checked', html)
    assert len(also) == 2
    refused = send(officer, page, page + "/gui", note="xong", also=also[:1])
    assert re.findall(r'name="also" value="(\d+)" checked', refused.get_data(as_text=True)) == also[:1]
    send(officer, page, page + "/gui", text="15/BC-UBND ngày 12/5/2026", also=also)
    db.session.rollback()
    for one in also:
        assert "15" in text(officer.get(f"/viec/{one}"))
        assert db.session.get(Assignment, int(one)).state == "submitted"


def test_the_coordinator_accepts_what_was_sent_together_at_once(merged, work_id, signed_in, send):
    first = work_id("Rà soát")
    page = f"/viec/{first}"
    officer, coordinator = signed_in("officer"), signed_in("coordinator")
    also = re.findall(r'name="also" value="(\d+)" checked', officer.get(page).get_data(as_text=True))
    send(officer, page, page + "/gui", text="15/BC-UBND ngày 12/5/2026", also=also)
    html = coordinator.get(page).get_data(as_text=True)
    assert re.findall(r'name="also" value="(\d+)" checked', html) == also
    version = re.search(r'name="row_version" value="(\d+)"', html)[1]
    assert send(coordinator, page, page + "/duyet", row_version=version, also=also).status_code == 303
    db.session.rollback()
    assert {db.session.get(Assignment, int(one)).state for one in (first, *also)} == {"accepted"}


def test_an_ended_unit_has_no_calendar_any_more_and_says_who_follows_it(merged, world, signed_in):
    page = signed_in("manager").get(f"/don-vi/{world.tan_lap}")
    assert ".ics" not in page.get_data(as_text=True)
    assert "UBND xã Tân Bình" in text(page)
    assert "UBND xã Tân Lập" in text(signed_in("manager").get(f"/don-vi/{heir()}"))


def test_the_history_of_a_unit_tells_of_its_reorganisation(merged, world, signed_in):
    words = text(signed_in("manager").get(f"/don-vi/{world.tan_lap}"))
    assert "Sắp xếp đơn vị" in words
    assert "→ UBND xã Tân Bình" in words
    assert "reorganised" not in words
