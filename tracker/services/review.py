"""Checking a draft before it is published: rows are corrected, decided, added; doubts are settled.

Each change carries the `row_version` that its page showed; whoever comes second is told, and loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tracker import access
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.drafts import codec
from tracker.drafts.checks import doubts_of
from tracker.drafts.model import PlanPeriod, TaskDraft
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import drafting
from tracker.services.past import past_periods
from tracker.services.plan_deed import thing_of_plan
from tracker.services.plans import check_head
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Alias, DraftRow, PlanVersion
from tracker.units.matching import key
from tracker.units.meaning import Meaning

DECISIONS = ("open", "right", "rejected")
PAST_CHOICES = ("done", "open")
ISSUED_ON = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def correct_row(actor: Actor, row_id: int, task: TaskDraft, *, row_version: int, at: datetime) -> None:
    """What a person says of the row replaces what was read; where it was read stays."""
    with _changing(actor, _version_of(row_id), row_version, "corrected-row", at) as (_version, after):
        row = _row(row_id)
        read = codec.task_from_json(row.data)
        task = replace(task, source=read.source, spans=read.spans)
        _check_title(task)
        after |= {"row": row_id, "was": read.title, "title": task.title}
        row.data = codec.task_to_json(replace(task, doubts=doubts_of(task)))
        row.decision = "open"


def add_row(actor: Actor, version_id: int, task: TaskDraft, *, row_version: int, at: datetime) -> int:
    """A row that the reader did not see. Returns its id."""
    with _changing(actor, version_id, row_version, "added-row", at) as (version, after):
        _check_title(task)
        position = max((row.position for row in version.rows), default=-1) + 1
        row = DraftRow(
            position=position,
            origin="added",
            data=codec.task_to_json(replace(task, doubts=doubts_of(task))),
        )
        version.rows.append(row)
        db.session.flush()
        after |= {"row": row.id, "title": task.title}
        return row.id


def decide_row(actor: Actor, row_id: int, decision: str, *, row_version: int, at: datetime) -> None:
    """The row is right, rejected, or open again."""
    if decision not in DECISIONS:
        raise Invalid("Quyết định này không có.", code="no-decision")
    with _changing(actor, _version_of(row_id), row_version, f"row-{decision}", at) as (_version, after):
        _row(row_id).decision = decision
        after |= {"row": row_id}


def decide_clear_rows(actor: Actor, version_id: int, *, row_version: int, at: datetime) -> int:
    """Every open row without a doubt is right. Returns how many."""
    with _changing(actor, version_id, row_version, "clear-rows-right", at) as (version, after):
        draft = drafting.prepare(version, vietnam_day(at))
        clear = [one.row for one in draft.rows if one.row.decision == "open" and not one.doubts]
        for row in clear:
            row.decision = "right"
        after |= {"rows": len(clear)}
        return len(clear)


def choose_units(
    actor: Actor,
    row_id: int,
    mention: str,
    value: str,
    *,
    row_version: int,
    at: datetime,
    remember: bool = True,
) -> None:
    """Say whom a mention means (`units.meaning`). The committee remembers the spelling, unless units were picked
    one by one: that is the row's own affair."""
    with _changing(actor, _version_of(row_id), row_version, "chose-units", at) as (version, after):
        names = drafting.names_of(version, vietnam_day(at))
        if not names.knows(value):
            raise Invalid("Đơn vị được chọn không có trong danh sách. Xin chọn lại.", code="no-unit")
        row = _row(row_id)
        row.choices = {**row.choices, mention: value}
        task = codec.task_from_json(row.data)
        if mention not in (*task.leads, *task.partners):
            raise Invalid("Dòng này không nhắc đến đơn vị đó. Xin tải lại trang.", code="no-mention")
        for code in ("committee-lead", "vague-unit"):
            if mention in task.leads:
                task = drafting.without_doubt(task, code)
        row.data = codec.task_to_json(task)
        after |= {"row": row_id, "mention": mention, "value": value}
        if remember and not drafting.means_committee(mention, "", names):
            _remember(version.plan.committee_id, mention, value)


def choose_completion(actor: Actor, row_id: int, rule: str, *, row_version: int, at: datetime) -> None:
    """When the units that lead together have done it: "all", "any", or a number of them."""
    with _changing(actor, _version_of(row_id), row_version, "chose-completion", at) as (version, after):
        draft = drafting.prepare(version, vietnam_day(at))
        leading = next(len(one.lead_ids) for one in draft.rows if one.row.id == row_id)
        row = _row(row_id)
        row.completion = _completion(rule, leading)
        after |= {"row": row_id, "completion": row.completion}


def _completion(rule: str, leading: int) -> str:
    if rule in ("all", "any"):
        return rule
    if not (rule.isascii() and rule.isdecimal()) or not int(rule):
        raise Invalid("Xin ghi số đơn vị phải xong, ví dụ 3.", code="no-number")
    if int(rule) > leading:
        raise Invalid(
            f"Dòng này chỉ có {leading} đơn vị chủ trì. Xin ghi số nhỏ hơn, hoặc chọn “tất cả đơn vị”.",
            code="too-many",
        )
    return "any" if int(rule) == 1 else str(int(rule))


def _remember(committee_id: int, mention: str, value: str) -> None:
    """The next plan that spells it so is understood. Nothing is learned from "nobody", nor against the list."""
    meaning = Meaning.parse(value)
    form = key(mention)[:400]
    known = db.session.query(Alias).filter_by(committee_id=committee_id, key=form).first()
    if not meaning.whole or "liên quan" in mention.casefold():
        return
    if known is not None and known.origin == "import":
        return  # the list of the office stands
    alias = known or Alias(committee_id=committee_id, key=form, text=mention[:400], origin="review")
    alias.unit_id = meaning.id if meaning.kind == "unit" else None
    alias.group_id = meaning.id if meaning.kind == "group" else None
    db.session.add(alias)


