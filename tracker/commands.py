"""Commands that need the application: serve it, set it up, import rosters, run the sweep once.

Each opens the application from the environment and calls one service; words for people go to standard error.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
import flask_migrate
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from waitress.server import create_server

from notifications import doctor, forecast_words, schedule
from notifications.commands import tick_once, told
from notifications.doctor.findings import WRONG, House
from notifications.forecast import forecast
from notifications.returned import bounces
from tracker import demo, settings, unit_commands
from tracker.access import OPERATOR, Actor
from tracker.app import create_app
from tracker.clock import vietnam_day
from tracker.deadlines.wording import plain_day
from tracker.errors import TrackerError
from tracker.extensions import db
from tracker.services import accounts, rosters
from tracker.sheets.rosters import MEDIA_TYPES, roster_bytes, told_entry
from tracker.store.models import Committee, Person
from tracker.store.queries.plans import published_of
from tracker.units.ready_made import filled
from tracker.units.roster import GROUPS, PEOPLE, UNITS

HOST = "127.0.0.1"
THREADS = 8


@contextmanager
def _application(port: int = 8000) -> Iterator[Flask]:
    """The application with its context; a refusal ends the command with its words."""
    app = create_app(settings.load(port=port))
    try:
        with app.app_context():
            yield app
    except TrackerError as error:
        raise click.ClickException(error.message) from None
    finally:
        with app.app_context():
            db.engine.dispose()


def _upgrade() -> None:
    """Migrate without the migration tool's own chatter."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    flask_migrate.upgrade()


