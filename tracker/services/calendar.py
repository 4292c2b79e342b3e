"""The work calendar of a committee: a year of it, its own days, how it reads dates, and what a change moves.

A change is days more, a day less, or another reading. One function works out what it does, so that what is
previewed is what is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from tracker import access
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.deadlines.due import Options
from tracker.deadlines.wording import plain_day
from tracker.deadlines.workdays import DayRow, WorkCalendar
from tracker.drafts.expand import FIRST_DAY, LAST_DAY
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services.recompute import Moved, Rules, carry_out, moves, rules_of
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import CalendarDay, Committee
from tracker.store.queries.calendar import KINDS, calendar_of, day_row, live_days
from tracker.store.queries.units import person_names

__all__ = [
    "CalendarPage",
    "EnteredDay",
    "Moved",
    "NewDays",
    "Preview",
    "Removal",
    "add_days",
    "calendar_of",
    "change_reading",
    "check_year",
    "correct_national",
    "preview",
    "remove_day",
    "year_page",
]

LONGEST_DAYS = 31  # no holiday is longer; a year by mistake is refused
OVERTAKEN = Refused("Có việc vừa được cập nhật cùng lúc. Xin xem lại rồi xác nhận lại.", code="overtaken")
ENTERED = "Ngày %s đã được nhập trước đó. Xin bỏ dòng cũ rồi nhập lại."


@dataclass(frozen=True)
class NewDays:
    """Days to be entered, from `first` to `last`: `kind` is off or working."""

    first: date | None
    last: date | None = None
    kind: str = "off"
    words: str = ""
    document: str = ""


@dataclass(frozen=True)
class Removal:
    """An entered day that is to be taken out."""

    row_id: int


Change = NewDays | Removal | Options


@dataclass(frozen=True)
class Preview:
    """What a change does: the days that it enters or takes out, and the work that it moves."""

    days: tuple[DayRow, ...] = ()
    moved: tuple[Moved, ...] = ()

    @property
    def due_days(self) -> int:
        return sum(one.due_moves for one in self.moved)

    @property
    def units(self) -> int:
        return len({one.unit_id for one in self.moved})


@dataclass(frozen=True)
class EnteredDay:
    """A row that was entered here, and by whom."""

    id: int
    national: bool
    person_name: str
    entered_at: datetime


@dataclass(frozen=True)
class CalendarPage:
    """A year of the committee's calendar; `entered` are the rows that were entered here, by day."""

    year: int
    calendar: WorkCalendar
    options: Options
    entered: Mapping[date, EnteredDay]
    may_change: bool

    @property
    def provisional(self) -> bool:
        return self.calendar.provisional(self.year)


def year_page(actor: Actor, committee_id: int, year: int) -> CalendarPage:
    """A year of the calendar."""
    access.need(actor, "calendar.see", Thing(committee_id))
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise NotFound(f"Lịch làm việc chỉ có từ năm {FIRST_DAY.year} đến năm {LAST_DAY.year}.")
    live = [one for one in live_days(db.session, committee_id) if one.day.year == year]
    people = person_names(db.session, {one.entered_by_id for one in live})
    rules = rules_of(db.session, committee_id)
    return CalendarPage(
        year=year,
        calendar=rules.calendar,
        options=rules.options,
        entered={
            one.day: EnteredDay(
                one.id, one.committee_id is None, people.get(one.entered_by_id or 0, ""), one.entered_at
            )
            for one in live
        },
        may_change=access.may(actor, "calendar.change", Thing(committee_id)),
    )


def preview(actor: Actor, committee_id: int, change: Change, *, at: datetime) -> Preview:
    """What a change would do; nothing is written."""
    access.need(actor, "calendar.change", Thing(committee_id))
    return _effect(committee_id, change, vietnam_day(at))


# Deeds.


def add_days(actor: Actor, committee_id: int, given: NewDays, *, at: datetime) -> Preview:
    """Enter days of the committee's own. Open work is computed anew, and its units are told."""
    access.need(actor, "calendar.change", Thing(committee_id))
    with _changing(actor, committee_id, given, at) as effect:
        db.session.add_all(_stored(row, committee_id, given.kind, actor, at) for row in effect.days)
        _say(actor, committee_id, "calendar-days-added", effect, at)
    return effect


