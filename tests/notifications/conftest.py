"""Work to be reminded of, and a mail server on loopback that answers as a test tells it to."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from notifications.delivery import mail
from tests.listening import MailServer
from tracker.extensions import db
from tracker.settings import Smtp
from tracker.store.models import Assignment, Letter, Plan, PlanVersion, Task, TaskVersion, Timing

SENDER = "dondoc@sonthanh.example"


@dataclass
class Post:
    """The mail server. `refuse` and `answer` map an address to the replies of its next tries."""

    host: str = "127.0.0.1"
    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    refuse: dict[str, list[str]] = field(default_factory=dict)
    answer: dict[str, list[str]] = field(default_factory=dict)
    connections: int = 0
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    """What happens elsewhere when the next mail comes, before it is answered."""

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]  # type: ignore[misc]

    @property
    def settings(self) -> Smtp:
        return Smtp(host=self.host, port=self.port, sender=SENDER, timeout=30)

    async def handle_EHLO(  # noqa: N802 (aiosmtpd)
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: Any
    ) -> Any:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 (aiosmtpd)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if replies := self.refuse.get(address):
            return replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd)
        while self.meanwhile:
            self.meanwhile.pop(0)()
        (address,) = envelope.rcpt_tos
        if replies := self.answer.get(address):
            reply = replies.pop(0)
            if reply == "drop":
                server.transport.abort()
                return "421 gone"
            return reply
        self.raw.append(envelope.original_content)
        self.to.append(address)
        self.senders.append(envelope.mail_from)
        return f"250 2.0.0 queued as {len(self.raw)}"


@pytest.fixture
def post() -> Iterator[Post]:
    sink = Post()
    # The server looks at all that its handler has, for each connection: `mails` would read every mail anew.
    hooks = {name: getattr(sink, name) for name in dir(Post) if name.startswith("handle_")}
    server = MailServer(SimpleNamespace(**hooks))
    sink.port = server.port
    server.start()
    yield sink
    server.stop()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Nobody listens there, and nobody can while the test lasts: it is taken."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


@pytest.fixture
def use_server(app: Flask) -> Callable[[Smtp], None]:
    """Give the application a mail server, as its settings would."""

    def use(smtp: Smtp) -> None:
        _set_server(app, smtp)

    return use


@pytest.fixture
def set_server() -> Callable[[Flask, Smtp], None]:
    """The same for an application that a test made itself."""
    return _set_server


def _set_server(app: Flask, smtp: Smtp) -> None:
    app.config["TRACKER"] = dataclasses.replace(
        app.config["TRACKER"], smtp=smtp, base_url="https://dondoc.sonthanh.example"
    )
    app.config.update(
        MAIL_SERVER=smtp.host,
        MAIL_PORT=smtp.port,
        MAIL_USERNAME=smtp.user or None,
        MAIL_PASSWORD=smtp.password or None,
        MAIL_USE_TLS=smtp.tls == "starttls",
        MAIL_USE_SSL=smtp.tls == "ssl",
    )
    mail.init(app)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes the call and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        yield int(listener.getsockname()[1])


class Desk:
    """Puts published work into the world of the tests, without going through the services."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.plans: dict[str, tuple[int, int]] = {}

    def give(
        self,
        title: str,
        due: date | None,
        *,
        unit: str = "tan_lap",
        plan: str = "12/KH-UBND",
        urged_from: date = date(2026, 1, 5),
        state: str = "open",
        plan_state: str = "published",
        soft: bool = False,
        period: str = "once",
    ) -> int:
        """An assignment of a unit; returns its id."""
        now = datetime(2026, 1, 5, tzinfo=UTC)
        plan_id, version_id = self._plan(plan, plan_state, now)
        task = Task(plan_id=plan_id, created_at=now)
        task.timings.append(Timing(ordinal=1, due=due, soft=soft))
        db.session.add(task)
        db.session.flush()
        db.session.add(
            TaskVersion(
                task_id=task.id, plan_version_id=version_id, position=task.id, kind="task", title=title
            )
        )
        holder = getattr(self.world, unit)
        work = Assignment(
            committee_id=self.world.committee,
            plan_id=plan_id,
            task_id=task.id,
            timing_id=task.timings[0].id,
            unit_id=holder,
            holder_id=holder,
            period=period,
            due_on=due,
            first_due_on=due,
            state=state,
            urged_from=urged_from,
            changed_at=now,
        )
        db.session.add(work)
        db.session.flush()
        work_id = work.id
        db.session.commit()
        return work_id

    def _plan(self, number: str, state: str, now: datetime) -> tuple[int, int]:
        if number not in self.plans:
            plan = Plan(
                committee_id=self.world.committee,
                coordinator_id=self.world.justice,
                created_by_id=self.world.people["coordinator"],
                created_at=now,
            )
            plan.versions.append(PlanVersion(ordinal=1, state=state, number=number, created_at=now))
            db.session.add(plan)
            db.session.flush()
            self.plans[number] = (plan.id, plan.versions[0].id)
        return self.plans[number]

    def change(self, assignment_id: int, **values: Any) -> None:
        db.session.rollback()
        work = db.session.get(Assignment, assignment_id)
        assert work is not None
        for name, value in values.items():
            setattr(work, name, value)
        db.session.commit()

    def letters(self, state: str | None = None) -> list[Letter]:
        db.session.rollback()  # what the sweep wrote is seen by a new transaction only
        query = db.select(Letter).order_by(Letter.id)
        return list(db.session.scalars(query if state is None else query.where(Letter.state == state)))


@pytest.fixture
def desk(world: Any) -> Desk:
    return Desk(world)
