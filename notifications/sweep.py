"""One sweep: collect what is owed, deliver what waits, write down that it ran. Never raises."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from flask import Flask
from sqlalchemy import delete

from notifications import alarm, alive
from notifications.collect import Collected, collect
from notifications.delivery import outbox
from notifications.delivery.deliver import Delivered, deliver
from notifications.mailing import MAILING
from notifications.returned import bounces
from notifications.webhooks.due import write_hooks
from tracker.access import OPERATOR
from tracker.clock import at_vietnam, vietnam_day
from tracker.extensions import db
from tracker.services import rolling
from tracker.services import waiting as waits
from tracker.settings import Settings
from tracker.store.engine import transaction
from tracker.store.models import SweepRun
from tracker.store.queries import notices, sweeps

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class SweepResult:
    """What one sweep did. `waiting` letters are in the outbox, `error` is empty when all went well."""

    collected: int = 0
    sent: int = 0
    failed: int = 0
    withdrawn: int = 0
    waiting: int = 0
    server_set: bool = False
    error: str = ""


def new_token() -> str:
    """A name for this process's claims."""
    return secrets.token_hex(16)


def sweep(app: Flask, at: datetime | None = None, *, token: str | None = None) -> SweepResult:
    """Run once at `at` (the application's clock when not given). What dead processes had claimed is given back
    first; any number of sweeps may run at once."""
    settings: Settings = app.config["TRACKER"]
    token = token or new_token()
    errors: list[str] = []
    with app.app_context():
        moment = at or app.extensions["clock"]()
        _try(_free_claims, 0, errors)
        _try(lambda: waits.end_overdue(OPERATOR, at=moment), 0, errors)
        _try(lambda: _extend_cycles(moment), 0, errors)
        collected = _try(lambda: collect(db.session, moment), Collected(), errors)
        hooks = _try(lambda: write_hooks(db.session, moment, settings.base_url), 0, errors)
        delivered = _try(lambda: deliver(db.session, settings, token, moment), Delivered(), errors)
        mailbox = _try(lambda: bounces.read_now_and_then(app, moment), "", errors)
        waiting = _try(lambda: sweeps.left(db.session)[0], 0, errors)
        errors += [*collected.errors, *delivered.errors, *([mailbox] if mailbox else [])]
        result = SweepResult(
            collected=collected.letters + hooks,
            sent=delivered.sent,
            failed=delivered.failed,
            withdrawn=delivered.withdrawn,
            waiting=waiting,
            server_set=settings.smtp.ready,
            error="\n".join(errors),
        )
        ended = moment if at else app.extensions["clock"]()
        run_id = _try(lambda: _write_down(result, moment, ended), None, [])
        if run_id is not None and not result.error:
            _try(lambda: alarm.report(settings.alarm_url, run_id, moment), None, [])
    return result


def _free_claims() -> int:
    return outbox.free_claims(db.session, alive.dead(db.session, outbox.claimants(db.session)))


def _extend_cycles(at: datetime) -> int:
    """Once a day cycles without an end get their next occurrences."""
    midnight = at_vietnam(vietnam_day(at))
    if notices.swept_since(db.session, midnight):
        return 0
    return rolling.extend_cycles(OPERATOR, at=at)


def _try(step: Callable[[], T], otherwise: T, errors: list[str]) -> T:
    """A step that fails is told, and the next one still runs."""
    try:
        return step()
    except Exception as error:
        log.exception("sweep")
        errors.append(repr(error))
        return otherwise
    finally:
        _let_go()


def _let_go() -> None:
    try:
        db.session.rollback()
    except Exception:
        log.exception("sweep: rollback")
        db.session.remove()


def _write_down(result: SweepResult, started: datetime, ended: datetime) -> int | None:
    """The id of the run's row."""
    with transaction(db.session):
        run = SweepRun(
            started_at=started,
            ended_at=ended,
            collected=result.collected,
            sent=result.sent,
            failed=result.failed,
            error=result.error,
        )
        db.session.add(run)
        db.session.flush()
        run_id = run.id
        old = started - timedelta(days=MAILING.sweep_days)
        db.session.execute(
            delete(SweepRun).where(SweepRun.started_at < old).execution_options(synchronize_session=False)
        )
    return run_id