def resolve_doubt(actor: Actor, row_id: int, code: str, *, row_version: int, at: datetime) -> None:
    """A person has looked: what was read is right, and the doubt goes. Blocking ones are overruled instead."""
    with _changing(actor, _version_of(row_id), row_version, "resolved-doubt", at) as (_version, after):
        if code in drafting.BLOCKING:
            raise Refused("Điểm này chặn việc ban hành. Xin sửa dòng, hoặc cho qua và ghi lý do.")
        row = _row(row_id)
        row.data = codec.task_to_json(drafting.without_doubt(codec.task_from_json(row.data), code))
        after |= {"row": row_id, "doubt": code}


def overrule(actor: Actor, row_id: int, code: str, reason: str, *, row_version: int, at: datetime) -> None:
    """A named person lets a blocking doubt pass, with a reason."""
    with _changing(actor, _version_of(row_id), row_version, "overruled-doubt", at) as (_version, after):
        if not reason.strip():
            raise Invalid("Xin ghi lý do cho qua điểm này.", code="no-reason")
        row = _row(row_id)
        row.overruled = {**row.overruled, code: reason.strip()}
        after |= {"row": row_id, "doubt": code, "reason": reason.strip()}


def choose_past(
    actor: Actor, version_id: int, choices: Mapping[str, str], *, row_version: int, at: datetime
) -> None:
    """For periods that are over: done before we followed it, or still to do. The key "all" means the rest."""
    with _changing(actor, version_id, row_version, "chose-past", at) as (version, after):
        if not set(choices.values()) <= set(PAST_CHOICES):
            raise Invalid("Xin chọn “đã xong trước khi theo dõi” hoặc “còn phải làm”.", code="no-choice")
        draft = drafting.prepare(version, vietnam_day(at))
        rows = {one.row.id: one.row for one in draft.rows}
        for period in past_periods(draft, vietnam_day(at)):
            chosen = choices.get(period.key) or (choices.get("all", "") if not period.choice else "")
            if chosen:
                row = rows[period.row_id]
                row.past = {**row.past, period.key.partition(":")[2]: chosen}
        after |= {"choices": dict(choices)}


def correct_head(
    actor: Actor,
    version_id: int,
    *,
    number: str,
    title: str,
    issued_on: str,
    period_start: date,
    period_end: date | None,
    leave_out_responsibilities: bool,
    row_version: int,
    at: datetime,
) -> None:
    """Number, title, date and period of the plan, and whether responsibilities are followed at all."""
    with _changing(actor, version_id, row_version, "corrected-head", at) as (version, after):
        if not title.strip():
            raise Invalid("Xin ghi trích yếu của kế hoạch.", code="no-title")
        if issued_on and not ISSUED_ON.fullmatch(issued_on):
            raise Invalid("Ngày ban hành chưa đúng. Ví dụ đúng: 15/01/2026.", code="bad-date")
        check_head(number, "", period_start, period_end)
        head = replace(
            codec.head_from_json(version.head),
            number=number.strip() or None,
            title=title.strip(),
            issued_on=issued_on or None,
            period=PlanPeriod(period_start, period_end),
        )
        version.head = codec.head_to_json(head)
        version.number, version.title, version.issued_on = number.strip(), title.strip(), issued_on
        version.period_start, version.period_end = period_start, period_end
        version.plan.leave_out_responsibilities = leave_out_responsibilities
        after |= {"number": version.number, "title": version.title}


def drop_draft(actor: Actor, version_id: int, *, at: datetime) -> None:
    """Throw a draft and its file away; the log keeps that it was there."""
    with transaction(db.session):
        version, plan = drafting.load(version_id, lock=True)
        access.need(actor, "plan.review", thing_of_plan(plan))
        if version.state != "draft":
            raise Refused("Kế hoạch đã ban hành thì không bỏ được.")
        after = {"version": version_id, "title": version.title, "number": version.number}
        record(
            db.session,
            actor,
            "dropped-draft",
            thing="plan",
            thing_id=plan.id,
            committee_id=plan.committee_id,
            after=after,
            at=at,
        )
        file = version.file
        db.session.delete(version)
        if file is not None:
            db.session.delete(file)


@contextmanager
def _changing(
    actor: Actor, version_id: int, row_version: int, deed: str, at: datetime
) -> Iterator[tuple[PlanVersion, dict[str, Any]]]:
    """One change of a draft: right, version and state are checked, the fact is written at the end."""
    with transaction(db.session):
        version, plan = drafting.load(version_id, lock=True)
        access.need(actor, "plan.review", thing_of_plan(plan))
        if version.state != "draft":
            raise Refused("Kế hoạch này đã ban hành, không sửa bản thảo được nữa.")
        if version.row_version != row_version:
            raise Refused(
                "Bản thảo vừa được người khác sửa. Xin tải lại trang rồi làm tiếp.", code="overtaken"
            )
        after: dict[str, Any] = {}
        yield version, after
        version.row_version += 1
        record(
            db.session,
            actor,
            deed,
            thing="plan-version",
            thing_id=version_id,
            committee_id=plan.committee_id,
            plan_id=plan.id,
            after=after,
            at=at,
        )


def _version_of(row_id: int) -> int:
    return _row(row_id).plan_version_id


def _row(row_id: int) -> DraftRow:
    row = db.session.get(DraftRow, row_id)
    if row is None:
        raise NotFound("Không tìm thấy dòng này. Có thể bản thảo đã thay đổi.")
    return row


def _check_title(task: TaskDraft) -> None:
    if not task.title.strip():
        raise Invalid("Xin ghi nội dung nhiệm vụ.", code="no-title")
