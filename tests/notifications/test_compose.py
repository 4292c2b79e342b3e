"""The letter as people read it: sentences as tables, and two whole letters kept beside this file."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from notifications.compose import WIDTH, Wording, digest, headline, listed
from tracker.clock import vietnam_day
from tracker.deadlines.workdays import NATIONAL
from tracker.progress.standing import Work
from tracker.store.queries.notices import DigestRow, Follower, InheritedRow

SNAPSHOTS = Path(__file__).parent / "snapshots"
TODAY = date(2026, 5, 20)
BASE = "https://dondoc.sonthanh.example"
JUSTICE = Follower(1, "Phòng Tư pháp", "tuphap@sonthanh.example", "Phạm Minh Anh", "số máy lẻ 105")


def row(number: int, title: str, due: date, plan: str = "12/KH-UBND", **changes: Any) -> DigestRow:
    facts: dict[str, Any] = {
        "id": number,
        "title": title,
        "plan_name": plan,
        "period": "once",
        "holder_id": 5,
        "holder_name": "UBND xã Tân Lập",
        "coordinator_id": 1,
        "work": Work("open", due, due),
        "returned_on": None,
        "returned_reason": "",
    }
    return DigestRow(**(facts | changes))


ROWS = [
    row(
        1,
        "Rà soát, kiện toàn tổ hòa giải ở cơ sở và đội ngũ hòa giải viên; báo cáo kết quả về Phòng Tư pháp",
        date(2026, 5, 15),
        returned_on=datetime(2026, 5, 18, 2, tzinfo=UTC),
        returned_reason="cần bổ sung danh sách",
    ),
    row(
        2,
        "Báo cáo kết quả tự kiểm tra văn bản do HĐND, UBND xã ban hành",
        date(2026, 5, 18),
        "18/KH-UBND",
    ),
    row(3, "Tổ chức hội nghị phổ biến các luật mới có hiệu lực năm 2026, gửi báo cáo kết quả", TODAY),
    row(
        4,
        "Đăng tin, bài phổ biến pháp luật tháng 5 trên Trang thông tin điện tử của xã",
        date(2026, 5, 21),
        period="2026-05",
    ),
    row(
        5,
        "Góp ý dự thảo Quy chế phối hợp trong xử lý vi phạm hành chính trên địa bàn huyện",
        date(2026, 5, 22),
        "25/KH-UBND",
    ),
    row(6, "Báo cáo tháng 5", date(2026, 5, 29)),
    row(7, "Báo cáo 6 tháng đầu năm", date(2026, 6, 15), period="2026-H1"),
    row(8, "Báo cáo năm", date(2026, 11, 20), period="2026"),
]
TOLD = {(3, TODAY), (4, date(2026, 5, 21)), (5, date(2026, 5, 22))}


def made(app: Flask, **changes: Any) -> Wording:
    facts: dict[str, Any] = {
        "person": "Nguyễn Thu Hằng",
        "roles": {"officer"},
        "rows": ROWS,
        "told": TOLD,
        "followers": [JUSTICE],
        "today": TODAY,
        "calendar": NATIONAL,
        "base_url": BASE,
    }
    wording = digest(**(facts | changes))
    assert wording is not None
    return wording


SEVERAL = {
    "person": "Trần Quốc Bảo",
    "roles": {"head"},
    "rows": [
        row(11, "Rà soát văn bản <quy phạm> & báo cáo", TODAY, "Kế hoạch 'thử' của \"huyện\""),
        row(
            12,
            "Báo cáo quý II",
            date(2026, 6, 10),
            holder_id=6,
            holder_name="UBND xã Bình Minh",
            period="2026-Q2",
            coordinator_id=2,
        ),
    ],
    "told": {(11, TODAY), (12, date(2026, 6, 10))},
    "followers": [JUSTICE, Follower(2, "Phòng Văn hóa và Thông tin", "", "", "")],
}


def legacy(number: int, title: str, due: date | None, origin: str, **changes: Any) -> InheritedRow:
    facts: dict[str, Any] = {
        "id": number,
        "title": title,
        "plan_name": "12/KH-UBND",
        "period": "once",
        "due_on": due,
        "from_name": origin,
        "holder_name": "UBND xã Tân Bình",
        "coordinator_id": 1,
    }
    return InheritedRow(**(facts | changes))


INHERITED = {
    "rows": [row(21, "Báo cáo năm", date(2026, 11, 20), holder_name="UBND xã Tân Bình")],
    "told": set(),
    "inherited": [
        legacy(21, "Báo cáo năm", date(2026, 11, 20), "UBND xã Tân Lập"),
        legacy(22, "Báo cáo năm", date(2026, 11, 20), "UBND xã Bình Minh"),
        legacy(23, "Báo cáo năm", date(2026, 11, 20), "UBND xã Phú Hòa"),
        legacy(24, "Xây dựng tủ sách pháp luật điện tử", None, "UBND xã Tân Lập"),
    ],
}


@pytest.mark.parametrize(
    ("name", "changes"), [("officer", {}), ("several-units", SEVERAL), ("inherited", INHERITED)]
)
@pytest.mark.parametrize("kind", ["txt", "html"])
def test_a_letter_is_as_it_was_read_and_kept(
    sqlite_app: Flask, name: str, changes: dict[str, Any], kind: str
) -> None:
    """After a change on purpose: run with SNAPSHOTS=write, read the difference, then commit it."""
    wording = made(sqlite_app, **changes)
    text = f"Tiêu đề: {wording.subject}\n\n{wording.text}" if kind == "txt" else wording.html
    path = SNAPSHOTS / f"digest-{name}.{kind}"
    if os.environ.get("SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_what_was_inherited_is_one_line_a_task_with_all_who_had_it(sqlite_app: Flask) -> None:
    wording = made(sqlite_app, **INHERITED)
    assert wording.subject == "UBND xã Tân Bình: tiếp nhận 4 việc"
    assert "từ UBND xã Tân Lập, UBND xã Bình Minh và UBND xã Phú Hòa" in " ".join(wording.text.split())
    assert "Không có hạn" in wording.text
    assert "không có hạn" in wording.html


def test_a_long_inheritance_is_cut_and_says_how_much_is_left(sqlite_app: Flask) -> None:
    rows = [legacy(n, f"Việc {n}", None, "UBND xã Tân Lập") for n in range(1, 36)]
    assert "Còn 5 việc tiếp nhận khác" in made(sqlite_app, rows=[], told=set(), inherited=rows).text


def test_subject_and_heading_say_the_same_sentence(sqlite_app: Flask) -> None:
    wording = made(sqlite_app)
    assert wording.subject == "UBND xã Tân Lập: 2 việc quá hạn, 1 việc đến hạn hôm nay"
    assert re.search(r"<h1[^>]*>(.*?)</h1>", wording.html).group(1) == wording.subject  # type: ignore[union-attr]
    assert f"<title>{wording.subject}</title>" in wording.html


@pytest.mark.parametrize(
    ("dues", "sentence"),
    [
        (["2026-05-15"], "UBND xã Tân Lập: 1 việc quá hạn"),
        (["2026-05-20"], "UBND xã Tân Lập: 1 việc đến hạn hôm nay"),
        (["2026-05-27", "2026-05-21"], "UBND xã Tân Lập: 2 việc sắp đến hạn"),
        (["2026-05-15", "2026-05-21"], "UBND xã Tân Lập: 1 việc quá hạn"),
    ],
)
def test_the_headline_names_the_most_urgent_first(sqlite_app: Flask, dues: list[str], sentence: str) -> None:
    rows = [row(n, "Việc", date.fromisoformat(due)) for n, due in enumerate(dues)]
    assert headline(rows, TODAY) == sentence


def test_plain_text_is_wrapped_at_72_and_only_addresses_are_longer(sqlite_app: Flask) -> None:
    for line in made(sqlite_app).text.splitlines():
        assert len(line) <= WIDTH or BASE in line


def test_each_line_leads_to_its_page(sqlite_app: Flask) -> None:
    wording = made(sqlite_app)
    for number in range(1, 6):
        assert f"{BASE}/viec/{number}\n" in wording.text
        assert f'href="{BASE}/viec/{number}"' in wording.html
    assert f"{BASE}/viec/6" not in wording.text


def test_html_needs_nothing_from_another_machine_and_escapes_what_it_prints(sqlite_app: Flask) -> None:
    wording = made(sqlite_app, **SEVERAL)
    assert "<img" not in wording.html
    assert "url(" not in wording.html
    assert set(re.findall(r'https?://([^/"]+)', wording.html)) == {"dondoc.sonthanh.example"}
    assert "&lt;quy phạm&gt; &amp; báo cáo" in wording.html
    assert "<quy phạm> & báo cáo" in wording.text


def test_a_title_with_line_breaks_cannot_break_a_header(sqlite_app: Flask) -> None:
    odd = [row(1, "Việc\r\nBcc: x@y.example", TODAY, holder_name="UBND xã\r\nTân Lập")]
    wording = made(sqlite_app, rows=odd, told={(1, TODAY)})
    assert "\n" not in wording.subject
    assert "\r" not in wording.text


def test_what_is_not_listed_is_counted(sqlite_app: Flask) -> None:
    assert "Còn 1 việc nữa trong tháng 5 và 2 việc sau đó." in made(sqlite_app).text
    few = made(sqlite_app, rows=ROWS[:5])
    assert "Còn" not in few.text.split("Mọi việc của đơn vị")[1].split("--")[0]


def test_nothing_owed_any_more_is_no_letter(sqlite_app: Flask) -> None:
    assert listed(ROWS, {(3, date(2026, 5, 19))}, TODAY) == []
    assert vietnam_day(datetime(2026, 5, 19, 18, tzinfo=UTC)) == TODAY
