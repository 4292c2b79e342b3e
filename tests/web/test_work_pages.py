"""Việc của đơn vị and one assignment: what each person sees and does, through the pages."""

from __future__ import annotations

import re
from io import BytesIO

import pytest

from tracker.web.telling import asked_kind

PDF = b"%PDF-1.4 noi dung thu"

pytestmark = pytest.mark.usefixtures("sqlite_app")


def text(answer) -> str:
    """The words of a page, without tags."""
    html = re.sub(r"<(script|style|template|svg).*?</\1>", "", answer.get_data(as_text=True), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_page_says_first_how_things_stand(published, signed_in):
    words = text(signed_in("officer").get("/viec"))
    assert "UBND xã Tân Lập có 1 việc quá hạn và 1 việc đến hạn hôm nay" in words
    assert "Đã xong 0 trên 2 việc có hạn" in words


def test_work_stands_by_urgency_and_partner_work_apart(published, signed_in):
    words = text(signed_in("officer").get("/viec"))
    places = [words.index(name) for name in ("Quá hạn", "Hôm nay", "Không có hạn", "Việc phối hợp")]
    assert places == sorted(places)
    assert words.index("Lập danh mục văn bản hết hiệu lực") > places[-1]
    assert "quá 2 ngày làm việc" in words
    assert "Thứ Sáu 8/5/2026" in words


def test_a_unit_without_work_is_told_what_will_come(world, signed_in):
    words = text(signed_in("officer").get("/viec"))
    assert "Chưa có việc nào" in words
    assert "Đăng ký lịch của đơn vị" in words


def test_a_plan_can_be_chosen(published, signed_in):
    assert "Mọi kế hoạch" in text(signed_in("officer").get("/viec?ke-hoach=999"))


def test_the_work_of_another_unit_is_closed(published, world, signed_in):
    answer = signed_in("other").get(f"/viec?don-vi={world.tan_lap}")
    assert answer.status_code == 403


def test_a_unit_ticks_with_a_line_and_the_row_says_so(published, work_id, signed_in, send):
    officer, work = signed_in("officer"), work_id("Rà soát")
    answer = send(officer, "/viec", f"/viec/{work}/gui", text="15/BC-UBND ngày 12/5/2026", back="/viec")
    assert answer.location == "/viec"
    words = text(officer.get("/viec"))
    assert "Đã gửi minh chứng." in words
    assert "chờ Phòng Tư pháp duyệt" not in words  # it was due on 8/5, so that it is late as well
    assert "chờ duyệt, gửi muộn 2 ngày làm việc" in words
    assert "15/BC-UBND ngày 12/5/2026" in words
    assert "Rút lại" in words


def test_a_link_or_a_file_alone_is_enough(published, work_id, signed_in, send):
    officer = signed_in("officer")
    for words, fields in (
        ("Rà soát", {"link": "https://sonthanh.example/15.pdf"}),
        ("Tổ chức", {"file": (BytesIO(PDF), "BC 15.pdf")}),
    ):
        page = f"/viec/{work_id(words)}"
        assert send(officer, page, page + "/gui", **fields).status_code == 303
    html = officer.get(f"/viec/{work_id('Tổ chức')}").get_data(as_text=True)
    file = re.search(r'href="(/tep/\d+)">BC 15.pdf', html)[1]
    answer = officer.get(file)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert signed_in("other").get(file).status_code == 403


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"note": "đã làm xong"}, "Cần ít nhất một minh chứng"),
        ({"text": "15/BC-UBND ngày 20/12/2026"}, "Ngày văn bản ở trong tương lai"),
        ({"link": "javascript:alert(1)", "note": "xem"}, "http://"),
    ],
)
def test_what_cannot_be_taken_stays_in_the_form_with_the_reason(
    published, work_id, signed_in, send, fields, words
):
    page = f"/viec/{work_id('Rà soát')}"
    answer = send(signed_in("officer"), page, page + "/gui", **fields)
    assert answer.status_code == 422
    assert words in text(answer)
    html = answer.get_data(as_text=True)
    assert all(value in html for value in fields.values())


def test_the_line_is_taken_apart_while_typing(published, signed_in):
    officer = signed_in("officer")
    chips = officer.get("/viec/doc-dong?dong=15/BC-UBND ngày 11/5/2026").json["chips"]
    assert [(one["name"], one["words"]) for one in chips] == [
        ("Số", "15"),
        ("Ký hiệu", "BC-UBND"),
        ("Ngày", "Thứ Hai 11/5/2026"),
    ]
    assert [one["missing"] for one in officer.get("/viec/doc-dong?dong=báo cáo").json["chips"]] == [
        True,
        True,
    ]