def remove_day(actor: Actor, committee_id: int, row_id: int, *, at: datetime) -> Preview:
    """Take out a day that was entered for the committee."""
    access.need(actor, "calendar.change", Thing(committee_id))
    with _changing(actor, committee_id, Removal(row_id), at) as effect:
        row = _own_row(committee_id, row_id)
        row.removed_at, row.removed_by_id = at, actor.id
        _say(actor, committee_id, "calendar-day-removed", effect, at)
    return effect


def change_reading(actor: Actor, committee_id: int, options: Options, *, at: datetime) -> Preview:
    """Choose how the committee reads dates. The same choice again changes nothing."""
    access.need(actor, "calendar.change", Thing(committee_id))
    with _changing(actor, committee_id, options, at) as effect:
        committee = _locked(committee_id)
        if options != Options.of(committee.settings):
            committee.settings = {**committee.settings, "due": options.to_settings()}
            _say(actor, committee_id, "dates-read-anew", effect, at, **options.to_settings())
    return effect


def check_year(actor: Actor, committee_id: int, year: int, document: str, *, at: datetime) -> None:
    """Say that the holidays of a year were compared with their announcement: they are provisional no longer."""
    access.need(actor, "calendar.change", Thing(committee_id))
    document = document.strip()[:300]
    if not document:
        raise Invalid("Xin ghi văn bản thông báo lịch nghỉ của năm này.", code="no-document")
    with transaction(db.session):
        committee = _locked(committee_id)
        years = {**(committee.settings.get("calendar_years") or {}), str(year): document}
        committee.settings = {**committee.settings, "calendar_years": years}
        _say(actor, committee_id, "calendar-year-checked", Preview(), at, year=year, document=document)


def correct_national(actor: Actor, given: NewDays, *, at: datetime) -> dict[int, Preview]:
    """Correct the national calendar for every committee here; what moves, by committee."""
    access.need(actor, "calendar.change-national", Thing())
    with _deed():
        ids = list(
            db.session.scalars(select(Committee.id).order_by(Committee.id).with_for_update(key_share=True))
        )
        days = _days(given, calendar_of(db.session, 0), {one.day for one in live_days(db.session, None)})
        before = {one: rules_of(db.session, one) for one in ids}
        db.session.add_all(_stored(row, None, given.kind, actor, at) for row in days)
        db.session.flush()
        effects = {}
        for one in ids:
            moved = moves(one, before[one], rules_of(db.session, one), vietnam_day(at))
            effects[one] = Preview(days, tuple(moved))
            carry_out(actor, one, moved, at=at)
            _say(actor, one, "national-days-corrected", effects[one], at)
    return effects


@contextmanager
def _changing(actor: Actor, committee_id: int, change: Change, at: datetime) -> Iterator[Preview]:
    """One deed: what it does is worked out under the committee's lock, then written with what it moves."""
    with _deed():
        _locked(committee_id)
        effect = _effect(committee_id, change, vietnam_day(at))
        yield effect
        carry_out(actor, committee_id, effect.moved, at=at)


@contextmanager
def _deed() -> Iterator[None]:
    """One transaction; work that somebody else wrote meanwhile ends it in words."""
    try:
        with transaction(db.session):
            yield
    except StaleDataError:
        raise OVERTAKEN from None


def _locked(committee_id: int) -> Committee:
    # No key of the committee is touched: facts that refer to it may be written meanwhile, or else a tick and this
    # deed would wait for each other.
    query = select(Committee).where(Committee.id == committee_id).with_for_update(key_share=True)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Không tìm thấy cơ quan này.")
    return found


# What a change does.


