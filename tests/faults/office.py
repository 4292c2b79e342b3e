"""A generated committee with work that is due, in a database of its own: SQLite, or a PostgreSQL in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import create_engine, insert, text
from sqlalchemy.engine import make_url

from tracker.app import create_app
from tracker.clock import Clock
from tracker.extensions import db
from tracker.settings import Settings, Smtp
from tracker.store.engine import transaction
from tracker.store.models import (
    Assignment,
    Committee,
    Person,
    Plan,
    PlanVersion,
    Role,
    Task,
    TaskVersion,
    Timing,
    Unit,
    UnitVersion,
)

BEFORE = datetime(2026, 1, 5, tzinfo=UTC)
NEW_SINCE = timedelta(days=8)  # so long before the rest is due, the new work was published
NEW_FOR = timedelta(days=60)  # so much later it is due
SECRET = "khoa-chi-de-thu-nghiem-khong-dung-that"
SENDER = "dondoc@sonthanh.example"


@dataclass(frozen=True)
class Size:
    """Units, people of each, and pieces of work of each that are due. The first `new` units have one more, which
    was published the day before the first step and is told at once."""

    units: int
    people: int
    items: int
    new: int = 0

    @property
    def digests(self) -> int:
        return self.units * self.people

    @property
    def mails(self) -> int:
        return self.digests + self.new * self.people

    @property
    def due(self) -> int:
        return self.units * self.items

    def expected(self) -> dict[tuple[str, str], set[int]]:
        """(address, kind of letter) → numbers of the items that it has to tell."""
        digests = {
            (address(unit, person), "digest"): {unit * self.items + item for item in range(self.items)}
            for unit in range(self.units)
            for person in range(self.people)
        }
        at_once = {
            (address(unit, person), "now"): {self.due + unit}
            for unit in range(self.new)
            for person in range(self.people)
        }
        return digests | at_once


def address(unit: int, person: int) -> str:
    return f"donvi{unit}.canbo{person}@sonthanh.example"


@dataclass(frozen=True)
class Place:
    """A database and the folder of the processes that use it."""

    url: str
    folder: Path

    def settings(self, port: int = 0) -> Settings:
        smtp = Smtp("127.0.0.1", port, sender=SENDER, timeout=20) if port else Smtp()
        return Settings(
            instance=self.folder,
            database_url=self.url,
            secret_key=SECRET,
            base_url="https://dondoc.sonthanh.example",
            smtp=smtp,
        )

    def environment(self, port: int, now: datetime) -> dict[str, str]:
        """The same for a process."""
        return {
            "TRACKER_INSTANCE": str(self.folder),
            "TRACKER_DATABASE_URL": self.url,
            "TRACKER_SECRET_KEY": SECRET,
            "TRACKER_BASE_URL": "https://dondoc.sonthanh.example",
            "TRACKER_SMTP_HOST": "127.0.0.1",
            "TRACKER_SMTP_PORT": str(port),
            "TRACKER_MAIL_FROM": SENDER,
            "TRACKER_NOW": now.isoformat(),
        }

    @contextmanager
    def app(self, clock: Clock | None = None, port: int = 0) -> Iterator[Flask]:
        app = create_app(self.settings(port), clock)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


class Databases:
    """Migrated and filled once a kind and size; every scenario has a copy."""

    def __init__(self, folder: Path, postgres: str = "") -> None:
        self._folder = folder
        self._postgres = postgres
        self._made: dict[tuple[str, Size, date], Place] = {}
        self._copies = 0

    @property
    def kinds(self) -> tuple[str, ...]:
        return ("SQLite", "PostgreSQL") if self._postgres else ("SQLite",)

    def fresh(self, kind: str, size: Size, due: date) -> Place:
        """A database with so much work that is due on a day."""
        known = self._made.get((kind, size, due))
        if known is None:
            known = self._new(kind)
            with known.app():
                flask_migrate.upgrade()
                fill(size, due)
                _settled()
            self._made[kind, size, due] = known
        return self._new(kind, known)

    def _new(self, kind: str, source: Place | None = None) -> Place:
        self._copies += 1
        folder = self._folder / f"{kind.lower()}-{self._copies}"
        folder.mkdir()
        if kind == "SQLite":
            if source is not None:
                shutil.copy(source.folder / "tracker.db", folder / "tracker.db")
            return Place(f"sqlite:///{folder / 'tracker.db'}", folder)
        name = f"faults_{self._copies}"
        here = make_url(self._postgres).set(drivername="postgresql+psycopg", database="postgres")
        template = f" template {make_url(source.url).database}" if source else ""
        engine = create_engine(here, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"create database {name}{template}"))
        engine.dispose()
        return Place(here.set(database=name).render_as_string(hide_password=False), folder)


def _settled() -> None:
    """All of it in the one file that is copied."""
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    else:
        with db.engine.connect() as connection:
            connection.execute(text("analyze"))
            connection.commit()


def fill(size: Size, due: date) -> None:
    """The committee, its units and people, one published plan, and every unit's work."""
    with transaction(db.session):
        committee = Committee(name="UBND huyện Sơn Thanh", short_name="Sơn Thanh", created_at=BEFORE)
        db.session.add(committee)
        db.session.flush()
        units = rows(
            Unit,
            [
                {"committee_id": committee.id, "code": f"U{n}", "created_at": BEFORE}
                for n in range(size.units + 1)
            ],
        )
        rows(UnitVersion, [_name(unit_id, n) for n, unit_id in enumerate(units)])
        people = rows(Person, [_person(n, m) for n in range(size.units) for m in range(size.people)])
        roles = [
            {"person_id": person, "role": "officer", "committee_id": committee.id, "unit_id": unit}
            for person, unit in zip(people, (u for u in units[:-1] for _m in range(size.people)), strict=True)
        ]
        rows(Role, roles)
        _work(committee.id, units, people[0], size, due)


