"""Plans as lists show them: drafts with what is left to look at, published ones with their figures. Whoever calls has
asked for the right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tracker.extensions import db
from tracker.services import drafting, figures
from tracker.store.models import PlanVersion
from tracker.store.queries import plans as find_plans
from tracker.store.queries import units as find_units
from tracker.store.queries.rows import PlanRow
from tracker.store.queries.work import Counted, Wanted


def of_drafts(versions: list[PlanVersion], today: date) -> list[PlanRow]:
    """Drafts with what is left to look at, counted as the review page counts it."""
    names = find_units.names(db.session, {version.plan.coordinator_id for version in versions}, today)
    return [of_draft(drafting.prepare(version, today), names) for version in versions]


def of_draft(draft: drafting.Draft, names: dict[int, str]) -> PlanRow:
    """One draft, read already; `names` are those of the units that follow plans up."""
    doubts = sum(bool(one.doubts) for one in draft.rows if one.live)
    return _plan_row(draft.version, names, tasks=len(draft.publishable), doubts=doubts)


def of_published(
    versions: list[PlanVersion], today: date, lines: Iterable[Counted] | None = None
) -> list[PlanRow]:
    """Published versions with their figures; `lines` are their assignments, where they were read already."""
    ids = [version.plan_id for version in versions]
    if lines is None:
        lines = figures.lines(Wanted(plans=ids)) if ids else []
    works: dict[int, list[Counted]] = {}
    for line in lines:
        works.setdefault(line.plan_id, []).append(line)
    counts = find_plans.task_counts(db.session, [version.id for version in versions])
    names = find_units.names(db.session, {version.plan.coordinator_id for version in versions}, today)
    return [
        _plan_row(
            version,
            names,
            tasks=counts.get(version.id, (0, 0))[0],
            unassigned=counts.get(version.id, (0, 0))[1],
            units=len({line.holder_id for line in works.get(version.plan_id, [])}),
            tally=figures.of_plan(works.get(version.plan_id, []), today),
            assignments=figures.of_units(works.get(version.plan_id, []), today),
        )
        for version in versions
    ]


def _plan_row(version: PlanVersion, names: dict[int, str], **counted: object) -> PlanRow:
    plan = version.plan
    return PlanRow(
        id=plan.id,
        version_id=version.id,
        committee_id=plan.committee_id,
        coordinator_id=plan.coordinator_id,
        coordinator_name=names.get(plan.coordinator_id, ""),
        state=version.state,
        number=version.number,
        title=version.title,
        issuer=version.issuer,
        issued_on=version.issued_on,
        period_start=version.period_start,
        period_end=version.period_end,
        file_id=version.file_id,
        file_name=version.file.name if version.file else "",
        created_at=version.created_at,
        published_at=version.published_at,
        ending=plan.ending,
        ended_at=plan.ended_at,
        **counted,  # type: ignore[arg-type]
    )
