"""One bad row never stops the others: whatever stands in the database, everybody else has their mail, the sweep ends
in good order, and what is wrong is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import delete, text, update

from notifications.sweep import SweepResult, sweep
from tests.faults.office import rows
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.settings import Smtp
from tracker.store.models import (
    Absence,
    Assignment,
    CalendarDay,
    Committee,
    Fact,
    LadderRule,
    Letter,
    Notice,
    Person,
    Plan,
    PlanVersion,
    Role,
    Submission,
    Task,
    TaskVersion,
    Timing,
    Unit,
    UnitVersion,
)
from tracker.store.queries.owing import URGING_DUE

DUE, DAY = date(2026, 5, 20), date(2026, 5, 13)
LATER = date(2026, 7, 1)
OFFICER, OTHER, ABROAD = "officer@sonthanh.example", "other@sonthanh.example", "canbo@binhson.example"
NOW = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Bad:
    """What is put in; the words that the outbox or the run's error has to say of it; whether the mail of the unit
    that it is about comes all the same."""

    put: Callable[[Any], None]
    told: str = ""
    arrives: bool = True


def person(**values: Any) -> Callable[[Any], None]:
    return lambda desk: _set(Person, Person.id == desk.world.people["officer"], values)


def unit_name(name: str) -> Callable[[Any], None]:
    return lambda desk: _set(UnitVersion, UnitVersion.unit_id == desk.world.tan_lap, {"name": name})


def title(words: str) -> Callable[[Any], None]:
    return lambda desk: desk.give(words, DUE)


def plan_number(words: str) -> Callable[[Any], None]:
    return lambda desk: desk.give("Việc của kế hoạch có số lạ", DUE, plan=words)


def mailbox(value: str) -> Callable[[Any], None]:
    return lambda desk: _set(Unit, Unit.id == desk.world.justice, {"mailbox": value})


def settings(**values: Any) -> Callable[[Any], None]:
    return lambda desk: _set(Committee, Committee.id == desk.world.committee, {"settings": values})


def _set(model: Any, where: Any, values: dict[str, Any]) -> None:
    db.session.execute(update(model).where(where).values(**values))
    db.session.commit()


def ladder(value: Any, scope: str = "committee") -> Callable[[Any], None]:
    """`{plan}` and `{task}` in the scope are those of the officer's work."""

    def put(desk: Any) -> None:
        work = db.session.get(Assignment, desk.mine)
        named = scope.format(plan=work.plan_id, task=work.task_id)
        db.session.add(
            LadderRule(committee_id=desk.world.committee, scope=named, ladder=value, changed_at=NOW)
        )
        db.session.commit()

    return put


def calendar_row(national: bool, **values: Any) -> Callable[[Any], None]:
    def put(desk: Any) -> None:
        common = {"day": date(2026, 5, 14), "kind": "off", "words": "Nghỉ", "document": "", "entered_at": NOW}
        committee_id = None if national else desk.world.committee
        db.session.add(CalendarDay(committee_id=committee_id, **common | values))
        db.session.commit()

    return put


def letter(**values: Any) -> Callable[[Any], None]:
    """A row of the outbox that no program of ours has written."""

    def put(desk: Any) -> None:
        common = {
            "key": "xxx",
            "kind": "digest",
            "committee_id": desk.world.committee,
            "person_id": desk.world.people["head"],
            "address": "head@sonthanh.example",
            "day": date(2026, 5, 12),
            "next_try_at": at_vietnam(date(2026, 5, 12), 8),
            "created_at": at_vietnam(date(2026, 5, 12), 8),
        }
        db.session.add(Letter(**common | values))
        db.session.commit()

    return put


def nobody_there(desk: Any) -> None:
    """Work of a unit without any person, and the plan's own unit has none, either."""
    db.session.execute(delete(Role).where(Role.unit_id == desk.world.justice))
    db.session.commit()
    desk.give("Việc không của ai", DUE, unit="phu_hoa")


