"""The text of a claimed letter: made from the state of that moment and frozen with the row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property, partial
from urllib.parse import urlsplit

from flask_babel import force_locale

from notifications.compose import Wording, digest, listed
from notifications.outbox import Parcel, address_fault, instants
from notifications.phrases import _
from tracker.clock import at_vietnam, vietnam_day
from tracker.deadlines.workdays import WorkCalendar
from tracker.store.engine import AnySession, transaction
from tracker.store.models import Letter
from tracker.store.queries import asked_notices, notices
from tracker.store.queries.calendar import calendars


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
    assert letter.person_id is not None
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
    first = f"{instants(letter.message_id)[0]:.0f}-" if letter.message_id else ""
    letter.message_id = f"<letter-{letter.id}-{first}{int(at.timestamp())}@{host}>"
    return True


def _keeps_text(letter: Letter, at: datetime) -> bool:
    """A retry sends the same bytes: on the day of the text, or where nobody knows whether it has arrived."""
    if not letter.message_id:
        return False
    frozen_on = vietnam_day(datetime.fromtimestamp(instants(letter.message_id)[-1], UTC))
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
