"""The outbox: owed steps become letters, letters are claimed, frozen and marked. Everything may run twice.

Besides the services the only place that commits; every write is one short transaction, never one that waits
for a mail server.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from functools import cache, cached_property, partial
from typing import Any
from urllib.parse import urlsplit

from flask_babel import force_locale
from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.exc import IntegrityError

from notifications.compose import Wording, digest, listed
from notifications.ladder import MAILING, ORDINARY, Ladder, ladder_of
from notifications.phrases import _
from notifications.policy import Call, Duty, Legacy, Owed, Team, called, inherited, look_ahead, owed
from tracker.clock import at_vietnam, vietnam_day, vietnam_time
from tracker.deadlines.workdays import WorkCalendar
from tracker.errors import TrackerError
from tracker.store.engine import AnySession, transaction
from tracker.store.models import Letter, Notice
from tracker.store.queries import asked_notices, asking, notices, succession
from tracker.store.queries.calendar import calendar_of, calendars
from tracker.store.queries.ongoing import ongoing_rows

log = logging.getLogger(__name__)
DIGEST = "digest"
ONGOING = "ongoing"  # the step that records a question about ongoing work
INHERITED_FOR = timedelta(days=14)
DECIDED_FOR = timedelta(days=14)
LONGEST_PAUSE = timedelta(minutes=MAILING.most_minutes * (1 + MAILING.jitter))


@dataclass(frozen=True)
class Collected:
    """How many letters were written, and what went wrong on the way."""

    letters: int = 0
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parcel:
    """A letter with everything that goes over the line, the same on every try."""

    letter_id: int
    address: str
    subject: str
    text: str
    html: str
    message_id: str
    reply_to: str
    tries: int

    @property
    def frozen_at(self) -> float:
        """The instant in the Message-ID: so the date of the mail, too, stays the same on every try."""
        return _instants(self.message_id)[-1]

    @property
    def first_frozen_at(self) -> float:
        """When a mail server could have had it for the first time, in whatever words."""
        return _instants(self.message_id)[0]


def _instants(message_id: str) -> list[float]:
    """`<letter-7-1778634000@host>`; made anew on a later day: `<letter-7-1778634000-1778720400@host>`."""
    return [float(part) for part in message_id.split("@")[0].split("-")[2:]]


# Collecting


def collect(session: AnySession, at: datetime) -> Collected:
    """Write one digest for everybody who is owed a step and has none yet today."""
    today = vietnam_day(at)
    if vietnam_time(at).time() < MAILING.digest_from:
        return Collected()
    by_person, errors = _owed_by_person(session, today)
    free = _without_letter(session, by_person, today)
    people = notices.recipients(session, free)
    letters = 0
    for person_id, steps in free.items():
        try:
            letters += _write(session, people[person_id], steps, at)
        except IntegrityError:  # another sweeper was first: what it wrote is what we would have written
            log.info("digest of person %s on %s is written already", person_id, today)
        except Exception as error:
            log.exception("digest of person %s on %s", person_id, today)
            errors.append(f"Không lập được thư cho người nhận {person_id}: {error!r}")
    return Collected(letters, tuple(errors))


Steps = list[tuple[int, Owed]]


def _owed_by_person(session: AnySession, today: date) -> tuple[dict[int, Steps], list[str]]:
    """Person → (committee, step). One committee's fault does not stop the others."""
    found: dict[int, Steps] = {}
    errors: list[str] = []
    for committee_id, settings in notices.committee_settings(session):
        calendar = calendar_of(session, committee_id)
        if not calendar.works(today):
            continue
        try:
            ladder = ladder_of(settings)
        except TrackerError as error:
            errors.append(str(error))
            ladder = ORDINARY
        try:
            for one in _owed_in(session, committee_id, ladder, today, calendar):
                found.setdefault(one.person_id, []).append((committee_id, one))
        except Exception as error:
            log.exception("steps owed in committee %s", committee_id)
            errors.append(f"Không tính được việc cần nhắc của cơ quan {committee_id}: {error!r}")
            session.rollback()
    return found, errors


