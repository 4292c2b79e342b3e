"""The pages behind links in letters: what a look changes (nothing), what a form sends, who may not act."""

from __future__ import annotations

import io
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.conftest import World
from tests.services.test_links import a_letter, link_of
from tracker.extensions import db
from tracker.services import following, links, reminders, staff, work
from tracker.services.work import Given
from tracker.store.engine import BUSY_MILLISECONDS
from tracker.store.models import (
    Assignment,
    Deliverable,
    Fact,
    LinkOpening,
    Person,
    RecipientProposal,
    Role,
    Submission,
    TaskVersion,
)

GIVEN = {"text": "15/QĐ-UBND ngày 11/5/2026"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def dump() -> list[tuple[Any, ...]]:
    """The whole database, row by row."""
    db.session.rollback()
    return [
        (table.name, *row)
        for table in sorted(db.metadata.tables.values(), key=lambda one: one.name)
        for row in db.session.execute(table.select().order_by(*table.primary_key.columns))
    ]


def words(answer: Any) -> str:
    """The page as it is read."""
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True).split("<main", 1)[-1])
    return re.sub(r"\s+", " ", text)


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def task_id(work_id: Callable[[str], int]) -> int:
    return work_id("Rà soát")


@pytest.fixture
def page(world: World, clock: Any, task_id: int) -> str:
    """The officer's link to the work that was due on 8/5."""
    return "/thu/viec/" + link_of(world, clock, task_id, a_letter(world, "officer").id)


@pytest.fixture
def switch(world: World, sqlite_app: Any) -> str:
    """The officer's link to the reminders."""
    return unsubscribe(world, sqlite_app, "officer")


def unsubscribe(world: World, app: Any, who: str) -> str:
    return links.unsubscribe_link(world.people[who], secret=app.config["SECRET_KEY"])


@pytest.fixture
def client(sqlite_app: Any) -> Iterator[Any]:
    return sqlite_app.test_client()


# Looking


def test_fifty_looks_of_a_mail_scanner_change_nothing_at_all(client, page, switch, task_id):
    before = dump()
    for _ in range(50):
        for address in (page, f"{page}/doc-dong?dong=15/BC-UBND", switch):
            assert client.get(address).status_code == 200
            answer = client.head(address)
            assert (answer.status_code, answer.data) == (200, b"")
            assert "Set-Cookie" not in answer.headers
    assert dump() == before


def test_the_page_says_what_is_asked_by_when_and_where_it_stands_in_the_plan(client, page):
    text = words(client.get(page))
    for told in (
        "Rà soát, kiện toàn tổ hòa giải ở cơ sở",
        "12/KH-UBND",
        "UBND xã Tân Lập chủ trì",
        "8/5/2026",
        "quá 2 ngày làm việc",
        "Cần có: quyết định công nhận",
        "Kế hoạch ghi",
        "Gửi với tên Nguyễn Thu Hằng",
        "Phòng Tư pháp",
    ):
        assert told in text, told


def test_nobody_else_learns_the_address(client, page, switch):
    for address in (page, switch, f"{page}x"):
        headers = client.get(address).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in headers["Cache-Control"]
        assert "noindex" in headers["X-Robots-Tag"]
        assert "Set-Cookie" not in headers


def test_what_was_returned_is_said_with_the_reason(client, world, clock, task_id):
    work.tick(world.actor("officer"), task_id, Given(**GIVEN), at=clock.now)
    version = db.session.get_one(Assignment, task_id).row_version
    work.return_(world.actor("coordinator"), task_id, "Thiếu chữ ký", row_version=version, at=clock.now)
    newest = "/thu/viec/" + link_of(world, clock, task_id, a_letter(world, "officer").id)
    text = words(client.get(newest))
    assert "Phòng Tư pháp trả lại" in text
    assert "Thiếu chữ ký" in text
    assert "Gửi lại minh chứng" in text


