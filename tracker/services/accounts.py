"""Signing in and passwords: who somebody is, and how they prove it.

Passwords are kept as argon2 hashes. Too many refused tries for one address or one account close the door for
a while; the count is in the database, so that it holds for all processes.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import delete, func, or_, select, update

from tracker import access
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services.record import record
from tracker.store.engine import transaction, write_unless_busy
from tracker.store.models import LoginFailure, Person, Role
from tracker.store.queries import units as find

SHORTEST_PASSWORD = 10
TRIES = 8
WINDOW = timedelta(minutes=15)
LINK_DAYS = 3
_HASHING_AT_ONCE = threading.Semaphore(2)  # 64 MiB each

_HASHERS = {
    "normal": PasswordHasher(),
    "low": PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),  # for tests
}


def hash_password(password: str, cost: str = "normal") -> str:
    """The argon2 hash of a password."""
    with _HASHING_AT_ONCE:
        return _HASHERS[cost].hash(password)


@cache
def _nobody(cost: str) -> str:
    """A hash that no password matches, for strangers."""
    return hash_password(secrets.token_urlsafe(), cost)


def _matches(stored: str, password: str, cost: str) -> bool:
    try:
        with _HASHING_AT_ONCE:
            return _HASHERS[cost].verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def sign_in(email: str, password: str, address: str, *, at: datetime, cost: str = "normal") -> Actor:
    """The actor whose e-mail and password these are. Raises `Refused`, with the same words whatever is wrong."""
    email = email.strip().casefold()
    keys = (f"email:{email[:254]}", f"address:{address}")
    _count_try(keys, at)
    person = db.session.scalar(select(Person).where(Person.email == email))
    # A stranger costs as much time as a known person, so that time tells nothing.
    stored = person.password_hash if person and person.password_hash else _nobody(cost)
    if not _matches(stored, password, cost) or person is None or not person.active:
        raise Refused("Thư điện tử hoặc mật khẩu chưa đúng. Xin kiểm tra và nhập lại.", code="sign-in")
    person_id = person.id
    with transaction(db.session):
        # What was right does not count against the address either.
        db.session.execute(delete(LoginFailure).where(LoginFailure.key == keys[0]))
        db.session.execute(delete(LoginFailure).where(LoginFailure.key == keys[1], LoginFailure.at == at))
        record(
            db.session,
            Actor(person_id, ""),
            "signed-in",
            thing="person",
            thing_id=person_id,
            committee_id=None,
            at=at,
        )
    actor = actor_of(person_id, at=at)
    assert actor is not None
    return actor


def _count_try(keys: tuple[str, ...], at: datetime) -> None:
    """Count this try before anything is verified, so that many at once are no way around. Raises `Refused`."""
    with transaction(db.session):
        db.session.execute(delete(LoginFailure).where(LoginFailure.at < at - WINDOW))
        db.session.add_all(LoginFailure(key=key, at=at) for key in keys)
    counts = db.session.execute(
        select(LoginFailure.key, func.count())
        .where(LoginFailure.key.in_(keys), LoginFailure.at > at - WINDOW)
        .group_by(LoginFailure.key)
    )
    # Many people may share one office address; it gets more room than one account.
    if any(count > (TRIES if key.startswith("email:") else TRIES * 5) for key, count in counts):
        raise Refused("Đã nhập sai nhiều lần. Xin thử lại sau 15 phút.", code="too-many-tries")


def epoch_of(person_id: int) -> int | None:
    """The number that a session must carry to be alive; None when the person may not log in."""
    person = db.session.get(Person, person_id)
    return person.session_epoch if person and person.active else None


def actor_of(person_id: int, *, at: datetime, epoch: int | None = None) -> Actor | None:
    """The person with the grants that hold today; None where the session's epoch is over."""
    person = db.session.get(Person, person_id)
    if person is None or not person.active or (epoch is not None and epoch != person.session_epoch):
        return None
    return Actor(person.id, person.name, find.grants(db.session, person.id, vietnam_day(at)))


