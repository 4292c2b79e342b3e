"""A committee's webhook: where the day's work is told to as JSON, and the secret that signs what is sent there.

The secret is derived from the installation's and never stored, as the addresses of calendars are; it is shown when it
is made. Nothing is sent to a host that the installation does not allow.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import select, update

from tracker import signatures
from tracker.access import Actor, Thing, need
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.letters import IN_THE_OUTBOX, Channel, Kind, State
from tracker.services.record import record
from tracker.store.engine import AnySession, transaction
from tracker.store.models import Committee, Letter, Person, Webhook

SECRET_LENGTH = 43
FORM = 1  # of messages; rises when a field changes its meaning or goes
SHOWN = 10
USUAL = {"https": 443, "http": 80}


@dataclass(frozen=True)
class SentRow:
    """A message to the webhook and what came of it."""

    day: date
    state: str
    answer: str
    sent_at: datetime | None
    test: bool


@dataclass(frozen=True)
class Shown:
    """The webhook as its page shows it; `url` is empty where there is none."""

    url: str
    changed_by: str
    changed_at: datetime | None
    sent: tuple[SentRow, ...]


def secret_of(session: AnySession, committee_id: int, secret_key: str) -> str | None:
    """What signs messages to the committee's webhook; None where it has none."""
    hook = session.scalar(select(Webhook).where(Webhook.committee_id == committee_id))
    return derived(hook, secret_key) if hook else None


def derived(hook: Webhook, secret_key: str) -> str:
    return signatures.token(secret_key, f"webhook:{hook.id}:{hook.nonce}", SECRET_LENGTH)


def see(actor: Actor, committee_id: int) -> Shown:
    """The webhook and its last messages."""
    need(actor, "channel.see", Thing(committee_id))
    hook = _hook(committee_id)
    sent = db.session.scalars(
        select(Letter)
        .where(Letter.committee_id == committee_id, Letter.channel == Channel.WEBHOOK)
        .order_by(Letter.id.desc())
        .limit(SHOWN)
    )
    rows = tuple(
        SentRow(one.day, one.state, one.answer, one.sent_at, one.key.startswith(f"{Kind.HOOK}-test"))
        for one in sent
    )
    if hook is None:
        return Shown("", "", None, rows)
    by = db.session.get(Person, hook.changed_by_id) if hook.changed_by_id else None
    return Shown(hook.url, by.name if by else "", hook.changed_at, rows)


def set_address(
    actor: Actor, committee_id: int, address: str, *, hosts: Collection[str], secret: str, at: datetime
) -> str | None:
    """Send to this address from now on, also what waits. The new secret where the webhook is new; another address
    keeps the secret."""
    need(actor, "channel.change", Thing(committee_id))
    url = read_address(address, hosts)
    with transaction(db.session):
        db.session.get(Committee, committee_id, with_for_update=True)  # of two managers at once, one makes it
        hook = _hook(committee_id, lock=True)
        before = hook.url if hook else ""
        if before == url:
            return None
        if hook is None:
            hook = Webhook(committee_id=committee_id, nonce=secrets.token_urlsafe(24))
            db.session.add(hook)
        hook.url, hook.changed_by_id, hook.changed_at = url, actor.id, at
        db.session.flush()
        _unsent(committee_id, address=url)
        _note(actor, "webhook-set", hook, at, {"host": _host(before)}, {"host": _host(url)})
        return None if before else derived(hook, secret)


def renew_secret(actor: Actor, committee_id: int, *, secret: str, at: datetime) -> str:
    """A new secret; what is signed from now on, the old one no longer verifies."""
    need(actor, "channel.change", Thing(committee_id))
    with transaction(db.session):
        hook = _there(committee_id)
        hook.nonce, hook.changed_by_id, hook.changed_at = secrets.token_urlsafe(24), actor.id, at
        db.session.flush()
        _note(actor, "webhook-renewed", hook, at)
        return derived(hook, secret)


def remove(actor: Actor, committee_id: int, *, at: datetime) -> None:
    """Nothing is sent any longer, also not what waits."""
    need(actor, "channel.change", Thing(committee_id))
    with transaction(db.session):
        hook = _there(committee_id)
        _note(actor, "webhook-removed", hook, at, {"host": _host(hook.url)})
        db.session.delete(hook)
        _unsent(committee_id, state=State.WITHDRAWN, claim_token="", answer="Đã bỏ kênh thông báo.")


