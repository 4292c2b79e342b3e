"""What people do with an assignment: tick it with evidence, take it back, accept or return it.

A task with several deliverables may be ticked one by one. Such a tick is "part"; the one that completes it is sent
for a decision, and the day that counts is that of the last one.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select

from tracker import access, life
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.errors import Invalid, Refused
from tracker.extensions import db
from tracker.services.assignment_deed import OVERTAKEN, REASONS, changing, move, note, thing_of
from tracker.services.evidence import DocumentLine, Given, evidence_of, read_document_line
from tracker.services.plan_days import issued_from, refuse_receipt_outside
from tracker.store.models import Assignment, Deliverable, Evidence, Letter, Submission, TaskVersion
from tracker.store.queries.links import add_opening

__all__ = [
    "DocumentLine",
    "FromLetter",
    "Given",
    "accept",
    "read_document_line",
    "return_",
    "take_back",
    "take_back_part",
    "tick",
    "tick_on_behalf",
]

WAYS = ("paper", "phone", "system")
PENDING = ("sent", "part")


@dataclass(frozen=True)
class FromLetter:
    """The letter whose link a tick came through, and how many submissions there were when it was made."""

    id: int
    turn: int


def tick(
    actor: Actor,
    assignment_id: int,
    given: Given,
    *,
    parts: Collection[int] = (),
    also: Collection[int] = (),
    letter: FromLetter | None = None,
    at: datetime,
) -> None:
    """A unit says that its work is done, with evidence. The day that counts is today.

    `parts` are the ordinals of the deliverables that it is evidence for; none means all that are still lacking.
    `also` are further lines of the same task and period that the unit inherited: the same evidence closes them too.
    Through the link of a `letter` it is taken only while nothing was sent since the letter was made.
    """
    with changing(actor, "tick", assignment_id) as work:
        if letter is not None:
            _through(letter, work, at)
        together = _together(actor, "tick", work, also)
        for one in together:
            seen(one, actor, vietnam_day(at))
        _submit(actor, together, given, parts, received_on=vietnam_day(at), via="", letter=letter, at=at)


def _through(letter: FromLetter, work: Assignment, at: datetime) -> None:
    """The link serves once; who ticks through it has opened it."""
    if len(work.submissions) != letter.turn:
        raise Refused(
            "Minh chứng của việc này đã được gửi sau khi thư đi. Cần bổ sung, xin đăng nhập hoặc mở thư mới nhất.",
            code="link-used",
        )
    if db.session.get(Letter, letter.id) is not None:
        add_opening(db.session, letter.id, work.id, at)


def tick_on_behalf(
    actor: Actor,
    assignment_id: int,
    given: Given,
    *,
    received_on: date,
    via: str,
    parts: Collection[int] = (),
    also: Collection[int] = (),
    at: datetime,
) -> None:
    """The coordinator records what came in otherwise: on which day it was received, and how it came."""
    with changing(actor, "tick-on-behalf", assignment_id) as work:
        if via not in WAYS:
            raise Invalid("Xin chọn cách nhận: bản giấy, điện thoại hoặc hệ thống khác.", code="no-way")
        refuse_receipt_outside(work.plan_id, received_on, vietnam_day(at))
        together = _together(actor, "tick-on-behalf", work, also)
        _submit(actor, together, given, parts, received_on=received_on, via=via, at=at)


def take_back(actor: Actor, assignment_id: int, *, at: datetime) -> None:
    """The unit takes its evidence back while nobody has decided about it."""
    with changing(actor, "take-back", assignment_id) as work:
        submission = sent(work)
        move(work, "take-back", at)
        submission.state = "withdrawn"
        note(actor, work, "took-back", at, {"submission": submission.id})


def take_back_part(actor: Actor, assignment_id: int, submission_id: int, *, at: datetime) -> None:
    """The unit takes back the evidence of one deliverable while others are still lacking."""
    with changing(actor, "take-back-part", assignment_id) as work:
        submission = next((one for one in _pending(work) if one.id == submission_id), None)
        if submission is None:
            raise Refused("Minh chứng này đã được rút lại hoặc đã xử lý.", code="wrong-state")
        move(work, "take-back-part", at)
        submission.state = "withdrawn"
        note(actor, work, "took-back", at, {"submission": submission.id, "parts": submission.parts})


def accept(
    actor: Actor, assignment_id: int, *, also: Collection[int] = (), row_version: int, at: datetime
) -> None:
    """The coordinator accepts; the day that counts is the day of the submission, not today. `also` are further
    lines that the unit ticked together with this one: they are accepted with it, or none is."""
    with changing(actor, "accept", assignment_id, row_version) as work:
        bundle = sent(work).bundle
        together = _together(actor, "accept", work, also)
        if any(sent(one).bundle != bundle for one in together[1:]):
            raise Invalid("Chỉ duyệt chung các dòng mà đơn vị đã gửi chung một lần.", code="not-together")
        for one in together:
            _accept(actor, one, at)


def _accept(actor: Actor, work: Assignment, at: datetime) -> None:
    move(work, "accept", at)
    for one in _pending(work):
        _decide(one, actor, "accepted", at)
    work.done_on = day_that_counts(work.submissions)
    note(actor, work, "accepted", at, {"done_on": work.done_on.isoformat()})


def return_(
    actor: Actor,
    assignment_id: int,
    reason: str,
    *,
    form_only: bool = False,
    parts: Collection[int] = (),
    row_version: int,
    at: datetime,
) -> None:
    """The coordinator returns it with a reason; the work is open again. `parts` are the deliverables that are sent
    back, none means all: the others stay where they are."""
    with changing(actor, "return", assignment_id, row_version) as work:
        reason = reason_given(reason, "Xin ghi lý do trả lại để đơn vị biết cần bổ sung gì.")
        sent(work)
        kept = _kept(work, parts)
        move(work, "return", at)
        for one in _pending(work):
            _return(work, one, actor, reason, form_only, kept, at)
        work.urged_from = vietnam_day(at)
        after = {"reason": reason, "form_only": form_only}
        note(actor, work, "returned", at, after | ({"parts": sorted(set(parts))} if kept else {}))


def day_that_counts(submissions: list[Submission]) -> date:
    """The day of the accepted submission, or of the earlier one that was returned for its form only. What came in
    parts is there on the day of the last one."""
    live = [one for one in submissions if one.state != "withdrawn"]
    rounds = [list(found) for _, found in groupby(live, key=_round)]
    *earlier, last = rounds
    day = _last_day(last)
    for found in reversed(earlier):
        if not found[-1].form_only:
            break
        day = _last_day(found)
    return day


def _round(one: Submission) -> tuple[object, ...]:
    """What was decided together."""
    return one.decided_at, one.state if one.state not in PENDING else PENDING, one.form_only


def _last_day(found: Iterable[Submission]) -> date:
    return max(one.received_on for one in found)


def seen(work: Assignment, actor: Actor, day: date) -> bool:
    """The holder has taken note of the work; whether that is new."""
    if work.seen_on is not None:
        return False
    work.seen_on, work.seen_by_id = day, actor.id
    return True


def reason_given(reason: str, words: str) -> str:
    """The reason without blanks around it; `words` say what is asked where there is none."""
    if not reason.strip():
        raise Invalid(words, code="no-reason")
    return reason.strip()[:2000]


def sent(work: Assignment) -> Submission:
    """The submission that waits for a decision."""
    for submission in reversed(work.submissions):
        if submission.state == "sent":
            return submission
    if work.state == life.SUBMITTED:
        raise OVERTAKEN  # somebody has decided since the state was read
    raise Refused(REASONS[work.state], code="wrong-state")


def _pending(work: Assignment) -> list[Submission]:
    return [one for one in work.submissions if one.state in PENDING]


# Deliverables.


def asked_for(work: Assignment) -> frozenset[int]:
    """The ordinals of what must come out, as the newest version of the task has it; one is no list."""
    version = (
        select(TaskVersion.id)
        .where(TaskVersion.task_id == work.task_id)
        .order_by(TaskVersion.plan_version_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(Deliverable.ordinal).where(Deliverable.task_version_id == version)
    found = frozenset(db.session.scalars(query))
    return found if len(found) > 1 else frozenset()


def _lacking(work: Assignment, wanted: frozenset[int]) -> frozenset[int]:
    return wanted - {part for one in _pending(work) for part in one.parts}


def _ticked(work: Assignment, parts: Collection[int]) -> tuple[list[int], bool]:
    """(the deliverables that a tick is for, whether nothing is lacking after it)."""
    wanted = asked_for(work)
    lacking = _lacking(work, wanted)
    chosen = wanted & frozenset(parts)
    if not chosen or chosen >= lacking:
        return (sorted(lacking) if lacking != wanted else []), True
    return sorted(chosen), False


def _kept(work: Assignment, returned: Collection[int]) -> frozenset[int]:
    """The deliverables that stay when only these are returned; none where all go back."""
    wanted = asked_for(work)
    named = wanted & frozenset(returned)
    return wanted - named if named else frozenset()


def _return(
    work: Assignment,
    one: Submission,
    actor: Actor,
    reason: str,
    form_only: bool,
    kept: frozenset[int],
    at: datetime,
) -> None:
    covers = frozenset(one.parts) or asked_for(work)
    staying = sorted(covers & kept)
    if staying and covers <= kept:
        one.state = "part"
        one.parts = staying
        return
    if staying:
        work.submissions.append(_staying(one, staying))
        one.parts = sorted(covers - kept)
    _decide(one, actor, "returned", at)
    one.reason = reason
    one.form_only = form_only


def _staying(one: Submission, parts: list[int]) -> Submission:
    """What stays of evidence that was for several deliverables, some of which are returned."""
    return Submission(
        person_id=one.person_id,
        submitted_at=one.submitted_at,
        received_on=one.received_on,
        via=one.via,
        note=one.note,
        state="part",
        parts=parts,
        evidence=[_same_evidence(known) for known in one.evidence],
    )


# Ticking.


def _together(actor: Actor, deed: str, work: Assignment, also: Collection[int]) -> list[Assignment]:
    """The work, and the lines that its holder inherited of the same task, timing and period."""
    found = [work]
    for other_id in dict.fromkeys(one for one in also if one != work.id):
        other = db.session.get(Assignment, other_id)
        if other is None or _line(other) != _line(work):
            raise Invalid(
                "Chỉ gửi chung cho các dòng cùng nhiệm vụ, cùng kỳ của đơn vị.", code="not-together"
            )
        access.need(actor, life.DEEDS[deed].right, thing_of(other))
        found.append(other)
    return found


def _line(work: Assignment) -> tuple[int, int, str, int]:
    return work.task_id, work.timing_id, work.period, work.holder_id


def _submit(
    actor: Actor,
    works: list[Assignment],
    given: Given,
    parts: Collection[int],
    *,
    received_on: date,
    via: str,
    letter: FromLetter | None = None,
    at: datetime,
) -> None:
    assert actor.id is not None
    work, *also = works
    since = issued_from(work.plan_id)
    evidence = evidence_of(given, work.committee_id, actor.id, at=at, today=vietnam_day(at), plan_since=since)
    bundle = secrets.token_hex(16) if also else ""
    for one in works:
        chosen, whole = _ticked(one, parts)
        day = max(received_on, _last_day(_pending(one))) if whole and _pending(one) else received_on
        move(one, "tick" if whole else "tick-part", at)
        submission = Submission(
            person_id=actor.id,
            submitted_at=at,
            received_on=day,
            via=via,
            note=given.note.strip()[:2000],
            state="sent" if whole else "part",
            parts=chosen,
            bundle=bundle,
        )
        submission.evidence = evidence if one is work else [_same_evidence(known) for known in evidence]
        one.submissions.append(submission)
        db.session.flush()
        _note_tick(actor, one, submission, letter, at)


def _note_tick(
    actor: Actor, work: Assignment, submission: Submission, letter: FromLetter | None, at: datetime
) -> None:
    after: dict[str, object] = {
        "submission": submission.id,
        "received_on": submission.received_on.isoformat(),
        "evidence": [known.text for known in submission.evidence],
    }
    if submission.parts:
        after["parts"] = submission.parts
    if letter is not None:
        after["letter"] = letter.id  # it came without a log-in: the letter's link was the right
    if submission.via:
        after |= {"via": submission.via, "on_behalf_of": work.holder_id}
    part = "-part" if submission.state == "part" else ""
    note(actor, work, f"ticked{part}-on-behalf" if submission.via else f"ticked{part}", at, after)


def _same_evidence(known: Evidence) -> Evidence:
    """The same document, file or link for another line; a file is kept once."""
    return Evidence(
        kind=known.kind,
        text=known.text,
        number=known.number,
        symbol=known.symbol,
        dated_on=known.dated_on,
        link=known.link,
        file=known.file,
    )


def _decide(submission: Submission, actor: Actor, state: str, at: datetime) -> None:
    submission.state = state
    submission.decided_by_id = actor.id
    submission.decided_at = at