def test_the_line_is_read_while_somebody_types(client, page):
    chips = client.get(f"{page}/doc-dong?dong=15/QĐ-UBND ngày 11/5/2026").json["chips"]
    assert "11/5/2026" in str(chips)


# Sending


def test_a_tick_through_the_link_is_sent_and_the_page_says_what_and_by_whom(
    client, world, clock, page, task_id, signed_in
):
    answer = client.post(page, data=GIVEN)
    assert (answer.status_code, answer.location) == (303, page)
    text = words(client.get(page))
    assert "Đã gửi minh chứng" in text
    assert "Nguyễn Thu Hằng" in text
    assert "15/QĐ-UBND ngày 11/5/2026" in text
    assert "Phòng Tư pháp xem và duyệt" in text
    assert "<form" not in client.get(page).get_data(as_text=True)
    seen = signed_in("coordinator").get(f"/viec/{task_id}").get_data(as_text=True)
    assert "Duyệt minh chứng" in seen
    assert "15/QĐ-UBND" in seen
    assert "qua liên kết trong thư" in seen, "the history says how it came"


def test_a_second_sending_is_told_that_it_is_sent_already(client, page):
    client.post(page, data=GIVEN)
    before = dump()
    answer = client.post(page, data={"text": "16/QĐ-UBND ngày 11/5/2026"})
    assert answer.status_code == 409
    assert "đã được gửi trước đó" in words(answer)
    assert "15/QĐ-UBND" in words(answer)
    assert dump() == before


def test_what_cannot_be_taken_is_said_beside_what_was_entered(client, page):
    answer = client.post(page, data={"text": "15/QĐ-UBND ngày 11/6/2026", "note": "gửi kèm"})
    assert answer.status_code == 422
    assert "tương lai" in words(answer)
    assert 'value="15/QĐ-UBND ngày 11/6/2026"' in answer.get_data(as_text=True)
    assert count(Submission) == 0
    assert client.post(page, data=GIVEN).status_code == 303, "the link is still good"


def test_a_file_or_an_address_is_evidence_too(client, page):
    pdf = (io.BytesIO(b"%PDF-1.7 invented"), "quyet-dinh.pdf")
    fields = {"link": "https://sonthanh.example/qd-15", "file": pdf, "note": "bản ký số"}
    assert client.post(page, data=fields, content_type="multipart/form-data").status_code == 303
    html = client.get(page).get_data(as_text=True)
    assert "quyet-dinh.pdf" in html
    assert "https://sonthanh.example/qd-15" in html
    assert "/tep/" not in html, "a file opens after a log-in"


def test_deliverables_are_chosen_as_on_the_page_of_the_work(client, page, task_id):
    task = db.session.get_one(Assignment, task_id).task_id
    version = db.session.scalars(select(TaskVersion).where(TaskVersion.task_id == task)).one()
    version.deliverables.append(Deliverable(ordinal=1, text="danh sách tổ viên"))
    db.session.commit()
    assert "Danh sách tổ viên" in words(client.get(page))
    assert client.post(page, data={**GIVEN, "parts": "1"}).status_code == 422
    assert client.post(page, data={**GIVEN, "parts": "1", "part": "1"}).status_code == 303
    text = words(client.get(page))
    assert "Đã có 1/2 sản phẩm" in text
    assert "mở thư mới nhất" in text


def test_the_token_opens_nothing_else(client, page, task_id):
    client.get(page)
    client.post(page, data=GIVEN)
    for address in ("/", f"/viec/{task_id}", "/viec", "/tai-khoan", "/tep/1"):
        answer = client.get(address)
        assert answer.location.startswith("/dang-nhap"), address
    assert client.post(f"{page}/rut").status_code == 404
    assert client.post(page.replace("/viec/", "/ngung/")).status_code == 404


# Links that are dead


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_expired_link_says_so_with_the_log_in_as_the_way_out(client, clock, page, method):
    clock.now += timedelta(days=15)
    answer = getattr(client, method)(page)
    assert answer.status_code == 409
    assert "đã hết hạn ngày 26/5/2026, xin mở thư mới nhất hoặc đăng nhập" in words(answer)
    assert "/dang-nhap" in answer.get_data(as_text=True)
    assert count(Submission) == 0