def many_works(desk: Any) -> None:
    """Five hundred more pieces of work of one officer."""
    first = db.session.get(Assignment, desk.mine)
    version_id = db.session.scalar(db.select(PlanVersion.id).where(PlanVersion.plan_id == first.plan_id))
    tasks = rows(Task, [{"plan_id": first.plan_id, "created_at": NOW}] * 500)
    timings = rows(Timing, [{"task_id": task, "ordinal": 1, "due": DUE} for task in tasks])
    common = {"plan_version_id": version_id, "kind": "task"}
    rows(
        TaskVersion,
        [
            {"task_id": task, "position": task, "title": f"Việc thứ {n}", **common}
            for n, task in enumerate(tasks)
        ],
    )
    names = ("committee_id", "plan_id", "unit_id", "holder_id", "period", "due_on", "first_due_on")
    same = {name: getattr(first, name) for name in names}
    same |= {"state": "open", "urged_from": first.urged_from, "changed_at": NOW}
    rows(
        Assignment,
        [{"task_id": task, "timing_id": timing, **same} for task, timing in zip(tasks, timings, strict=True)],
    )
    db.session.commit()


@contextmanager
def unguarded() -> Iterator[None]:
    """Foreign keys are not looked after: as in a database that was mended by hand."""
    db.session.rollback()
    db.session.remove()
    with db.engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        yield connection
        connection.commit()
        if on_sqlite:
            connection.exec_driver_sql("ROLLBACK")
        connection.detach()


def without(model: Any, column: Any) -> Callable[[Any], None]:
    """The officer's plan has lost these rows."""

    def put(desk: Any) -> None:
        plan_id = desk.plan_of_mine()
        with unguarded() as connection:
            connection.execute(delete(model).where(column(plan_id)))

    return put


def of_plan(model: Any) -> Callable[[int], Any]:
    return lambda plan_id: model.plan_id == plan_id


def _versions(plan_id: int) -> Any:
    return TaskVersion.task_id.in_(db.select(Task.id).where(Task.plan_id == plan_id))


def _timings(plan_id: int) -> Any:
    return Timing.task_id.in_(db.select(Task.id).where(Task.plan_id == plan_id))


def work(**values: Any) -> Callable[[Any], None]:
    """The officer's work, as no program of ours writes it."""
    return lambda desk: _set(Assignment, Assignment.id == desk.mine, values)


def more_work(**values: Any) -> Callable[[Any], None]:
    """The same of another piece of work of the officer's plan."""

    def put(desk: Any) -> None:
        _set(Assignment, Assignment.id == desk.give("Việc lạ", DUE), values)

    return put


def no_json(model: Any, column: str) -> Callable[[Any], None]:
    """Text that is no JSON in all rows of the committee, as a hand at the database leaves it. PostgreSQL takes none:
    there it is a word."""

    def put(desk: Any) -> None:
        words = '{"quiet": ' if db.engine.dialect.name == "sqlite" else '"quiet"'
        table = model.__tablename__
        where = "id" if model is Committee else "committee_id"
        db.session.execute(
            text(f"update {table} set {column} = :words where {where} = :committee"),  # noqa: S608 (our own names)
            {"words": words, "committee": desk.world.committee},
        )
        db.session.commit()

    return put


def letter_telling(step: str, kind: str = "now") -> Callable[[Any], None]:
    """A letter to the head that is to tell a step which is none."""

    def put(desk: Any) -> None:
        letter(kind=kind)(desk)
        letter_id = db.session.scalar(db.select(Letter.id).where(Letter.key == "xxx"))
        head = desk.world.people["head"]
        step_of = {"assignment_id": desk.mine, "person_id": head, "step": step, "due_on": DUE}
        db.session.add(Notice(letter_id=letter_id, decided_at=NOW, **step_of))
        db.session.commit()

    return put