def _effect(committee_id: int, change: Change, today: date) -> Preview:
    before = rules_of(db.session, committee_id)
    days: tuple[DayRow, ...] = ()
    if isinstance(change, Options):
        calendar = replace(before.calendar, article_148=change.article_148)
        after = Rules(calendar, change)
    else:
        live = live_days(db.session, committee_id)
        if isinstance(change, Removal):
            gone = _own_row(committee_id, change.row_id)
            days = (day_row(gone),)
            rows = [day_row(one) for one in live if one.id != gone.id]
        else:
            own = {one.day for one in live if one.committee_id is not None}
            days = _days(change, before.calendar, own)
            rows = [*(day_row(one) for one in live), *days]
        after = Rules(_with_rows(before.calendar, rows), before.options)
    return Preview(days, tuple(moves(committee_id, before, after, today)))


def _with_rows(calendar: WorkCalendar, rows: list[DayRow]) -> WorkCalendar:
    return WorkCalendar.of(rows, article_148=calendar.article_148, checked=calendar.checked)


def _days(given: NewDays, calendar: WorkCalendar, entered: set[date]) -> tuple[DayRow, ...]:
    """The rows that are to be entered: one for each day that becomes something else. Raises `Invalid`."""
    first, last = _span(given)
    words, document = given.words.strip()[:200], given.document.strip()[:300]
    if given.kind not in KINDS:
        raise Invalid("Xin chọn nghỉ hoặc làm việc.", code="no-kind")
    if not words:
        raise Invalid("Xin ghi lý do, ví dụ: nghỉ bù Quốc khánh.", code="no-words")
    if not document:
        raise Invalid(
            "Xin ghi văn bản thông báo, ví dụ: Thông báo số 15/TB-UBND ngày 20/5/2026.", code="no-document"
        )
    working = given.kind == "working"
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    changed = [day for day in span if calendar.works(day) != working]
    if not changed:
        state = "ngày làm việc" if working else "ngày nghỉ"
        raise Invalid(f"Lịch hiện tại đã ghi {state}, không cần nhập thêm.", code="nothing-new")
    for day in changed:
        if day in entered:
            raise Refused(ENTERED % plain_day(day), code="day-entered")
    return tuple(DayRow(day, KINDS[given.kind], words, document, own=True) for day in changed)


def _span(given: NewDays) -> tuple[date, date]:
    if given.first is None:
        raise Invalid("Xin ghi ngày, ví dụ 20/5/2026.", code="no-day")
    first, last = given.first, given.last or given.first
    if not FIRST_DAY <= first <= LAST_DAY or not FIRST_DAY <= last <= LAST_DAY:
        raise Invalid(
            f"Lịch làm việc chỉ có từ năm {FIRST_DAY.year} đến năm {LAST_DAY.year}.", code="unbelievable-day"
        )
    if last < first:
        raise Invalid("Ngày cuối phải từ ngày đầu trở đi. Xin kiểm tra lại hai ngày.", code="backwards")
    if (last - first).days >= LONGEST_DAYS:
        raise Invalid(f"Mỗi lần nhập không quá {LONGEST_DAYS} ngày. Xin nhập làm nhiều lần.", code="too-long")
    return first, last


def _own_row(committee_id: int, row_id: int) -> CalendarDay:
    row = db.session.get(CalendarDay, row_id)
    if row is None or row.committee_id != committee_id or row.removed_at is not None:
        raise NotFound("Không tìm thấy ngày này trong lịch của cơ quan. Có thể người khác đã bỏ.")
    return row


def _stored(row: DayRow, committee_id: int | None, kind: str, actor: Actor, at: datetime) -> CalendarDay:
    return CalendarDay(
        committee_id=committee_id,
        day=row.day,
        kind=kind,
        words=row.words,
        document=row.document,
        entered_by_id=actor.id,
        entered_at=at,
    )


def _say(actor: Actor, committee_id: int, deed: str, effect: Preview, at: datetime, **more: object) -> None:
    told = [{"day": row.day.isoformat(), "kind": row.kind, "words": row.words} for row in effect.days]
    record(
        db.session,
        actor,
        deed,
        thing="committee",
        thing_id=committee_id,
        committee_id=committee_id,
        after={"days": told, "moved": len(effect.moved), "due_days": effect.due_days, **more},
        at=at,
    )
