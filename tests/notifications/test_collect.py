"""What the sweep writes for whom: letters at once and digests with their steps, on both databases."""

from __future__ import annotations

import threading
from datetime import date, datetime, time
from typing import Any

import pytest
from flask import Flask

from notifications.collect import Collected, collect
from notifications.delivery import outbox
from notifications.owed import owed_by_person
from notifications.quiet import asleep, is_quiet, quiet_hours
from tests.services import asking_desk
from tracker.clock import at_vietnam
from tracker.deadlines.ladder import Ladder, Rhythm, Step, ladder_to
from tracker.extensions import db
from tracker.services import extending, following, work
from tracker.services.evidence import Given
from tracker.store.models import (
    Absence,
    Assignment,
    CalendarDay,
    Committee,
    Extension,
    Fact,
    LadderRule,
    Letter,
    Notice,
    Person,
    Plan,
    Role,
    Submission,
    SweepRun,
    TaskVersion,
    Wait,
)

WEDNESDAY = date(2026, 5, 20)
Told = set[tuple[str, int, str]]


def at(day: date, hour: int = 8, minute: int = 0) -> datetime:
    return at_vietnam(day, hour, minute)


@pytest.fixture
def office(app: Flask, desk: Any) -> Office:
    return Office(desk)


class Office:
    """Sweeps without a mail server: what is written, and what is taken for sent."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.world = desk.world
        self.give = desk.give
        self.change = desk.change

    def sweep(self, day: date, hour: int = 8, minute: int = 0) -> Told:
        """Collect, send all, collect once more: nothing; returns (kind, assignment, step) by person of this time."""
        before = {one.id for one in fresh(Notice)}
        assert collect(db.session, at(day, hour, minute)).errors == ()
        self.send(at(day, hour, minute))
        assert collect(db.session, at(day, hour, minute)) == Collected()
        names = {person: name for name, person in self.world.people.items()}
        kinds = {letter.id: letter.kind for letter in fresh(Letter)}
        new = [one for one in fresh(Notice) if one.id not in before]
        return {(kinds[one.letter_id], names[one.person_id], one.step) for one in new}  # type: ignore[misc]

    def send(self, moment: datetime) -> None:
        for letter in fresh(Letter):
            if letter.state == "waiting":
                letter.state, letter.sent_at, letter.message_id = "sent", moment, f"<letter-{letter.id}-1@x>"
        db.session.commit()

    def rule(self, scope: str, ladder: dict[str, Any]) -> None:
        db.session.add(
            LadderRule(
                committee_id=self.world.committee, scope=scope, ladder=ladder, changed_at=at(date(2026, 1, 5))
            )
        )
        db.session.commit()

    def settings(self, **settings: Any) -> None:
        db.session.get_one(Committee, self.world.committee).settings = settings
        db.session.commit()

    def hire(self, who: str, role: str, unit: str | None) -> int:
        person = Person(name=who, email=f"{who}@sonthanh.example", created_at=at(date(2026, 1, 5)))
        unit_id = getattr(self.world, unit) if unit else None
        person.roles.append(Role(role=role, committee_id=self.world.committee, unit_id=unit_id))
        db.session.add(person)
        db.session.commit()
        self.world.people[who] = person.id
        return person.id


def fresh(model: Any) -> list[Any]:
    db.session.rollback()
    return list(db.session.scalars(db.select(model).order_by(model.id)))


def ladder(*steps: Step, rhythm: Rhythm | None = None) -> dict[str, Any]:
    return ladder_to(Ladder(steps, rhythm))


# Ladders


def test_what_stays_overdue_goes_to_officer_head_coordinator_and_leader(office: Any) -> None:
    office.give("Báo cáo sơ kết", WEDNESDAY, urged_from=WEDNESDAY)
    assert office.sweep(date(2026, 5, 21)) == {
        ("digest", "officer", "0"),
        ("digest", "officer", "+1"),
        ("digest", "head", "+1"),
    }
    assert office.sweep(date(2026, 5, 26)) == {
        ("digest", "officer", "+3"),
        ("digest", "head", "+3"),
        ("digest", "coordinator", "+3"),
    }
    assert office.sweep(date(2026, 5, 27)) == {("digest", "coordinator", "+5")}
    assert office.sweep(date(2026, 5, 29)) == {("digest", "officer", "+7")}
    assert office.sweep(date(2026, 6, 3)) == {("digest", "leader", "+10")}
    assert office.sweep(date(2026, 6, 5)) == {("digest", "officer", "+12")}


def test_ladders_of_a_task_a_plan_and_a_kind_lie_over_that_of_the_committee(office: Any) -> None:
    def on(days: int) -> dict[str, Any]:
        return ladder(Step(days, "calendar", ("officer",)))

    works = {
        name: office.give(name, WEDNESDAY, plan=plan)
        for name, plan in (("a", "1"), ("b", "2"), ("c", "2"), ("d", "3"))
    }
    found = {name: db.session.get_one(Assignment, work) for name, work in works.items()}
    version = db.session.scalars(
        db.select(TaskVersion).where(TaskVersion.task_id == found["d"].task_id)
    ).one()
    version.kind = "report"
    scopes = {
        "committee": on(-10),
        f"plan:{found['b'].plan_id}": on(-9),
        f"task:{found['c'].task_id}": on(-8),
        "kind:report": on(-6),
    }
    db.session.commit()
    for scope, own in scopes.items():
        office.rule(scope, own)
    office.sweep(date(2026, 5, 15))
    steps = {(one.assignment_id, one.step) for one in fresh(Notice)}
    assert steps == {
        (works["a"], "-10"),
        (works["b"], "-9"),
        (works["c"], "-8"),
        (works["d"], "-6"),
    }


def test_a_broken_ladder_is_told_and_the_next_wider_scope_holds(office: Any) -> None:
    work = office.give("Báo cáo", WEDNESDAY)
    plan_id = db.session.get_one(Assignment, work).plan_id
    office.rule("committee", ladder(Step(-8, "calendar", ("officer",))))
    office.rule(f"plan:{plan_id}", {"steps": [{"days": "soon"}]})
    done = collect(db.session, at(date(2026, 5, 12)))
    assert len(done.errors) == 1
    assert "Thang nhắc việc" in done.errors[0]
    assert [one.step for one in fresh(Notice)] == ["-8"]


def test_letters_of_an_absent_leader_go_to_the_deputy(office: Any) -> None:
    deputy = office.hire("phochutich", "viewer", None)
    db.session.add(
        Absence(
            person_id=office.world.people["leader"],
            deputy_id=deputy,
            starts_on=date(2026, 6, 1),
            ends_on=date(2026, 6, 5),
            set_at=at(date(2026, 5, 11)),
        )
    )
    db.session.commit()
    office.give("Báo cáo sơ kết", WEDNESDAY, urged_from=WEDNESDAY)
    assert ("digest", "phochutich", "+10") in office.sweep(date(2026, 6, 3))


def test_work_of_a_unit_with_nobody_is_told_to_the_coordinators(office: Any) -> None:
    office.give("Việc của Phú Hòa", WEDNESDAY, unit="phu_hoa")
    assert office.sweep(date(2026, 5, 13)) == {("digest", "coordinator", "-7")}


# Urging letters


def urging_facts() -> list[tuple[int, str]]:
    return [(one.thing_id, one.after["due_on"]) for one in fresh(Fact) if one.deed == "urging-letter-due"]


def test_in_the_unit_that_follows_plans_up_its_coordinators_are_reminded_of_its_own_work(office: Any) -> None:
    office.hire("truongphong", "head", "justice")
    office.give("Báo cáo của phòng", WEDNESDAY, unit="justice")
    assert office.sweep(date(2026, 5, 13)) == {("digest", "coordinator", "-7")}


def test_an_urging_letter_that_is_due_is_one_fact(office: Any) -> None:
    work = office.give("Báo cáo sơ kết", WEDNESDAY)
    office.sweep(date(2026, 5, 26))
    assert urging_facts() == []
    office.sweep(date(2026, 5, 27))
    office.sweep(date(2026, 5, 28))
    assert urging_facts() == [(work, "2026-05-20")]
    (fact,) = [one for one in fresh(Fact) if one.deed == "urging-letter-due"]
    assert (fact.actor_id, fact.after["step"]) == (None, "+5")


def test_it_is_noted_where_no_coordinator_can_be_reached(office: Any) -> None:
    for role in fresh(Role):
        if role.role == "coordinator":
            db.session.delete(role)
    db.session.commit()
    work = office.give("Báo cáo sơ kết", WEDNESDAY)
    office.sweep(date(2026, 5, 27))
    office.sweep(date(2026, 5, 27), 9)
    assert urging_facts() == [(work, "2026-05-20")]


def test_it_is_noted_when_todays_digest_has_left_before(office: Any) -> None:
    office.give("Việc khác", date(2026, 5, 22))
    office.sweep(date(2026, 5, 27))
    work = office.give("Báo cáo sơ kết", WEDNESDAY)
    collect(db.session, at(date(2026, 5, 27), 9))
    assert urging_facts() == [(work, "2026-05-20")]
    assert ("digest", "coordinator", "+5") in office.sweep(date(2026, 5, 28))


# At once


def publish(office: Any, work: int, on: date) -> None:
    office.change(work, published_on=on, urged_from=on)


def test_newly_published_work_is_told_at_once_and_only_once(office: Any) -> None:
    work = office.give("Việc mới", date(2026, 5, 18))
    undated = office.give("Việc thường xuyên", None, period="plan")
    for one in (work, undated):
        publish(office, one, date(2026, 5, 13))
    assert office.sweep(date(2026, 5, 13), 14) == {("now", who, "published") for who in ("officer", "head")}
    days = {one.due_on for one in fresh(Notice) if one.step == "published"}
    assert days == {date(2026, 5, 18), date(2026, 5, 13)}
    assert office.sweep(date(2026, 5, 14)) == set()
    assert office.sweep(date(2026, 5, 15)) == {("digest", "officer", "-3"), ("digest", "officer", "-1")}


def test_a_plan_that_is_published_reaches_officers_and_heads_of_its_units(office: Any, clock: Any) -> None:
    asking_desk.publish_plan(office.world, clock)  # on a Friday at eight
    works = db.session.scalars(db.select(Assignment).where(Assignment.state == "open")).all()
    of_tan_lap = {one.id for one in works if one.holder_id == office.world.tan_lap}
    assert {one.published_on for one in works} == {date(2026, 1, 16)}
    told = office.sweep(date(2026, 1, 16), 9)
    assert {who for kind, who, step in told if (kind, step) == ("now", "published")} >= {
        "officer",
        "head",
        "other",
    }
    officer = [one for one in fresh(Notice) if one.person_id == office.world.people["officer"]]
    assert {one.assignment_id for one in officer if one.step == "published"} == of_tan_lap
    assert len([one for one in fresh(Letter) if one.person_id == office.world.people["officer"]]) == 1


def test_what_a_letter_at_once_shows_is_left_out_of_the_digest(office: Any) -> None:
    late = office.give("Việc đã quá hạn khi ban hành", date(2026, 5, 11))
    soon = office.give("Việc gấp", date(2026, 5, 15))
    for one in (late, soon):
        publish(office, one, date(2026, 5, 13))
    assert office.sweep(date(2026, 5, 13), 7, 0) == {
        ("now", "officer", "published"),
        ("now", "head", "published"),
        ("now", "officer", "0"),
    }
    assert office.sweep(date(2026, 5, 13), 7, 30) == set()
    assert office.sweep(date(2026, 5, 14)) == {
        ("digest", "officer", "-1"),
        ("digest", "officer", "+1"),  # the first working day since it was published
        ("digest", "officer", "+3"),  # the third after the due day: the rhythm
        ("digest", "head", "+1"),
    }


def test_work_that_cycles_make_or_that_was_published_long_ago_is_no_news(office: Any) -> None:
    office.give("Kỳ sau", date(2026, 12, 20))
    old = office.give("Việc cũ", date(2026, 12, 20))
    publish(office, old, date(2026, 4, 28))
    assert office.sweep(date(2026, 5, 13)) == set()


def test_whoever_comes_to_a_unit_soon_after_publishing_is_told_too(office: Any) -> None:
    work = office.give("Việc mới", date(2026, 12, 18))
    publish(office, work, date(2026, 5, 11))
    office.sweep(date(2026, 5, 12))
    office.hire("moi", "officer", "tan_lap")
    assert office.sweep(date(2026, 5, 13)) == {("now", "moi", "published")}


def test_returned_evidence_is_told_at_once_to_whoever_sent_it(office: Any, clock: Any) -> None:
    one = office.give("Báo cáo", date(2026, 12, 20))
    clock.day(2026, 5, 12, 9)
    work.tick(office.world.actor("head"), one, Given(text="15/BC-UBND ngày 12/5/2026"), at=clock.now)
    version = db.session.get_one(Assignment, one).row_version
    work.return_(
        office.world.actor("coordinator"),
        one,
        "Thiếu số liệu",
        row_version=version,
        at=at(date(2026, 5, 13), 10),
    )
    sent = fresh(Submission)[0].id
    assert office.sweep(date(2026, 5, 13), 10) == {
        ("now", "officer", f"returned-{sent}"),
        ("now", "head", f"returned-{sent}"),
    }
    assert office.sweep(date(2026, 5, 14)) == set()


def test_an_event_that_has_come_is_told_at_once(office: Any, clock: Any) -> None:
    one = office.give("Góp ý dự thảo", None, state="waiting")
    office.change(one, waits_for="khi có văn bản", waits_since=date(2026, 5, 4))
    version = db.session.get_one(Assignment, one).row_version
    coordinator = office.world.actor("coordinator")
    moment = clock.day(2026, 5, 13, 10)
    following.event_came(
        coordinator, one, date(2026, 5, 13), date(2026, 5, 20), row_version=version, at=moment
    )
    waited = fresh(Wait)[0].id
    assert office.sweep(date(2026, 5, 13), 10) == {
        ("now", "officer", f"event-{waited}"),
        ("now", "officer", "-7"),  # its day is in the letter
    }
    assert office.sweep(date(2026, 5, 14)) == set()


def test_a_decided_extension_is_told_at_once_and_the_head_hears_of_the_day_with_the_digest(
    office: Any, clock: Any
) -> None:
    one = office.give("Báo cáo", WEDNESDAY)
    assert ("digest", "head", "+1") in office.sweep(date(2026, 5, 21))
    moment = clock.day(2026, 5, 21, 10)
    extending.ask(office.world.actor("officer"), one, date(2026, 6, 30), "Chờ số liệu", at=moment)
    asked = fresh(Extension)[0].id
    version = db.session.get_one(Assignment, one).row_version
    coordinator = office.world.actor("coordinator")
    extending.agree(coordinator, asked, row_version=version, at=at(date(2026, 5, 21), 11))
    assert office.sweep(date(2026, 5, 21), 12) == {
        ("now", "officer", f"extension-{asked}"),
        ("now", "officer", "moved"),
    }
    assert office.sweep(date(2026, 5, 22)) == {("digest", "head", "moved")}
    assert office.sweep(date(2026, 5, 25)) == set()


def test_all_that_is_owed_at_once_is_one_letter_and_waits_for_the_server_in_one(office: Any) -> None:
    for title in ("Việc thứ nhất", "Việc thứ hai"):
        publish(office, office.give(title, date(2026, 12, 18)), date(2026, 5, 13))
    assert collect(db.session, at(date(2026, 5, 13), 10)).letters == 2  # officer and head
    publish(office, office.give("Việc thứ ba", date(2026, 12, 18)), date(2026, 5, 13))
    assert collect(db.session, at(date(2026, 5, 13), 11)).letters == 0
    assert [len(letter.notices) for letter in fresh(Letter)] == [3, 3]


# Quiet hours and days off


def test_quiet_hours_go_over_midnight_and_what_cannot_be_read_is_ordinary() -> None:
    def quiet(settings: object, *hours: int) -> list[bool]:
        return [is_quiet(settings, time(hour)) for hour in hours]

    assert quiet({}, 6, 7, 12, 17, 18, 23) == [True, False, False, False, True, True]
    own = {"quiet": {"from": "12:00", "to": "14:00"}}
    assert quiet(own, 11, 12, 13, 14, 23) == [False, True, True, False, False]
    assert quiet({"quiet": {"from": "07:00", "to": "07:00"}}, 0, 7, 23) == [False, False, False]
    for broken in ({"quiet": "never"}, {"quiet": {"from": "soon", "to": "07:00"}}, None, [1]):
        assert quiet_hours(broken) == quiet_hours({})


def test_nothing_is_written_at_night(office: Any) -> None:
    publish(office, office.give("Việc mới", date(2026, 5, 20)), date(2026, 5, 12))
    for hour in (19, 23):
        assert collect(db.session, at(date(2026, 5, 12), hour)) == Collected()
    assert collect(db.session, at(date(2026, 5, 13), 6, 59)) == Collected()
    assert ("now", "officer", "published") in office.sweep(date(2026, 5, 13), 7)


def test_nothing_is_written_in_the_new_year_holidays(office: Any) -> None:
    publish(office, office.give("Việc mới", date(2026, 2, 25)), date(2026, 2, 13))
    for day in range(14, 23):
        assert collect(db.session, at(date(2026, 2, day), 9)) == Collected()
    assert ("now", "officer", "published") in office.sweep(date(2026, 2, 23), 9)


def test_a_committee_has_its_own_quiet_hours_and_days_off(office: Any) -> None:
    assert asleep(db.session, at(date(2026, 5, 13), 12)) == set()
    office.settings(quiet={"from": "11:30", "to": "13:30"})
    assert asleep(db.session, at(date(2026, 5, 13), 12)) == {office.world.committee}
    assert asleep(db.session, at(date(2026, 5, 13), 14)) == set()
    day = CalendarDay(
        committee_id=office.world.committee,
        day=date(2026, 5, 13),
        kind="off",
        words="Mất điện",
        document="",
        entered_at=at(date(2026, 5, 1)),
    )
    db.session.add(day)
    db.session.commit()
    assert asleep(db.session, at(date(2026, 5, 13), 14)) == {office.world.committee}


def claimed(moment: datetime) -> list[str]:
    """The kinds of letters that are taken then; they are given back."""
    ids = outbox.claim(db.session, "test", moment, 100, "mail", asleep(db.session, moment))
    kinds = [letter.kind for letter in fresh(Letter) if letter.id in ids]
    outbox.give_back(db.session, "test")
    return sorted(kinds)


def test_what_waits_leaves_neither_at_night_nor_on_a_day_off(office: Any) -> None:
    friday = date(2026, 2, 13)  # the holidays of the new year begin the day after
    publish(office, office.give("Việc mới", date(2026, 12, 18), unit="binh_minh"), friday)
    office.give("Báo cáo", date(2026, 2, 24), unit="tan_lap")
    collect(db.session, at(friday, 17))
    assert claimed(at(friday, 17, 30)) == ["digest", "now"]
    assert claimed(at(friday, 18)) == claimed(at(friday, 23)) == []
    assert claimed(at(date(2026, 2, 18), 9)) == []
    back = date(2026, 2, 23)
    assert claimed(at(back, 6, 59)) == []
    assert claimed(at(back, 7)) == ["now"]  # the digests of the day are made first
    assert claimed(at(back, 7, 30)) == ["digest", "now"]


# What was told and is no longer so


def test_a_day_that_moved_is_told_once_to_who_was_told_the_other_one(office: Any) -> None:
    one = office.give("Báo cáo", WEDNESDAY)
    office.sweep(date(2026, 5, 13))
    office.change(one, due_on=date(2026, 6, 30), urged_from=date(2026, 5, 14))
    assert office.sweep(date(2026, 5, 15)) == {("digest", "officer", "moved")}
    (notice,) = [found for found in fresh(Notice) if found.step == "moved"]
    assert notice.due_on == date(2026, 6, 30)
    assert office.sweep(date(2026, 5, 18)) == set()
    office.change(one, due_on=date(2026, 7, 30), urged_from=date(2026, 5, 18))
    assert office.sweep(date(2026, 5, 19)) == {("digest", "officer", "moved")}


def test_a_day_that_moves_back_and_forth_is_told_each_time(office: Any) -> None:
    first, second = date(2026, 12, 18), date(2027, 1, 29)
    one = office.give("Báo cáo", first)
    publish(office, one, date(2026, 5, 12))
    office.sweep(date(2026, 5, 12))
    told = []
    for day, due in ((13, second), (15, first), (18, second), (20, first)):
        office.change(one, due_on=due, urged_from=date(2026, 5, day))
        told.append({(who, step.partition("-")[0]) for _kind, who, step in office.sweep(date(2026, 5, day))})
        assert office.sweep(date(2026, 5, day + 1)) == set()
    assert told == [{("officer", "moved"), ("head", "moved")}] * 4


def test_a_day_that_is_back_before_anybody_heard_of_the_other_one_is_no_news(office: Any) -> None:
    one = office.give("Báo cáo", WEDNESDAY)
    office.sweep(date(2026, 5, 13))
    office.change(one, due_on=date(2026, 6, 30), urged_from=date(2026, 5, 13))
    office.change(one, due_on=WEDNESDAY, urged_from=date(2026, 5, 13))
    assert office.sweep(date(2026, 5, 14)) == set()


def test_who_was_not_told_the_old_day_by_a_letter_that_has_left_hears_nothing_of_it(office: Any) -> None:
    one = office.give("Báo cáo", WEDNESDAY)
    collect(db.session, at(date(2026, 5, 13)))  # it waits: its text is not made yet
    office.change(one, due_on=date(2026, 6, 30), urged_from=date(2026, 5, 14))
    collect(db.session, at(date(2026, 5, 14)))
    assert {found.step for found in fresh(Notice)} == {"-7"}


def test_work_that_was_dropped_is_told_once_to_who_was_told_of_it(office: Any) -> None:
    one = office.give("Báo cáo", WEDNESDAY)
    office.give("Việc khác", date(2026, 12, 1))
    office.sweep(date(2026, 5, 13))
    office.change(one, state="excused", excuse="withdrawn", changed_at=at(date(2026, 5, 14)))
    assert office.sweep(date(2026, 5, 15)) == {("digest", "officer", "dropped")}
    assert office.sweep(date(2026, 5, 18)) == set()


def test_work_that_is_dropped_and_taken_up_again_is_told_each_time(office: Any) -> None:
    one = office.give("Báo cáo", date(2026, 12, 18))
    publish(office, one, date(2026, 5, 11))
    office.sweep(date(2026, 5, 11))
    told = []
    for day, state in ((12, "excused"), (13, "open"), (14, "excused"), (15, "open")):
        moment = date(2026, 5, day)
        office.change(one, state=state, excuse="withdrawn", urged_from=moment, changed_at=at(moment))
        told.append({(who, step.partition("-")[0]) for _kind, who, step in office.sweep(moment)})
        assert office.sweep(moment, 16) == set()
    dropped, again = ({(who, word) for who in ("officer", "head")} for word in ("dropped", "moved"))
    assert told == [dropped, again, dropped, again]


def test_who_has_left_the_unit_hears_of_no_change(office: Any) -> None:
    one = office.give("Báo cáo", WEDNESDAY)
    office.sweep(date(2026, 5, 13))
    role = db.session.scalars(db.select(Role).where(Role.person_id == office.world.people["officer"])).one()
    role.valid_to = date(2026, 5, 14)
    db.session.commit()
    office.change(one, due_on=date(2026, 6, 30), urged_from=date(2026, 5, 14))
    assert office.sweep(date(2026, 5, 15)) == set()


# The summary of the week


MONDAY = date(2026, 5, 18)


def weekly() -> list[tuple[date, str]]:
    people = {one.id: one.email.split("@")[0] for one in fresh(Person)}
    return [(letter.day, people[letter.person_id]) for letter in fresh(Letter) if letter.weekly]


def test_coordinators_and_leaders_get_a_summary_on_the_first_working_day_of_the_week(office: Any) -> None:
    office.give("Báo cáo năm", date(2026, 12, 10))
    for day in (15, 18, 19, 20):
        office.sweep(date(2026, 5, day))
    assert weekly() == [(MONDAY, "coordinator"), (MONDAY, "leader")]
    assert all(letter.key.startswith("digest:") for letter in fresh(Letter))
    office.sweep(date(2026, 4, 28))
    assert len(weekly()) == 2


def test_where_monday_is_a_day_off_it_is_the_next_working_day(office: Any) -> None:
    office.give("Báo cáo năm", date(2026, 12, 10))
    office.sweep(date(2026, 4, 27))  # the Hung Kings' day is made up for on this Monday
    office.sweep(date(2026, 4, 28))
    assert {day for day, _who in weekly()} == {date(2026, 4, 28)}


def test_where_nothing_runs_there_is_no_summary(office: Any) -> None:
    office.give("Việc đã xong", date(2026, 5, 10), state="accepted")
    office.sweep(MONDAY)
    assert weekly() == []
    office.give("Việc của kế hoạch đã kết thúc", date(2026, 12, 10), plan="99/KH-UBND")
    plan = fresh(Plan)[-1]
    plan.ending = "closed"
    db.session.commit()
    office.sweep(MONDAY, 9)
    assert weekly() == []


def test_a_summary_that_an_outage_swallowed_comes_with_the_next_digest(office: Any) -> None:
    office.give("Báo cáo năm", date(2026, 12, 10))
    db.session.add(SweepRun(started_at=at(date(2026, 5, 15), 16), ended_at=at(date(2026, 5, 15), 16)))
    db.session.commit()
    office.sweep(date(2026, 5, 19))
    assert {day for day, _who in weekly()} == {date(2026, 5, 19)}
    db.session.add(SweepRun(started_at=at(date(2026, 5, 19), 16), ended_at=at(date(2026, 5, 19), 16)))
    db.session.commit()
    office.sweep(date(2026, 5, 20))
    assert len(weekly()) == 2


def test_a_summary_is_owed_still_where_the_last_sweep_was_before_the_mornings_hour(office: Any) -> None:
    office.give("Báo cáo năm", date(2026, 12, 10))
    db.session.add(SweepRun(started_at=at(MONDAY, 7, 10), ended_at=at(MONDAY, 7, 10)))
    db.session.commit()
    office.sweep(date(2026, 5, 19))
    assert {who for _day, who in weekly()} == {"coordinator", "leader"}


def test_a_digest_that_could_not_leave_takes_the_summary_along(office: Any) -> None:
    officer = db.session.get_one(Person, office.world.people["officer"])
    officer.roles.append(Role(role="leader", committee_id=office.world.committee))
    office.give("Báo cáo", WEDNESDAY)
    collect(db.session, at(date(2026, 5, 15)))
    assert weekly() == []
    collect(db.session, at(MONDAY))
    assert (MONDAY, "officer") in weekly()
    assert len([letter for letter in fresh(Letter) if letter.person_id == officer.id]) == 1


# One digest a day


def test_a_digest_that_could_not_leave_becomes_todays(office: Any) -> None:
    office.give("Báo cáo", WEDNESDAY)
    collect(db.session, at(date(2026, 5, 13)))
    collect(db.session, at(date(2026, 5, 14)))  # nothing new
    (letter,) = fresh(Letter)
    assert (letter.day, letter.key) == (date(2026, 5, 14), f"digest:{letter.person_id}:2026-05-14")
    collect(db.session, at(date(2026, 5, 15)))
    (letter,) = fresh(Letter)
    assert {one.step for one in letter.notices} == {"-7", "-3"}
    assert letter.day == date(2026, 5, 15)
    office.send(at(date(2026, 5, 15)))
    office.give("Việc giao sau đó", WEDNESDAY, urged_from=date(2026, 5, 15))
    assert office.sweep(date(2026, 5, 15), 10) == set(), "it was today's digest"


def test_who_turned_reminders_off_gets_what_is_late_what_was_decided_and_the_summary(office: Any) -> None:
    office.give("Báo cáo", WEDNESDAY)
    db.session.get_one(Person, office.world.people["officer"]).reminders_off_at = at(date(2026, 5, 1))
    db.session.get_one(Person, office.world.people["coordinator"]).reminders_off_at = at(date(2026, 5, 1))
    db.session.commit()
    office.sweep(date(2026, 5, 13))
    office.sweep(MONDAY)
    assert fresh(Notice) == []
    assert {who for _day, who in weekly()} == {"coordinator", "leader"}, "the summary is no reminder"
    assert ("digest", "officer", "+1") in office.sweep(date(2026, 5, 21))
    publish(office, office.give("Việc mới", date(2026, 12, 18)), date(2026, 5, 21))
    assert ("now", "officer", "published") in office.sweep(date(2026, 5, 21), 10)


def test_reading_what_is_owed_changes_nothing_and_looks_ahead(office: Any) -> None:
    publish(office, office.give("Việc mới", WEDNESDAY), date(2026, 5, 12))
    found = owed_by_person(db.session, date(2026, 5, 13))
    officer, head = office.world.people["officer"], office.world.people["head"]
    assert [one.step for _committee, one in found.people[officer].now] == ["-7", "published"]
    also = {one.key for share in found.people.values() for _committee, one in (*share.now, *share.digest)}
    assert owed_by_person(db.session, date(2026, 5, 13), also).people == {}
    ahead = owed_by_person(db.session, date(2026, 5, 21), also).people
    assert [one.step for _committee, one in ahead[head].digest] == ["+1"]
    monday = owed_by_person(db.session, MONDAY, also).people
    assert monday[office.world.people["leader"]].weekly == office.world.committee
    assert fresh(Notice) == fresh(Letter) == []


def test_three_sweeps_at_once_write_everything_once(app: Flask, office: Any) -> None:
    for number in range(30):
        office.hire(f"canbo{number}", "officer", "phu_hoa")
    publish(office, office.give("Việc mới", date(2026, 12, 18), unit="phu_hoa"), date(2026, 5, 27))
    late = office.give("Báo cáo", WEDNESDAY, unit="phu_hoa")
    gate = threading.Barrier(3)
    done: list[Collected] = []

    def one() -> None:
        with app.app_context():
            gate.wait()
            done.append(collect(db.session, at(date(2026, 5, 27))))

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.errors for result in done] == [(), (), ()]
    letters = fresh(Letter)
    assert sum(result.letters for result in done) == len(letters)
    kinds = [(letter.kind, letter.person_id) for letter in letters]
    assert len(set(kinds)) == len(kinds)
    assert len([one for one in kinds if one[0] == "now"]) == 30
    assert urging_facts() == [(late, "2026-05-20")]