def stand_in_for_each_other(desk: Any) -> None:
    """The officer for the head, the head for the officer, and the officer for the officer."""
    people = desk.world.people
    pairs = (("officer", "head"), ("head", "officer"), ("officer", "officer"))
    for who, deputy in pairs:
        days = {"starts_on": date(2026, 5, 1), "ends_on": date(2026, 6, 1), "set_at": NOW}
        db.session.add(Absence(person_id=people[who], deputy_id=people[deputy], **days))
    db.session.commit()


def submission(**values: Any) -> Callable[[Any], None]:
    def put(desk: Any) -> None:
        common = {"person_id": desk.world.people["officer"], "submitted_at": NOW, "received_on": NOW.date()}
        db.session.add(Submission(assignment_id=desk.mine, **common | values))
        db.session.commit()

    return put


def urged(after: Any) -> Callable[[Any], None]:
    """An urging letter that is noted, but of no day."""

    def put(desk: Any) -> None:
        about = {"thing": "assignment", "thing_id": desk.mine, "committee_id": desk.world.committee}
        db.session.add(Fact(at=NOW, deed=URGING_DUE, before={}, after=after, **about))
        db.session.commit()

    return put


def without_version(desk: Any) -> None:
    """A unit of which nobody knows the name."""
    with unguarded() as connection:
        connection.execute(delete(UnitVersion).where(UnitVersion.unit_id == desk.world.tan_lap))


def role_without_unit(desk: Any) -> None:
    _set(Role, Role.person_id == desk.world.people["head"], {"unit_id": None, "committee_id": None})


