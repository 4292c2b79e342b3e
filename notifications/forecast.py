"""What will be sent, day by day, if nobody does anything until then: the sender's own rules over what is known now.

Reads only. What a mail of an earlier day has told is kept in memory and counts as recorded. Nobody can know what
people will do: work that is done, extended or published meanwhile changes what is sent.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain, count

from notifications import making
from notifications.collect import gaps, without_letter
from notifications.delivery.outbox import address_fault
from notifications.mailing import MAILING
from notifications.making import Order
from notifications.owed import RECENT, Reading, Steps, duty_of, owed_by_person, unswept_since
from notifications.policy import Duty, Key, Owed, Team, Urging
from notifications.quiet import is_quiet, quiet_hours
from tracker.clock import at_vietnam, vietnam_day, vietnam_time
from tracker.deadlines.ladder import Ladder, step_day
from tracker.deadlines.workdays import WorkCalendar
from tracker.letters import Kind
from tracker.settings import Settings
from tracker.store.engine import AnySession
from tracker.store.queries import asking, foreseen, notices, owing, sweeps
from tracker.store.queries.calendar import calendar_of
from tracker.store.queries.foreseen import Forecast, Item, Line, Mail
from tracker.store.queries.ongoing import Ongoing, OngoingRow

LONGEST = timedelta(days=366)
BATCH = 200  # letters that are worded together


def forecast(
    session: AnySession,
    at: datetime,
    settings: Settings,
    *,
    until: date,
    plan_id: int | None = None,
    subjects: bool = True,
) -> Forecast:
    """Every mail from now on up to a day. With `plan_id` only the mails that hold something of that plan, and of
    these only its lines. `subjects` words each mail as the sender would: it takes most of the time."""
    first = vietnam_day(at)
    until = min(until, first + LONGEST)
    days = _Days(session, at, until, plan_id if not subjects else None)
    found = list(days.sent())
    if subjects:
        found = list(_worded(session, settings, found, days))
    mails = [mail for _order, mail in found]
    if plan_id is not None:
        place = foreseen.place_of(session, plan_id)
        mails = [kept for mail in mails if (kept := _of_plan(mail, plan_id, place, days))]
    return Forecast(
        since=first,
        until=until,
        mails=tuple(mails),
        waiting=sweeps.left(session)[0],
        unknown=foreseen.rolling_from(session, plan_id, until),
        errors=tuple(dict.fromkeys(days.errors)),
    )


Found = tuple[Order, Mail]


def _of_plan(mail: Mail, plan_id: int, place: tuple[int, int] | None, days: _Days) -> Mail | None:
    """The mail with what it holds of the plan; the summary of the week goes to whoever follows the plan up."""
    items = tuple(item for item in mail.items if item.work.plan_id == plan_id)
    weekly = mail.weekly and place is not None and mail.person_id in days.followers(*place, mail.day)
    return replace(mail, items=items, weekly=weekly) if items or weekly else None


def _worded(session: AnySession, settings: Settings, found: Iterable[Found], days: _Days) -> Iterator[Found]:
    """With the subjects that the sender would write; without those of which nothing is left to say."""
    by_day: dict[date, list[Found]] = defaultdict(list)
    for one in found:
        by_day[one[1].day].append(one)
    for day, mails in by_day.items():
        for some in (mails[n : n + BATCH] for n in range(0, len(mails), BATCH)):
            orders = {number: order for number, (order, _mail) in enumerate(some)}
            at = at_vietnam(day, *_morning())
            words = making.words(session, orders, at, settings, resumed=days.resumed_by(day))
            for number, (order, mail) in enumerate(some):
                wording = words[number]
                if wording is not None:
                    yield order, replace(mail, subject=wording.subject)


def _morning() -> tuple[int, int]:
    return MAILING.digest_from.hour, MAILING.digest_from.minute


class _Days:
    """The sender's days, one after the other."""

    def __init__(self, session: AnySession, at: datetime, until: date, plan_id: int | None) -> None:
        self.session = session
        self.at = at
        self.first = vietnam_day(at)
        self.until = until
        self.plan_id = plan_id
        self.known: dict[int, _Known] = {}
        self.errors: list[str] = []
        self.told: set[Key] = set()
        self.eras = foreseen.changes_of_people(session, self.first, until)
        committees = notices.committee_settings(session)
        self.settings = dict(committees)
        self.calendars = {committee_id: calendar_of(session, committee_id) for committee_id in self.settings}
        self._lines: dict[int, Line] = {}

    def sent(self) -> Iterator[Found]:
        """The mails of each day, the first one included as far as it is not over."""
        for n in range((self.until - self.first).days + 1):
            day = self.first + timedelta(days=n)
            if any(calendar.works(day) for calendar in self.calendars.values()):
                yield from self._on(day)

    def _on(self, day: date) -> Iterator[Found]:
        begins = day == self.first
        found = owed_by_person(
            self.session,
            day,
            self.told,
            since=unswept_since(self.session, self.at) if begins else None,
            sleeping=self._over() if begins else (),
            reading=self._read,
        )
        self.errors += found.errors
        portions: list[tuple[str, int, Steps, int | None]] = [
            *((Kind.NOW, person, share.now, None) for person, share in found.people.items() if share.now),
            *(
                (Kind.DIGEST, person, *rest)
                for person, rest in without_letter(self.session, found.people, day).items()
            ),
        ]
        held = gaps(self.session, found.people, self.at) if begins else {}
        for order, mail in self._mails(day, portions):
            moment = held.get(mail.person_id) if mail.kind == Kind.NOW else None
            leaves = self._leaves(mail.committee_id, moment) if moment else day
            if leaves <= self.until:
                yield order, replace(mail, day=leaves)

    def _mails(self, day: date, portions: list[tuple[str, int, Steps, int | None]]) -> Iterator[Found]:
        people = (
            notices.recipients(self.session, {person for _kind, person, *_ in portions}) if portions else {}
        )
        self._know({one.assignment_id for _k, _p, steps, _w in portions for _c, one in steps})
        for kind, person_id, steps, weekly in portions:
            self.told |= {one.key for _committee, one in steps}
            person = people[person_id]
            committee_id = steps[0][0] if steps else weekly
            assert committee_id is not None
            told = tuple((one.assignment_id, one.step, one.due_on) for _committee, one in steps)
            yield (
                Order(person_id, committee_id, kind, told, weekly=weekly is not None),
                Mail(
                    day=day,
                    kind=kind,
                    weekly=weekly is not None,
                    committee_id=committee_id,
                    person_id=person_id,
                    name=person.name,
                    address=person.email,
                    fault=address_fault(person.email),
                    items=tuple(Item(step, on, self._lines[work]) for work, step, on in told),
                ),
            )

    def _leaves(self, committee_id: int, moment: datetime) -> date:
        """The day on which a letter goes that may not leave before this moment: the quiet hours may come first."""
        settings, day, clock = self.settings[committee_id], vietnam_day(moment), vietnam_time(moment).time()
        _begin, end = quiet_hours(settings)
        if clock < end or not is_quiet(settings, clock):
            return day
        return self.calendars[committee_id].plus(day, 1)

    def _know(self, works: set[int]) -> None:
        new = works - self._lines.keys()
        if new:
            self._lines |= foreseen.lines(self.session, new, self.first)

    def _over(self) -> set[int]:
        """The committees for which the first day is over: their quiet hours have begun."""
        clock = max(vietnam_time(self.at).time(), MAILING.digest_from)
        over = set()
        for committee_id, settings in notices.committee_settings(self.session):
            begin, end = quiet_hours(settings)
            if end < begin <= clock:
                over.add(committee_id)
        return over

    def resumed_by(self, day: date) -> set[int]:
        """The work that waits now and will not wait any longer."""
        return {
            work for known in self.known.values() for work, since in known.resumed.items() if since <= day
        }

    def _read(self, session: AnySession, committee_id: int, calendar: WorkCalendar, day: date) -> Reading:
        if committee_id not in self.known:
            self.known[committee_id] = _Known(session, committee_id, calendar, self)
        return _Foreseen(self.known[committee_id], day)

    def followers(self, committee_id: int, coordinator_id: int, day: date) -> Collection[int]:
        """Who gets the summary of the week because of a plan that this unit follows up."""
        known = self.known.get(committee_id)
        return _Foreseen(known, day).followers(coordinator_id) if known else ()