def test_another_kind_of_document_than_the_plan_asks_for_is_a_hint_and_no_more(published, signed_in):
    ask = "/viec/doc-dong?dong=15/BC-UBND ngày {}&loai={}"
    officer = signed_in("officer")
    hint = officer.get(ask.format("11/5/2026", "KH")).json["chips"][-1]
    assert (hint["name"], hint["words"], hint["missing"]) == ("Kế hoạch yêu cầu", "Kế hoạch", True)
    assert not any(one["missing"] for one in officer.get(ask.format("11/5/2026", "BC")).json["chips"])
    future = officer.get(ask.format("20/12/2026", "BC")).json["chips"][-1]
    assert (future["missing"], future["words"]) == (True, "Chủ Nhật 20/12/2026, còn ở tương lai")


@pytest.mark.parametrize(
    ("deliverables", "code"),
    [
        (["Kế hoạch của UBND xã"], "KH"),
        (["Tờ trình"], "TTr"),
        (["Báo cáo", "Quyết định"], ""),
        (["hội nghị"], ""),
    ],
)
def test_the_kind_of_document_is_read_from_the_product(deliverables, code):
    assert asked_kind(deliverables) == code


def test_after_an_acceptance_the_next_one_is_offered(published, work_id, signed_in, send):
    officer, coordinator = signed_in("officer"), signed_in("coordinator")
    pages = [f"/viec/{work_id(words)}" for words in ("Tổ chức", "Rà soát")]
    for page in pages:
        send(officer, page, page + "/gui", text="16/BC-UBND ngày 12/5/2026")
    answer = send(coordinator, pages[0], pages[0] + "/duyet", row_version=row_version(coordinator, pages[0]))
    html = coordinator.get(answer.location).get_data(as_text=True)
    assert re.search(rf'href="{pages[1]}\?xong=1">Việc chờ duyệt tiếp theo', html)
    assert "Ban hành kế hoạch, giao việc cho đơn vị:" not in text(officer.get(pages[0]))


def test_evidence_can_be_taken_back(published, work_id, signed_in, send):
    officer, page = signed_in("officer"), f"/viec/{work_id('Rà soát')}"
    send(officer, page, page + "/gui", text="15/BC-UBND ngày 12/5/2026")
    send(officer, page, page + "/rut")
    assert "quá 2 ngày làm việc" in text(officer.get(page))
    assert "Rút lại minh chứng" in text(officer.get(page))  # the history keeps it


def row_version(client, page: str) -> str:
    return re.search(r'name="row_version" value="(\d+)"', client.get(page).get_data(as_text=True))[1]


def test_the_coordinator_accepts(published, work_id, signed_in, send):
    officer, coordinator, page = signed_in("officer"), signed_in("coordinator"), f"/viec/{work_id('Tổ chức')}"
    send(officer, page, page + "/gui", text="16/BC-UBND ngày 12/5/2026")
    assert "Duyệt minh chứng" in text(coordinator.get(page))
    send(coordinator, page, page + "/duyet", row_version=row_version(coordinator, page))
    words = text(officer.get(page))
    assert "đã xong, đúng hạn" in words
    assert "Duyệt minh chứng : hoàn thành ngày 12/5/2026" in words.replace("chứng:", "chứng :")


def test_the_coordinator_returns_with_a_reason_that_the_unit_sees_in_its_list(
    published, work_id, signed_in, send
):
    officer, coordinator, page = signed_in("officer"), signed_in("coordinator"), f"/viec/{work_id('Tổ chức')}"
    send(officer, page, page + "/gui", text="16/BC-UBND ngày 12/5/2026")
    version = row_version(coordinator, page)
    empty = send(coordinator, page, page + "/tra", reason=" ", row_version=version)
    assert empty.status_code == 422
    assert "Xin ghi lý do trả lại" in text(empty)
    send(coordinator, page, page + "/tra", reason="Thiếu danh sách kèm theo.", row_version=version)
    words = text(officer.get("/viec"))
    assert "Phòng Tư pháp trả lại ngày 12/5 : Thiếu danh sách kèm theo." in words.replace("12/5:", "12/5 :")
    assert "Xem và gửi lại" in words


def test_who_decides_on_an_old_page_is_told_and_nothing_changes(published, work_id, signed_in, send):
    officer, coordinator, page = signed_in("officer"), signed_in("coordinator"), f"/viec/{work_id('Tổ chức')}"
    send(officer, page, page + "/gui", text="16/BC-UBND ngày 12/5/2026")
    old = row_version(coordinator, page)
    send(officer, page, page + "/rut")
    send(officer, page, page + "/gui", text="17/BC-UBND ngày 12/5/2026")
    answer = send(coordinator, page, page + "/duyet", row_version=old)
    assert answer.location == page
    assert "vừa được người khác cập nhật" in text(coordinator.get(page))
    assert "chờ Phòng Tư pháp duyệt" in text(officer.get(page))