LONG_TITLE = "Rà soát, kiện toàn tổ hòa giải ở cơ sở; " * 100  # 4,000 characters
CASES = {
    # people
    "an address with a line break": Bad(
        person(email="canbo@sonthanh.example\nBcc: x@y.example"), "viết sai", False
    ),
    "an address without @": Bad(person(email="canbo.sonthanh.example"), "viết sai", False),
    "no address": Bad(person(email=""), "Chưa có địa chỉ", False),
    "an address with a name and brackets": Bad(
        person(email="Hằng <hang@sonthanh.example>"), "viết sai", False
    ),
    "two addresses in one": Bad(person(email="a@sonthanh.example,b@sonthanh.example"), "viết sai", False),
    "an address with letters that SMTP has not": Bad(
        person(email="hằng@sonthanh.example"), "viết sai", False
    ),
    "an address of which every part is too long": Bad(
        person(email=f"{'a' * 120}@{'b' * 120}.example"), "", False
    ),
    "a name with a line break": Bad(person(name="Nguyễn Thu Hằng\r\nBcc: x@y.example")),
    "a name of marks": Bad(person(name='<b>"Hằng"</b> \u202e{{ 7*7 }} %s')),
    "an empty name": Bad(person(name="")),
    "a unit name with a line break": Bad(unit_name("UBND xã Tân Lập\r\nBcc: x@y.example")),
    "a unit name of 300 characters": Bad(unit_name("UBND xã " + "Tân Lập " * 36)),
    "a mailbox with a line break": Bad(mailbox("tuphap@sonthanh.example\nBcc: x@y.example")),
    "a unit without any person": Bad(nobody_there),
    # work
    "a title of 4,000 characters": Bad(title(LONG_TITLE)),
    "a title of 4,000 characters without a space": Bad(title("việc" * 1000)),
    "a title with line breaks and marks": Bad(
        title("Việc\r\n.\r\nBcc: x@y.example\n\n<script>{{ 7*7 }}</script>\x0b\u2028")
    ),
    "an empty title": Bad(title("")),
    "a plan number with a line break": Bad(plan_number("12/KH\r\nBcc: x@y.example")),
    "five hundred pieces of work of one person": Bad(many_works),
    "a task whose words are gone": Bad(without(TaskVersion, _versions), "", False),
    "a task whose plan is gone": Bad(without(Plan, lambda plan_id: Plan.id == plan_id), "", False),
    "a task whose plan has no version": Bad(without(PlanVersion, of_plan(PlanVersion)), "", False),
    "a task whose timings are gone": Bad(without(Timing, _timings), "", False),
    # settings
    "a ladder that is a number": Bad(ladder(7), "committee: "),
    "a ladder with a step that is none": Bad(ladder({"steps": [{"days": "ba"}]}), "committee: "),
    "a ladder to somebody unknown": Bad(ladder({"steps": [{"days": -7, "to": ["vua"]}]}), "committee: "),
    "a ladder to a list of lists": Bad(ladder({"steps": [{"days": -7, "to": [["officer"]]}]}), "committee: "),
    "a ladder to a number": Bad(ladder({"steps": [{"days": -7, "to": 3}]}), "committee: "),
    "a ladder of days without end": Bad(
        ladder({"steps": [{"days": -(10**9), "to": ["officer"]}]}), "committee: "
    ),
    "a ladder with a rhythm of nothing": Bad(
        ladder({"steps": [], "rhythm": {"after": [], "every": 0}}), "committee: "
    ),
    "a ladder with a rhythm of words": Bad(
        ladder({"steps": [], "rhythm": {"after": ["x"], "every": 1, "to": ["officer"]}}), "committee: "
    ),
    "a ladder that is null": Bad(ladder(None), "committee: "),
    "a plan's ladder that is a word": Bad(ladder("x", "plan:{plan}"), "plan:"),
    "a task's ladder without steps": Bad(ladder({}, "task:{task}"), "task:"),
    "a ladder for a scope that is none": Bad(ladder({"steps": []}, "việc:vua")),
    "quiet hours that are words": Bad(settings(quiet={"from": "tối", "to": "sáng"})),
    "quiet hours that are a list": Bad(settings(quiet=["18:00", "07:00"])),
    "quiet hours of other numbers": Bad(settings(quiet={"from": "25:00", "to": 7})),
    "quiet hours that are null": Bad(settings(quiet={"from": None})),
    "a calendar year that is a word": Bad(settings(calendar_years={"năm nay": "đã xem"}), ""),
    "a calendar year of a list": Bad(settings(calendar_years=[2026])),
    "ways to read dates that are a word": Bad(settings(due="x")),
    "report dates that are a word": Bad(settings(reports="x")),
    "report dates with a part missing": Bad(settings(reports={"levels": ["xã"]})),
    "settings that are a list": Bad(
        lambda desk: _set(Committee, Committee.id == desk.world.committee, {"settings": [1, "x"]})
    ),
    "a calendar day of an unknown kind": Bad(calendar_row(False, kind="nghỉ?"), ""),
    "a national day of an unknown kind": Bad(calendar_row(True, kind="nghỉ?"), ""),
    "settings that are no JSON": Bad(no_json(Committee, "settings"), "Thiết lập của cơ quan"),
    "a ladder that is no JSON": Bad(
        lambda desk: (ladder({"steps": []})(desk), no_json(LadderRule, "ladder")(desk)), "committee: "
    ),
    "time limits that are words": Bad(settings(seen_days="x", not_reading_days=[], urging=7)),
    # days and rules that are none
    "work due in the year 1": Bad(more_work(due_on=date(1, 1, 1), first_due_on=date(1, 1, 1))),
    "work due in the year 9999": Bad(more_work(due_on=date(9999, 12, 31), first_due_on=date(9999, 12, 31))),
    "work that is urged from the year 1": Bad(more_work(urged_from=date(1, 1, 1))),
    "work that is urged from the year 9999": Bad(more_work(urged_from=date(9999, 12, 31))),
    "work of a period that is none": Bad(more_work(period="2026-Q9 ")),
    "work in a state that is none": Bad(more_work(state="?")),
    "a task that enough units have done by no rule": Bad(
        lambda desk: _set(TaskVersion, TaskVersion.id > 0, {"completion": "nhiều"})
    ),
    "a submission whose parts are words": Bad(submission(parts={"một": "hai"}, state="part")),
    "a submission in a state that is none": Bad(submission(state="?")),
    "an urging letter of no day": Bad(urged(["x"])),
    "an urging letter of a day that is none": Bad(urged({"due_on": "mai", "step": "+5"})),
    # people and units that cannot be
    "people who stand in for each other": Bad(stand_in_for_each_other),
    "a unit without a name": Bad(without_version),
    "a head of nothing": Bad(role_without_unit),
    # the outbox
    "a letter of a step that is none": Bad(letter_telling("vua-7")),
    "a letter of a request that was never made": Bad(letter_telling("extension-999999999")),
    "a letter of a request without a number": Bad(letter_telling("explain-")),
    "a letter of a step of a million years": Bad(letter_telling("+999999999", "digest")),
    "a letter that was sent at no time": Bad(letter(kind="now", state="sent", sent_at=None)),
    "a letter that leaves in the year 9999": Bad(
        letter(kind="now", next_try_at=datetime.max.replace(tzinfo=UTC))
    ),
    "a letter with garbage for a Message-ID": Bad(letter(message_id="<garbage>", state="failed", tries=1)),
    "a letter with words for instants": Bad(letter(message_id="<letter-1-x@y>", state="failed", tries=1)),
    "a letter with an instant of the year 50,000": Bad(
        letter(message_id="<letter-1-1515722400000@y>", state="failed", tries=1, text="x", subject="x")
    ),
    "a letter with line breaks in its headers": Bad(
        letter(
            message_id="<letter-1-1778634000@dondoc.sonthanh.example>",
            subject="Việc\r\nBcc: x@y.example",
            sender="a\nb@c",
            reply_to="a\r\nBcc: x@y.example",
            unsubscribe="x\r\nBcc: x@y.example",
            text="x",
        )
    ),
    "a letter of an unknown kind": Bad(letter(kind="thiệp")),
    "a letter by an unknown channel": Bad(letter(channel="bồ câu")),
    "a letter to nobody": Bad(letter(person_id=None)),
    "a webhook's letter without a webhook": Bad(
        letter(kind="hook", channel="webhook", person_id=None, address="")
    ),
    "a letter without steps": Bad(letter()),
    "a letter in an unknown state": Bad(letter(state="???")),
    "a letter that somebody claimed long ago": Bad(letter(state="claimed", claim_token="x\x7f/../..")),
    "a letter that was tried a million times": Bad(letter(state="failed", tries=10**6, answer="x")),
    "a letter with a calendar that is none": Bad(letter(calendar="x\x0b")),
}