def test_a_link_of_somebody_whose_role_ended_shows_nothing_of_the_work(client, world, clock, page):
    role = db.session.scalars(select(Role).where(Role.person_id == world.people["officer"])).one()
    staff.end_role(world.actor("manager"), role.id, last_day=date(2026, 5, 11), at=clock.now)
    for answer in (client.get(page), client.post(page, data=GIVEN), client.post(f"{page}/da-mo")):
        assert answer.status_code == 409
        assert "Rà soát" not in words(answer)
    assert (count(Submission), count(LinkOpening)) == (0, 0)


def test_a_link_to_work_that_is_not_asked_for_any_more_says_so(client, world, clock, page, task_id):
    version = db.session.get_one(Assignment, task_id).row_version
    following.excuse(
        world.actor("coordinator"), task_id, "Đã giao xã khác", row_version=version, at=clock.now
    )
    answer = client.get(page)
    assert "không còn phải thực hiện" in words(answer)
    assert "<form" not in answer.get_data(as_text=True)


# Another person at the browser


def test_a_link_in_the_browser_of_another_person_acts_for_nobody(world, page, signed_in):
    other = signed_in("other")
    other.get("/viec")
    before = dump()
    for answer in (other.get(page), other.post(page, data=GIVEN)):
        assert answer.status_code == 409
        assert "đang đăng nhập với tên Lê Thị Mai" in words(answer)
        assert "Đăng xuất" in words(answer)
        assert "Rà soát" not in words(answer)
    assert other.post(f"{page}/da-mo").status_code == 204
    assert dump() == before


def test_a_link_in_ones_own_browser_is_as_good(page, signed_in):
    officer = signed_in("officer")
    assert "Mở trang đầy đủ" in words(officer.get(page))
    assert officer.post(page, data=GIVEN).status_code == 303


# Openings


def test_a_human_act_is_written_down_once(client, page, task_id):
    html = client.get(page).get_data(as_text=True)
    assert f'data-opened="{page}/da-mo"' in html
    for _ in range(3):
        assert client.post(f"{page}/da-mo").status_code == 204
    assert count(LinkOpening) == 1
    assert db.session.scalars(select(LinkOpening.assignment_id)).all() == [task_id]


# The reminders


def off_at(world: World) -> Any:
    db.session.rollback()
    return db.session.get_one(Person, world.people["officer"]).reminders_off_at


def test_one_click_of_a_mail_program_turns_the_reminders_off(client, world, clock, switch):
    """RFC 8058: no cookie, no token of a form, no redirect."""
    answer = client.post(switch, data=ONE_CLICK)
    assert answer.status_code == 200
    assert off_at(world) == clock.now
    fact = db.session.scalars(select(Fact).where(Fact.deed == "reminders-off")).one()
    assert (fact.thing_id, fact.actor_id) == (world.people["officer"], world.people["officer"])
    clock.now += timedelta(days=1)
    assert client.post(switch, data=ONE_CLICK, content_type="multipart/form-data").status_code == 200
    assert off_at(world) == clock.now - timedelta(days=1), "once more changes nothing"


def test_the_page_says_what_stays_and_turns_the_reminders_on_again(client, world, switch):
    text = words(client.get(switch))
    for stays in (
        "việc đã quá hạn",
        "bị trả lại",
        "gia hạn",
        "cần giải trình",
        "việc mới",
        "việc đổi hạn",
        "tổng hợp đầu tuần",
    ):
        assert stays in text
    assert "Đang nhận" in text
    assert client.post(switch).location == switch
    assert "Đã tắt từ" in words(client.get(switch))
    assert client.post(f"{switch}/bat").location == switch
    assert off_at(world) is None


