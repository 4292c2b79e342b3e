"""What the tests of pages share: a small published plan, and forms sent with their tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.services.test_whole_deed import publish_draft
from tracker.services import plans, show_units

PLAN = """ỦY BAN NHÂN DÂN
HUYỆN SƠN THANH

Số: 12/KH-UBND

Sơn Thanh, ngày 15 tháng 01 năm 2026

KẾ HOẠCH
Phổ biến, giáo dục pháp luật năm 2026

II. NỘI DUNG

1. Chỉ đạo, hướng dẫn

1.1. Rà soát, kiện toàn tổ hòa giải ở cơ sở.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Cơ quan phối hợp: Ủy ban MTTQ Việt Nam huyện; Phòng Văn hóa và Thông tin.
- Thời gian thực hiện: trước ngày 09/5/2026.
- Sản phẩm: quyết định công nhận.

1.2. Tổ chức hội nghị phổ biến các luật mới.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Thời gian thực hiện: chậm nhất ngày 12/5/2026.

1.3. Lập danh mục văn bản hết hiệu lực.

- Cơ quan chủ trì: UBND xã Bình Minh.
- Cơ quan phối hợp: UBND xã Tân Lập.
- Thời gian thực hiện: trước ngày 16/9/2026.

1.4. Xây dựng tủ sách pháp luật điện tử.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Thời gian thực hiện: thường xuyên.
"""


def publish_in_january(world: Any, clock: Any) -> None:
    """The plan above, published on 16/1/2026; the clock is where it was."""
    now = clock.now
    at = clock.day(2026, 1, 16)
    coordinator = world.actor("coordinator")
    version = plans.import_plan(
        coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at
    )
    publish_draft(world, version, at)
    clock.now = now


@pytest.fixture
def published(sqlite_app: Flask, world: Any, clock: Any) -> dict[str, int]:
    """The plan above, published on 16/1/2026: title of Tân Lập's work → its id. Today is 12/5/2026."""
    publish_in_january(world, clock)
    return ids_of(world, "officer", world.tan_lap, clock.now)


def ids_of(world: Any, who: str, unit_id: int, at: Any) -> dict[str, int]:
    work = show_units.unit_work(world.actor(who), unit_id, at=at)
    return {row.title: row.id for _, rows in work.groups for row in rows}


@pytest.fixture
def work_id(published: dict[str, int]) -> Callable[[str], int]:
    """`work_id("Rà soát")` is the assignment of Tân Lập whose title begins so."""

    def find(words: str) -> int:
        return next(known for title, known in published.items() if title.startswith(words))

    return find


@pytest.fixture
def send() -> Callable[..., Any]:
    """`send(client, page, address, **fields)` posts a form with the token of that page."""

    def post(client: FlaskClient, page: str, address: str, **fields: Any) -> Any:
        html = client.get(page).get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', html)
        assert token, f"{page} carries a form"
        return client.post(
            address, data={"csrf_token": token[1], **fields}, headers={"Referer": f"http://localhost{page}"}
        )

    return post
