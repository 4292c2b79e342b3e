"""The calendar of a unit over HTTP: what it shows, when it changes, and whom it opens to."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar, Event
from sqlalchemy import select

from tracker.clock import at_vietnam
from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.errors import Forbidden
from tracker.extensions import db
from tracker.services import feeds, plans, publish, review, work
from tracker.store.models import Assignment, Feed, PlanVersion

SNAPSHOT = Path(__file__).parent / "snapshots" / "tan-lap.ics"
AT = at_vietnam(date(2026, 1, 12), 9)
LONG = (
    "Tổ chức hội nghị trực tiếp kết hợp trực tuyến giới thiệu các luật mới có hiệu lực trong năm cho cán bộ, "
    "công chức; trưởng thôn, tổ hòa giải"
)
TASKS = (
    TaskDraft(
        path=("II", "1", "1.1"),
        kind="task",
        title=LONG,
        leads=("UBND xã Tân Lập",),
        timings=(TimingDraft("Quý II", start=date(2026, 4, 1), due=date(2026, 6, 30)),),
        deliverables=("Hội nghị được tổ chức", "báo cáo, danh sách; ảnh"),
    ),
    TaskDraft(
        path=("III", "2", "r1"),
        kind="report",
        title="Báo cáo kết quả thực hiện Kế hoạch",
        leads=("UBND các xã, thị trấn",),
        timings=(
            TimingDraft(
                "hằng quý",
                start=date(2026, 1, 1),
                due=date(2026, 3, 14),
                every="quarter",
                printed=date(2026, 3, 15),
            ),
        ),
        recipient="UBND huyện (qua Phòng Tư pháp)",
    ),
    TaskDraft(
        path=("II", "2"),
        kind="task",
        title="Hòa giải ở cơ sở",
        leads=("UBND xã Tân Lập",),
        timings=(TimingDraft("thường xuyên", ongoing=True),),
    ),
    TaskDraft(
        path=("II", "3"),
        kind="task",
        title="Vận hành phần mềm",
        leads=("UBND xã Tân Lập",),
        timings=(TimingDraft("theo hướng dẫn", due=date(2026, 9, 30), awaits="hướng dẫn của Sở Tư pháp"),),
    ),
)


def published(world: Any, tasks: tuple[TaskDraft, ...] = TASKS) -> int:
    """A plan of these rows, published on 12/1/2026. Returns its id."""
    coordinator = world.actor("coordinator")
    version_id = plans.new_plan(
        coordinator,
        world.committee,
        world.justice,
        title="Phổ biến, giáo dục pháp luật năm 2026",
        number="12/KH-UBND",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 12, 31),
        at=AT,
    )
    for task in tasks:
        review.add_row(coordinator, version_id, task, row_version=row_version(version_id), at=AT)
    publish.publish(coordinator, version_id, row_version=row_version(version_id), at=AT)
    version = db.session.get(PlanVersion, version_id)
    assert version is not None
    return version.plan_id


def row_version(version_id: int) -> int:
    version = db.session.get(PlanVersion, version_id)
    assert version is not None
    return version.row_version


def address(app: Flask, world: Any, unit: str = "tan_lap") -> str:
    token = feeds.feed_url_token(
        world.actor("officer"), getattr(world, unit), secret=app.config["SECRET_KEY"], at=AT
    )
    return f"/lich/{token}.ics"


def events(client: Any, url: str) -> dict[str, Event]:
    """Summary → event."""
    answer = client.get(url)
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.data)
    return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}


def assignment(world: Any, period: str, unit: str = "tan_lap") -> Assignment:
    db.session.rollback()
    return db.session.scalars(
        select(Assignment).where(
            Assignment.unit_id == getattr(world, unit),
            Assignment.period == period,
            Assignment.state != "waiting",
        )
    ).one()


def test_the_calendar_has_an_event_on_each_due_date_of_the_unit(app: Flask, client: Any, world: Any) -> None:
    published(world)
    answer = client.get(address(app, world))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers
    calendar = Calendar.from_ical(answer.data)
    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"]) == "Việc của UBND xã Tân Lập"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in answer.data
    assert b"X-PUBLISHED-TTL:PT1H" in answer.data
    found = [(event.decoded("DTSTART"), event.decoded("DTEND")) for event in calendar.walk("VEVENT")]
    assert found == [
        (day, day + timedelta(days=1))
        for day in (
            date(2026, 3, 14),
            date(2026, 6, 14),
            date(2026, 6, 30),
            date(2026, 9, 14),
            date(2026, 12, 14),
        )
    ]
    # What is undated, or waits for an event, has no day to stand on.
    assert "Hòa giải ở cơ sở" not in answer.text
    assert "Vận hành phần mềm" not in answer.text


def test_an_event_says_what_for_whom_and_where(app: Flask, client: Any, world: Any) -> None:
    published(world)
    event = next(e for name, e in events(client, address(app, world)).items() if name.startswith("Tổ chức"))
    work_id = assignment(world, "once").id
    assert str(event["UID"]) == f"viec-{work_id}@127.0.0.1"
    assert str(event["URL"]) == f"http://127.0.0.1:8000/viec/{work_id}"
    assert len(str(event["SUMMARY"])) <= 115
    assert str(event["DESCRIPTION"]).splitlines() == [
        LONG,
        "",
        "Kế hoạch: 12/KH-UBND – Phổ biến, giáo dục pháp luật năm 2026",
        "Mục: II.1.1",
        "Sản phẩm: Hội nghị được tổ chức; báo cáo, danh sách; ảnh",
        "Hạn: 30/6/2026",
        "Tình trạng: chưa gửi",
        "Đơn vị theo dõi: Phòng Tư pháp",
        f"Gửi kết quả tại: http://127.0.0.1:8000/viec/{work_id}",
    ]


def test_the_state_is_said_in_words_and_each_change_raises_the_sequence(
    app: Flask, client: Any, world: Any
) -> None:
    published(world)
    url = address(app, world)
    name = "Báo cáo kết quả thực hiện Kế hoạch (Quý I/2026)"
    first = events(client, url)[name]
    one = assignment(world, "2026-Q1")
    later = at_vietnam(date(2026, 3, 10), 10)
    work.tick(world.actor("officer"), one.id, work.Given(text="15/BC-UBND ngày 10/3/2026"), at=later)
    sent = events(client, url)[f"Chờ duyệt: {name}"]
    one = assignment(world, "2026-Q1")
    work.accept(world.actor("coordinator"), one.id, row_version=one.row_version, at=later + timedelta(days=1))
    done = events(client, url)[f"✓ Đã xong: {name}"]
    assert first["UID"] == sent["UID"] == done["UID"]
    assert [event["SEQUENCE"] for event in (first, sent, done)] == [0, 1, 2]
    assert sent.decoded("DTSTAMP") == sent.decoded("LAST-MODIFIED") == later


def test_a_new_version_that_moves_the_day_keeps_the_event_and_raises_its_sequence(
    app: Flask, client: Any, world: Any
) -> None:
    coordinator = world.actor("coordinator")
    text = Path(__file__).parent.joinpath("plan.txt").read_text(encoding="utf-8")
    at = at_vietnam(date(2026, 2, 2), 9)
    seen = []
    plan_id = None
    for day in ("20/5/2026", "25/6/2026"):
        version_id = plans.import_plan(
            coordinator,
            world.committee,
            world.justice,
            "plan.txt",
            text.replace("{day}", day).encode(),
            at=at,
            plan_id=plan_id,
        )
        version = db.session.get(PlanVersion, version_id)
        assert version is not None
        plan_id = version.plan_id
        publish.publish(coordinator, version_id, row_version=row_version(version_id), at=at)
        (event,) = events(client, address(app, world)).values()
        seen.append((str(event["UID"]), event.decoded("DTSTART"), event["SEQUENCE"]))
    assert seen[0][0] == seen[1][0]
    assert [day for _, day, _ in seen] == [date(2026, 5, 20), date(2026, 6, 25)]
    assert seen[1][2] > seen[0][2]
    (event,) = events(client, address(app, world)).values()
    assert "Hạn: 25/6/2026 (hạn đầu 20/5/2026)" in str(event["DESCRIPTION"])


def test_withdrawn_work_is_cancelled_not_forgotten(app: Flask, client: Any, world: Any) -> None:
    published(world)
    one = assignment(world, "once")
    one.state, one.excuse = "excused", "withdrawn"
    db.session.commit()
    cancelled = [e for e in events(client, address(app, world)).values() if e["STATUS"] == "CANCELLED"]
    assert [str(event["UID"]) for event in cancelled] == [f"viec-{one.id}@127.0.0.1"]
    assert str(cancelled[0]["SUMMARY"]).startswith("Không áp dụng: ")


def test_an_unchanged_calendar_is_answered_with_304(app: Flask, client: Any, world: Any, clock: Any) -> None:
    published(world)
    url = address(app, world)
    first = client.get(url)
    clock.now += timedelta(days=40)
    again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    one = assignment(world, "2026-Q1")
    work.tick(world.actor("officer"), one.id, work.Given(text="15/BC-UBND ngày 10/3/2026"), at=clock.now)
    changed = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_head_gives_the_headers_alone(app: Flask, client: Any, world: Any) -> None:
    published(world)
    url = address(app, world)
    head = client.head(url)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == client.get(url).headers["ETag"]


@pytest.mark.parametrize("token", ["sai", "A" * 32, "%00", "é" * 32, "-" * 5000])
def test_a_wrong_token_is_a_plain_404(client: Any, world: Any, token: str) -> None:
    answer = client.get(f"/lich/{token}.ics")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Set-Cookie" not in answer.headers


def test_a_renewed_address_kills_the_old_one(app: Flask, client: Any, world: Any) -> None:
    published(world)
    old = address(app, world)
    token = feeds.renew(world.actor("officer"), world.tan_lap, secret=app.config["SECRET_KEY"], at=AT)
    assert client.get(old).status_code == 404
    assert client.get(f"/lich/{token}.ics").status_code == 200
    assert address(app, world) == f"/lich/{token}.ics"


def test_the_address_stays_the_same_and_is_never_stored(app: Flask, world: Any) -> None:
    first = address(app, world)
    assert address(app, world) == first
    feed = db.session.scalars(select(Feed)).one()
    token = first.removeprefix("/lich/").removesuffix(".ics")
    assert len(token) == 32
    assert token not in (feed.nonce, feed.token_digest)


def test_after_a_change_of_the_secret_given_addresses_go_on_until_renewed(
    app: Flask, client: Any, world: Any
) -> None:
    old = address(app, world)
    officer = world.actor("officer")
    token = feeds.feed_url_token(officer, world.tan_lap, secret="x" * 40, at=AT)
    new = f"/lich/{token}.ics"
    assert new != old
    assert [client.get(url).status_code for url in (old, new)] == [200, 200]
    feeds.renew(officer, world.tan_lap, secret="x" * 40, at=AT)
    assert [client.get(url).status_code for url in (old, new)] == [404, 404]


def test_reading_is_noted_once_an_hour(app: Flask, client: Any, world: Any, clock: Any) -> None:
    url = address(app, world)
    noted = []
    for minutes in (0, 30, 29, 1):
        clock.now += timedelta(minutes=minutes)
        client.get(url)
        db.session.rollback()
        noted.append(db.session.scalars(select(Feed.fetched_at)).one())
    start = clock.now - timedelta(minutes=60)
    assert noted == [start, start, start, clock.now]


def test_only_the_unit_and_the_manager_get_the_address(app: Flask, world: Any) -> None:
    secret = app.config["SECRET_KEY"]
    for who in ("other", "leader"):
        with pytest.raises(Forbidden):
            feeds.feed_url_token(world.actor(who), world.tan_lap, secret=secret, at=AT)
        with pytest.raises(Forbidden):
            feeds.renew(world.actor(who), world.tan_lap, secret=secret, at=AT)
    with pytest.raises(Forbidden):
        feeds.feed_url_token(world.actor("officer"), 999, secret=secret, at=AT)
    assert feeds.feed_url_token(world.actor("manager"), world.tan_lap, secret=secret, at=AT)


def test_the_calendar_reads_as_a_person_once_found_it_right(sqlite_app: Flask, world: Any) -> None:
    """Set UPDATE_SNAPSHOTS=1 to write it anew, and read it before keeping it."""
    published(world)
    text = sqlite_app.test_client().get(address(sqlite_app, world)).text
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8", newline="")
    with SNAPSHOT.open(encoding="utf-8", newline="") as file:
        assert text == file.read()