class _Known:
    """What is known of a committee now and holds for all days to come: its work by what would be told of it, what is
    recorded, ladders; people by the days on which they change."""

    def __init__(self, session: AnySession, committee_id: int, calendar: WorkCalendar, days: _Days) -> None:
        self.session = session
        self.id = committee_id
        self.calendar = calendar
        self.days = days
        # A reading of the last day sees all work that is told of until then.
        last = Reading(session, committee_id, calendar, days.until)
        self.ladders, self.faults = last.ladders, last.faults
        furthest = days.until + last.ladders.look_ahead
        resumed = foreseen.resumed(session, committee_id, days.first, days.until, furthest)
        self.resumed = {row.assignment_id: row.urged_from for row in resumed}
        undecided = asking.undecided(session, committee_id)
        works = [*last.duties, *(duty_of(row, undecided) for row in resumed)]
        self.duties = [one for one in works if days.plan_id in (None, one.plan_id)]
        self.recorded = owing.recorded(session, committee_id, furthest)
        self.ongoing = Ongoing(session, days.first, committee_id=committee_id, plan_id=days.plan_id)
        self.running = owing.running(session, committee_id)
        self.teams: dict[int, dict[int, Team]] = defaultdict(dict)
        self.leaders: dict[int, tuple[int, ...]] = {}
        self._stirring = self._by_day()
        self.passed = days.first - timedelta(days=1)
        self._era = -1

    def stirring(self, today: date) -> tuple[list[Duty], bool]:
        """The work of which something may be told that was not told before, and whether everything else may be, too:
        on the first day, and where people have changed."""
        era = self.era(today)
        fresh = era != self._era
        passed, self.passed, self._era = self.passed, today, era
        if fresh:
            return self.duties, True
        days = (passed + timedelta(days=n) for n in range(1, (today - passed).days + 1))
        found = {id(duty): duty for day in days for like in self._stirring.get(day, ()) for duty in like}
        return list(found.values()), False

    def era(self, today: date) -> int:
        return bisect_right(self.days.eras, today)

    def _by_day(self) -> dict[date, list[list[Duty]]]:
        alike: dict[tuple[object, ...], list[Duty]] = defaultdict(list)
        for duty in self.duties:
            ladder = self.ladders.of(duty.plan_id, duty.kind, duty.task_id)
            alike[id(ladder), duty.due_on, duty.urged_from, duty.soft].append(duty)
        found: dict[date, list[list[Duty]]] = defaultdict(list)
        for like in alike.values():
            ladder = self.ladders.of(like[0].plan_id, like[0].kind, like[0].task_id)
            for day in set(self._days_of(like[0], ladder)):
                found[day].append(like)
        return found

    def _days_of(self, duty: Duty, ladder: Ladder) -> Iterator[date]:
        """The days on which a step of the work is reached, of the steps and of the rhythm."""
        if duty.due_on is None:
            return
        yield duty.urged_from
        for step in ladder.steps:
            day = step_day(step, duty.due_on, duty.urged_from, self.calendar, soft=duty.soft)
            if day is not None:
                yield day
        if ladder.rhythm is None or duty.soft:
            return
        day, before = self.calendar.in_time_until(duty.due_on), 0
        rhythm = ladder.rhythm
        for after in chain(rhythm.after, count(rhythm.after[-1] + rhythm.every, rhythm.every)):
            day, before = self.calendar.plus(day, after - before), after
            if day > self.days.until:
                return
            yield day


