"""A draft as it stands: its rows, whom each mention means, what blocks publishing, what publishing would make.

The review page and the publishing both ask here, so that they cannot disagree. Reads only.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from sqlalchemy import select

from tracker.drafts import codec
from tracker.drafts.expand import Planned, believable, expand
from tracker.drafts.model import Doubt, PlanPeriod, TaskDraft
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.services.naming import named
from tracker.services.recompute import Rules, rules_of
from tracker.store.models import Committee, DraftRow, Plan, PlanVersion
from tracker.store.queries import units as find
from tracker.store.queries.plans import plan_day
from tracker.store.queries.rows import Choice, GroupRow, MentionRow, UnitRow
from tracker.units.matching import Home, Matcher, key
from tracker.units.meaning import Meaning

NOBODY = "none"
BLOCKING = ("no-unit", "empty-group", "unit-gone", "invalid-date", "end-before-start")
# A committee or its head is accountable; a working unit has to do it.
_COMMITTEE = re.compile(
    r"^(?:chu tich |lanh dao )?ubnd (?:huyen|tinh|thi xa|thanh pho|quan|xa|phuong|thi tran)?(?! cac)\b"
)


class Names:
    """Every name that a mention may mean in a committee on a day.

    With `today`, units that came only later can be chosen by a person as well; no mention means them by itself.
    With `within`, mentions mean these units alone.
    """

    def __init__(
        self,
        committee_id: int,
        day: date,
        *,
        today: date | None = None,
        within: Collection[int] | None = None,
    ) -> None:
        committee = db.session.get(Committee, committee_id)
        self.units: dict[int, UnitRow] = {
            row.id: row for row in find.units(db.session, day, committee_id=committee_id)
        }
        self.later: dict[int, UnitRow] = {}
        if today is not None and today != day:
            now = find.units(db.session, today, committee_id=committee_id)
            self.later = {row.id: row for row in now if row.id not in self.units}
        self.choosable = ChainMap(self.units, self.later)
        self.groups: dict[int, GroupRow] = {
            row.id: row
            for row in find.groups(db.session, committee_id, day, existing=list(self.units.values()))
        }
        self.home = Home.of(committee.name, committee.place) if committee else Home()
        known = named(committee_id, day, self.units, self.groups, within=within)
        self.matcher = Matcher(known, self.home)

    def meant(self, value: str) -> UnitRow | GroupRow | None:
        """The unit or group that "unit:12", "group:3" or "group:3-5" names; None for anything else."""
        meaning = Meaning.parse(value)
        if meaning.kind == "unit":
            return self.choosable.get(meaning.id)
        return self.groups.get(meaning.id) if meaning.kind == "group" else None

    def unit_ids(self, value: str) -> tuple[int, ...]:
        """The units that it stands for on the day."""
        meaning = Meaning.parse(value)
        if meaning.kind == "units":
            return tuple(one for one in meaning.ids if one in self.choosable)
        meant = self.meant(value)
        if isinstance(meant, GroupRow):
            left_out = frozenset(meaning.without)
            return tuple(one for one in meant.unit_ids if one not in left_out)
        return (meant.id,) if meant else ()

    def name(self, value: str) -> str:
        """What people call it: with its exceptions, where it has any; units picked by hand one after another."""
        meaning = Meaning.parse(value)
        if meaning.kind == "units":
            return self._listed(self.unit_ids(value))
        meant = self.meant(value)
        if isinstance(meant, GroupRow):
            left_out = [one for one in meant.unit_ids if one in meaning.without]
            return f"{meant.name} (trừ {self._listed(left_out)})" if left_out else meant.name
        return meant.name if meant else ""

    def _listed(self, ids: Sequence[int]) -> str:
        """Up to three by name; of more, the first two and how many besides."""
        called = [self.choosable[one].name for one in ids if one in self.choosable]
        if len(called) > 3:
            called = [*called[:2], f"{len(called) - 2} đơn vị khác"]
        return ", ".join(called)

    def choice(self, value: str, score: float = 0) -> Choice:
        return Choice(value, self.name(value), len(self.unit_ids(value)), score)

    def knows(self, value: str) -> bool:
        return value == NOBODY or bool(self.name(value))

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """Everything that can be chosen: groups first, then units."""
        groups = [self.choice(f"group:{one}") for one in self.groups]
        return tuple(groups + [self.choice(f"unit:{one}") for one in (*self.units, *self.later)])


@dataclass(frozen=True)
class Prepared:
    """One row with its meaning: `planned` are the assignments that it makes, each for the unit that was meant
    on the plan's day."""

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
    """A version under review, with everything that it would make.

    `holders` are the units that were meant on the plan's day and are over: who carries on for each today, None
    where that is not one unit.
    """

    plan: Plan
    version: PlanVersion
    names: Names
    rows: tuple[Prepared, ...]
    holders: Mapping[int, int | None] = field(default_factory=dict)

    def holder(self, unit_id: int) -> int:
        """Who does the unit's work from today on; the unit itself where nobody else is known to."""
        return self.holders.get(unit_id) or unit_id

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
    """The time that the plan is for; open where it names no end."""
    return PlanPeriod(version.period_start, version.period_end)


