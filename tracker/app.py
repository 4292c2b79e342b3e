"""Wiring: settings and a clock become a Flask application with every door on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from flask import Flask, abort, current_app, request
from sqlalchemy.engine import make_url
from werkzeug.routing import IntegerConverter, Map

import tracker.store.models  # noqa: F401 (registers every table)
from notifications.delivery import mail
from notifications.forecast import forecast
from tracker.clock import Clock, TrialClock, system_clock
from tracker.extensions import babel, bootstrap, csrf, db, login_manager, migrate
from tracker.feeds import routes
from tracker.settings import Settings
from tracker.store import engine
from tracker.store.queries import sweeps
from tracker.store.queries.foreseen import Forecast
from tracker.web import (
    account,
    asking,
    auth,
    calendar,
    channels,
    chat,
    context,
    dashboard,
    files,
    following,
    forecasts,
    groups,
    guard,
    home,
    ladders,
    mail_links,
    outbox,
    people,
    periods,
    plans,
    proof,
    reorganising,
    report_dates,
    review,
    rosters,
    staffing,
    tasks,
    units,
    unread,
    work,
)

DOORS = (
    home,
    auth,
    account,
    work,
    asking,
    following,
    proof,
    plans,
    tasks,
    periods,
    review,
    dashboard,
    unread,
    chat,
    units,
    reorganising,
    groups,
    rosters,
    people,
    staffing,
    outbox,
    channels,
    mail_links,
    calendar,
    report_dates,
    ladders,
    forecasts,
    files,
    routes,
)
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """The application. `clock` overrides the one that the settings call for."""
    app = Flask(
        "tracker",
        instance_path=str(settings.instance),
        template_folder="web/templates",
        static_folder="web/static",
    )
    app.url_map.converters["int"] = Id
    app.config.update(_flask_config(settings))
    app.config["TRACKER"] = settings
    app.extensions["clock"] = clock or _clock(settings)
    app.extensions["forecast"] = partial(_foresee, settings)  # doors do not import one another
    app.extensions["started"] = app.extensions["clock"]()
    _bind_database(app)
    for extension in (login_manager, csrf, babel, bootstrap):
        extension.init_app(app)
    for part in (guard, context, mail):
        part.init(app)
    for door in DOORS:
        app.register_blueprint(door.blueprint)
    app.add_url_rule("/healthz", "health", health)
    app.before_request(refuse_nul)
    return app


class Id(IntegerConverter):
    """A row's id in an address: what no database can hold is no page."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def _foresee(settings: Settings, plan_id: int, at: datetime, until: date) -> Forecast:
    """The mails of a plan for its page, without their subjects: these take most of the time."""
    return forecast(db.session, at, settings, until=until, plan_id=plan_id, subjects=False)


def refuse_nul() -> None:
    """No text of ours holds a NUL, and PostgreSQL takes none."""
    lists = (*request.args.listvalues(), *request.form.listvalues())
    if any("\x00" in value for values in lists for value in values):
        abort(400)


def _clock(settings: Settings) -> Clock:
    return TrialClock(settings.now) if settings.now else system_clock


def _bind_database(app: Flask) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    with app.app_context():
        engine.configure(db.engine)


def _flask_config(settings: Settings) -> dict[str, object]:
    smtp = settings.smtp
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": _database_uri(settings),
        "MAX_CONTENT_LENGTH": settings.upload_bytes + 1024 * 1024,  # the form around the file
        "MAX_FORM_PARTS": 5_000,
        "SESSION_COOKIE_NAME": "dondoc",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session itself
        "BABEL_DEFAULT_LOCALE": "vi",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        "BOOTSTRAP_SERVE_LOCAL": True,
        "MAIL_SERVER": smtp.host,
        "MAIL_PORT": smtp.port,
        "MAIL_USERNAME": smtp.user or None,
        "MAIL_PASSWORD": smtp.password or None,
        "MAIL_USE_TLS": smtp.tls == "starttls",
        "MAIL_USE_SSL": smtp.tls == "ssl",
        "MAIL_DEFAULT_SENDER": smtp.sender or None,
    }


def _database_uri(settings: Settings) -> str:
    """psycopg 3 is meant by a plain postgresql address; a SQLite file gets its folder."""
    url = make_url(settings.database_url)
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername.startswith("sqlite") and url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return url.render_as_string(hide_password=False)


def health() -> tuple[dict[str, object], int]:
    """For whoever watches the service: the database answers, and how the sweep is doing; 503 where it is late. Open to
    everybody, so it says no names and no words of errors."""
    settings: Settings = current_app.config["TRACKER"]
    at, since = current_app.extensions["clock"](), current_app.extensions["started"]
    pulse = sweeps.pulse(db.session, at, settings.sweep_seconds, since)
    unsent, dead = sweeps.left(db.session)
    said: dict[str, object] = {
        "status": "late" if pulse.overdue else "ok",
        "sweep": pulse.state,
        "sweep_ended_at": pulse.ended_at.isoformat() if pulse.ended_at else None,
        "sweep_age_seconds": pulse.age,
        "sweep_pace_seconds": pulse.pace,
        "sweep_well": not pulse.error,
        "sweep_error": pulse.error,
        "unsent": unsent,
        "dead": dead,
    }
    return said, 503 if pulse.overdue else 200