def _owed_in(
    session: AnySession, committee_id: int, ladder: Ladder, today: date, calendar: WorkCalendar
) -> list[Owed]:
    rows = notices.duties(session, committee_id, today + look_ahead(ladder))
    undecided = asking.undecided(session, committee_id)
    duties = [
        Duty(
            row.assignment_id,
            row.holder_id,
            row.due_on,
            row.state,
            row.urged_from,
            row.soft,
            row.courtesy,
            undecided=row.assignment_id in undecided,
        )
        for row in rows
    ]
    teams = {
        unit_id: _team(roles)
        for unit_id, roles in notices.teams(session, today, {row.holder_id for row in rows}).items()
    }
    told = notices.recorded(session, committee_id)
    return [
        *owed(duties, teams, ladder, calendar, today, told),
        *_inherited_in(session, committee_id, today, calendar),
        *_called_in(session, committee_id, today, calendar),
        *_ongoing_in(session, committee_id, today, calendar, told),
    ]


def _ongoing_in(
    session: AnySession,
    committee_id: int,
    today: date,
    calendar: WorkCalendar,
    told: Collection[tuple[int, int, str, date]],
) -> list[Owed]:
    """Ongoing work is asked about once before each report; every digest until then repeats it. Nobody above is
    told."""
    calls = [
        Call(row.id, ONGOING, row.asked.by, row.holder_id, ("officer",))
        for row in ongoing_rows(session, today, committee_id=committee_id)
        if row.asked.now
    ]
    units = {one.unit_id for one in calls if one.unit_id is not None}
    teams = {unit_id: _team(roles) for unit_id, roles in notices.teams(session, today, units).items()}
    return called(calls, teams, calendar, today, told) if calls else []


def _called_in(session: AnySession, committee_id: int, today: date, calendar: WorkCalendar) -> list[Owed]:
    """What was asked of people, and what was decided about their requests in the last weeks."""
    calls = [
        Call(one.assignment_id, one.step, one.on, one.unit_id, one.roles, one.person_id)
        for one in asked_notices.calls(session, committee_id, at_vietnam(today - DECIDED_FOR))
    ]
    units = {one.unit_id for one in calls if one.unit_id is not None}
    teams = {unit_id: _team(roles) for unit_id, roles in notices.teams(session, today, units).items()}
    return called(calls, teams, calendar, today, asked_notices.told(session, committee_id)) if calls else []


def _inherited_in(session: AnySession, committee_id: int, today: date, calendar: WorkCalendar) -> list[Owed]:
    """What reorganisations of the last weeks have left: whoever comes to a unit later finds it on its page."""
    found = succession.inherited(session, committee_id, at_vietnam(today - INHERITED_FOR))
    if not found:
        return []
    legacies = [Legacy(one.assignment_id, one.holder_id, one.on) for one in found]
    teams = {
        unit_id: _team(roles)
        for unit_id, roles in notices.teams(session, today, {one.unit_id for one in legacies}).items()
    }
    return inherited(legacies, teams, calendar, today, notices.told_inherited(session, committee_id))


def _team(roles: Mapping[str, tuple[int, ...]]) -> Team:
    """In the unit that follows plans up, its coordinators do the unit's own work."""
    return Team(roles.get("officer") or roles.get("coordinator", ()), roles.get("head", ()))


def _without_letter(session: AnySession, by_person: Mapping[int, Steps], today: date) -> dict[int, Steps]:
    """One digest a person a day: whoever has had today's is told the rest tomorrow."""
    closed = notices.closed_keys(session, today)
    return {person: steps for person, steps in by_person.items() if _key(person, today) not in closed}


def _key(person_id: int, day: date) -> str:
    return f"{DIGEST}:{person_id}:{day.isoformat()}"