def names_of(version: PlanVersion, today: date) -> Names:
    """The names of the plan's day, and whom a person may choose besides."""
    return Names(version.plan.committee_id, plan_day(version, today), today=today)


def prepare(version: PlanVersion, today: date) -> Draft:
    """The draft as it stands today, its names as of the plan's day."""
    plan = version.plan
    names = names_of(version, today)
    over = find.successors(db.session, names.choosable, today)
    rules = rules_of(db.session, plan.committee_id)
    rows = tuple(_prepare_row(row, version, names, rules, today, over) for row in version.rows)
    return Draft(plan, version, names, rows, {unit: only(heirs) for unit, heirs in over.items()})


def only(heirs: Sequence[int]) -> int | None:
    """Who carries on where it is one unit for everything."""
    return heirs[0] if len(heirs) == 1 else None


def _prepare_row(
    row: DraftRow,
    version: PlanVersion,
    names: Names,
    rules: Rules,
    today: date,
    over: Mapping[int, tuple[int, ...]],
) -> Prepared:
    task = rules.counted(codec.task_from_json(row.data), version.issued_on)
    coordinator_id = version.plan.coordinator_id
    mentions = (
        *_mentions("lead", task.leads, row, names, coordinator_id),
        *_mentions("partner", task.partners, row, names, coordinator_id),
    )
    mentions = tuple(_today(mention, names, over) for mention in mentions)
    leads = _unit_ids(mentions, "lead")
    doubts = (*_doubts(task, mentions), *_gone(mentions, over))
    return Prepared(
        row=row,
        task=task,
        mentions=mentions,
        lead_ids=leads,
        partner_ids=tuple(one for one in _unit_ids(mentions, "partner") if one not in leads),
        doubts=doubts if row.decision == "open" else tuple(d for d in doubts if d.code in BLOCKING),
        blocking=tuple(d for d in doubts if d.code in BLOCKING and d.code not in row.overruled),
        planned=rules.read(task, expand(task, leads, period_of(version), today)),
    )


def _today(mention: MentionRow, names: Names, over: Mapping[int, tuple[int, ...]]) -> MentionRow:
    """With the unit's successor: its name, or those that may carry on as choices."""
    if len(mention.unit_ids) != 1 or mention.unit_ids[0] not in over:
        return mention
    heirs = over[mention.unit_ids[0]]
    if only(heirs):
        return replace(mention, now=names.name(f"unit:{heirs[0]}"))
    offered = [names.choice(f"unit:{one}") for one in heirs if one in names.choosable]
    values = {choice.value for choice in offered}
    return replace(mention, choices=(*offered, *(c for c in mention.choices if c.value not in values)))


def _gone(mentions: Iterable[MentionRow], over: Mapping[int, tuple[int, ...]]) -> tuple[Doubt, ...]:
    """Leads that are over today without one unit that carries on: a person has to say who does."""
    lost = [m for m in mentions if m.part == "lead" and any(not only(over.get(u, (u,))) for u in m.unit_ids)]
    return tuple(Doubt("unit-gone", "leads", m.text) for m in lost)


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
    offered = tuple(names.choice(one, score) for one, score in match.choices)
    ids, meant = names.unit_ids(value), names.meant(value)
    whole = meant.unit_ids if isinstance(meant, GroupRow) else ids
    return MentionRow(part, text, value, names.name(value), ids, offered, whole=whole)


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
    empty = [m for m in leads if m.value not in ("", NOBODY) and not m.unit_ids]
    kept = [d for d in task.doubts if d.code != "vague-unit" or unknown]
    kept += [Doubt("invalid-date", "timings", one.text) for one in task.timings if not believable(one)]
    kept += [Doubt("empty-group", "leads", m.text) for m in empty]
    if not any(timing.due for timing in task.timings):
        return (*kept, *(Doubt("unknown-unit", "leads", m.text) for m in unknown))
    return (*kept, *(Doubt("no-unit", "leads", m.text, tuple(c.name for c in m.choices)) for m in unknown))


def without_doubt(task: TaskDraft, code: str) -> TaskDraft:
    """The task without the doubts of one code."""
    return replace(task, doubts=tuple(doubt for doubt in task.doubts if doubt.code != code))
