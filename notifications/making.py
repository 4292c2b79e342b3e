"""The words of letters, made for many at once: everything that they tell is read in a handful of queries.

`words` writes for whoever orders: the sender from claimed rows (`freezing`), the forecast from memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import force_locale

from notifications.delivery.outbox import address_fault
from notifications.gathering import gathered
from notifications.letters.compose import digest, now
from notifications.letters.facts import Facts
from notifications.letters.own import listed
from notifications.letters.printing import Wording
from tracker.clock import vietnam_day
from tracker.deadlines.told_once import INHERITED, REQUESTS, word_of
from tracker.letters import Kind
from tracker.settings import Settings
from tracker.store.engine import AnySession
from tracker.store.queries import asked_notices, notices
from tracker.store.queries.asked_notices import AskedRow
from tracker.store.queries.calendar import calendars
from tracker.store.queries.notices import NOBODY, DigestRow, Follower, InheritedRow, Part
from tracker.store.queries.ongoing import OngoingRow

Told = tuple[int, str, date]


@dataclass(frozen=True)
class Order:
    """A letter that is to be written: to whom, and the steps (assignment, step, day) that it tells. `late_since` is
    the day on which it should have left, where that is over."""

    person_id: int | None
    committee_id: int
    kind: str
    steps: tuple[Told, ...]
    weekly: bool = False
    late_since: date | None = None

    @property
    def works(self) -> frozenset[int]:
        return frozenset(work_id for work_id, _step, _on in self.steps)

    @property
    def rungs(self) -> frozenset[tuple[int, date]]:
        """(assignment, due day) of its steps of the ladder, which are numbers of days; words name what is told once
        (inherited, extension-12)."""
        return frozenset((work_id, on) for work_id, step, on in self.steps if not word_of(step))


@dataclass(frozen=True)
class Made:
    """A letter as it can be frozen: its words, whom an answer goes to, and the assignments and committees of which it
    speaks."""

    wording: Wording
    reply_to: str
    works: frozenset[int]
    committees: frozenset[int]


def words(
    session: AnySession,
    orders: Mapping[int, Order],
    at: datetime,
    settings: Settings,
    *,
    resumed: Collection[int] = (),
) -> dict[int, Wording | None]:
    """The words of each letter, by the id under which it was ordered (links are signed with it); None where nothing is
    left to say. Reads only. `resumed` work, which waits now, counts as open."""
    made = letters(session, orders, at, settings, resumed=resumed)
    return {key: one.wording if one else None for key, one in made.items()}


def letters(
    session: AnySession,
    orders: Mapping[int, Order],
    at: datetime,
    settings: Settings,
    *,
    resumed: Collection[int] = (),
) -> dict[int, Made | None]:
    """The same with what else is frozen."""
    shelf = Shelf(session, orders.values(), vietnam_day(at), resumed)
    telling = {key: _Telling(order, shelf) for key, order in orders.items()}
    own = {key: one.works for key, one in telling.items()}
    facts = gathered(session, orders, own, at, settings, resumed)
    with force_locale("vi"):
        return {key: _made(one, shelf, facts[key], settings) for key, one in telling.items()}


class Shelf:
    """What the letters of a batch tell, read once for all of them."""

    def __init__(
        self, session: AnySession, orders: Iterable[Order], today: date, resumed: Collection[int] = ()
    ) -> None:
        orders = list(orders)
        people = {order.person_id for order in orders if order.person_id is not None}
        self.today = today
        self.calendar = calendars(session)
        self.people = notices.recipients(session, people)
        self.parts = notices.parts(session, people, today)
        units = frozenset[int]().union(*(part.units for part in self.parts.values()))
        self._rows = notices.digest_rows(session, units, today, resumed)
        self._ongoing = notices.ongoing_of(session, units, today)
        steps = {step for order in orders for step in order.steps}
        inherited = {work_id for work_id, step, _on in steps if step == INHERITED}
        self._inherited = notices.inherited_rows(session, inherited, today)
        self._asked = asked_notices.rows(session, {(work_id, step) for work_id, step, _on in steps}, today)
        self._coordinators = notices.coordinators_of(session, {work_id for work_id, _step, _on in steps})
        self.followers = notices.followers(session, self._follow_up(), today)

    def part(self, order: Order) -> Part:
        return self.parts.get(order.person_id or 0, NOBODY)

    def rows(self, order: Order) -> list[DigestRow]:
        """Everything open and dated in the units of the reader."""
        found = (row for unit in self.part(order).units for row in self._rows.get(unit, ()))
        return sorted(found, key=lambda row: (row.due_on, row.place, row.id))

    def ongoing(self, order: Order) -> list[OngoingRow]:
        found = (row for unit in self.part(order).units for row in self._ongoing.get(unit, ()))
        return sorted(found, key=lambda row: (row.asked.by, row.id))

    def inherited(self, order: Order) -> list[InheritedRow]:
        told = {work_id for work_id, step, _on in order.steps if step == INHERITED}
        found = (self._inherited[work_id] for work_id in told if work_id in self._inherited)
        return sorted(found, key=lambda row: (row.due_on or date.max, row.id))

    def asked(self, order: Order) -> list[AskedRow]:
        told = {(work_id, step) for work_id, step, _on in order.steps}
        found = (self._asked[one] for one in told if one in self._asked)
        return sorted(found, key=lambda row: (REQUESTS.index(row.kind), row.request_id))

    def followed_by(self, order: Order) -> list[int]:
        """The units that follow up the plans of its steps."""
        return sorted(
            {self._coordinators[work_id] for work_id in order.works if work_id in self._coordinators}
        )

    def _follow_up(self) -> set[int]:
        tables: tuple[Iterable[Collection[DigestRow | OngoingRow]], ...] = (
            self._rows.values(),
            self._ongoing.values(),
        )
        rows = {row.coordinator_id for table in tables for rows in table for row in rows}
        return rows | set(self._coordinators.values())


class _Telling:
    """What one letter tells of the shelf."""

    def __init__(self, order: Order, shelf: Shelf) -> None:
        self.order = order
        self.rows = shelf.rows(order)
        self.asked, self.inherited = shelf.asked(order), shelf.inherited(order)
        self.ongoing = shelf.ongoing(order) if order.kind == Kind.DIGEST else []
        shown = listed(self.rows, order.rungs, shelf.today) if order.kind == Kind.DIGEST else []
        speaking: list[Any] = [*self.asked, *shown, *self.inherited, *self.ongoing]
        self.works = order.works | {row.id for row in speaking}
        units = dict.fromkeys((*(row.coordinator_id for row in speaking), *shelf.followed_by(order)))
        self.followers = [shelf.followers[unit] for unit in units]
        self.reply_to = _reply_to(shelf.followers[unit] for unit in shelf.followed_by(order))


def _made(telling: _Telling, shelf: Shelf, facts: Facts, settings: Settings) -> Made | None:
    order = telling.order
    person = shelf.people.get(order.person_id or 0)
    if person is None or not shelf.part(order).roles:  # nobody is told in a role that is over
        return None
    common: dict[str, Any] = {
        "today": shelf.today,
        "calendar": shelf.calendar(order.committee_id),
        "base_url": settings.base_url,
        "late_since": order.late_since,
        "asked": telling.asked,
        "facts": facts,
    }
    roles = shelf.parts[person.id].roles
    if order.kind == Kind.DIGEST:
        common |= {"inherited": telling.inherited, "ongoing": telling.ongoing}
        wording = digest(person.name, roles, telling.rows, order.rungs, telling.followers, **common)
    else:
        wording = now(person.name, roles, telling.followers, **common)
    return Made(wording, telling.reply_to, telling.works, _committees(telling, facts)) if wording else None


def _committees(telling: _Telling, facts: Facts) -> frozenset[int]:
    """Those of its work, and those in which its reader has a role."""
    told = {facts.works[work].committee_id for work in telling.works if work in facts.works}
    held = {role.committee_id for role in facts.reader.roles if role.committee_id is not None}
    return frozenset({telling.order.committee_id, *told, *held})


def _reply_to(followers: Iterable[Follower]) -> str:
    """The mailbox of whoever follows the plans of this letter up; an answer goes to people, not to us."""
    boxes = (one.mailbox for one in followers)
    return next((box for box in boxes if not address_fault(box)), "")