def _write(session: AnySession, person: notices.Recipient, steps: Steps, at: datetime) -> int:
    """The letter with its steps, in one transaction. Returns 1 where a letter is new."""
    with transaction(session):
        letter_id = _open_letter(session, person.id, at)
        fresh = letter_id is None
        if letter_id is None:
            letter = _letter(person, steps[0][0], at)
            session.add(letter)
            session.flush()
            letter_id = letter.id
        session.add_all(
            Notice(
                assignment_id=one.assignment_id,
                person_id=one.person_id,
                step=one.step,
                due_on=one.due_on,
                letter_id=letter_id,
                decided_at=at,
            )
            for _committee, one in steps
        )
    return int(fresh)


def _open_letter(session: AnySession, person_id: int, at: datetime) -> int | None:
    """A digest of this person that could not leave yet, and has no text or that of another day: it takes the
    new steps along and becomes today's, so that an outage of three days ends with one mail."""
    overtaken = _refused_before() & (Letter.day != vietnam_day(at))
    unsent = (Letter.state.in_(notices.UNSENT), (Letter.message_id == "") | overtaken)
    newest = (
        select(Letter.id)
        .where(Letter.person_id == person_id, Letter.kind == DIGEST, *unsent)
        .order_by(Letter.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    day = vietnam_day(at)
    return session.execute(
        update(Letter)
        .where(Letter.id == newest, *unsent)
        .values(key=_key(person_id, day), day=day)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    ).scalar()


def _refused_before() -> ColumnElement[bool]:
    """It was tried and is known not to have arrived. Where a process died over it nobody knows, and it has
    to go out as it is."""
    return (Letter.tries > 0) & (Letter.answer != "")


def _letter(person: notices.Recipient, committee_id: int, at: datetime) -> Letter:
    """A letter that waits; one that cannot reach anybody is dead from the start, so that it is seen."""
    day = vietnam_day(at)
    fault = address_fault(person.email)
    return Letter(
        key=_key(person.id, day),
        kind=DIGEST,
        committee_id=committee_id,
        person_id=person.id,
        address=" ".join(person.email.split()),
        day=day,
        state="dead" if fault else "waiting",
        answer=fault,
        next_try_at=at,
        created_at=at,
    )


def address_fault(address: str) -> str:
    """Why nothing can be sent to this address, in words; empty where it can."""
    if not address.strip():
        return _("Chưa có địa chỉ thư.")
    local, _at, domain = address.rpartition("@")
    plain = local.isascii() and address.isprintable() and not any(c.isspace() for c in address)
    if not local or not domain or not plain or parseaddr(address)[1] != address:
        return _("Địa chỉ thư viết sai.")
    return ""


# Claiming


def claim(session: AnySession, token: str, at: datetime, limit: int) -> list[int]:
    """Take letters whose time has come; nobody else gets the same ones."""
    picked = (
        select(Letter.id)
        .where(Letter.state.in_(notices.UNSENT), _its_time(at))
        .order_by(Letter.next_try_at, Letter.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite leaves it out: there a writer is alone anyway
        .cte("picked")
    )
    with transaction(session):
        ids = session.execute(
            update(Letter)
            .where(Letter.id.in_(select(picked.c.id)))
            .values(state="claimed", claim_token=token)
            .returning(Letter.id)
            .execution_options(synchronize_session=False)
        ).scalars()
        return sorted(ids)


def _its_time(at: datetime) -> ColumnElement[bool]:
    """No pause is longer than the longest: a time beyond it comes from a clock that was wrong."""
    return (Letter.next_try_at <= at) | (Letter.next_try_at > at + LONGEST_PAUSE)


def anything_to_claim(session: AnySession, at: datetime) -> bool:
    """A look that writes nothing, for the many sweeps that find nothing."""
    query = select(Letter.id).where(Letter.state.in_(notices.UNSENT), _its_time(at)).limit(1)
    return session.scalar(query) is not None


def claimants(session: AnySession) -> list[str]:
    """The tokens under which letters are claimed."""
    return list(session.scalars(select(Letter.claim_token).where(Letter.state == "claimed").distinct()))


def free_claims(session: AnySession, dead: Iterable[str]) -> int:
    """Give back what processes claimed that are dead (`alive.dead`). What became of the letter that they had
    in hand nobody knows: an answer of an earlier try no longer holds."""
    tokens = list(dead)
    if not tokens:
        return 0
    with transaction(session):
        return _give_back(session, Letter.claim_token.in_(tokens), answer="")


def give_back(session: AnySession, token: str) -> None:
    """Claimed, but not tried: back to where they were."""
    with transaction(session):
        _give_back(session, Letter.claim_token == token)


def _give_back(session: AnySession, *where: ColumnElement[bool], **more: Any) -> int:
    result = session.execute(
        update(Letter)
        .where(Letter.state == "claimed", *where)
        .values(state=case((Letter.tries > 0, "failed"), else_="waiting"), claim_token="", **more)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    return len(result.scalars().all())


# Freezing


class Common:
    """What the letters of one sweep share, asked once: calendars, who follows up, when the last sweep was."""

    def __init__(self, session: AnySession, at: datetime) -> None:
        today = vietnam_day(at)
        self.calendar = calendars(session)
        self.follower = cache(partial(notices.follower, session, day=today))
        self._swept = partial(notices.swept_before, session, at_vietnam(today))

    @cached_property
    def swept_before(self) -> date | None:
        """The last day before this one on which a sweep ran."""
        last = self._swept()
        return vietnam_day(last) if last else None


def freeze(
    session: AnySession,
    letter_id: int,
    token: str,
    at: datetime,
    base_url: str,
    common: Common | None = None,
) -> Parcel | str:
    """The parcel of a letter that this token claimed: made now from the present state, or as it was frozen
    before. Else the state in which it is: withdrawn where nothing is left to say, dead where nobody can be
    reached, or what another process made of it."""
    with transaction(session):
        letter = session.get(Letter, letter_id, populate_existing=True)
        if letter is None or letter.state != "claimed" or letter.claim_token != token:
            return letter.state if letter else "withdrawn"
        if not _made(session, letter, at, base_url, common or Common(session, at)):
            return letter.state
        return Parcel(
            letter_id=letter.id,
            address=letter.address,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            message_id=letter.message_id,
            reply_to=_reply_to(session, letter),
            tries=letter.tries,
        )


def _made(session: AnySession, letter: Letter, at: datetime, base_url: str, common: Common) -> bool:
    """The letter has its text: that of an earlier try, or a new one. False where there is nothing to send."""
    person = notices.recipients(session, [letter.person_id])[letter.person_id]
    fault = "" if _keeps_text(letter, at) else address_fault(person.email)
    if fault:
        letter.state, letter.answer, letter.claim_token = "dead", fault, ""
        return False
    wording = _wording(session, letter, person, at, base_url, common)
    if wording is None:
        letter.state, letter.claim_token = "withdrawn", ""
        letter.answer = _("Việc đã xong hoặc đã đổi hạn trước khi thư đi.")
        return False
    if _keeps_text(letter, at):
        return True
    letter.address = person.email
    letter.subject, letter.text, letter.html = wording.subject, wording.text, wording.html
    host = urlsplit(base_url).hostname or "localhost"
    first = f"{_instants(letter.message_id)[0]:.0f}-" if letter.message_id else ""
    letter.message_id = f"<letter-{letter.id}-{first}{int(at.timestamp())}@{host}>"
    return True


def _keeps_text(letter: Letter, at: datetime) -> bool:
    """A retry sends the same bytes: on the day of the text, or where nobody knows whether it has arrived."""
    if not letter.message_id:
        return False
    frozen_on = vietnam_day(datetime.fromtimestamp(_instants(letter.message_id)[-1], UTC))
    return frozen_on == vietnam_day(at) or not (letter.tries and letter.answer)


def _wording(
    session: AnySession,
    letter: Letter,
    person: notices.Recipient,
    at: datetime,
    base_url: str,
    common: Common,
) -> Wording | None:
    today, calendar = vietnam_day(at), common.calendar(letter.committee_id)
    rows = notices.digest_rows(session, person.id, today)
    told = notices.letter_steps(session, letter.id)
    legacy = notices.inherited_rows(session, letter.id, today)
    asked = asked_notices.rows(session, letter.id, today)
    shown = listed(rows, told, today)
    ongoing = notices.ongoing_of(session, person.id, today)
    coordinators = [
        *(row.coordinator_id for row in asked),
        *(row.coordinator_id for row in shown),
        *(row.coordinator_id for row in legacy),
        *(row.coordinator_id for row in ongoing),
    ]
    followers = [common.follower(unit_id) for unit_id in dict.fromkeys(coordinators)]
    with force_locale("vi"):
        return digest(
            person.name,
            notices.person_roles(session, person.id, today),
            rows,
            told,
            followers,
            today=today,
            calendar=calendar,
            base_url=base_url,
            inherited=legacy,
            late_since=_late_since(letter, today, calendar, common.swept_before),
            asked=asked,
            ongoing=ongoing,
        )


def _late_since(letter: Letter, today: date, calendar: WorkCalendar, swept: date | None) -> date | None:
    """The day on which this letter should have left already: it waits since then, or nothing was swept."""
    written = vietnam_day(letter.created_at)
    if written < today:
        return written
    if swept is None:
        return None
    missed = calendar.at_or_after(swept + timedelta(days=1))
    return missed if missed < today else None


def _reply_to(session: AnySession, letter: Letter) -> str:
    """The mailbox of whoever follows the plans of this letter up; an answer goes to people, not to us."""
    boxes = notices.coordinator_mailboxes(session, letter.id)
    return next((box for box in boxes if not address_fault(box)), "")


# Marking


def mark_sent(session: AnySession, parcel: Parcel, answer: str, at: datetime) -> None:
    """It is out, whoever holds the claim by now."""
    with transaction(session):
        session.execute(
            _by_id(parcel.letter_id).values(
                state="sent", sent_at=at, answer=answer, tries=Letter.tries + 1, claim_token=""
            )
        )


def mark_dead(session: AnySession, letter_id: int, token: str, answer: str) -> None:
    """It will never arrive: no further try."""
    with transaction(session):
        session.execute(
            _by_id(letter_id)
            .where(Letter.claim_token == token)
            .values(state="dead", answer=answer, tries=Letter.tries + 1, claim_token="")
        )


def put_off(session: AnySession, letter_id: int, token: str, answer: str, at: datetime) -> None:
    """A try failed that another one may mend."""
    with transaction(session):
        tries = session.scalar(select(Letter.tries).where(Letter.id == letter_id)) or 0
        session.execute(
            _by_id(letter_id)
            .where(Letter.claim_token == token)
            .values(
                state="failed",
                answer=answer,
                tries=tries + 1,
                next_try_at=at + pause(letter_id, tries + 1),
                claim_token="",
            )
        )


def _by_id(letter_id: int) -> Any:
    return update(Letter).where(Letter.id == letter_id).execution_options(synchronize_session=False)


def pause(letter_id: int, tries: int) -> timedelta:
    """5 minutes, then twice as long each time up to 4 hours; each letter a little different."""
    minutes = min(MAILING.first_minutes * 2 ** min(tries - 1, 20), MAILING.most_minutes)
    spread = zlib.crc32(f"{letter_id}:{tries}".encode()) / 2**32
    return timedelta(minutes=minutes * (1 + MAILING.jitter * spread))