@pytest.fixture
def run(app: Flask, clock: Any, post: Any, use_server: Callable[[Smtp], None]) -> Callable[..., SweepResult]:
    use_server(post.settings)

    def at(day: date, hour: int = 8, minute: int = 0) -> SweepResult:
        clock.now = at_vietnam(day, hour, minute)
        return sweep(app)

    return at


@pytest.fixture
def office(desk: Any) -> Any:
    """Work of the officer (`mine`), of somebody in another unit, and of somebody in another committee."""
    desk.mine = desk.give("Việc của Tân Lập", DUE)
    desk.give("Việc của Bình Minh", DUE, unit="binh_minh", plan="34/KH-UBND")
    _another_committee()
    desk.plan_of_mine = lambda: db.session.get(Assignment, desk.mine).plan_id
    return desk


def _another_committee() -> None:
    committee = Committee(name="UBND huyện Bình Sơn", created_at=NOW)
    db.session.add(committee)
    db.session.flush()
    unit = Unit(committee_id=committee.id, code="DD", created_at=NOW)
    unit.versions.append(UnitVersion(ordinal=1, name="UBND xã Đông Du", kind="commune"))
    who = Person(name="Bùi Văn Lâm", email=ABROAD, created_at=NOW)
    db.session.add_all([unit, who])
    db.session.flush()
    who.roles.append(Role(role="officer", committee_id=committee.id, unit_id=unit.id))
    plan = Plan(committee_id=committee.id, coordinator_id=unit.id, created_by_id=who.id, created_at=NOW)
    plan.versions.append(PlanVersion(ordinal=1, state="published", number="9/KH-UBND", created_at=NOW))
    db.session.add(plan)
    db.session.flush()
    task = Task(plan_id=plan.id, created_at=NOW)
    task.timings.append(Timing(ordinal=1, due=DUE))
    db.session.add(task)
    db.session.flush()
    words = {"position": 1, "kind": "task", "title": "Việc của Đông Du"}
    db.session.add(TaskVersion(task_id=task.id, plan_version_id=plan.versions[0].id, **words))
    db.session.add(
        Assignment(
            committee_id=committee.id,
            plan_id=plan.id,
            task_id=task.id,
            timing_id=task.timings[0].id,
            unit_id=unit.id,
            holder_id=unit.id,
            period="once",
            due_on=DUE,
            first_due_on=DUE,
            state="open",
            urged_from=date(2026, 1, 5),
            changed_at=NOW,
        )
    )
    db.session.commit()