def test_the_coordinator_records_on_behalf_of_a_unit(published, work_id, signed_in, send):
    coordinator, page = signed_in("coordinator"), f"/viec/{work_id('Rà soát')}"
    fields = {"text": "15/BC-UBND ngày 7/5/2026", "received_on": "8/5/2026", "via": "paper"}
    future = send(coordinator, page, page + "/gui-thay", **{**fields, "received_on": "1/6/2026"})
    assert "không thể ở trong tương lai" in text(future)
    undated = send(coordinator, page, page + "/gui-thay", **{**fields, "received_on": ""})
    assert "Xin ghi ngày nhận" in text(undated)
    assert 'type="date"' not in undated.get_data(as_text=True)
    send(coordinator, page, page + "/gui-thay", **fields)
    words = text(coordinator.get(page))
    assert "Ghi nhận thay đơn vị: nhận Thứ Sáu 8/5/2026 bằng bản giấy." in words
    send(coordinator, page, page + "/duyet", row_version=row_version(coordinator, page))
    assert "đã xong, đúng hạn" in text(coordinator.get(page))


def test_an_assignment_shows_its_sentence_and_why_the_day_is_that_day(published, work_id, signed_in):
    answer = signed_in("officer").get(f"/viec/{work_id('Rà soát')}")
    assert re.search(r'<mark class="hl">[^<]*09/5/2026</mark>', answer.get_data(as_text=True))
    words = text(answer)
    assert "Ngày 8/5/2026: trước ngày 9/5." in words
    assert "Vì sao hạn là 8/5" in words


def test_a_partner_sees_state_and_day_but_no_evidence(published, world, clock, signed_in, send):
    html = signed_in("officer").get("/viec").get_data(as_text=True)
    address = re.search(r'href="(/viec/\d+)">Lập danh mục', html)[1]
    other = signed_in("other")
    send(other, address, address + "/gui", text="44/QĐ-UBND ngày 11/5/2026", note="chỉ để nội bộ")
    words = text(signed_in("officer").get(address))
    assert "chờ Phòng Tư pháp duyệt" in words
    assert "44/QĐ-UBND" not in words
    assert "chỉ để nội bộ" not in words
    assert "Đơn vị phối hợp thấy trạng thái và hạn" in words


def test_a_stranger_to_the_work_is_refused(published, work_id, signed_in, send):
    other, page = signed_in("other"), f"/viec/{work_id('Rà soát')}"
    assert other.get(page).status_code == 403
    assert send(other, "/viec", page + "/gui", text="1/BC-UBND ngày 1/5/2026").status_code == 403


def test_a_leader_sees_all_and_changes_nothing(published, work_id, signed_in):
    words = text(signed_in("leader").get(f"/viec/{work_id('Rà soát')}"))
    assert "Nhật ký" in words
    assert "Ghi nhận thay đơn vị" not in words
    assert "Hoàn thành việc này" not in words


# Units, people, outbox


def test_a_unit_page_gives_its_people_the_calendar_and_a_new_address(published, world, signed_in, send):
    officer, page = signed_in("officer"), f"/don-vi/{world.tan_lap}"
    first = re.search(
        r'value="(http://127.0.0.1:8000/lich/[^"]+\.ics)"', officer.get(page).get_data(as_text=True)
    )[1]
    assert send(officer, page, page + "/lich-moi").location == page + "#lich"
    second = re.search(r'value="(http://[^"]+\.ics)"', officer.get(page).get_data(as_text=True))[1]
    assert first != second
    assert officer.get(first.removeprefix("http://127.0.0.1:8000")).status_code == 404
    assert officer.get(second.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_another_units_page_shows_neither_its_calendar_nor_its_people(published, world, signed_in):
    html = signed_in("other").get(f"/don-vi/{world.tan_lap}").get_data(as_text=True)
    assert ".ics" not in html
    assert "Nguyễn Thu Hằng" not in html
    assert "UBND các xã, thị trấn" in html


def test_units_stand_by_kind_with_their_groups(world, signed_in):
    words = text(signed_in("officer").get("/don-vi"))
    assert "UBND huyện Sơn Thanh có 7 đơn vị." in words
    kinds = ["Phòng, ban", "Mặt trận, đoàn thể", "Xã, phường, thị trấn"]  # the longest list stands last
    assert sorted(kinds, key=words.index) == kinds
    communes = ["UBND xã Bình Minh", "UBND xã Phú Hòa", "UBND xã Tân Lập"]
    assert sorted(communes, key=words.rindex) == communes
    assert "đề nghị, không giao" in words


def test_the_outbox_says_that_no_server_is_set_and_what_to_set(world, signed_in):
    words = text(signed_in("manager").get("/thu"))
    assert "Chưa khai báo máy chủ thư." in words
    assert "không mất thư nào" in words
    assert "TRACKER_SMTP_HOST" in words
    words = text(signed_in("coordinator").get("/thu"))
    assert "Xin báo người quản trị khai báo máy chủ thư." in words
    assert "TRACKER_" not in words