@click.command("serve")
@click.option("--host", default=HOST, show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port to listen on.")
@click.option("--migrate", is_flag=True, help="Bring the database up to date first.")
@click.option("--sample", is_flag=True, help="Load the sample into an empty database.")
def serve_command(host: str, port: int, migrate: bool, sample: bool) -> None:
    """Serve the pages, with the scheduler inside."""
    with _application(port) as app:
        if migrate:
            _upgrade()
        if sample:
            _not_in_production(app)
        if sample and demo.is_empty():
            click.echo("Đang nạp dữ liệu mẫu …", err=True)
            demo.load(app, at=app.extensions["clock"]())
        _greet(app)
        db.session.remove()
    try:
        # One byte is enough to send: a page that tells of progress must not wait in a buffer.
        server = create_server(app, **_server(app, host, port))
    except OSError as error:
        raise click.ClickException(
            f"Cổng {port} đang được dùng ({error.strerror}). Xin chọn cổng khác: PORT=8001 make run"
        ) from None
    schedule.start(app)
    click.echo(f"Đôn Đốc đang chạy tại http://{host}:{port}  (Ctrl+C để dừng)", err=True)
    try:
        server.run()
    finally:
        schedule.stop()


def _server(app: Flask, host: str, port: int) -> dict[str, object]:
    """What waitress is told. Behind a proxy, its word for the visitor's address and scheme is taken."""
    given: dict[str, object] = {"host": host, "port": port, "threads": THREADS, "send_bytes": 1}
    proxy = app.config["TRACKER"].trusted_proxy
    if proxy:
        given |= {
            "trusted_proxy": proxy,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
            "clear_untrusted_proxy_headers": True,
        }
    return given


def _not_in_production(app: Flask) -> None:
    if app.config["TRACKER"].production:
        raise click.ClickException(
            "Dữ liệu mẫu có mật khẩu ai cũng biết nên không được nạp khi TRACKER_ENV=production."
        )


def _greet(app: Flask) -> None:
    """Who can log in to the sample, where the database holds it."""
    sample = demo.sample_of()
    if sample is None:
        return
    click.echo("Dữ liệu mẫu, mọi tài khoản cùng mật khẩu: " + sample.password, err=True)
    for name, email, role in sample.log_ins:
        click.echo(f"  {email:36} {name}, {role}", err=True)


@click.command("demo")
def demo_command() -> None:
    """Load the sample: an invented district with plans under way."""
    with _application() as app:
        _not_in_production(app)
        _upgrade()
        if not demo.is_empty():
            raise click.ClickException("Cơ sở dữ liệu đã có dữ liệu, không nạp mẫu để tránh lẫn lộn.")
        demo.load(app, at=app.extensions["clock"]())
        _greet(app)


@click.command("tick")
def tick_command() -> None:
    """Run the sweep once: decide what is owed today, and send what waits."""
    with _application() as app:
        result = tick_once(app)
    for line in told(result):
        click.echo(line)
    if result.error:
        raise SystemExit(1)


@click.command("bounce")
def bounce_command() -> None:
    """Take in one returned mail from standard input (for a mail server that pipes it here)."""
    raw = sys.stdin.buffer.read(bounces.MOST_BYTES)
    while sys.stdin.buffer.read(bounces.MOST_BYTES):
        """The rest is not needed, but who pipes it would take a closed pipe for a failure."""
    with _application() as app:
        at = app.extensions["clock"]()
        try:
            kind = bounces.take(raw, app.config["TRACKER"], at)
        except SQLAlchemyError as error:
            click.echo(f"Không ghi được vào cơ sở dữ liệu: {error}", err=True)
            raise SystemExit(os.EX_TEMPFAIL) from None  # the mail server keeps the mail and comes again
    click.echo(bounces.TOLD[kind], err=True)


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--to", default="", metavar="ADDRESS", help="Send one test mail there.")
def doctor_command(as_json: bool, to: str) -> None:
    """Say what is wrong with mail, clock, calendar, contacts and the rest; status 1 where something is."""
    with _application() as app:
        examined = doctor.examine(House(app, app.extensions["clock"]()), to)
    if as_json:
        click.echo(json.dumps(doctor.as_json(examined), ensure_ascii=False, indent=2))
    else:
        for line in doctor.told(examined):
            click.echo(line)
    if doctor.worst(examined) == WRONG:
        raise SystemExit(1)


@click.command("forecast")
@click.option("--plan", "plan_id", type=int, metavar="N", help="Only what the mails hold of this plan.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="D", help="The last day; at most a year.")
@click.option("--today", is_flag=True, help="Only what today's sweep would send.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def forecast_command(plan_id: int | None, until: datetime | None, today: bool, as_json: bool) -> None:
    """Say who will get which mail when, if nobody does anything until then; nothing is sent or written."""
    if today == (until is not None):
        raise click.UsageError("Xin chọn một trong hai: --until NGÀY, hoặc --today.")
    with _application() as app:
        at = app.extensions["clock"]()
        if plan_id is not None and not published_of(db.session, [plan_id]):
            raise click.ClickException(f"Không có kế hoạch {plan_id}, hoặc kế hoạch chưa ban hành.")
        last = until.date() if until else vietnam_day(at)
        if last < vietnam_day(at):
            raise click.ClickException(f"Ngày {plain_day(last)} đã qua. Xin chọn từ hôm nay trở đi.")
        found = forecast(db.session, at, app.config["TRACKER"], until=last, plan_id=plan_id)
        if as_json:
            click.echo(json.dumps(forecast_words.as_json(found, plan_id), ensure_ascii=False, indent=2))
        else:
            for line in forecast_words.as_words(found):
                click.echo(line)
    if found.errors:
        raise SystemExit(1)


@click.group("db")
def db_group() -> None:
    """The database."""


@db_group.command("upgrade")
def upgrade_command() -> None:
    """Bring the tables up to date."""
    with _application():
        _upgrade()


@click.group("committee")
def committee_group() -> None:
    """Committees that use this installation."""


@committee_group.command("add")
@click.argument("name")
@click.option("--short", default="", help="Short name.")
@click.option("--place", default="", help="Place name, as it ends the names of units.")
def committee_command(name: str, short: str, place: str) -> None:
    """Set up a committee by its full NAME."""
    with _application() as app:
        rosters.create_committee(OPERATOR, name, short, place, at=app.extensions["clock"]())
    click.echo(f"Đã lập {name}.")


@click.group("units")
def units_group() -> None:
    """Units and groups of a committee."""


@click.group("people")
def people_group() -> None:
    """People and their roles."""


def _committee_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--committee", default="", help="Name of the committee; the only one by default.")(
        command
    )


FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
OUT = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")


@units_group.command("import")
@FILE
@click.option("--groups", is_flag=True, help="The file lists groups, not units.")
@click.option("--place", default="", help="Fills a ready-made list: “huyện Sơn Thanh”.")
@DRY_RUN
@_committee_option
def units_import_command(file: Path, groups: bool, place: str, dry_run: bool, committee: str) -> None:
    """Take units (or groups) from a .csv or .xlsx FILE: all of it, or nothing."""
    _import_roster(file, GROUPS if groups else UNITS, dry_run, committee, place)


@units_group.command("export")
@OUT
@click.option("--groups", is_flag=True, help="Groups, not units.")
@_committee_option
def units_export_command(file: Path, groups: bool, committee: str) -> None:
    """Write the units (or groups) into a .csv or .xlsx FILE that can be taken again."""
    _export_roster(file, rosters.export_groups if groups else rosters.export_units, committee)


@people_group.command("import")
@FILE
@DRY_RUN
@_committee_option
def people_import_command(file: Path, dry_run: bool, committee: str) -> None:
    """Take people and roles from a .csv or .xlsx FILE: all of it, or nothing."""
    _import_roster(file, PEOPLE, dry_run, committee)


@people_group.command("export")
@OUT
@_committee_option
def people_export_command(file: Path, committee: str) -> None:
    """Write people and roles into a .csv or .xlsx FILE that can be taken again."""
    _export_roster(file, rosters.export_people, committee)


def _import_roster(file: Path, kind: str, dry_run: bool, committee: str, place: str = "") -> None:
    with _application() as app:
        data = filled(file.read_text("utf-8-sig"), place) if place else file.read_bytes()
        given = (OPERATOR, _committee(committee), data)
        at = app.extensions["clock"]()
        if dry_run:
            shown = rosters.preview(*given, at=at, kind=kind)
            total = shown.total
            _tell_preview(shown)
        else:
            take = {UNITS: rosters.import_units, GROUPS: rosters.import_groups, PEOPLE: rosters.import_people}
            total = take[kind](*given, at=at)
    click.echo(f"Thêm {total.added}, sửa {total.changed}, giữ nguyên {total.same}.")


def _tell_preview(shown: rosters.Preview) -> None:
    """A line for each line that would change something; errors end the command, one a line."""
    for number, words in shown.errors:
        click.echo(f"Dòng {number}: {words}", err=True)
    if shown.errors:
        raise SystemExit(1)
    for entry in shown.entries:
        for line in told_entry(entry):
            click.echo(line)


def _export_roster(file: Path, gather: Callable[[Actor, int], rosters.Table], committee: str) -> None:
    form = file.suffix.lower().removeprefix(".")
    if form not in MEDIA_TYPES:
        raise click.ClickException("Xin đặt tên tệp kết thúc bằng .xlsx hoặc .csv.")
    with _application():
        table = gather(OPERATOR, _committee(committee))
    file.write_bytes(roster_bytes(table.kind, table.rows, form))
    click.echo(f"Đã ghi {len(table.rows) - 1} dòng vào {file}.", err=True)


@people_group.command("invite")
@click.argument("email")
def invite_command(email: str) -> None:
    """Print a link on which the person with this EMAIL sets a password: once, within three days."""
    with _application() as app:
        person_id = db.session.scalar(select(Person.id).where(Person.email == email.strip().casefold()))
        if person_id is None:
            raise click.ClickException(f"Không có ai dùng thư điện tử {email}.")
        given = app.config["TRACKER"]
        token = accounts.password_link(
            OPERATOR, person_id, secret=given.secret_key, at=app.extensions["clock"]()
        )
    click.echo(f"{given.base_url}/mat-khau/{token}")


def _committee(name: str) -> int:
    """The committee of that name; without a name, the only one."""
    query = select(Committee.id, Committee.name).order_by(Committee.id)
    found = [one for one in db.session.execute(query) if not name or one.name == name]
    if len(found) == 1:
        return int(found[0].id)
    if not found:
        raise click.ClickException("Chưa có cơ quan nào. Xin lập trước: tracker committee add TÊN")
    raise click.ClickException("Có nhiều cơ quan. Xin thêm --committee TÊN.")


def _first_committee(name: str) -> int:
    """The committee of that name; without a name, the first one."""
    first = db.session.scalar(select(Committee.id).order_by(Committee.id))
    return first if first is not None and not name else _committee(name)


unit_commands.hang(units_group, _application, _first_committee)


@click.command("secret")
def secret_command() -> None:
    """Print a new key for TRACKER_SECRET_KEY."""
    click.echo(secrets.token_urlsafe(48))


COMMANDS: tuple[click.Command, ...] = (
    serve_command,
    demo_command,
    tick_command,
    bounce_command,
    doctor_command,
    forecast_command,
    db_group,
    committee_group,
    units_group,
    people_group,
    secret_command,
)