def send_test(actor: Actor, committee_id: int, *, at: datetime) -> None:
    """A message of no content, by the way of all others: it waits for the next sweep. One a minute."""
    need(actor, "channel.change", Thing(committee_id))
    with transaction(db.session):
        hook = _there(committee_id)
        key = f"{Kind.HOOK}-test:{committee_id}:{at:%Y%m%d%H%M}"
        if db.session.scalar(select(Letter.id).where(Letter.key == key)):
            raise Refused("Tin thử vừa được gửi. Xin chờ một phút rồi thử lại.", code="test-just-sent")
        committee = db.session.get(Committee, committee_id)
        body = {
            "form": FORM,
            "test": True,
            "committee": {"id": committee_id, "name": committee.name if committee else ""},
            "day": vietnam_day(at).isoformat(),
            "units": [],
        }
        add_message(db.session, hook, key, "Tin thử", json.dumps(body, ensure_ascii=False), at)
        _note(actor, "webhook-tested", hook, at)


def add_message(session: AnySession, hook: Webhook, key: str, subject: str, body: str, at: datetime) -> None:
    """A message with its text that waits to be sent; part of deeds and sweeps that have asked."""
    letter = Letter(
        key=key,
        kind=Kind.HOOK,
        committee_id=hook.committee_id,
        channel=Channel.WEBHOOK,
        address=hook.url,
        day=vietnam_day(at),
        subject=subject,
        text=body,
        next_try_at=at,
        created_at=at,
    )
    session.add(letter)
    session.flush()  # its name needs its id
    letter.message_id = f"<letter-{letter.id}-{int(at.timestamp())}@webhook>"


# The address


def read_address(text: str, hosts: Collection[str]) -> str:
    """The address as it is kept. Raises `Invalid` with who can help."""
    url = text.strip()
    if not url:
        raise Invalid("Xin nhập địa chỉ nhận tin, dạng https://tin.coquan.example/don-doc.", code="no-url")
    host, port, scheme = _parts(url)
    if scheme == "http" and not _is_loopback(host):
        raise Invalid(
            "Địa chỉ nhận tin phải bắt đầu bằng https:// để nội dung không bị đọc trên đường truyền.",
            code="not-https",
        )
    if not is_listed(host, port, scheme, hosts):
        name = host if port in (None, USUAL[scheme]) else f"{host}:{port}"
        raise Invalid(
            f"Phần mềm chưa được phép gửi tin tới {name}. Xin đề nghị người quản trị máy chủ thêm tên này vào "
            "TRACKER_WEBHOOK_HOSTS rồi khởi động lại.",
            code="host-not-allowed",
        )
    return url


def is_listed(host: str, port: int | None, scheme: str, hosts: Collection[str]) -> bool:
    """Whether the installation allows the host: a name without a port means the usual one."""
    usual = USUAL[scheme]
    return f"{host}:{port or usual}" in hosts or (port in (None, usual) and host in hosts)


def _parts(url: str) -> tuple[str, int | None, str]:
    """(host, port, scheme). The name and password of an address, and what comes after #, have no place here."""
    wrong = Invalid(
        "Địa chỉ nhận tin chưa đúng. Xin nhập dạng https://tin.coquan.example/don-doc, không kèm tên đăng nhập.",
        code="bad-url",
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    plain = url.isascii() and url.isprintable() and not set(url) & set(" \\\"'<>#")
    host = (parts.hostname or "").lower()
    if not plain or len(url) > 500 or parts.scheme not in USUAL or not host or "@" in parts.netloc:
        raise wrong
    return host, port, parts.scheme


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(url: str) -> str:
    """What the log keeps of an address: its path may be a secret."""
    return urlsplit(url).hostname or ""


# Rows


def _hook(committee_id: int, *, lock: bool = False) -> Webhook | None:
    query = select(Webhook).where(Webhook.committee_id == committee_id)
    return db.session.scalar(query.with_for_update() if lock else query)


def _there(committee_id: int) -> Webhook:
    hook = _hook(committee_id, lock=True)
    if hook is None:
        raise NotFound("Cơ quan chưa có kênh thông báo nào. Xin tải lại trang.")
    return hook


def _unsent(committee_id: int, **values: str) -> None:
    db.session.execute(
        update(Letter)
        .where(
            Letter.committee_id == committee_id,
            Letter.channel == Channel.WEBHOOK,
            Letter.state.in_(IN_THE_OUTBOX),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _note(
    actor: Actor,
    deed: str,
    hook: Webhook,
    at: datetime,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    record(
        db.session,
        actor,
        deed,
        thing="webhook",
        thing_id=hook.id,
        committee_id=hook.committee_id,
        at=at,
        before=before,
        after=after,
    )