class _Foreseen(Reading):
    """What a committee will owe its people on a day to come, from what is known now."""

    def __init__(self, known: _Known, today: date) -> None:
        self.known = known
        self.session = known.session
        self.id = known.id
        self.calendar = known.calendar
        self.today = today
        self.recent = at_vietnam(today - RECENT)
        self.ladders, self.faults = known.ladders, known.faults
        era = known.era(today)
        self.teams = known.teams[era]
        if era not in known.leaders:
            known.leaders[era] = owing.leaders(self.session, today, self.id)
        self.leaders = known.leaders[era]

    def owed(self, also: Collection[Key]) -> list[Owed]:
        """As the sender finds it. What is told of but steps and ongoing work is known by now: it is owed to everybody
        on the first day, and later to whoever comes."""
        passed = self.known.passed
        self.duties, fresh = self.known.stirring(self.today)
        told = self.known.recorded
        found = [*self._steps(told, None if fresh else passed), *self._ongoing(told)]
        return [*found, *self._told_once(also)] if fresh else found

    def urgings(self) -> list[Urging]:
        return []  # facts, not mails

    def followers(self, coordinator_id: int) -> set[int]:
        """The coordinators of a unit, and the leaders."""
        self._know([coordinator_id])
        return {*self._team(coordinator_id).coordinators, *self.leaders}

    def _running(self) -> set[int]:
        return self.known.running

    def _asked_about(self) -> list[OngoingRow]:
        return self.known.ongoing.rows(self.today)