@pytest.mark.parametrize("name", CASES)
def test_one_bad_row_stops_nobody_elses_mail(office: Any, post: Any, run: Any, name: str) -> None:
    case = CASES[name]
    case.put(office)
    result = run(DAY)
    again = run(DAY, 8, 1)
    assert {OTHER, ABROAD} <= set(post.to)
    assert (OFFICER in post.to) == case.arrives
    assert len(set(post.to)) == len(post.to), "and nobody's comes twice"
    words = "\n".join((result.error, *(one.answer for one in office.letters())))
    assert case.told in words
    assert not {one for one in post.to if one == "x@y.example"}
    for mail in post.mails:
        assert mail["Bcc"] is None, "no header is made of somebody's words"
        assert not mail.defects
        html = mail.get_body(("html",)).get_content()
        assert not re.search(r"<script|<b>.Hằng|(?<!\d)49(?!\d)", html), "no mark is made of them, either"
    assert again.sent == 0


@pytest.mark.parametrize(
    ("step", "state"),
    [
        ("extension-9999999999", "withdrawn"),
        ("bounced-9999999999", "withdrawn"),
        ("event-9999999999", "sent"),
    ],
)
def test_a_number_that_no_row_can_have_is_that_of_nothing(
    office: Any, run: Any, step: str, state: str
) -> None:
    """Of what came, a letter that does not know it tells the day that the work has."""
    letter_telling(step)(office)
    run(DAY)
    assert [one.state for one in office.letters() if one.key == "xxx"] == [state]


PAGES = ("/", "/thu", "/khong-doc", "/lich-lam-viec", "/thang-nhac", "/viec/{mine}/thong-bao", "/viec/{mine}")
# What lacks rows that the database itself looks after, and settings that are none at all, have no pages; they have to
# stop no mail, that is all.
SEEN = [name for name in CASES if not name.startswith(("a task whose", "settings that", "a unit without"))]


@pytest.mark.parametrize("name", SEEN)
def test_whoever_follows_up_can_open_every_page_and_sees_what_did_not_leave(
    sqlite_app: Flask, office: Any, clock: Any, post: Any, set_server: Any, signed_in: Any, name: str
) -> None:
    case = CASES[name]
    case.put(office)
    set_server(sqlite_app, post.settings)
    clock.now = at_vietnam(DAY, 8)
    sweep(sqlite_app)
    coordinator = signed_in("coordinator")
    for page in PAGES:
        answer = coordinator.get(page.format(mine=office.mine), follow_redirects=True)
        assert answer.status_code == 200, page
    outbox = coordinator.get("/thu").get_data(as_text=True)
    for letter in office.letters("dead"):
        assert str(escape(letter.answer)) in outbox


def test_a_unit_without_any_person_is_on_the_list_of_those_that_do_not_read(
    sqlite_app: Flask, office: Any, clock: Any, signed_in: Any
) -> None:
    office.give("Việc không của ai", DUE, unit="phu_hoa")
    clock.now = at_vietnam(date(2026, 5, 19), 8)
    page = signed_in("coordinator").get("/khong-doc").get_data(as_text=True)
    assert "UBND xã Phú Hòa" in page
