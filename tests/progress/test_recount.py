"""What pages show equals a recount by plain SQL: on the sample and on states that chance makes, on both databases."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.progress.pages import differences
from tests.progress.recount import recount
from tracker import demo, life
from tracker.access import Actor, Grant
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.store.models import (
    Assignment,
    Committee,
    Plan,
    PlanVersion,
    Submission,
    Task,
    TaskVersion,
    Timing,
)

THEN = datetime(2026, 1, 2, tzinfo=UTC)
EXCUSES = ("withdrawn", "done-before", "dissolved", "not-applicable")


def overseer(committee_id: int) -> Actor:
    return Actor(None, "", (Grant("leader", committee_id),))


def test_the_sample_is_counted_alike(app):
    at = at_vietnam(date(2026, 5, 12), 9)
    demo.load(app, at=at)
    committee = db.session.query(Committee).one()
    assert recount("assignments", "1 = 1", "committee_id", date(2026, 5, 12))[(committee.id,)]["total"] > 0
    assert differences(overseer(committee.id), committee.id, at=at) == []


@pytest.mark.parametrize("seed", range(6))
def test_states_that_chance_makes_are_counted_alike(app, world, seed):
    chance = random.Random(seed)  # noqa: S311 (a test)
    committee = db.session.get(Committee, world.committee)
    assert committee is not None
    committee.settings = {"article_148": True} if seed % 2 else {}
    units = [world.culture, world.education, world.tan_lap, world.binh_minh, world.phu_hoa]
    for n in range(3):
        _plan(chance, world, n, units)
    db.session.commit()
    for day in (date(2026, 5, 9), date(2026, 5, 20)):
        found = differences(overseer(world.committee), world.committee, at=at_vietnam(day, 9))
        assert not found, "\n".join(found)


def _plan(chance: random.Random, world: Any, n: int, units: list[int]) -> None:
    person = world.people["coordinator"]
    plan = Plan(
        committee_id=world.committee, coordinator_id=world.justice, created_by_id=person, created_at=THEN
    )
    plan.versions.append(PlanVersion(ordinal=1, state="published", title=f"Kế hoạch {n}", created_at=THEN))
    db.session.add(plan)
    db.session.flush()
    for position in range(chance.randint(1, 5)):
        task = Task(plan_id=plan.id, created_at=THEN)
        task.timings.append(Timing(ordinal=0))
        rule = chance.choice(["all", "all", "any", "2", "9"])
        task.versions.append(
            TaskVersion(
                plan_version_id=plan.versions[0].id,
                position=position,
                path=[str(position + 1)],
                kind="task",
                title="Rà soát",
                completion=rule,
            )
        )
        db.session.add(task)
        db.session.flush()
        for period in ("2026-Q1", "2026-Q2"):
            undated = chance.random() < 0.1
            for unit in chance.sample(units, chance.randint(1, len(units))):
                _assignment(chance, plan, task, unit, period, undated, world)


def _assignment(
    chance: random.Random, plan: Plan, task: Task, unit: int, period: str, undated: bool, world: Any
) -> None:
    def near() -> date:
        return date(2026, 5, 1) + timedelta(days=chance.randint(0, 45))

    state = chance.choice(life.STATES)
    first = near()
    due = None if undated or (state == life.WAITING and chance.random() < 0.5) else first
    if due and chance.random() < 0.3:
        due += timedelta(days=chance.randint(1, 30))
    holder = chance.choice([unit, unit, world.justice])
    one = Assignment(
        committee_id=plan.committee_id,
        plan_id=plan.id,
        task_id=task.id,
        timing_id=task.timings[0].id,
        unit_id=unit,
        holder_id=holder,
        period=period,
        due_on=due,
        first_due_on=first if due else None,
        state=state,
        excuse=chance.choice(EXCUSES) if state == life.EXCUSED else "",
        waits_since=near() if state == life.WAITING else None,
        done_on=near() if state == life.ACCEPTED else None,
        urged_from=date(2026, 1, 2),
        changed_at=THEN,
    )
    db.session.add(one)
    db.session.flush()
    submissions = {life.SUBMITTED: ["sent"], life.ACCEPTED: ["accepted"]}.get(state, [])
    earlier = chance.choice([[], ["withdrawn"], ["returned"], ["part"]])
    # Lines of one unit that were ticked together carry the same mark.
    bundle = f"{task.id}" if holder == world.justice and chance.random() < 0.7 else ""
    for name in [*earlier, *submissions]:
        db.session.add(
            Submission(
                assignment_id=one.id,
                person_id=world.people["officer"],
                submitted_at=THEN,
                received_on=near(),
                state=name,
                bundle=bundle,
            )
        )
        db.session.flush()
