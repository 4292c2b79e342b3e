"""A unit's secret calendar address: shown to the unit, renewed when it has got into wrong hands, and read.

The token is derived from the installation's secret and never stored; the database keeps its digest. Reading
asks for no person: whoever has the address may read, that is what it is for.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from tracker import signatures
from tracker.access import Actor, Thing, need
from tracker.clock import vietnam_day
from tracker.errors import NotFound, Refused
from tracker.extensions import db
from tracker.services.record import record_unit
from tracker.store.engine import transaction
from tracker.store.models import Feed, Unit
from tracker.store.queries import feeds as find
from tracker.store.queries import units
from tracker.store.queries.feeds import FeedRows

TOKEN_LENGTH = 32
FETCH_NOTED_EVERY = timedelta(
    hours=1
)  # calendars ask often; one write an hour is enough to know that it is used


def feed_url_token(actor: Actor, unit_id: int, *, secret: str, at: datetime) -> str:
    """The token of the unit's calendar; the first time, the calendar is made."""
    _need(actor, "feed.see", unit_id)
    known = _known_token(unit_id, secret)
    if known:
        return known
    with transaction(db.session):
        unit = _living(unit_id, at)
        known = _known_token(unit_id, secret)  # somebody else may have been first
        if known:
            return known
        # After a change of the secret, addresses that were given out before go on working until renewed.
        token = _new_token(unit, secret, at)
        record_unit(db.session, actor, "feed-created", unit, at)
        return token


def renew(actor: Actor, unit_id: int, *, secret: str, at: datetime) -> str:
    """A new address; every older one of the unit is dead from now on."""
    with transaction(db.session):
        return renew_within(actor, unit_id, secret=secret, at=at)


def renew_within(actor: Actor, unit_id: int, *, secret: str, at: datetime) -> str:
    """The same as a part of a deed that has its own transaction."""
    _need(actor, "feed.renew", unit_id)
    unit = _living(unit_id, at)
    for feed in find.live_feeds(db.session, unit_id):
        feed.revoked_at = at
    token = _new_token(unit, secret, at)
    record_unit(db.session, actor, "feed-renewed", unit, at)
    return token


def feed_of(token: str, *, at: datetime) -> FeedRows | None:
    """What the calendar at this address shows; None for a wrong or dead one."""
    feed = find.live_feed(db.session, token)
    if feed is None:
        return None
    unit_id = feed.unit_id
    if feed.fetched_at is None or at - feed.fetched_at >= FETCH_NOTED_EVERY:
        with transaction(db.session):
            fetched = db.session.get(Feed, feed.id)
            if fetched is not None:
                fetched.fetched_at = at
    return find.feed_rows(db.session, unit_id, vietnam_day(at))


def _need(actor: Actor, deed: str, unit_id: int) -> None:
    unit = db.session.get(Unit, unit_id)
    thing = Thing(unit.committee_id, unit_ids=frozenset({unit_id})) if unit else Thing()
    need(actor, deed, thing)


def _locked(unit_id: int) -> Unit:
    """Two people who open the page at once get one address."""
    unit = db.session.get(Unit, unit_id, with_for_update=True)
    if unit is None:
        raise NotFound("Không có đơn vị này. Xin chọn lại trong danh sách đơn vị.")
    return unit


def _living(unit_id: int, at: datetime) -> Unit:
    """Locked; a unit that is over has no calendar, its successor has."""
    unit = _locked(unit_id)
    if units.successors(db.session, [unit_id], vietnam_day(at)):
        raise Refused("Đơn vị này không còn hoạt động. Xin dùng lịch của đơn vị kế thừa.", code="unit-over")
    return unit


def _known_token(unit_id: int, secret: str) -> str | None:
    for feed in reversed(find.live_feeds(db.session, unit_id)):
        token = _token(feed, secret)
        if hmac.compare_digest(find.digest(token), feed.token_digest):
            return token
    return None


def _new_token(unit: Unit, secret: str, at: datetime) -> str:
    nonce = secrets.token_urlsafe(24)
    feed = Feed(unit_id=unit.id, nonce=nonce, token_digest=find.digest(nonce), created_at=at)
    db.session.add(feed)
    db.session.flush()  # the token is made with the id
    token = _token(feed, secret)
    feed.token_digest = find.digest(token)
    return token


def _token(feed: Feed, secret: str) -> str:
    return signatures.token(secret, f"feed:{feed.id}:{feed.nonce}", TOKEN_LENGTH)
