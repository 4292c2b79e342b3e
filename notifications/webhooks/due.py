"""What a committee's webhook is owed: on a working morning one message with all that its people were told since the
last one. Its text is whole when it is written; retries send the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from notifications.mailing import MAILING
from notifications.phrases import _
from notifications.quiet import asleep
from notifications.webhooks.body import body
from tracker.clock import at_vietnam, vietnam_day, vietnam_time
from tracker.letters import Kind
from tracker.services.webhooks import add_message
from tracker.sheets.words import plain_day
from tracker.store.engine import AnySession, transaction
from tracker.store.models import Committee, Webhook
from tracker.store.queries import hooks as find
from tracker.store.queries import letter_rows

log = logging.getLogger(__name__)
LOOKS_BACK = timedelta(days=14)


def write_hooks(session: AnySession, at: datetime, base_url: str) -> int:
    """Write the messages of this morning that are not written yet; returns how many. After the letters: what those
    tell is what a webhook is told."""
    if vietnam_time(at).time() < MAILING.digest_from:
        return 0
    owing = find.without_message(session, Kind.HOOK, vietnam_day(at))
    if not owing:
        return 0
    sleeping = asleep(session, at)
    return sum(_write(session, hook, at, base_url) for hook in owing if hook.committee_id not in sleeping)


def _write(session: AnySession, hook: Webhook, at: datetime, base_url: str) -> int:
    today = vietnam_day(at)
    committee = session.get(Committee, hook.committee_id)
    since = find.last_written(session, hook.committee_id, Kind.HOOK) or at_vietnam(today)
    steps = find.steps_since(session, hook.committee_id, max(since, at - LOOKS_BACK))
    works = letter_rows.works(session, _ids(steps), today)
    text = body(hook.committee_id, committee.name if committee else "", today, steps, works, base_url)
    if not text:
        return 0
    hook_id, key = hook.id, find.key(Kind.HOOK, hook.committee_id, today)
    try:
        with transaction(session):
            still = session.get(Webhook, hook_id, populate_existing=True)
            if still is None:
                return 0
            add_message(session, still, key, _("Việc được nhắc ngày %(day)s", day=plain_day(today)), text, at)
    except IntegrityError:  # another sweep was first
        log.info("message %s is written already", key)
        return 0
    return 1


def _ids(steps: Iterable[tuple[int, str, object]]) -> set[int]:
    return {work_id for work_id, _step, _on in steps}
