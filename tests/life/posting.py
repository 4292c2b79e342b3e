"""The letters of the random office: what left, read as its readers read it, and what may never stand in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email import message_from_bytes
from typing import Any

from flask import Flask, current_app
from sqlalchemy import func, select

from notifications.collect import collect
from notifications.delivery import mail
from notifications.delivery.deliver import deliver
from tests.conftest import MailSink
from tests.listening import MailServer
from tracker.clock import vietnam_day
from tracker.errors import TrackerError
from tracker.extensions import db
from tracker.services.links import work_of_link
from tracker.store.models import Assignment, Letter, Notice, Person, Role
from tracker.store.queries.closings import held_since

# A section of the plain text with its heading and what its lines lead to.
HEADING = re.compile(r"^(?P<name>\S.*) \(\d+\)$")  # in capitals
ADDRESS = re.compile(r"^   https?://[^/]+/(?:thu/viec/(?P<token>\S+)|viec/(?P<work>\d+))$")
OWN = ("QUÁ HẠN", "HÔM NAY", "TUẦN NÀY", "THÁNG NÀY", "SAU ĐÓ")
ABOVE = ("CẦN CÔNG VĂN ĐÔN ĐỐC", "QUÁ HẠN Ở CÁC ĐƠN VỊ")
LATE = ("QUÁ HẠN", *ABOVE)
AT_ONCE = {"VIỆC MỚI": ("open", "waiting"), "TRẢ LẠI ĐỂ BỔ SUNG": ("open",), "ĐÃ CÓ HẠN THỰC HIỆN": ("open",)}
PATIENCE = timedelta(days=14)  # whoever has not been told of late work by then is not told any more


@contextmanager
def mail_server(app: Flask) -> Iterator[MailSink]:
    """A real one on loopback, as the application's own."""
    kept: list[Any] = []

    class Keep:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd)
            kept.append(envelope.content)
            return "250 2.0.0 taken"

    server = MailServer(Keep())
    server.start()
    sink = MailSink(server.hostname, server.port, kept)
    app.config["TRACKER"] = replace(app.config["TRACKER"], smtp=sink.settings)
    app.config.update(MAIL_SERVER=sink.host, MAIL_PORT=sink.port)
    mail.init(app)
    try:
        yield sink
    finally:
        server.stop()


def forget_everybody() -> None:
    """The rows of the sequence before are gone, so that the thousandth one is as quick as the first."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        db.session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for table in reversed(db.metadata.sorted_tables):
        db.session.execute(table.delete())
    db.session.commit()


@dataclass
class Post:
    """What one committee's letters have said so far."""

    committee: int
    sent: set[int] = field(default_factory=set)

    def collect(self, at: datetime) -> list[str]:
        return list(collect(db.session, at).errors)

    def deliver(self, sink: MailSink, at: datetime) -> list[str]:
        """Send, and hold each letter against the state of things."""
        before = len(sink.messages)
        done = deliver(db.session, current_app.config["TRACKER"], "life", at)
        db.session.rollback()
        new = [one for one in self._letters() if one.id not in self.sent]
        self.sent |= {one.id for one in new}
        came = Counter(_id_of(raw) for raw in sink.messages[before:])
        found = [f"delivery: {error}" for error in done.errors]
        if came != Counter(one.message_id for one in new):
            found.append(f"{came} came, {[one.message_id for one in new]} were sent")
        held = held_since(db.session)
        for one in new:
            found += [f"letter {one.id} to {one.address}: {fault}" for fault in _faults(one, held, at)]
        return [*found, *self._digests_twice()]

    def _letters(self) -> list[Letter]:
        query = select(Letter).where(Letter.committee_id == self.committee, Letter.state == "sent")
        return list(db.session.scalars(query.order_by(Letter.id)))

    def _digests_twice(self) -> Iterator[str]:
        digests = Counter(
            (one.person_id, vietnam_day(one.sent_at))
            for one in self._letters()
            if one.kind == "digest" and one.sent_at
        )
        for (person, day), count in digests.items():
            if count > 1:
                yield f"person {person} got {count} digests on {day}"

    def untold(self, today: date) -> Iterator[str]:
        """Late work of which somebody who does it was never told; every unit of a task has to do it here."""
        held = held_since(db.session)
        old = today - PATIENCE
        query = select(Assignment).where(
            Assignment.committee_id == self.committee,
            Assignment.state == "open",
            Assignment.due_on <= old,
            Assignment.urged_from <= old,
        )
        for work in db.session.scalars(query):
            if held(work.plan_id, work.timing_id, work.period) is None and not _may_be_spared(work):
                for person in _doers(work.holder_id, today):
                    if not _heard(work, person):
                        yield f"person {person} never heard that {work.id} was due on {work.due_on}"

    def waiting(self) -> list[str]:
        """Claims that nobody gave back."""
        query = select(func.count()).where(Letter.committee_id == self.committee, Letter.state == "claimed")
        left = db.session.scalar(query)
        return [f"{left} letters are claimed by nobody"] if left else []


