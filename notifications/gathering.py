"""What letters tell beside their readers' own open work, read for many of them at once.

Each query is asked once for all orders; nothing is read for a single letter but the signature of its links.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Protocol

from notifications.letters import week
from notifications.letters.facts import NOBODY, Facts, Told
from notifications.letters.week import Week
from tracker.access import UNIT_ROLES
from tracker.clock import vietnam_day
from tracker.deadlines.told_once import BOUNCED, EVENT, MOVED
from tracker.life import OPEN
from tracker.services.links import WorkLink, unsubscribe_link, work_link
from tracker.settings import Settings
from tracker.store.engine import AnySession
from tracker.store.queries import bounces, letter_rows
from tracker.store.queries.feeds import FeedEvent, events_of
from tracker.store.queries.ladders import ladders
from tracker.store.queries.letter_rows import LetterRow, PlanLine, Reader
from tracker.store.queries.reading import unread_units
from tracker.store.queries.units import names
from tracker.store.queries.work import Counted, Wanted, counted

ABOVE = ("coordinator", "leader")


class Ordered(Protocol):
    """What of an order decides about its facts."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def committee_id(self) -> int: ...
    @property
    def steps(self) -> tuple[tuple[int, str, date], ...]: ...
    @property
    def weekly(self) -> bool: ...


def gathered(
    session: AnySession,
    orders: Mapping[int, Ordered],
    own: Mapping[int, Collection[int]],
    at: datetime,
    settings: Settings,
    resumed: Collection[int] = (),
) -> dict[int, Facts]:
    """Order → facts. `own` are the assignments of which its letter speaks beside the steps; `resumed` work counts as
    open."""
    today = vietnam_day(at)
    people = letter_rows.readers(session, [one.person_id for one in orders.values() if one.person_id], today)
    steps = {key: tuple(Told(*step) for step in order.steps) for key, order in orders.items()}
    ids = {told.assignment_id for found in steps.values() for told in found}
    works = _as_open(letter_rows.works(session, ids.union(*own.values()), today), resumed)
    committees = {row.committee_id for row in works.values()} | {one.committee_id for one in orders.values()}
    shared = Facts(
        works=works,
        ladders={one: ladders(session, one) for one in committees},
        told=_told_before(session, orders, steps),
        waits=letter_rows.wait_reasons(session, _numbers(steps, EVENT)),
        bounces=bounces.rows(session, _numbers(steps, BOUNCED)),
        unattended=letter_rows.unattended(session, _units_elsewhere(orders, steps, works, people), today),
        committees=letter_rows.committee_names(session, committees),
        events=_events(session, orders, own, people, today),
    )
    weeks = _weeks(session, orders, people, today, resumed)
    return {
        key: _facts(key, order, shared, people, steps[key], weeks.get(key), at, settings)
        for key, order in orders.items()
    }


def _as_open(works: Mapping[int, LetterRow], resumed: Collection[int]) -> dict[int, LetterRow]:
    """As the rows will be once nobody waits for anything."""
    return {
        key: replace(row, work=replace(row.work, state=OPEN, waits_since=None)) if key in resumed else row
        for key, row in works.items()
    }


def _facts(
    key: int,
    order: Ordered,
    shared: Facts,
    people: Mapping[int, Reader],
    steps: tuple[Told, ...],
    summary: Week | None,
    at: datetime,
    settings: Settings,
) -> Facts:
    reader = people.get(order.person_id or 0, NOBODY)
    base, secret = settings.base_url, settings.secret_key
    return replace(
        shared,
        reader=reader,
        steps=steps,
        week=summary,
        link=partial(_signed, reader.id, key, secret, at),
        unsubscribe=base + unsubscribe_link(reader.id, secret=secret),
        events=shared.events if reader.wants_calendar else {},
    )


def _signed(person_id: int, letter_id: int, secret: str, at: datetime, row: LetterRow) -> str:
    link = WorkLink(person_id, row.id, row.holder_id, row.turn, letter_id, row.holding)
    return work_link(link, secret=secret, at=at)


def _numbers(steps: Mapping[int, Iterable[Told]], kind: str) -> set[int]:
    return {told.number for found in steps.values() for told in found if told.kind == kind and told.number}


def _told_before(
    session: AnySession, orders: Mapping[int, Ordered], steps: Mapping[int, Iterable[Told]]
) -> dict[tuple[int, int], list[date]]:
    keys = {
        (told.assignment_id, orders[key].person_id or 0)
        for key, found in steps.items()
        for told in found
        if told.kind == MOVED
    }
    return letter_rows.told_days(session, keys) if keys else {}