def note_seen(actor: Actor, *, at: datetime) -> bool:
    """The actor has looked at a page today: one statement, which changes nothing where that is known. False where
    it could not be written without waiting."""
    access.need(actor, "self.change", Thing(person_id=actor.id))
    today = vietnam_day(at)
    fresh = or_(Person.seen_on.is_(None), Person.seen_on < today)
    noted = update(Person).where(Person.id == actor.id, fresh).values(seen_on=today)
    return write_unless_busy(db.session, noted)


def change_password(actor: Actor, old: str, new: str, *, at: datetime, cost: str = "normal") -> None:
    """A new password for oneself; every other session ends."""
    access.need(actor, "self.change", Thing(person_id=actor.id))
    _count_try((f"email:{_person(actor.id).email}",), at)
    person = _person(actor.id)
    if not _matches(person.password_hash, old, cost):
        raise Invalid("Mật khẩu hiện tại chưa đúng. Xin nhập lại.", code="old-password")
    _set(actor, person, new, at, cost)


def sign_out(actor: Actor, *, at: datetime) -> None:
    """End every session of the actor, also a copied one."""
    access.need(actor, "self.change", Thing(person_id=actor.id))
    with transaction(db.session):
        person = _person(actor.id)
        person.session_epoch += 1
        record(db.session, actor, "signed-out", thing="person", thing_id=person.id, committee_id=None, at=at)


def password_link(actor: Actor, person_id: int, *, secret: str, at: datetime) -> str:
    """A token for a page on which that person sets a password: once, within three days."""
    person = _person(person_id)
    committees = db.session.scalars(select(Role.committee_id).where(Role.person_id == person_id)).all()
    # Whoever sets a password gets all that the person may: the right is needed wherever they hold a role,
    # and a role without a committee (admin) is nobody's to give away.
    for committee_id in committees or [None]:
        access.need(actor, "people.invite", Thing(committee_id))
    with transaction(db.session):
        record(
            db.session,
            actor,
            "invited",
            thing="person",
            thing_id=person_id,
            committee_id=committees[0],
            at=at,
        )
    return _signer(secret).dumps([person.id, _stamp(person)])


def person_of_link(token: str, *, secret: str) -> Person:
    """Whose password the token may set. Raises `NotFound` for a used, old or foreign one."""
    gone = NotFound("Liên kết đã dùng hoặc đã quá 3 ngày. Xin đề nghị người quản lý cấp liên kết mới.")
    try:
        person_id, stamp = _signer(secret).loads(token, max_age=LINK_DAYS * 86_400)
    except (BadData, ValueError):
        raise gone from None
    person = db.session.get(Person, person_id)
    if person is None or not person.active or stamp != _stamp(person):
        raise gone
    return person


def set_password(token: str, new: str, *, secret: str, at: datetime, cost: str = "normal") -> str:
    """Set the password that the link is for; returns the e-mail to log in with."""
    person = person_of_link(token, secret=secret)
    access.need(Actor(person.id, person.name), "self.change", Thing(person_id=person.id))
    _set(Actor(person.id, person.name), person, new, at, cost)
    return _person(person.id).email


def _set(actor: Actor, person: Person, new: str, at: datetime, cost: str) -> None:
    if len(new) < SHORTEST_PASSWORD:
        raise Invalid(f"Mật khẩu mới cần ít nhất {SHORTEST_PASSWORD} ký tự.", code="short-password")
    person_id, hashed = person.id, hash_password(new, cost)
    with transaction(db.session):
        person = _person(person_id)
        person.password_hash = hashed
        person.session_epoch += 1
        record(
            db.session,
            actor,
            "changed-password",
            thing="person",
            thing_id=person_id,
            committee_id=None,
            at=at,
        )


def _person(person_id: int | None) -> Person:
    person = db.session.get(Person, person_id) if person_id is not None else None
    if person is None:
        raise NotFound("Không tìm thấy người dùng này.")
    return person


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="set-password")


def _stamp(person: Person) -> str:
    """Changes when the password does, so that a link works once."""
    return hashlib.sha256(f"{person.session_epoch}:{person.password_hash}".encode()).hexdigest()[:16]
