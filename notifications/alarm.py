"""The dead-man address: a monitor outside hears of each good sweep, and raises the alarm when it hears nothing more.

What the monitor does or fails to do is written down with the run and is never the sweep's own failure.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import datetime, timedelta

from notifications.line_faults import why
from notifications.phrases import _
from notifications.within import Attempt
from tracker.extensions import db
from tracker.store.engine import transaction
from tracker.store.models import SweepRun

SECONDS = 10.0
AT_MOST_EVERY = timedelta(minutes=1)


def report(url: str, run_id: int, at: datetime) -> None:
    """Call the address for a run that ended well, unless it was called within the last minute."""
    if not url or _called_since(at - AT_MOST_EVERY, at):
        return
    answer = call(url)
    with transaction(db.session):
        run = db.session.get(SweepRun, run_id)
        if run is not None:
            run.alarm = answer


def _called_since(since: datetime, until: datetime) -> bool:
    """A run from a clock that was ahead counts for nothing."""
    query = db.select(SweepRun.id).where(
        SweepRun.started_at > since, SweepRun.started_at <= until, SweepRun.alarm != ""
    )
    found = db.session.scalars(query.limit(1)).first() is not None
    db.session.rollback()
    return found


def call(url: str) -> str:
    """The answer in words: `200 OK`, or what went wrong."""
    try:
        return Attempt(lambda: _get(url), "alarm").wait(SECONDS)
    except urllib.error.HTTPError as error:
        with error:
            return f"{error.code} {error.reason}"
    except urllib.error.URLError as error:
        return _("Không gọi được: %(why)s", why=why(_cause(error)))
    except Exception as error:
        return _("Không gọi được: %(why)s", why=why(error))


def _cause(error: urllib.error.URLError) -> Exception:
    return error.reason if isinstance(error.reason, Exception) else error


def _get(url: str) -> str:
    request = urllib.request.Request(url, headers={"User-Agent": "don-doc"})  # noqa: S310 (settings: http or https)
    with urllib.request.urlopen(request, timeout=SECONDS / 2) as response:  # noqa: S310
        return f"{response.status} {response.reason}"
