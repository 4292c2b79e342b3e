"""Signed links in letters: what they are made of, what they mean when somebody opens them, and the tick through one.

A link to work shows one assignment to one person and takes one tick, without log-in. It is alive for fourteen days
and no longer than what it was made for: the work has stayed with the same unit (what went away and came back has a link
of its own), the person has a role there, and nothing was sent since. A link to the reminders turns them off and on; it
does not age, because old letters are opened, too.
Nothing is kept of either: the signature is the right.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer
from itsdangerous.timed import TimestampSigner

from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.deadlines.wording import plain_day
from tracker.errors import NotFound, Refused
from tracker.extensions import db
from tracker.services import accounts
from tracker.services import work as deeds
from tracker.services.evidence import Given
from tracker.services.work import FromLetter
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Letter
from tracker.store.queries.links import add_opening, holdings, opening_known, turns

LINK_DAYS = 14
WORK, REMINDERS = "letter-work", "letter-reminders"  # a salt for each purpose: no token serves the other one


@dataclass(frozen=True)
class WorkLink:
    """What the token of a letter says. `turn` is how many submissions the work had when the letter was made;
    `holding` how often it had been given to another unit by then."""

    person_id: int
    assignment_id: int
    holder_id: int
    turn: int
    letter_id: int
    holding: int = 0


@dataclass(frozen=True)
class OpenedWork:
    """A link that is alive: who acts through it, with the roles in that one unit alone. `overtaken` says that
    something was sent since the letter was made, so that the link shows it and takes nothing more."""

    link: WorkLink
    actor: Actor
    overtaken: bool


# Making links. They are for letters alone; whoever makes the letter has decided who gets it.


def work_link(link: WorkLink, *, secret: str, at: datetime) -> str:
    """The path at which that person sees and ticks that assignment. The same arguments give the same path."""
    said = list(astuple(link))
    if not link.holding:
        said.pop()  # an address is short while it can be
    token = _timed(secret, at).dumps(said)
    return f"/thu/viec/{_text(token)}"


def unsubscribe_link(person_id: int, *, secret: str) -> str:
    """The path at which that person turns the reminders of what is not late off, and on again."""
    return f"/thu/ngung/{_text(URLSafeSerializer(secret, salt=REMINDERS).dumps(person_id))}"


class _SignedAt(TimestampSigner):
    """Signs with the time of our clock, not with the machine's."""

    def __init__(self, *args: object, moment: int = 0, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.moment = moment

    def get_timestamp(self) -> int:
        return self.moment


def _timed(secret: str, at: datetime) -> URLSafeTimedSerializer:
    moment = {"moment": int(at.timestamp())}
    return URLSafeTimedSerializer(secret, salt=WORK, signer=_SignedAt, signer_kwargs=moment)


def _text(token: str | bytes) -> str:
    return token if isinstance(token, str) else token.decode("ascii")


# Reading them.


def work_of_link(token: str, *, secret: str, at: datetime) -> OpenedWork:
    """What a link to work means today. Raises `NotFound` for what we did not sign, `Refused` for a dead one."""
    link = _read(token, secret, at)
    work = db.session.get(Assignment, link.assignment_id)
    actor = _holder_of(link, at)
    if work is None:
        raise NotFound("Việc trong thư không còn. Có thể kế hoạch đã thay đổi; xin mở thư mới nhất.")
    given_away = holdings(db.session, [work.id]).get(work.id, 0)
    if work.holder_id != link.holder_id or given_away != link.holding:
        raise Refused(
            "Việc này đã chuyển cho đơn vị khác sau khi thư đi, nên liên kết không dùng được nữa. "
            "Xin mở thư mới nhất hoặc đăng nhập.",
            code="link-moved",
        )
    now_sent = turns(db.session, [work.id]).get(work.id, 0)
    return OpenedWork(link, actor, overtaken=now_sent != link.turn)


def _read(token: str, secret: str, at: datetime) -> WorkLink:
    try:
        # The age is ours to judge: by the clock of this installation, and in words.
        parts, made = _timed(secret, at).loads(token, return_timestamp=True)
        link = WorkLink(*(int(part) for part in parts))
    except (BadData, TypeError, ValueError):
        raise _not_ours() from None
    until = made + timedelta(days=LINK_DAYS)
    if at > until:
        raise Refused(
            f"Liên kết đã hết hạn ngày {plain_day(vietnam_day(until))}, xin mở thư mới nhất hoặc đăng nhập.",
            code="link-expired",
        )
    return link


def _not_ours() -> NotFound:
    return NotFound(
        "Liên kết không đúng, có thể đã bị cắt khi sao chép. Xin bấm lại liên kết trong thư, hoặc đăng nhập.",
        code="bad-link",
    )


def _living(person_id: int, at: datetime) -> Actor:
    actor = accounts.actor_of(person_id, at=at)
    if actor is None:
        raise Refused(
            "Tài khoản nhận thư này đã ngừng, nên liên kết không dùng được nữa. "
            "Cần mở lại, xin liên hệ người quản lý.",
            code="link-closed",
        )
    return actor


def _holder_of(link: WorkLink, at: datetime) -> Actor:
    """The person of the link with the roles in its unit and no others: the link is good for nothing else."""
    actor = _living(link.person_id, at)
    grants = tuple(grant for grant in actor.grants if grant.unit_id == link.holder_id)
    if not grants:
        raise Refused(
            "Đồng chí không còn phụ trách việc của đơn vị này, nên liên kết không dùng được nữa. "
            "Nếu chưa đúng, xin liên hệ người quản lý.",
            code="link-role",
        )
    return Actor(actor.id, actor.name, grants)


def person_of_link(token: str, *, secret: str, at: datetime) -> Actor:
    """Whose reminders the link turns off and on. Raises `NotFound`, or `Refused` where the account is closed."""
    try:
        person_id = int(URLSafeSerializer(secret, salt=REMINDERS).loads(token))
    except (BadData, TypeError, ValueError):
        raise _not_ours() from None
    return _living(person_id, at)


# Deeds through a link.


def tick_by_link(token: str, given: Given, *, parts: tuple[int, ...] = (), secret: str, at: datetime) -> None:
    """The person of the link sends evidence for its assignment: once, and nothing beside it."""
    opened = work_of_link(token, secret=secret, at=at)
    link = opened.link
    letter = FromLetter(link.letter_id, link.turn)
    deeds.tick(opened.actor, link.assignment_id, given, parts=parts, letter=letter, at=at)


def note_opening(token: str, *, secret: str, at: datetime) -> None:
    """A human being has the page of the link before them; written down once for a letter and an assignment."""
    link = work_of_link(token, secret=secret, at=at).link
    if opening_known(db.session, link.letter_id, link.assignment_id):
        return
    with transaction(db.session):
        if db.session.get(Letter, link.letter_id) is not None:
            add_opening(db.session, link.letter_id, link.assignment_id, at)