def _name(unit_id: int, n: int) -> dict[str, Any]:
    return {"unit_id": unit_id, "ordinal": 1, "name": f"UBND xã Tân Lập {n}", "kind": "commune"}


def _person(unit: int, number: int) -> dict[str, Any]:
    name = f"Cán bộ {number} đơn vị {unit}"
    return {"name": name, "email": address(unit, number), "created_at": BEFORE}


def _work(committee_id: int, units: list[int], author: int, size: Size, due: date) -> None:
    plan = Plan(committee_id=committee_id, coordinator_id=units[-1], created_by_id=author, created_at=BEFORE)
    plan.versions.append(PlanVersion(ordinal=1, state="published", number="12/KH-UBND", created_at=BEFORE))
    db.session.add(plan)
    db.session.flush()
    version_id = plan.versions[0].id
    holders = [unit for unit in units[:-1] for _n in range(size.items)]
    _assignments(committee_id, plan.id, version_id, holders, due)
    new = {"first": size.due, "published_on": due - NEW_SINCE}
    _assignments(committee_id, plan.id, version_id, units[: size.new], due + NEW_FOR, **new)


def _assignments(
    committee_id: int,
    plan_id: int,
    version_id: int,
    holders: list[int],
    due: date,
    *,
    first: int = 0,
    published_on: date | None = None,
) -> None:
    """A task for each holder, numbered from `first` on."""
    if not holders:
        return
    tasks = rows(Task, [{"plan_id": plan_id, "created_at": BEFORE} for _holder in holders])
    timings = rows(Timing, [{"task_id": task, "ordinal": 1, "due": due} for task in tasks])
    common = {"plan_version_id": version_id, "kind": "task"}
    words = [
        {"task_id": task, "position": n, "title": f"Việc số {n}", **common}
        for n, task in enumerate(tasks, first)
    ]
    rows(TaskVersion, words)
    same = {
        "committee_id": committee_id,
        "plan_id": plan_id,
        "period": "once",
        "due_on": due,
        "first_due_on": due,
        "published_on": published_on,
        "state": "open",
        "urged_from": BEFORE.date(),
        "changed_at": BEFORE,
    }
    rows(
        Assignment,
        [
            {"task_id": task, "timing_id": timing, "unit_id": holder, "holder_id": holder, **same}
            for task, timing, holder in zip(tasks, timings, holders, strict=True)
        ],
    )


def rows(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Write them; their ids in the order of the rows."""
    found = db.session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), rows)
    return list(found)
