"""What the doctor looks at of the data: calendar, contacts, the sweep, the outbox, webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from notifications.doctor.findings import WARN, WRONG, Finding, House, some, well
from tracker.deadlines.wording import plain_day
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.progress.reaching import UNSENDABLE, Bar, bars, reached
from tracker.services.webhooks import read_address
from tracker.store.models import Committee, Webhook
from tracker.store.queries import health, sweeps
from tracker.store.queries.calendar import calendars

NEXT_YEAR_FROM = 10  # announcements of the next year's days off come from October on


def calendar(house: House) -> Iterator[Finding]:
    """The days off of this year, and towards its end of the next one, were announced and entered."""
    today = house.today
    years = [today.year, *([today.year + 1] if today.month >= NEXT_YEAR_FROM else [])]
    calendar_of = calendars(db.session)
    provisional: dict[int, list[str]] = {}
    for committee_id, name in db.session.execute(select(Committee.id, Committee.name).order_by(Committee.id)):
        for year in years:
            if calendar_of(committee_id).provisional(year):
                provisional.setdefault(year, []).append(name)
    for year in years:
        if year in provisional:
            rows = calendar_of(0).year(year)
            days = some(f"{plain_day(row.day)} ({row.words})" for row in rows if not row.working)
            yield Finding(
                WRONG if year == today.year else WARN,
                f"Lịch nghỉ năm {year} mới là dự kiến ở {some(provisional[year])}: {days}.",
                f"Mở trang Lịch làm việc năm {year}, đối chiếu với thông báo nghỉ lễ rồi xác nhận.",
            )
        else:
            yield well(f"Lịch nghỉ năm {year} đã theo thông báo.")


def contacts(house: House) -> Iterator[Finding]:
    """Everybody who should get mail can; of open work somebody is told."""
    people = health.people_told(db.session, house.today)
    in_the_way = {one: set(bars(one.contact)) for one in people}
    wrong = [
        f"{one.name} ({one.contact.address or 'chưa có địa chỉ'})"
        for one in people
        if UNSENDABLE & in_the_way[one]
    ]
    if wrong:
        yield Finding(
            WRONG,
            f"{len(wrong)} người có địa chỉ thư viết sai hoặc chưa có: {some(wrong)}.",
            "Sửa ở trang Người dùng.",
        )
    red = [f"{one.name} ({one.contact.address})" for one in people if Bar.BOUNCED in in_the_way[one]]
    if red:
        yield Finding(
            WARN,
            f"Thư gửi {len(red)} người bị trả lại: {some(red)}.",
            "Gọi điện hỏi địa chỉ đúng rồi sửa ở trang Người dùng.",
        )
    heard = {unit for one in people if reached(one.contact) for unit in one.units}
    silent = health.units_unheard(db.session, house.today, heard)
    if silent:
        yield Finding(
            WRONG,
            f"{len(silent)} đơn vị có việc đang mở mà không ai nhận được thư: {some(silent)}.",
            "Thêm người phụ trách hoặc người đứng đầu cho đơn vị ở trang Người dùng.",
        )
    if not (wrong or red or silent):
        yield well(f"{len(people)} người nhận thư, địa chỉ nào cũng dùng được.")


def sweep(house: House) -> Iterator[Finding]:
    """The sweep ran lately and well, and the monitor heard of it."""
    pace = house.settings.sweep_seconds
    pulse = sweeps.pulse(db.session, house.at, pace, house.at)
    if pulse.ended_at is None:
        yield Finding(
            house.grave, "Chưa có lần quét nào.", "Chạy tracker serve, hoặc tracker tick theo lịch của máy."
        )
        return
    if pulse.state != sweeps.OK:
        yield Finding(
            house.grave,
            f"Lần quét gần nhất cách đây {_age(pulse.age or 0)} (nhịp {pace} giây).",
            "Xem tracker serve còn chạy không; nếu chạy bằng tracker tick thì xem lịch của máy.",
        )
    last = health.last_run(db.session)
    if last.error:
        yield Finding(
            WRONG, f"Lần quét gần nhất có lỗi: {last.error}", "Xem nhật ký của dịch vụ và các mục khác ở đây."
        )
    if pulse.state == sweeps.OK and not last.error:
        yield well(f"Lần quét gần nhất cách đây {_age(pulse.age or 0)}, không lỗi.")
    if house.settings.alarm_url and last.alarm and not last.alarm.startswith("2"):
        yield Finding(WARN, f"Nơi giám sát trả lời: {last.alarm}", "Kiểm tra TRACKER_ALARM_URL.")


def _age(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} giây"
    if seconds < 7200:
        return f"{seconds // 60} phút"
    return f"{seconds // 3600} giờ" if seconds < 172_800 else f"{seconds // 86_400} ngày"


def outbox(house: House) -> Iterator[Finding]:
    """Nothing was given up, nothing waits for long."""
    dead, waiting = health.left_behind(db.session, house.at - timedelta(days=1))
    if dead:
        yield Finding(WARN, f"{dead} thư không gửi được.", "Mở trang Thư đi, xem lý do, sửa rồi bấm Gửi lại.")
    if waiting:
        yield Finding(
            WRONG,
            f"{waiting} thư chờ gửi đã hơn một ngày.",
            "Xem mục Máy chủ thư và Lần quét ở đây.",
        )
    if not dead and not waiting:
        yield well("Không có thư nào kẹt lại.")


def webhooks(house: House) -> Iterator[Finding]:
    """Every webhook may still be sent to."""
    for hook in db.session.scalars(select(Webhook).order_by(Webhook.committee_id)):
        committee = db.session.get(Committee, hook.committee_id)
        name = committee.name if committee else ""
        try:
            read_address(hook.url, house.settings.webhook_hosts)
        except Invalid as refusal:
            yield Finding(WRONG, f"Kênh thông báo của {name} không gửi được.", refusal.message)
        else:
            yield well(f"Kênh thông báo của {name} được phép gửi.")
