"""A split asks once for a task with all its periods; a fold lets one of them go elsewhere."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.web.test_reorganising_pages import HOME, hidden, text
from tracker.extensions import db
from tracker.services import plans, publish, show_review
from tracker.store.models import Assignment, UnitVersion

pytestmark = pytest.mark.usefixtures("sqlite_app")

PLAN = """ỦY BAN NHÂN DÂN
HUYỆN SƠN THANH

Số: 12/KH-UBND

Sơn Thanh, ngày 15 tháng 01 năm 2026

KẾ HOẠCH
Phổ biến, giáo dục pháp luật năm 2026

II. NỘI DUNG

1. Báo cáo kết quả hòa giải ở cơ sở.

- Cơ quan chủ trì: Phòng Văn hóa và Thông tin.
- Thời gian thực hiện: báo cáo hằng quý, trước ngày 15 của tháng cuối quý.

2. Biên soạn tài liệu về hộ tịch.

- Cơ quan chủ trì: Phòng Văn hóa và Thông tin.
- Thời gian thực hiện: trước ngày 16/9/2026.
"""


@pytest.fixture
def works(world, clock):
    """The quarterly work of one task, in the order of its due days, then the single one."""
    coordinator, at = world.actor("coordinator"), clock.day(2026, 1, 16)
    version = plans.import_plan(
        coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at
    )
    page = show_review.review(coordinator, version, at=at)
    publish.publish(coordinator, version, row_version=page.row_version, at=at)
    clock.day(2026, 5, 12)
    held = select(Assignment).where(Assignment.holder_id == world.culture)
    found = list(db.session.scalars(held.order_by(Assignment.task_id, Assignment.due_on)))
    assert len(found) == 5
    return [work.id for work in found]


@pytest.fixture
def splitting(world):
    return {
        "kieu": "split",
        "unit": world.culture,
        "on": "1/5/2026",
        "heir-0-name": "Phòng Văn hóa",
        "heir-0-code": "VH",
        "heir-0-function": "hòa giải",
        "heir-1-name": "Phòng Thông tin",
        "heir-1-code": "TT",
        "heir-1-function": "thông tin",
    }


def holders(works):
    """The names of who has the work now."""
    db.session.rollback()
    query = select(Assignment.id, UnitVersion.name).join(
        UnitVersion, UnitVersion.unit_id == Assignment.holder_id
    )
    names = dict(db.session.execute(query.where(Assignment.id.in_(works))).all())
    return [names[work_id].removeprefix("Phòng ") for work_id in works]


def do(send, manager, form, fields):
    return send(manager, f"{HOME}/moi?kieu=split", f"{HOME}/lam", **{**form, **fields})


def test_a_task_of_four_quarters_is_one_question(world, works, signed_in, send, splitting):
    manager = signed_in("manager")
    seen = send(manager, f"{HOME}/moi?kieu=split", f"{HOME}/xem", **splitting)
    asked = re.findall(r'name="(nv-\d+|viec-\d+)"', seen.get_data(as_text=True))
    assert [name for name in asked if name.startswith("nv-")] == [f"nv-{works[0]}"]
    assert {f"viec-{work}" for work in works} <= set(asked), "each of them under the fold"
    assert re.search(r"4 việc · hạn từ \d+/3/2026 đến \d+/12/2026", text(seen))
    assert do(send, manager, splitting, hidden(seen)).status_code == 303
    assert holders(works)[:4] == ["Văn hóa"] * 4


def test_one_answer_moves_all_quarters_and_a_line_may_say_otherwise(world, works, signed_in, send, splitting):
    manager = signed_in("manager")
    seen = send(manager, f"{HOME}/moi?kieu=split", f"{HOME}/xem", **splitting)
    given = hidden(seen) | {f"nv-{works[0]}": "heir:1", f"viec-{works[2]}": "heir:0"}
    assert do(send, manager, splitting, given).status_code == 303
    assert holders(works)[:4] == ["Thông tin", "Thông tin", "Văn hóa", "Thông tin"]


def test_what_was_answered_is_still_there_after_a_change_in_between(world, works, signed_in, send, splitting):
    manager = signed_in("manager")
    seen = send(manager, f"{HOME}/moi?kieu=split", f"{HOME}/xem", **splitting)
    given = hidden(seen) | {f"nv-{works[0]}": "heir:1", f"viec-{works[2]}": "heir:0", "stamp": "cũ"}
    again = do(send, manager, splitting, given)
    assert again.status_code == 409
    kept = hidden(again)
    assert (kept[f"nv-{works[0]}"], kept[f"viec-{works[2]}"]) == ("heir:1", "heir:0")
    assert '<details class="fold" open>' in again.get_data(as_text=True)


def test_an_answer_that_was_not_offered_is_refused(world, works, signed_in, send, splitting):
    manager = signed_in("manager")
    seen = send(manager, f"{HOME}/moi?kieu=split", f"{HOME}/xem", **splitting)
    for wrong in ("heir:9", "unit:1", "", "²"):
        answer = do(send, manager, splitting, hidden(seen) | {f"nv-{works[0]}": wrong})
        assert answer.status_code in (400, 409, 422), wrong
    assert holders(works)[0] == "Văn hóa và Thông tin"