def _units_elsewhere(
    orders: Mapping[int, Ordered],
    steps: Mapping[int, Iterable[Told]],
    works: Mapping[int, LetterRow],
    people: Mapping[int, Reader],
) -> set[int]:
    """The units of which somebody above is told."""
    found = set()
    for key, order in orders.items():
        own = people.get(order.person_id or 0, NOBODY).units(*UNIT_ROLES)
        for told in steps[key]:
            row = works.get(told.assignment_id)
            if row is not None and not told.kind and row.holder_id not in own:
                found.add(row.holder_id)
    return found


def _events(
    session: AnySession,
    orders: Mapping[int, Ordered],
    own: Mapping[int, Collection[int]],
    people: Mapping[int, Reader],
    today: date,
) -> dict[int, FeedEvent]:
    """The due days of those who want them in their calendar."""
    wanting = [key for key, one in orders.items() if people.get(one.person_id or 0, NOBODY).wants_calendar]
    wanted = {work for key in wanting for work in own.get(key, ())}
    wanted |= {work for key in wanting for work, _step, _on in orders[key].steps}
    return events_of(session, wanted, today) if wanted else {}


# The summary of the week


def _weeks(
    session: AnySession,
    orders: Mapping[int, Ordered],
    people: Mapping[int, Reader],
    today: date,
    resumed: Collection[int],
) -> dict[int, Week]:
    """Order → the summary of the plans that its reader oversees; whoever oversees the same plans gets the same one."""
    weekly = {key: one for key, one in orders.items() if one.weekly and one.person_id in people}
    if not weekly:
        return {}
    plans = letter_rows.plans_going_on(session, _committees_above(weekly, people))
    overseen = {key: _overseen(people[one.person_id or 0], plans) for key, one in weekly.items()}
    lines = counted(session, Wanted(plans={plan.id for found in overseen.values() for plan in found}))
    lines = [
        one._replace(work=replace(one.work, state=OPEN, waits_since=None)) if one.id in resumed else one
        for one in lines
    ]
    made = {found: week.counted_week(found, _of(found, lines), today) for found in set(overseen.values())}
    named = _named(session, made, today, resumed)
    return {key: named[found] for key, found in overseen.items() if named[found].plans}


def _committees_above(weekly: Mapping[int, Ordered], people: Mapping[int, Reader]) -> set[int]:
    """Where the readers oversee anything: a letter is of one committee, its reader may have roles in several."""
    held = {
        role for one in weekly.values() for role in people[one.person_id or 0].roles if role.role in ABOVE
    }
    own = {one.committee_id for one in weekly.values()}
    return own | {role.committee_id for role in held if role.committee_id is not None}


def _overseen(reader: Reader, plans: Iterable[PlanLine]) -> tuple[PlanLine, ...]:
    """A leader oversees every plan of the committee, a coordinator those that her unit follows up."""
    led = {one.committee_id for one in reader.roles if one.role == "leader"}
    followed = reader.units("coordinator")
    return tuple(plan for plan in plans if plan.committee_id in led or plan.coordinator_id in followed)


def _of(plans: Iterable[PlanLine], lines: Iterable[Counted]) -> list[Counted]:
    wanted = {plan.id for plan in plans}
    return [line for line in lines if line.plan_id in wanted]


Made = dict[tuple[PlanLine, ...], Week]


def _named(session: AnySession, made: Made, today: date, resumed: Collection[int]) -> Made:
    """The summaries with the names and words of what they list."""
    units = {unit for one in made.values() for unit in week.holders(one)}
    nobody = letter_rows.unattended(session, units, today)
    called = names(session, units, today)
    listed = {work for one in made.values() for work in week.listed_works(one)}
    works = _as_open(letter_rows.works(session, listed, today), resumed)
    committees = {plan.committee_id for plans in made for plan in plans}
    unread = [row for one in sorted(committees) for row in unread_units(session, one, today)]
    return {
        plans: replace(
            one,
            names=called,
            works=works,
            unattended=tuple(unit for unit in one.unattended if unit in nobody),
            unread=tuple(
                row
                for row in unread
                if row.found.unit.unit_id in one.unattended and row.found.unit.unit_id not in nobody
            ),
        )
        for plans, one in made.items()
    }
