"""A draft as it stands: its rows, whom each mention means, what blocks publishing, what publishing would make.

The review page and the publishing both ask here, so that they cannot disagree. Reads only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from sqlalchemy import select

from tracker.drafts import codec
from tracker.drafts.expand import Planned, believable, expand
from tracker.drafts.model import Doubt, PlanPeriod, TaskDraft
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.store.models import Committee, DraftRow, Plan, PlanVersion
from tracker.store.queries import units as find
from tracker.store.queries.rows import Choice, GroupRow, MentionRow, UnitRow
from tracker.units.matching import Matcher, Named, key

NOBODY = "none"
BLOCKING = ("no-unit", "invalid-date", "end-before-start")
# A committee or its head is accountable; a working unit has to do it.
_COMMITTEE = re.compile(
    r"^(?:chu tich |lanh dao )?ubnd (?:huyen|tinh|thi xa|thanh pho|quan|xa|phuong|thi tran)?(?! cac)\b"
)


class Names:
    """Every name that a mention may mean in a committee on a day."""

    def __init__(self, committee_id: int, day: date) -> None:
        committee = db.session.get(Committee, committee_id)
        self.units: dict[int, UnitRow] = {
            row.id: row for row in find.units(db.session, day, committee_id=committee_id)
        }
        self.groups: dict[int, GroupRow] = {row.id: row for row in find.groups(db.session, committee_id, day)}
        spellings: dict[str, list[str]] = {}
        for unit in self.units.values():
            spellings[f"unit:{unit.id}"] = [unit.name, unit.short_name]
        for group in self.groups.values():
            spellings[f"group:{group.id}"] = [group.name]
        for text, value in find.aliases(db.session, committee_id):
            spellings.setdefault(value, []).append(text)
        named = [Named(value, tuple(names)) for value, names in spellings.items()]
        self.matcher = Matcher(named, [committee.place] if committee else [])

    def meant(self, value: str) -> UnitRow | GroupRow | None:
        """The unit or group that "unit:12" or "group:3" names; None for anything else."""
        kind, _, number = value.partition(":")
        known = {"unit": self.units, "group": self.groups}.get(kind, {})
        return known.get(int(number)) if number.isascii() and number.isdecimal() else None  # type: ignore[attr-defined]

    def unit_ids(self, value: str) -> tuple[int, ...]:
        """The units that it stands for on the day."""
        meant = self.meant(value)
        if isinstance(meant, GroupRow):
            return meant.unit_ids
        return (meant.id,) if meant else ()

    def name(self, value: str) -> str:
        meant = self.meant(value)
        return meant.name if meant else ""

    def choice(self, value: str) -> Choice:
        return Choice(value, self.name(value), len(self.unit_ids(value)))

    def knows(self, value: str) -> bool:
        return value == NOBODY or bool(self.name(value))

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """Everything that can be chosen: groups first, then units."""
        groups = [self.choice(f"group:{one}") for one in self.groups]
        return tuple(groups + [self.choice(f"unit:{one}") for one in self.units])


@dataclass(frozen=True)
class Prepared:
    """One row with its meaning: `planned` are the assignments that it makes."""

    row: DraftRow
    task: TaskDraft
    mentions: tuple[MentionRow, ...]
    lead_ids: tuple[int, ...]
    partner_ids: tuple[int, ...]
    doubts: tuple[Doubt, ...]
    blocking: tuple[Doubt, ...]
    planned: tuple[Planned, ...]

    @property
    def live(self) -> bool:
        return self.row.decision != "rejected"


@dataclass(frozen=True)
class Draft:
    """A version under review, with everything that it would make."""

    plan: Plan
    version: PlanVersion
    names: Names
    rows: tuple[Prepared, ...]

    @property
    def publishable(self) -> list[Prepared]:
        """Rows that become tasks."""
        skip = self.plan.leave_out_responsibilities
        return [one for one in self.rows if one.live and not (skip and one.task.kind == "responsibility")]


def load(version_id: int, *, lock: bool = False) -> tuple[PlanVersion, Plan]:
    """The version and its plan. Raises `NotFound`.

    With `lock`, for a deed: whoever comes second waits here and then sees what the first one left (SQLite
    has let only one in anyway).
    """
    version = db.session.get(PlanVersion, version_id)
    if version is None:
        raise NotFound("Không tìm thấy bản thảo này. Có thể nó đã được bỏ.")
    if lock:
        lock_plan(version.plan_id)
        db.session.refresh(version)
    return version, version.plan


def lock_plan(plan_id: int) -> Plan | None:
    """The plan as it is now, held until the transaction ends."""
    query = select(Plan).where(Plan.id == plan_id).with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def period_of(version: PlanVersion) -> PlanPeriod:
    return PlanPeriod(version.period_start, version.period_end)


def prepare(version: PlanVersion, day: date) -> Draft:
    """The draft as it stands on the day."""
    plan = version.plan
    names = Names(plan.committee_id, day)
    rows = tuple(_prepare_row(row, version, names, plan.coordinator_id, day) for row in version.rows)
    return Draft(plan, version, names, rows)


def _prepare_row(
    row: DraftRow, version: PlanVersion, names: Names, coordinator_id: int, day: date
) -> Prepared:
    task = codec.task_from_json(row.data)
    mentions = (
        *_mentions("lead", task.leads, row, names, coordinator_id),
        *_mentions("partner", task.partners, row, names, coordinator_id),
    )
    leads = _unit_ids(mentions, "lead")
    doubts = _doubts(task, mentions)
    return Prepared(
        row=row,
        task=task,
        mentions=mentions,
        lead_ids=leads,
        partner_ids=tuple(one for one in _unit_ids(mentions, "partner") if one not in leads),
        doubts=doubts if row.decision == "open" else tuple(d for d in doubts if d.code in BLOCKING),
        blocking=tuple(d for d in doubts if d.code in BLOCKING and d.code not in row.overruled),
        planned=tuple(expand(task, leads, period_of(version), day)),
    )


def _mentions(
    part: str, texts: Iterable[str], row: DraftRow, names: Names, coordinator_id: int
) -> list[MentionRow]:
    return [_mention(part, text, row, names, coordinator_id) for text in texts]


def _mention(part: str, text: str, row: DraftRow, names: Names, coordinator_id: int) -> MentionRow:
    match = names.matcher.match(text)
    value = row.choices.get(text, "")
    if not names.knows(value):
        value = match.value
    if part == "lead" and text not in row.choices and means_committee(text, value, names):
        value = f"unit:{coordinator_id}"  # proposed; the reader's doubt asks a person
    offered = tuple(names.choice(one) for one in match.choices)
    return MentionRow(part, text, value, names.name(value), names.unit_ids(value), offered)


def means_committee(text: str, value: str, names: Names) -> bool:
    """The committee itself or its chairman: answers for the work, but somebody else has to do it."""
    meant = names.meant(value)
    if isinstance(meant, UnitRow):
        return meant.kind == "committee"
    return not value and bool(_COMMITTEE.match(key(text)))


def _unit_ids(mentions: Iterable[MentionRow], part: str) -> tuple[int, ...]:
    ids = [one for m in mentions if m.part == part for one in m.unit_ids]
    return tuple(dict.fromkeys(ids))


def _doubts(task: TaskDraft, mentions: Iterable[MentionRow]) -> tuple[Doubt, ...]:
    """The reader's doubts, and one for each lead that means nobody yet. A vague name whose units are chosen
    is no doubt any longer."""
    leads = [m for m in mentions if m.part == "lead"]
    unknown = [m for m in leads if not m.value]
    kept = [d for d in task.doubts if d.code != "vague-unit" or unknown]
    kept += [Doubt("invalid-date", "timings", one.text) for one in task.timings if not believable(one)]
    if not any(timing.due for timing in task.timings):
        return (*kept, *(Doubt("unknown-unit", "leads", m.text) for m in unknown))
    return (*kept, *(Doubt("no-unit", "leads", m.text, tuple(c.name for c in m.choices)) for m in unknown))


def without_doubt(task: TaskDraft, code: str) -> TaskDraft:
    """The task without the doubts of one code."""
    return replace(task, doubts=tuple(doubt for doubt in task.doubts if doubt.code != code))