def test_who_else_should_get_them_is_proposed_and_settled_by_the_manager(
    client, world, clock, switch, signed_in, send
):
    clock.now += timedelta(minutes=1)
    entered = {"unit": world.tan_lap, "name": "Hoàng Gia Linh", "email": "Linh@sonthanh.example"}
    for _ in range(2):
        answer = client.post(f"{switch}/nguoi-khac", data=entered)
        assert answer.status_code == 303
    assert "Đã chuyển đề nghị" in words(client.get(answer.location))
    assert count(RecipientProposal) == 1, "the same proposal twice is one"

    assert "đề nghị thêm người nhận thư nhắc: 1" in words(signed_in("coordinator").get("/theo-doi"))
    coordinator = words(signed_in("coordinator").get("/nguoi-dung"))
    assert "Hoàng Gia Linh" in coordinator
    assert "Đã xử lý" not in coordinator
    manager = signed_in("manager")
    text = words(manager.get("/nguoi-dung"))
    assert "linh@sonthanh.example" in text
    assert "Nguyễn Thu Hằng đề nghị" in text
    proposal = db.session.scalars(select(RecipientProposal)).one()
    form = manager.get(f"/nguoi-dung/them?de-nghi={proposal.id}").get_data(as_text=True)
    assert 'value="Hoàng Gia Linh"' in form
    answer = send(
        manager, f"/nguoi-dung/them?de-nghi={proposal.id}", "/nguoi-dung/them",
        **{"name": proposal.name, "email": proposal.email, "role": "officer",
           "don-vi": world.tan_lap, "de-nghi": proposal.id},
    )  # fmt: skip
    assert answer.status_code == 303
    db.session.rollback()
    assert proposal.settled_by_id == world.people["manager"]
    assert "Hoàng Gia Linh đề nghị" not in words(manager.get("/nguoi-dung"))
    assert "đề nghị thêm người" not in words(signed_in("coordinator").get("/theo-doi"))


def test_the_manager_says_that_a_proposal_is_settled_without_adding_anybody(
    world, clock, client, switch, signed_in, send
):
    entered = {"unit": world.tan_lap, "name": "Hoàng Gia Linh", "email": "linh@sonthanh.example"}
    client.post(f"{switch}/nguoi-khac", data=entered)
    assert count(RecipientProposal) == 1
    proposal = db.session.scalars(select(RecipientProposal)).one()
    address = f"/nguoi-dung/de-nghi/{proposal.id}/xong"
    assert signed_in("coordinator").post(address).status_code in (400, 403)
    assert send(signed_in("manager"), "/nguoi-dung", address).status_code == 303
    db.session.rollback()
    assert reminders.proposals(world.actor("manager"), world.committee, at=clock.now) == ()


@pytest.mark.parametrize(
    ("entered", "told"),
    [
        ({"name": "", "email": "linh@sonthanh.example"}, "Chưa có họ tên"),
        ({"name": "Hoàng Gia Linh", "email": "linh"}, "chưa phải địa chỉ thư"),
        ({"name": "Hoàng Gia Linh", "email": ""}, "Chưa có địa chỉ"),
        ({"name": "Trần Quốc Bảo", "email": "head@sonthanh.example"}, "đã nhận thư nhắc của đơn vị này"),
    ],
)
def test_a_proposal_that_cannot_be_taken_is_said_beside_the_form(client, world, switch, entered, told):
    answer = client.post(f"{switch}/nguoi-khac", data={"unit": world.tan_lap, **entered})
    assert answer.status_code in (409, 422)
    assert told in words(answer)
    assert count(RecipientProposal) == 0


def test_nobody_proposes_for_a_unit_that_is_not_theirs(client, world, switch):
    entered = {"unit": world.binh_minh, "name": "Hoàng Gia Linh", "email": "linh@sonthanh.example"}
    assert client.post(f"{switch}/nguoi-khac", data=entered).status_code == 403
    assert client.post(f"{switch}/nguoi-khac", data=entered | {"unit": "9999"}).status_code == 404
    assert count(RecipientProposal) == 0


