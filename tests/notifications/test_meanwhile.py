"""What people do in the second between the making of letters and the leaving of each: by the services, on both
databases. The first mail goes to the coordinator; while the server takes it, something happens; the rest of the batch
(the officer's, the head's, another officer's and the leader's) was made before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from notifications.collect import collect
from notifications.delivery.deliver import Delivered, deliver
from notifications.delivery.freezing import Batch
from tests.services.asking_desk import PLAN, Desk, publish_plan
from tests.services.test_whole_deed import publish_draft
from tracker.clock import vietnam_day
from tracker.extensions import db
from tracker.services import (
    absences,
    calendar,
    endings,
    extending,
    following,
    handing_back,
    periods,
    plans,
    reminders,
    staff,
    succession,
    waiting,
    work,
)
from tracker.services.absences import Leave
from tracker.services.accounts import sign_in
from tracker.services.calendar import NewDays
from tracker.services.record import record
from tracker.services.work import Given
from tracker.store.models import Assignment, Extension, Fact, HandBack, Plan, Role, TaskVersion
from tracker.store.queries.freshness import Tells, freshness, log_end
from tracker.units.succession import Change, Heir

GIVEN = Given(text="15/BC-UBND ngày 5/5/2026")
# Work of each commune: a quarter's report, overdue, and what is due on 15/5.
LATE, SOON = "truyền thanh", "Rà soát"
EVERYBODY = ("coordinator", "officer", "head", "other", "leader")


@dataclass
class House:
    """The plan at work, its people, and the day."""

    world: Any
    clock: Any
    desk: Desk

    @property
    def at(self) -> Any:
        return self.clock.now

    @property
    def today(self) -> date:
        return vietnam_day(self.clock.now)

    @property
    def plan(self) -> int:
        found = db.session.scalars(select(Plan.id)).one()
        return int(found)

    def who(self, name: str) -> Any:
        return self.world.actor(name)

    def of(self, words: str, unit: str = "tan_lap") -> Assignment:
        """The first piece of work with these words."""
        query = (
            select(Assignment)
            .join(TaskVersion, TaskVersion.task_id == Assignment.task_id)
            .where(Assignment.unit_id == getattr(self.world, unit), TaskVersion.title.contains(words))
            .order_by(Assignment.due_on)
            .execution_options(populate_existing=True)
        )
        return db.session.scalars(query).first()  # type: ignore[return-value]

    def last(self, model: Any) -> Any:
        return db.session.scalars(select(model).order_by(model.id.desc())).first()


# What may happen


def close_the_period(house: House) -> None:
    periods.close_period(house.who("coordinator"), house.plan, "2026-Q1", despite=True, at=house.at)


def end_the_plan(house: House) -> None:
    page = endings.end_page(house.who("coordinator"), house.plan, at=house.at)
    reasons = {group.key: "hết thời gian thực hiện" for group in page.open}
    endings.end_plan(house.who("coordinator"), house.plan, reasons, at=house.at)


def withdraw_the_plan(house: House) -> None:
    document = "Quyết định số 20/QĐ-UBND ngày 11/5/2026"
    endings.withdraw_plan(house.who("coordinator"), house.plan, "bãi bỏ", document, at=house.at)


def publish_a_version_without_the_report(house: House) -> None:
    world, text = house.world, PLAN[: PLAN.index("1.4.")]
    given = (house.who("coordinator"), world.committee, world.justice, "2.txt", text.encode())
    publish_draft(world, plans.import_plan(*given, plan_id=house.plan, at=house.at), house.at)


def reorganise(house: House, kind: str, name: str, *units: str) -> None:
    heir = Heir(name=name, code="TB")
    change = Change(
        kind, tuple(getattr(house.world, unit) for unit in units), date(2026, 5, 1), heirs=(heir,)
    )
    given = (house.who("manager"), house.world.committee, change)
    stamp = succession.propose(*given, at=house.at).stamp
    succession.carry_out(*given, succession.Choices(), stamp, at=house.at)


def merge_two_communes(house: House) -> None:
    reorganise(house, "merged", "UBND xã Tân Bình", "tan_lap", "binh_minh")


def rename_the_commune(house: House) -> None:
    reorganise(house, "renamed", "UBND phường Tân Lập", "tan_lap")


def end_the_duty(house: House) -> None:
    role = db.session.scalars(select(Role).where(Role.person_id == house.world.people["officer"])).one()
    yesterday = house.today - timedelta(days=1)
    role_id = role.id
    staff.add_role(
        house.who("manager"), house.world.people["officer"], house.world.committee,
        role="officer", unit_id=house.world.phu_hoa, begins=None, at=house.at,
    )  # fmt: skip
    staff.end_role(house.who("manager"), role_id, last_day=yesterday, at=house.at)


def close_the_account(house: House) -> None:
    staff.set_active(house.who("manager"), house.world.people["officer"], False, at=house.at)


def turn_reminders_off(house: House) -> None:
    reminders.turn_reminders(house.who("officer"), False, at=house.at)


def go_away(house: House) -> None:
    people, world = house.world.people, house.world
    leave = Leave(people["officer"], people["other"], world.tan_lap, house.today, house.today)
    absences.set_absence(house.who("officer"), leave, at=house.at)


def begin_a_wait(house: House) -> None:
    waiting.wait(house.who("officer"), house.of(LATE).id, house.world.culture, "chờ số liệu", at=house.at)


def tick(house: House) -> None:
    work.tick(house.who("officer"), house.of(LATE).id, GIVEN, at=house.at)


def excuse(house: House) -> None:
    late = house.of(LATE)
    following.excuse(
        house.who("coordinator"), late.id, "không phát sinh", row_version=late.row_version, at=house.at
    )


def agree_to_another_day(house: House) -> None:
    found = house.of(LATE)
    extending.ask(house.who("officer"), found.id, date(2026, 6, 10), "chờ số liệu", at=house.at)
    version = house.of(LATE).row_version
    asked = house.last(Extension).id
    extending.agree(house.who("coordinator"), asked, row_version=version, at=house.at)


def hand_it_on(house: House) -> None:
    found = house.of(LATE)
    handing_back.ask(house.who("officer"), found.id, "giao nhầm", house.world.phu_hoa, at=house.at)
    version = house.of(LATE).row_version
    handing_back.hand_on(
        house.who("coordinator"),
        house.last(HandBack).id,
        house.world.culture,
        row_version=version,
        at=house.at,
    )


def another_commune_does_enough(house: House) -> None:
    """Any of the communes is enough for this task; it is accepted."""
    db.session.execute(update(TaskVersion).values(completion="any"))
    db.session.commit()
    found = house.of(LATE, "binh_minh").id
    work.tick(house.who("other"), found, GIVEN, at=house.at)
    version = house.of(LATE, "binh_minh").row_version
    work.accept(house.who("coordinator"), found, row_version=version, at=house.at)


def declare_a_day_off(house: House) -> None:
    days = NewDays(date(2026, 4, 6), date(2026, 4, 10), "off", "nghỉ bù", "Thông báo 5/TB-UBND")
    calendar.add_days(house.who("manager"), house.world.committee, days, at=house.at)


@dataclass(frozen=True)
class Case:
    """What happens; who then gets no mail of the four; (who, words that their mail has, words that it has not)."""

    happens: Callable[[House], None]
    withdrawn: tuple[str, ...] = ()
    told: tuple[tuple[str, str, str], ...] = ()


CASES = (
    Case(close_the_period, ("head", "leader"), (("officer", SOON, LATE), ("other", SOON, LATE))),
    Case(end_the_plan, ("officer", "head", "other", "leader")),
    Case(withdraw_the_plan, ("officer", "head", "other", "leader")),
    Case(publish_a_version_without_the_report, ("head", "leader"), (("officer", SOON, LATE),)),
    Case(
        merge_two_communes,
        (),
        (("officer", "UBND xã Tân Bình", "UBND xã Tân Lập:"), ("leader", "Tân Bình", "")),
    ),
    Case(
        rename_the_commune,
        (),
        (("officer", "phường Tân Lập", "xã Tân Lập"), ("leader", "phường Tân Lập", "")),
    ),
    Case(end_the_duty, ("officer",), (("head", LATE, ""),)),
    Case(close_the_account, ("officer",), (("head", LATE, ""),)),
    Case(turn_reminders_off, (), (("officer", LATE, SOON),)),
    Case(go_away, ("officer",), (("other", "UBND xã Tân Lập", ""),)),
    Case(begin_a_wait, ("head",), (("officer", SOON, LATE), ("leader", "Bình Minh", "Tân Lập"))),
    Case(tick, ("head",), (("officer", SOON, LATE), ("leader", "Bình Minh", "Tân Lập"))),
    Case(excuse, ("head",), (("officer", SOON, LATE), ("leader", "Bình Minh", "Tân Lập"))),
    Case(agree_to_another_day, ("head",), (("officer", SOON, "quá 35 ngày"),)),
    Case(hand_it_on, ("head",), (("officer", SOON, LATE),)),
    Case(another_commune_does_enough, ("head", "leader"), (("officer", SOON, LATE), ("other", SOON, LATE))),
    Case(declare_a_day_off, (), (("officer", "quá 30 ngày", "quá 35 ngày"), ("leader", "quá 30 ngày", "35"))),
)


@pytest.fixture
def house(app: Flask, world: Any, clock: Any, post: Any, use_server: Any) -> House:
    found = House(world, clock, publish_plan(world, clock))
    use_server(post.settings)
    return found


def delivered(app: Flask, house: House, post: Any, happens: Callable[[House], None]) -> Delivered:
    """Everything is made, and while the first mail arrives it happens: all of it, or the test fails."""
    ended = []

    def change() -> None:
        with app.app_context():
            happens(house)
            ended.append(True)
            db.session.remove()

    assert collect(db.session, house.at).letters == len(EVERYBODY)
    post.meanwhile.append(change)
    found = deliver(db.session, app.config["TRACKER"], "this sweep", house.at)
    assert ended
    return found


def texts(post: Any) -> dict[str, str]:
    """Who → their mail as it arrived: subject and text."""
    return {
        address.split("@")[0]: " ".join(
            (mail["Subject"] + " " + mail.get_body(("plain",)).get_content()).split()
        )
        for address, mail in zip(post.to, post.mails, strict=True)
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.happens.__name__)
def test_what_happens_between_making_and_leaving_is_in_the_letter_or_withdraws_it(
    app: Flask, house: House, post: Any, case: Case
) -> None:
    result = delivered(app, house, post, case.happens)
    arrived = texts(post)
    assert set(EVERYBODY) - arrived.keys() == set(case.withdrawn)
    assert result.withdrawn == len(case.withdrawn)
    for who, words, gone in case.told:
        assert words in arrived[who]
        assert not gone or gone not in arrived[who]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many letters were made together, each time that any were made."""
    found: list[int] = []
    by_itself = Batch._frozen

    def counted(batch: Batch, ids: list[int]) -> Any:
        found.append(len(ids))
        return by_itself(batch, ids)

    monkeypatch.setattr(Batch, "_frozen", counted)
    return found


