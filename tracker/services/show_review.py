"""The review page of a draft: its rows with what is in doubt, and what publishing it now would do."""

from __future__ import annotations

from datetime import datetime

from tracker import access
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.drafts import codec
from tracker.drafts.model import Doubt
from tracker.extensions import db
from tracker.services import drafting, foretelling, plan_rows
from tracker.services.past import past_periods
from tracker.services.plan_deed import thing_of_plan
from tracker.services.publish import forecast
from tracker.store.models import PlanVersion
from tracker.store.queries import plans as find_plans
from tracker.store.queries import units as find_units
from tracker.store.queries.rows import Review, ReviewRow
from tracker.vietnamese.paths import path_text


def review(actor: Actor, version_id: int, *, at: datetime) -> Review:
    """The review page of a draft, with what publishing it now would do."""
    today = vietnam_day(at)
    version, plan = drafting.load(version_id)
    access.need(actor, "plan.review", thing_of_plan(plan))
    draft = drafting.prepare(version, today)
    past = tuple(past_periods(draft, today))
    planned = [one for prepared in draft.publishable for one in prepared.planned]
    would = forecast(draft)
    names = find_units.names(db.session, [plan.coordinator_id], today)
    return Review(
        plan=plan_rows.of_draft(draft, names),
        version_id=version.id,
        row_version=version.row_version,
        head=codec.head_from_json(version.head),
        blocks=tuple(version.blocks),
        leftover=tuple(codec.source_from_json(one) for one in version.leftover),
        lint=tuple(codec.doubt_from_json(one) for one in version.lint),
        rows=tuple(_review_row(one) for one in draft.rows),
        choices=draft.names.choices,
        past=past,
        past_unchosen=sum(not period.choice for period in past),
        leave_out_responsibilities=plan.leave_out_responsibilities,
        new_assignments=would.assignments,
        withdrawn_assignments=would.withdrawn,
        kept_assignments=would.kept,
        moved_assignments=would.moved,
        replaces=_replaced(version),
        unassigned=sum(not one.lead_ids for one in draft.publishable),
        undated=sum(one.due is None and not one.waits_for for one in planned),
        waiting=sum(bool(one.waits_for) for one in planned),
        heirs=foretelling.heirs(draft, today),
        dropped=foretelling.dropped(would.dropped, today),
        units=dict(draft.names.choosable),
        day=find_plans.plan_day(version, today),
    )


def _replaced(version: PlanVersion) -> str:
    """What people call the published version of the same plan."""
    if version.ordinal == 1:
        return ""
    published = next((one for one in version.plan.versions if one.state == "published"), None)
    return (published.number or published.title) if published else ""


def _review_row(one: drafting.Prepared) -> ReviewRow:
    return ReviewRow(
        id=one.row.id,
        position=one.row.position,
        task=one.task,
        path_text=path_text(one.task.path),
        decision=one.row.decision,
        origin=one.row.origin,
        mentions=one.mentions,
        doubts=_asked_once(one.doubts),
        blocking=one.blocking if one.live else (),
        overruled=dict(one.row.overruled),
        completion=one.row.completion or "all",
        leading=len(one.lead_ids),
    )


def _asked_once(doubts: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
    """A vague name that means nobody yet is asked about once: who is meant answers both."""
    unknown = [doubt.text for doubt in doubts if doubt.code in ("no-unit", "unknown-unit")]
    return tuple(
        doubt
        for doubt in doubts
        if doubt.code != "vague-unit" or not any(_same_words(doubt.text, text) for text in unknown)
    )


def _same_words(one: str, other: str) -> bool:
    return not one or one in other or other in one