def test_nobody_floods_the_manager_with_proposals(client, world, switch):
    codes = [
        client.post(
            f"{switch}/nguoi-khac",
            data={"unit": world.tan_lap, "name": "Hoàng Gia Linh", "email": f"linh{n}@sonthanh.example"},
        ).status_code
        for n in range(7)
    ]
    assert codes == [303] * 5 + [409] * 2
    assert count(RecipientProposal) == 5


def test_a_leader_without_a_unit_is_not_asked_for_anybody_else(client, world, sqlite_app):
    text = words(client.get(unsubscribe(world, sqlite_app, "leader")))
    assert "Thư nhắc hằng ngày" in text
    assert "Ai khác" not in text


def test_the_switch_of_a_closed_account_says_so(client, world, clock, switch):
    staff.set_active(world.actor("manager"), world.people["officer"], False, at=clock.now)
    for answer in (client.get(switch), client.post(switch, data=ONE_CLICK)):
        assert answer.status_code == 409
        assert "đã ngừng" in words(answer)


# The same choices in the account


def test_the_account_page_has_the_same_switch_and_the_calendar(world, clock, signed_in, send, switch, client):
    officer = signed_in("officer")
    assert "Nhận nhắc việc hằng ngày" in words(officer.get("/tai-khoan"))
    send(officer, "/tai-khoan", "/tai-khoan/thu", calendar="1")
    db.session.rollback()
    person = db.session.get_one(Person, world.people["officer"])
    assert (person.reminders_off_at, person.wants_calendar) == (clock.now, True)
    assert "Đã tắt từ" in words(client.get(switch))
    send(officer, "/tai-khoan", "/tai-khoan/thu", reminders="1")
    db.session.rollback()
    assert (person.reminders_off_at, person.wants_calendar) == (None, False)
    deeds = list(db.session.scalars(select(Fact.deed).where(Fact.thing == "person").order_by(Fact.id)))
    assert [deed for deed in deeds if deed != "signed-in"] == [
        "reminders-off", "calendar-wanted", "reminders-on", "calendar-unwanted",
    ]  # fmt: skip


# Who was here


def seen_on(world: World) -> date | None:
    db.session.rollback()
    return db.session.get_one(Person, world.people["officer"]).seen_on


def test_a_person_who_opens_a_page_is_seen_once_a_day(world, clock, signed_in, client, page, switch):
    client.get(page)
    client.get(switch)
    client.get("/healthz")
    assert seen_on(world) is None, "no page that is open to everybody says who was there"
    officer = signed_in("officer")
    officer.get("/static/css/app.css").close()
    officer.get("/healthz")
    officer.get(page)
    assert seen_on(world) is None
    officer.get("/viec")
    assert seen_on(world) == date(2026, 5, 12)
    before = dump()
    clock.now += timedelta(minutes=30)
    officer.get("/viec")
    officer.get("/tai-khoan")
    assert dump() == before, "the second page of a day writes nothing"


def test_a_page_does_not_wait_for_somebody_who_writes(sqlite_app, sqlite_url, world, signed_in):
    officer = signed_in("officer")
    db.session.rollback()
    writer = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("begin immediate")
    began = time.monotonic()
    assert officer.get("/viec").status_code == 200
    assert time.monotonic() - began < BUSY_MILLISECONDS / 1000, "the lock is asked for and not awaited"
    writer.execute("rollback")
    writer.close()
    assert seen_on(world) is None
    officer.get("/viec")
    assert seen_on(world) == date(2026, 5, 12), "the next page notes it"


def test_the_day_after_is_a_new_day_also_in_the_same_session(sqlite_app, world, clock, signed_in):
    clock.day(2026, 5, 12, 23, 50)
    officer = signed_in("officer")
    officer.get("/viec")
    assert seen_on(world) == date(2026, 5, 12)
    clock.day(2026, 5, 13, 0, 10)
    officer.get("/viec")
    assert seen_on(world) == date(2026, 5, 13)