def test_a_deed_makes_the_rest_of_the_batch_anew_at_once_and_not_letter_by_letter(
    app: Flask, house: House, post: Any, made: list[int]
) -> None:
    delivered(app, house, post, tick)
    assert made == [len(EVERYBODY), len(EVERYBODY) - 1]


def test_what_concerns_no_letter_makes_none_anew(
    app: Flask, house: House, post: Any, made: list[int]
) -> None:
    def somebody_signs_in(house: House) -> None:
        sign_in("leader@sonthanh.example", "mat-khau-thu-nghiem", "127.0.0.1", at=house.at, cost="low")

    result = delivered(app, house, post, somebody_signs_in)
    assert result.sent == len(EVERYBODY)
    assert made == [len(EVERYBODY)]
    assert db.session.scalar(select(func.count()).where(Fact.deed == "signed-in")) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_deed_that_took_its_number_early_and_is_seen_late_makes_letters_anew(house: House) -> None:
    """PostgreSQL gives numbers out before deeds are committed."""
    tells = {1: Tells(house.world.people["officer"], frozenset(), frozenset({house.world.committee}))}

    def state(since: int) -> object:
        db.session.rollback()
        return freshness(db.session, tells, "this sweep", house.today, since)

    with Session(db.engine) as early, Session(db.engine) as quick:
        for session in (early, quick):
            note(session, house)
            session.flush()
        quick.commit()
        db.session.rollback()
        read = log_end(db.session)
        before = state(read)
        assert state(read) == before
        early.commit()
        assert state(read) != before
        assert log_end(db.session) == read + 2, "the log is whole again"


def note(session: Session, house: House) -> None:
    about = {"thing": "plan", "thing_id": house.plan, "committee_id": house.world.committee}
    record(session, house.who("coordinator"), "period-closed", **about, at=house.at)
