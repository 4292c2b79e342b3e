"""The sample: an invented district with its people and plans under way, as if it had worked for some weeks.

Everything goes through the same services as real work. Dates are written relative to "today" by fixed rules,
choices are made by a digest of the names: the same day gives the same sample. Loading may be broken off and
begun again: what is there is left, what is missing is added.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import count
from typing import Any

from flask import Flask, has_app_context
from sqlalchemy import func, select

from tracker import life
from tracker.access import OPERATOR, Actor
from tracker.clock import at_vietnam, vietnam_day
from tracker.deadlines.periods import add_months
from tracker.deadlines.workdays import NATIONAL
from tracker.extensions import db
from tracker.services import (
    accounts,
    noting,
    plans,
    publish,
    review,
    rosters,
    show_review,
    staff,
    succession,
    work,
)
from tracker.services.accounts import hash_password
from tracker.services.staff_parts import Entered
from tracker.services.succession_proposal import Choices
from tracker.sheets.plan_docx import PlanText, plan_docx, plan_lines
from tracker.sheets.words import ROLES
from tracker.store.engine import transaction
from tracker.store.models import (
    Assignment,
    Committee,
    Contact,
    Deliverable,
    Fact,
    Person,
    PlanVersion,
    Role,
    StoredFile,
    TaskVersion,
    Timing,
    Unit,
    UnitChange,
)
from tracker.store.queries.units import grants, names
from tracker.units.succession import Change, Heir

COMMITTEE = "UBND huyện Sơn Thanh"
PLACE = "Sơn Thanh"
COORDINATOR = "PTP"
PUBLISHED = ("pbgdpl", "tiep-can-phap-luat")
UNDER_REVIEW = "ra-soat-van-ban"
SHOWN_LOG_INS = ("theodoi", "lanhdao", "quanly", "canbo.tanlap", "chutich.tanlap", "canbo.phongvhtt")
RENAMED = ("NNMT", "Phòng Nông nghiệp và Môi trường")  # which unit, and its name since then
HISTORY_DAYS = 75  # how long ago the plans were issued
SHORTEST_HISTORY = 10  # in the first days of January the plans are last year's
MARK = re.compile(r"\{(?P<name>\w+)(?::(?P<offset>[+-]?\d+))?\}")
KINDS_OF_PAPER = (("kế hoạch", "KH"), ("quyết định", "QĐ"), ("tờ trình", "TTr"), ("công văn", "CV"))


@dataclass(frozen=True)
class Sample:
    """Who can log in (name, e-mail, what they are), all with one password."""

    log_ins: tuple[tuple[str, str, str], ...]
    password: str


def is_empty() -> bool:
    """Whether the database holds nothing yet, or a sample whose loading was broken off."""
    committees = list(db.session.scalars(select(Committee)))
    return all("sample_at" in one.settings and "sample_done" not in one.settings for one in committees)


def sample_of() -> Sample | None:
    """The sample that the database holds, None where it holds none."""
    committee = _committee()
    if committee is None or "sample_at" not in committee.settings:
        return None
    at = datetime.fromisoformat(committee.settings["sample_at"])
    people = [
        db.session.scalars(select(Person).where(Person.email == _email(who))).one_or_none()
        for who in SHOWN_LOG_INS
    ]
    log_ins = tuple((person.name, person.email, _role_words(person, at)) for person in people if person)
    return Sample(log_ins, _password(at))


def load(app: Flask, *, at: datetime) -> Sample:
    """Load the sample as of `at`; a second time nothing changes."""
    with nullcontext() if has_app_context() else app.app_context():
        committee = _committee()
        if committee is None or "sample_done" not in committee.settings:
            begun = committee.settings.get("sample_at") if committee else None
            _load(datetime.fromisoformat(begun) if begun else at, app.config["TRACKER"].hash_cost)
        sample = sample_of()
        assert sample is not None
        return sample


def _load(at: datetime, hash_cost: str) -> None:
    times = Times.of(at)
    committee_id = _set_up(times, hash_cost)
    for name in PUBLISHED:
        _publish_plan(committee_id, name, times)
    _work_through(committee_id, times)
    _import_plan(committee_id, UNDER_REVIEW, times, at - timedelta(hours=20))
    _mark(committee_id, "sample_done", "1")


# Days


@dataclass(frozen=True)
class Times:
    """The days of the sample, from the one on which it is loaded."""

    at: datetime
    today: date
    issued: date

    @classmethod
    def of(cls, at: datetime) -> Times:
        today = vietnam_day(at)
        issued = today - timedelta(days=HISTORY_DAYS)
        new_year = date(today.year, 1, 2)
        if issued < new_year <= today - timedelta(days=SHORTEST_HISTORY):
            issued = new_year  # a plan of this year, with a shorter history
        return cls(at, today, NATIONAL.at_or_after(issued))

    def later(self, days: int) -> Times:
        """The same present for a plan that was issued some days later, as far as the history allows."""
        room = (self.today - self.issued).days // 8
        return replace(self, issued=NATIONAL.at_or_after(self.issued + timedelta(days=min(days, room))))

    @property
    def imported(self) -> date:
        return NATIONAL.plus(self.issued, 1)

    @property
    def published(self) -> date:
        return NATIONAL.plus(self.issued, 2)

    @property
    def year(self) -> int:
        return self.issued.year

    def day(self, offset: int, *, within_year: bool) -> date:
        """The working day about `offset` days from today; the past is pressed into the history there is."""
        if offset < 0:
            span = (self.today - self.published).days
            days = max(1, round(-offset * span / (HISTORY_DAYS - 2)))
            day = self.today - timedelta(days=days)
        else:
            day = self.today + timedelta(days=offset)
        working = NATIONAL.at_or_before(day)
        day = working if working > self.published and (working > self.today) == (offset > 0) else day
        return min(day, date(self.year, 12, 31)) if within_year else day


def _written(text: str, times: Times, *, within_year: bool) -> str:
    """The text with its dates."""

    def value(found: re.Match[str]) -> str:
        offset = int(found["offset"] or 0)
        day = times.day(offset, within_year=within_year)
        month = add_months(times.today, offset)
        words = {
            "den": lambda: _plain(day),
            "truoc": lambda: _plain(day + timedelta(days=1)),
            "thang": lambda: f"Tháng {month.month} năm {month.year}",
            "nam": lambda: str(times.year),
            "nam_sau": lambda: str(times.year + 1),
        }
        return words[found["name"]]()

    return MARK.sub(value, text)


def _plain(day: date) -> str:
    """08/02/2026 and 18/5/2026: as the decree writes them."""
    return f"{day.day:02d}/{_month(day)}/{day.year}"


def _month(day: date) -> str:
    return f"{day.month:02d}" if day.month < 3 else str(day.month)


# The district


def _set_up(times: Times, hash_cost: str) -> int:
    """The committee with units, groups and people who can log in."""
    at = at_vietnam(times.issued - timedelta(days=9), 9)
    committee = _committee()
    if committee is None:
        committee_id = rosters.create_committee(
            OPERATOR, COMMITTEE, "Sơn Thanh", PLACE, at=at, demonstration=True
        )
        _mark(committee_id, "sample_at", times.at.astimezone(UTC).isoformat())
    else:
        committee_id = committee.id
    if not _house_stands(committee_id):  # a list that comes again would take the renaming back
        rosters.import_units(OPERATOR, committee_id, _data("rosters/son-thanh-don-vi.csv"), at=at)
    rosters.import_groups(OPERATOR, committee_id, _data("rosters/son-thanh-nhom.csv"), at=at)
    rosters.import_people(OPERATOR, committee_id, _data("rosters/son-thanh-nguoi-dung.csv"), at=at)
    _let_in(committee_id, hash_password(_password(times.at), hash_cost))
    _rename(committee_id, at)
    _name_contacts(committee_id, at)
    return committee_id


def _house_stands(committee_id: int) -> bool:
    return db.session.scalar(select(Unit.id).where(Unit.committee_id == committee_id).limit(1)) is not None


def _rename(committee_id: int, at: datetime) -> None:
    """An office was given another name before the plans were issued, by a decision that is invented like all here."""
    done = select(UnitChange.id).where(UnitChange.committee_id == committee_id)
    if db.session.scalar(done.limit(1)) is not None:
        return
    day = NATIONAL.at_or_after(add_months(vietnam_day(at), -1))
    paper = f"Quyết định số 27/QĐ-UBND ngày {_plain(NATIONAL.plus(day, -6))}"
    heir = Heir(name=RENAMED[1], short_name="Nông nghiệp - MT")
    change = Change("renamed", (_unit_id(committee_id, RENAMED[0]),), day, paper, (heir,))
    manager = _actor(_email("quanly"), vietnam_day(at))
    stamp = succession.propose(manager, committee_id, change, at=at).stamp
    succession.carry_out(manager, committee_id, change, Choices(), stamp, at=at)


def _name_contacts(committee_id: int, at: datetime) -> None:
    """Whom to telephone in the office that follows the plans up."""
    unit = _unit_id(committee_id, COORDINATOR)
    if db.session.scalar(select(Contact.id).where(Contact.unit_id == unit).limit(1)) is not None:
        return
    manager = _actor(_email("quanly"), vietnam_day(at))
    for duty, who in (("head", "truong.phongtuphap"), ("officer", "theodoi")):
        person = db.session.scalars(select(Person).where(Person.email == _email(who))).one()
        given = Entered(person.name, person.email, person.phone)
        staff.add_contact(manager, unit, duty, given, person_id=person.id, at=at)


def _let_in(committee_id: int, password_hash: str) -> None:
    """One password for everybody of the sample, hashed once: it is printed anyway."""
    with transaction(db.session):
        query = select(Person).where(Person.roles.any(Role.committee_id == committee_id))
        for person in db.session.scalars(query):
            person.password_hash = person.password_hash or password_hash


def _password(at: datetime) -> str:
    return f"dondoc-{vietnam_day(at).year}"


def _email(who: str) -> str:
    return f"{who}@sonthanh.example"


def _role_words(person: Person, at: datetime) -> str:
    role = person.roles[0]
    unit = names(db.session, [role.unit_id], vietnam_day(at)).get(role.unit_id) if role.unit_id else None
    return f"{ROLES[role.role]}, {unit}" if unit else ROLES[role.role]


def _committee() -> Committee | None:
    query = select(Committee).where(Committee.name == COMMITTEE, Committee.demonstration)
    return db.session.scalars(query).one_or_none()


def _mark(committee_id: int, name: str, value: str) -> None:
    with transaction(db.session):
        committee = db.session.get_one(Committee, committee_id)
        committee.settings = {**committee.settings, name: value}


def _data(path: str) -> bytes:
    return files("plan_templates").joinpath(path).read_bytes()


def _actor(email: str, day: date) -> Actor:
    person = db.session.scalars(select(Person).where(Person.email == email)).one()
    return Actor(person.id, person.name, grants(db.session, person.id, day))


# Plans


def sample_plan(name: str, at: datetime) -> tuple[str, bytes]:
    """(file name, .docx) of a sample plan, dated for the day of `at`."""
    given = _given(name)
    times = Times.of(at).later(given["days_later"])
    within_year = given["within_year"]

    def written(text: str) -> str:
        return _written(text, times, within_year=within_year)

    signed = times.issued
    day = f"ngày {signed.day:02d} tháng {_month(signed)} năm {signed.year}"
    if given["number"].startswith("/"):  # not signed yet: number and day are left blank
        day = f"ngày      tháng {_month(times.today)} năm {times.today.year}"
    text = PlanText(
        issuer=tuple(given["issuer"]),
        number=given["number"],
        place_and_date=f"{given['place']}, {day}",
        title=written(given["title"]),
        opening=tuple(written(one) for one in given["opening"]),
        lines=plan_lines(written(given["body"])),
        recipients=tuple(given["recipients"]),
        signer=tuple(given["signer"]),
        signer_name=given["signer_name"],
        automatic=given.get("automatic", False),
    )
    return given["file"], plan_docx(text)


def _given(name: str) -> dict[str, Any]:
    return tomllib.loads(_data(f"samples/{name}.toml").decode())


def _import_plan(committee_id: int, name: str, times: Times, at: datetime) -> PlanVersion:
    """The version that the file became, read now or before."""
    file_name, data = sample_plan(name, times.at)
    query = (
        select(PlanVersion)
        .join(StoredFile, StoredFile.id == PlanVersion.file_id)
        .where(StoredFile.committee_id == committee_id, StoredFile.name == file_name)
    )
    known = db.session.scalars(query).one_or_none()
    if known is not None:
        return known
    unit = _unit_id(committee_id, COORDINATOR)
    actor = _actor(_email("theodoi"), times.today)
    version_id = plans.import_plan(actor, committee_id, unit, file_name, data, at=at)
    return db.session.get_one(PlanVersion, version_id)


def _publish_plan(committee_id: int, name: str, times: Times) -> None:
    """Import, check row by row, publish: as a coordinator does on two mornings."""
    times = times.later(_given(name)["days_later"])
    version = _import_plan(committee_id, name, times, at_vietnam(times.imported, 8, 40))
    if version.state != "draft":
        return
    actor = _actor(_email("theodoi"), times.today)
    version_id = version.id
    minutes = count(5, 3)

    def now() -> datetime:
        return at_vietnam(times.published, 8) + timedelta(minutes=next(minutes))

    def seen() -> int:
        return db.session.get_one(PlanVersion, version_id, populate_existing=True).row_version

    review.decide_clear_rows(actor, version_id, row_version=seen(), at=now())
    for row in show_review.review(actor, version_id, at=now()).rows:
        if row.decision == "open":
            review.decide_row(actor, row.id, "right", row_version=seen(), at=now())
    # What was due before the plan was followed here is finished business.
    review.choose_past(actor, version_id, {"all": "done"}, row_version=seen(), at=now())
    publish.publish(actor, version_id, row_version=seen(), at=now())


def _unit_id(committee_id: int, code: str) -> int:
    query = select(Unit.id).where(Unit.committee_id == committee_id, Unit.code == code)
    return db.session.scalars(query).one()


# Work


@dataclass(frozen=True)
class Piece:
    """An assignment with what its story is made of; `name` is the same whatever ids the database gives."""

    id: int
    since: date
    due: date
    code: str
    name: str
    paper: str


@dataclass(frozen=True)
class Step:
    """One deed of a story: tick, behalf, accept or return."""

    at: datetime
    piece: Piece
    deed: str


def _work_through(committee_id: int, times: Times) -> None:
    """What units and the coordinator did since publishing, in the order of time."""
    steps = [step for piece in _pieces(committee_id) for step in _story(piece, times)]
    done = _steps_done(committee_id)
    actors = _Actors(committee_id, times.today)
    _take_note(committee_id, actors, times)
    for step in sorted(steps, key=lambda one: (one.at, one.piece.id)):
        if done.get(step.piece.id, 0):
            done[step.piece.id] -= 1
        else:
            _take(step, actors)


def _take_note(committee_id: int, actors: _Actors, times: Times) -> None:
    """Nearly every unit has said that it took note of its work, some days after it was given."""
    query = (
        select(Assignment.plan_id, Assignment.holder_id, Unit.code, func.min(Assignment.urged_from))
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Assignment.committee_id == committee_id)
        .group_by(Assignment.plan_id, Assignment.holder_id, Unit.code)
        .order_by(Assignment.plan_id, Assignment.holder_id)
    )
    for plan_id, unit_id, code, since in list(db.session.execute(query)):
        dice = _dice("tiếp nhận", plan_id, code)
        at = at_vietnam(NATIONAL.plus(since, 1 + dice % 2), 9, dice % 60)
        if dice < 93 and at < times.at:
            noting.see_plan(actors.officer(code), plan_id, unit_id, at=at)
            accounts.note_seen(actors.officer(code), at=at)


def _pieces(committee_id: int) -> list[Piece]:
    """Dated work that is not closed or waiting, whatever has been done with it so far."""
    query = (
        select(
            Assignment, Timing.label, Unit.code, TaskVersion.title, PlanVersion.published_at, Deliverable.text
        )
        .join(Timing, Timing.id == Assignment.timing_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .join(TaskVersion, TaskVersion.task_id == Assignment.task_id)
        .join(PlanVersion, PlanVersion.id == TaskVersion.plan_version_id)
        .outerjoin(Deliverable, (Deliverable.task_version_id == TaskVersion.id) & (Deliverable.ordinal == 0))
        .where(
            Assignment.committee_id == committee_id,
            Assignment.due_on.is_not(None),
            Assignment.state.not_in((life.EXCUSED, life.WAITING)),
        )
    )
    return [
        Piece(
            id=one.id,
            since=vietnam_day(published_at or one.changed_at),
            due=one.due_on,
            code=code,
            name=f"{code}/{title}/{one.period}/{label}",
            paper=_paper(paper or "", code),
        )
        for one, label, code, title, published_at, paper in db.session.execute(query)
        if one.due_on is not None
    ]


def _paper(deliverable: str, code: str) -> str:
    """The symbol of the paper that a unit would send: KH-UBND, BC-VHTT."""
    kind = next((k for words, k in KINDS_OF_PAPER if deliverable.casefold().startswith(words)), "BC")
    return f"{kind}-{code if code in OFFICES else 'UBND'}"


OFFICES = ("PTP", "VP", "NV", "TCKH", "VHTT", "GDDT", "NNMT", "CA", "MTTQ", "HPN")


def _steps_done(committee_id: int) -> dict[int, int]:
    query = (
        select(Fact.thing_id, func.count())
        .where(Fact.committee_id == committee_id, Fact.thing == "assignment", Fact.deed != "seen")
        .group_by(Fact.thing_id)
    )
    return dict(iter(db.session.execute(query)))


def _dice(*names: object) -> int:
    """A number from 0 to 99 that is the same for the same names."""
    text = "/".join(str(name) for name in names)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 100


def _story(piece: Piece, times: Times) -> Iterator[Step]:
    """The deeds of one piece of work, up to the present instant."""
    for step in _whole_story(piece, times):
        if step.at >= times.at:
            return  # not yet
        yield step


def _whole_story(piece: Piece, times: Times) -> Iterator[Step]:
    days_over = (times.today - piece.due).days
    luck = _dice(piece.name)
    if days_over < -30 or (days_over <= 0 and luck >= 34):
        return  # nobody has begun yet
    if days_over > 0 and luck >= 86 and days_over <= 60:
        return  # overdue
    sent = _sent_on(piece, luck, days_over, times)
    sending = "behalf" if _dice("giấy", piece.name) < 6 else "tick"
    yield Step(_moment(sent, piece, "gửi"), piece, sending)
    if 26 <= luck < 34 and days_over < 20:
        return  # waits for the coordinator
    answered = NATIONAL.plus(sent, 1 + luck % 2)
    if 20 <= luck < 26:
        yield Step(_moment(answered, piece, "trả"), piece, "return")
        if days_over < 15:
            return  # open again
        again = NATIONAL.plus(answered, 3)
        yield Step(_moment(again, piece, "gửi lại"), piece, "tick")
        answered = NATIONAL.plus(again, 1)
    yield Step(_moment(answered, piece, "duyệt"), piece, "accept")


def _sent_on(piece: Piece, luck: int, days_over: int, times: Times) -> date:
    """The office day on which it was sent: mostly before the due day, after publishing and before today."""
    if days_over > 0 and luck >= 74:
        day = piece.due + timedelta(days=2 + luck % 7)  # late
    elif days_over > 0:
        day = piece.due - timedelta(days=luck % 7)
    else:
        day = times.today - timedelta(days=2 + luck % 9)
    earliest = NATIONAL.plus(piece.since, 1)
    return NATIONAL.at_or_after(max(min(day, times.today - timedelta(days=1)), earliest))


def _moment(day: date, piece: Piece, what: str) -> datetime:
    """An instant in office hours."""
    hours = (8, 9, 10, 13, 14, 15, 16)
    dice = _dice(what, piece.name)
    return at_vietnam(day, hours[dice % len(hours)], dice % 60)


class _Actors:
    """Who acts for a unit, and who decides."""

    def __init__(self, committee_id: int, day: date) -> None:
        self._committee_id = committee_id
        self._day = day
        self._officers: dict[str, Actor] = {}
        self.coordinators = tuple(_actor(_email(who), day) for who in ("theodoi", "theodoi2"))

    def officer(self, code: str) -> Actor:
        if code not in self._officers:
            query = (
                select(Person.email)
                .join(Role, Role.person_id == Person.id)
                .join(Unit, Unit.id == Role.unit_id)
                .where(Unit.committee_id == self._committee_id, Unit.code == code, Role.role == "officer")
            )
            email = db.session.scalars(query.order_by(Person.id)).first()
            assert email is not None, f"nobody works in {code}"
            self._officers[code] = _actor(email, self._day)
        return self._officers[code]

    def coordinator(self, piece: Piece) -> Actor:
        return self.coordinators[_dice("ai", piece.name) % 2]


def _take(step: Step, actors: _Actors) -> None:
    """Do the deed."""
    piece = step.piece
    coordinator = actors.coordinator(piece)
    if step.deed == "tick":
        work.tick(actors.officer(piece.code), piece.id, _evidence(step), at=step.at)
        accounts.note_seen(actors.officer(piece.code), at=step.at)
    elif step.deed == "behalf":
        day = max(vietnam_day(step.at) - timedelta(days=1), piece.since)
        work.tick_on_behalf(coordinator, piece.id, _evidence(step), received_on=day, via="paper", at=step.at)
    elif step.deed == "accept":
        work.accept(coordinator, piece.id, row_version=_row_version(piece), at=step.at)
    else:
        reason = ("Thiếu chữ ký và dấu ở trang cuối.", "Chưa có số liệu của quý này, đề nghị bổ sung.")
        work.return_(
            coordinator,
            piece.id,
            reason[_dice("vì sao", piece.name) % 2],
            row_version=_row_version(piece),
            at=step.at,
        )


def _row_version(piece: Piece) -> int:
    return db.session.get_one(Assignment, piece.id, populate_existing=True).row_version


def _evidence(step: Step) -> Any:
    """15/BC-UBND ngày 20/5/2026, and now and then a link with it."""
    dice = _dice("số", step.piece.name, step.at.date())
    day = vietnam_day(step.at)
    link = f"https://tailieu.sonthanh.example/{step.piece.code.lower()}/{dice + 11}" if dice < 12 else ""
    return work.Given(text=f"{dice + 11}/{step.piece.paper} ngày {day.day}/{day.month}/{day.year}", link=link)