def links(letter: Letter) -> list[str]:
    """The tokens of the links to work in a letter."""
    found = (ADDRESS.match(line) for line in letter.text.splitlines())
    return [match["token"] for match in found if match and match["token"]]


def _id_of(raw: bytes) -> str:
    return str(message_from_bytes(raw)["Message-ID"])


def _lines(letter: Letter, at: datetime) -> Iterator[tuple[str, int | str]]:
    """(section, assignment) of each line; what is wrong with its link instead of the assignment."""
    section = ""
    secret = current_app.config["TRACKER"].secret_key
    for line in letter.text.splitlines():
        if (heading := HEADING.match(line)) and heading["name"].isupper():
            section = heading["name"]
        elif address := ADDRESS.match(line):
            if address["work"]:
                yield section, int(address["work"])
                continue
            try:
                yield section, work_of_link(address["token"], secret=secret, at=at).link.assignment_id
            except TrackerError as refusal:
                yield section, refusal.message


def _faults(letter: Letter, held: Any, at: datetime) -> Iterator[str]:
    today = vietnam_day(at)
    reader = db.session.get(Person, letter.person_id)
    told = db.session.scalar(select(func.count()).where(Notice.letter_id == letter.id))
    if not told and not letter.weekly:
        yield "it has no step of its own"
    units = set(db.session.scalars(select(Role.unit_id).where(Role.person_id == letter.person_id)))
    for section, found in _lines(letter, at):
        if isinstance(found, str):
            yield f"{section}: its link is dead when it leaves: {found}"
            continue
        work = db.session.get(Assignment, found)
        assert work is not None
        for fault in _of_line(section, work, units, today, off=bool(reader and reader.reminders_off_at)):
            yield f"{section}: assignment {work.id} {fault}"
        if section in (*OWN, *ABOVE) and held(work.plan_id, work.timing_id, work.period) is not None:
            yield f"{section}: assignment {work.id} is held"


def _of_line(
    section: str, work: Assignment, units: Iterable[int | None], today: date, *, off: bool
) -> Iterator[str]:
    if section in (*OWN, *ABOVE) and (work.state != "open" or work.due_on is None):
        yield f"is {work.state}, due on {work.due_on}"
        return
    if section in AT_ONCE and work.state not in AT_ONCE[section]:
        yield f"is {work.state}"
    if section in OWN and work.holder_id not in units:
        yield f"is of unit {work.holder_id}"
    if section in OWN and off and section != "QUÁ HẠN":
        yield "is a reminder that its reader has turned off"
    if section in LATE and work.due_on is not None and work.due_on >= today:
        yield f"is due on {work.due_on}"
    if section == "HÔM NAY" and work.due_on != today:
        yield f"is due on {work.due_on}"


def _doers(unit_id: int, today: date) -> list[int]:
    query = select(Role.person_id).where(
        Role.unit_id == unit_id,
        Role.role.in_(("officer", "coordinator")),
        (Role.valid_to.is_(None)) | (Role.valid_to >= today),
    )
    return list(db.session.scalars(query))


def _heard(work: Assignment, person: int) -> bool:
    steps = db.session.scalars(
        select(Notice.step).where(
            Notice.assignment_id == work.id, Notice.person_id == person, Notice.due_on == work.due_on
        )
    )
    return any(step == "published" or step.lstrip("+-").isdigit() for step in steps)


def _may_be_spared(work: Assignment) -> bool:
    """Where another unit has done the same, it may be enough."""
    same = select(Assignment.id).where(
        Assignment.task_id == work.task_id,
        Assignment.timing_id == work.timing_id,
        Assignment.period == work.period,
        Assignment.state == "accepted",
    )
    return db.session.scalar(same.limit(1)) is not None
