"""What the tests of requests share: one published plan, and people of both sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.access import Actor
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services import plans, publish, show_dashboard, show_review
from tracker.services.accounts import hash_password
from tracker.store.models import Assignment, Extension, Fact, Person, Role, Wait

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
- Thời gian thực hiện: trước ngày 16/5/2026.
- Sản phẩm: báo cáo kết quả.

1.2. Biên soạn tài liệu phổ biến luật mới.

- Cơ quan chủ trì: Phòng Tư pháp.
- Thời gian thực hiện: trước ngày 21/5/2026.

1.3. Xây dựng tủ sách pháp luật điện tử.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Thời gian thực hiện: thường xuyên.

1.4. Báo cáo kết quả tuyên truyền trên hệ thống truyền thanh.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Thời gian thực hiện: hằng quý, trước ngày 20 của tháng cuối quý.
"""
DUE = date(2026, 5, 15)


@dataclass
class Desk:
    """The plan at work: `of("Rà soát")` is Tân Lập's piece of work whose title begins so."""

    world: Any

    def of(self, words: str, unit: str = "tan_lap") -> Assignment:
        db.session.rollback()
        today = at_vietnam(date(2026, 5, 12), 8)
        work = show_dashboard.cell(
            self.world.actor("leader"), self.world.committee, None, getattr(self.world, unit), at=today
        )
        row = next(row for row in work if row.title.startswith(words))
        found = db.session.get(Assignment, row.id, populate_existing=True)
        assert found is not None
        return found

    def extension(self) -> Extension:
        db.session.rollback()
        return db.session.scalars(db.select(Extension).order_by(Extension.id.desc())).first()

    def wait(self) -> Wait:
        db.session.rollback()
        return db.session.scalars(db.select(Wait).order_by(Wait.id.desc())).first()

    def version(self, work_id: int) -> int:
        db.session.rollback()
        return db.session.get(Assignment, work_id).row_version

    def facts(self, work_id: int) -> list[Fact]:
        db.session.rollback()
        query = db.select(Fact).where(Fact.thing == "assignment", Fact.thing_id == work_id)
        return list(db.session.scalars(query.order_by(Fact.id)))

    def person(self, who: str, name: str, role: str, unit_id: int) -> Actor:
        """Somebody more."""
        person = Person(name=name, email=f"{who}@sonthanh.example", created_at=self.world.clock())
        person.password_hash = hash_password("mat-khau-thu-nghiem", "low")
        person.roles.append(Role(role=role, committee_id=self.world.committee, unit_id=unit_id))
        db.session.add(person)
        db.session.commit()
        self.world.people[who] = person.id
        return self.world.actor(who)


def publish_plan(world: Any, clock: Any) -> Desk:
    """The plan above, published on 16/1/2026; it is 12/5/2026 again afterwards."""
    coordinator, today = world.actor("coordinator"), clock.now
    at = clock.day(2026, 1, 16)
    version = plans.import_plan(
        coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at
    )
    page = show_review.review(coordinator, version, at=at)
    publish.publish(coordinator, version, row_version=page.row_version, at=at)
    clock.now = today
    return Desk(world)
