"""The words of letters: what a person is told on a day becomes subject, plain text and HTML. Reads no database.

A digest tells what is owed on a working morning; a letter `now` tells what cannot wait for it. Forecast, preview and
sending use the same functions. Each kind of section has a module beside; sentences are those of `tracker.sheets.words`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from notifications.letters import at_once, changes, escalation, own, reasons, red_contacts, requests, week
from notifications.letters import ongoing as questions
from notifications.letters.facts import Facts
from notifications.letters.lines import BESIDE_SUMMARY, MOST, fitted, joined, one_line, whose
from notifications.letters.printing import Page, Wording, numbered, printed
from notifications.phrases import _, one_language
from tracker.deadlines.told_once import EVENT, EXPLAIN, EXTENSION, RETURNED
from tracker.deadlines.workdays import WorkCalendar
from tracker.sheets.ics import letter_calendar
from tracker.sheets.words import day_words
from tracker.store.queries.asked_notices import AskedRow
from tracker.store.queries.bounces import BouncedRow
from tracker.store.queries.letter_rows import LetterRow
from tracker.store.queries.notices import DigestRow, Follower, InheritedRow
from tracker.store.queries.ongoing import OngoingRow
from tracker.vietnamese.forms import sentence

AT_ONCE = (EXPLAIN, EXTENSION)
PLANS_NAMED = 3  # of new work; more are named by the lines alone


@dataclass(frozen=True)
class _Told:
    """What of everything a digest really tells, by its kind."""

    own: Sequence[DigestRow]
    inherited: Sequence[InheritedRow]
    asked: Sequence[AskedRow]
    ongoing: Sequence[OngoingRow]
    above: Sequence[LetterRow] = ()
    unheard: Sequence[LetterRow] = ()
    changed_elsewhere: Sequence[LetterRow] = ()
    changed: Sequence[LetterRow] = ()
    new: Sequence[LetterRow] = ()
    red: Sequence[BouncedRow] = ()

    def __bool__(self) -> bool:
        mine = (self.own, self.inherited, self.asked, self.ongoing, self.changed, self.new)
        return any(mine) or self.oversees

    @property
    def oversees(self) -> bool:
        """Whether it tells of the work of others."""
        return any((self.above, self.unheard, self.changed_elsewhere, self.red))

    @property
    def works(self) -> set[int]:
        """The work whose day it tells."""
        return {row.id for row in self.own} | {row.id for row in (*self.above, *self.unheard)}

    @property
    def units(self) -> list[str]:
        """Units whose work the reader is told of as their own."""
        return [
            *(row.holder_name for row in self.own),
            *(row.holder_name for row in self.inherited),
            *(row.unit for row in self.asked),
            *(row.holder_name for row in self.ongoing),
            *(row.holder_name for row in self.changed),
            *(row.holder_name for row in self.new),
        ]


@dataclass(frozen=True)
class _Sender:
    """For whom a letter speaks and on which day, and in which roles to its reader."""

    followers: Sequence[Follower]
    calendar: WorkCalendar
    base_url: str
    today: date
    roles: Collection[str] = field(default_factory=frozenset)

    def asking(self, facts: Facts) -> str:
        """Who speaks, in front of a sentence; to people of their own the letter names nobody."""
        followed = facts.reader.units("coordinator")
        return joined(one.unit_name for one in self.followers if one.unit_id not in followed)


def digest(
    person: str,
    roles: Collection[str],
    rows: Sequence[DigestRow],
    told: Collection[tuple[int, date]],
    followers: Sequence[Follower],
    *,
    today: date,
    calendar: WorkCalendar,
    base_url: str,
    inherited: Sequence[InheritedRow] = (),
    late_since: date | None = None,
    asked: Sequence[AskedRow] = (),
    ongoing: Sequence[OngoingRow] = (),
    facts: Facts | None = None,
) -> Wording | None:
    """The letter of a morning, or None where nothing is left to tell. `late_since`: the day on which it should have
    left."""
    facts = facts or Facts()
    off = facts.reader.reminders_off
    changed = [row for _step, row in changes.changed(facts)]
    found = _Told(
        own=own.wanted(rows, told, today, late_only=off),
        inherited=inherited,
        asked=asked,
        ongoing=() if off else ongoing,
        above=escalation.late_elsewhere(facts, today),
        unheard=escalation.unheard(facts, today),
        changed=[row for row in changed if not facts.is_elsewhere(row.holder_id)],
        changed_elsewhere=[row for row in changed if facts.is_elsewhere(row.holder_id)],
        red=red_contacts.red(facts),
    )
    if not (found or facts.week):
        return None
    sender = _Sender(followers, calendar, base_url, today, roles)
    with one_language():
        return printed(
            _digest_page(person, rows, found, facts, sender, late_since), _calendar(found, facts, base_url)
        )


def _digest_page(
    person: str,
    rows: Sequence[DigestRow],
    told: _Told,
    facts: Facts,
    sender: _Sender,
    late_since: date | None,
) -> Page:
    today, base_url = sender.today, sender.base_url
    groups = own.sections(told.own, today, sender.calendar, base_url, facts)
    sections = [
        *requests.sections(told.asked, base_url, courtesy=facts.courtesy()),
        *groups,
        *changes.sections(facts, base_url, several=len(set(told.units)) > 1),
        *escalation.sections(facts, today, base_url),
        *red_contacts.sections(facts, base_url),
        *questions.sections(told.ongoing, base_url, facts),
        *own.inherited_sections(told.inherited, base_url, facts),
    ]
    known = (
        {row.id for row in told.own} | {row.id for row in told.inherited} | {row.id for row in told.changed}
    )
    head = _headline(told, facts, today)
    not_late = bool(told.ongoing) or any(group.tone != "son" for group in groups)
    return Page(
        headline=head,
        person=one_line(person),
        opening=_opening(told, facts, sender),
        day=day_words(today),
        preview=own.preview(told.own, today) or head,
        sections=numbered(fitted(sections, BESIDE_SUMMARY if facts.week else MOST)),
        summary=week.summary(facts.week, today, base_url) if facts.week else None,
        button=_button(bool(told.units), base_url),
        extends=bool(told.own),
        rest=own.rest(rows, known, today) if told.units and not facts.reader.reminders_off else "",
        late=_late(late_since if _was_due_before(facts, sender) else None),
        followers=_followers(sender.followers, facts),
        why=_why(told, facts, sender, now=False),
        settings_url=f"{base_url}/tai-khoan#thu",
        unsubscribe=facts.unsubscribe if not_late else "",
    )


def now(
    person: str,
    roles: Collection[str],
    followers: Sequence[Follower],
    *,
    today: date,
    calendar: WorkCalendar,
    base_url: str,
    late_since: date | None = None,
    asked: Sequence[AskedRow] = (),
    facts: Facts | None = None,
) -> Wording | None:
    """The letter that leaves at once, with all that is told at once; None where nothing of it holds any longer."""
    facts = facts or Facts()
    new = [
        *(row for row, _sent in at_once.returned(facts)),
        *(row for _step, row in at_once.opened(facts)),
        *(row for _step, row in at_once.published(facts)),
    ]
    told = _Told((), (), [row for row in asked if row.kind in AT_ONCE], (), new=new)
    if not told:
        return None
    sender = _Sender(followers, calendar, base_url, today, roles)
    with one_language():
        return printed(_now_page(person, told, facts, sender, late_since), _calendar(told, facts, base_url))


def _opening_now(facts: Facts, sender: _Sender) -> str:
    """Lines name a plan by its number; whoever hears of it for the first time is told its title."""
    plans = at_once.new_plans(facts)
    opening = _begun(_("%(units)s xin báo các nội dung dưới đây.", units=sender.asking(facts)))
    if not 0 < len(plans) <= PLANS_NAMED:
        return opening
    return " ".join((opening, _("Việc mới thuộc kế hoạch %(plans)s.", plans=joined(plans))))


def _now_page(person: str, told: _Told, facts: Facts, sender: _Sender, late_since: date | None) -> Page:
    courtesy, base_url = facts.courtesy(), sender.base_url
    sections = [
        *requests.sections(told.asked, base_url, courtesy=courtesy),
        *at_once.sections(facts, sender.today, base_url, several=len(set(told.units)) > 1),
    ]
    said = [*requests.dated_parts(told.asked, courtesy=courtesy), *at_once.parts_of(facts)]
    head = one_line(f"{whose(told.units)}: {'; '.join(said)}")
    return Page(
        headline=head,
        person=one_line(person),
        opening=_opening_now(facts, sender),
        day=day_words(sender.today),
        preview=head,
        sections=numbered(fitted(sections, MOST)),
        button=_button(True, base_url),
        extends=bool(told.new),
        late=_late(late_since if _happened_before(told, facts, sender.today) else None),
        followers=_followers(sender.followers, facts),
        why=_why(told, facts, sender, now=True),
        settings_url=f"{base_url}/tai-khoan#thu",
        digest=False,
    )


def _headline(told: _Told, facts: Facts, today: date) -> str:
    """What presses most. Explanations have a day of their own, so that they are said beside work that is due; what is
    late elsewhere is said beside the reader's own work."""
    found = []
    if told.own:
        explain = requests.parts(
            [row for row in told.asked if row.kind == EXPLAIN], courtesy=facts.courtesy()
        )
        found.append(", ".join([own.headline(told.own, today), *explain]))
    elif told.asked:
        found.append(requests.headline(told.asked, courtesy=facts.courtesy()))
    elif told.inherited:
        found.append(own.inherits(told.inherited))
    found += _elsewhere(told, today)
    if facts.week:
        found.append(week.headline(facts.week, today, alone=not found))
    if not found and (told.changed or told.changed_elsewhere):
        units = whose(row.holder_name for row in (*told.changed, *told.changed_elsewhere))
        found.append(f"{units}: {'; '.join(changes.parts_of(facts))}")
    return sentence(one_line("; ".join(found) or questions.headline(told.ongoing)))


def _elsewhere(told: _Told, today: date) -> list[str]:
    """What the reader is told of others."""
    return [
        *([escalation.headline(told.above, today)] if told.above else []),
        *([escalation.unheard_headline(told.unheard)] if told.unheard else []),
        *([red_contacts.headline(told.red)] if told.red else []),
    ]


def _opening(told: _Told, facts: Facts, sender: _Sender) -> str:
    if not told.units:
        return _opening_above(told, facts)
    return _begun(_opening_own(told, sender, sender.asking(facts)))


def _begun(words: str) -> str:
    """A sentence whose first words may be missing."""
    return sentence(words.strip())


def _opening_own(told: _Told, sender: _Sender, units: str) -> str:
    if told.own and "officer" not in sender.roles and "head" in sender.roles:
        return _(
            "%(units)s xin báo đồng chí các việc dưới đây của đơn vị. Đề nghị đồng chí quan tâm chỉ đạo; việc nào "
            "đã xong, đề nghị ghi số, ký hiệu, ngày văn bản để không bị nhắc lại.",
            units=units,
        )
    if told.own:
        return _(
            "%(units)s xin nhắc các việc dưới đây. Việc nào đã xong, đề nghị ghi số, ký hiệu, ngày văn bản để "
            "không bị nhắc lại.",
            units=units,
        )
    if told.asked or told.ongoing or told.changed:
        return _("%(units)s xin báo các nội dung dưới đây.", units=units)
    return _("%(units)s xin báo các việc mà đơn vị tiếp nhận do sắp xếp.", units=units)


def _opening_above(told: _Told, facts: Facts) -> str:
    """For whoever oversees the work of others."""
    if told.above and facts.week:
        return _("Xin báo đồng chí các việc đã quá hạn ở các đơn vị và tổng hợp đầu tuần.")
    if told.above:
        return _("Xin báo đồng chí các việc đã quá hạn ở các đơn vị.")
    if told.unheard:
        return _("Xin báo đồng chí các việc sắp đến hạn của đơn vị chưa có ai nhận thư.")
    if told.changed_elsewhere:
        return _("Xin báo đồng chí các việc có thay đổi ở các đơn vị.")
    if told.red:
        return _("Xin báo đồng chí địa chỉ thư không nhận được.")
    return _("Xin gửi đồng chí tổng hợp đầu tuần.")


def _was_due_before(facts: Facts, sender: _Sender) -> bool:
    """Whether a sweep that stood still keeps the reader waiting: not where all steps and the summary are of today."""
    steps, today, calendar = facts.of(""), sender.today, sender.calendar
    if len(steps) < len(set(facts.steps)) or (facts.week and not _opens_week(today, calendar)):
        return True
    days = (facts.told_as(told, row, calendar, today)[1] for told, row in steps)
    return any(day is None or day < today for day in days)


def _happened_before(told: _Told, facts: Facts, today: date) -> bool:
    """Whether anything that is told at once is older than today."""
    days = (
        *(step.due_on for step in facts.steps if step.kind in (RETURNED, EVENT, EXTENSION)),
        *(row.urged_from for _step, row in at_once.published(facts)),
        *(row.wanted_on for row in told.asked if row.kind == EXPLAIN and row.wanted_on),
    )
    return any(day < today for day in days)


def _opens_week(today: date, calendar: WorkCalendar) -> bool:
    return calendar.at_or_after(today - timedelta(days=today.weekday())) == today


def _late(since: date | None) -> str:
    if since is None:
        return ""
    return _(
        "Thư này đến muộn vì hệ thống không gửi được thư từ %(day)s. Mong đồng chí thông cảm.",
        day=day_words(since),
    )


def _button(does: bool, base_url: str) -> tuple[str, str]:
    if does:
        return _("Mở việc của đơn vị"), f"{base_url}/viec"
    return _("Mở trang theo dõi"), f"{base_url}/theo-doi"


def _followers(found: Iterable[Follower], facts: Facts) -> tuple[str, ...]:
    """Whom to ask; who follows the plans up is not sent to themselves."""
    followed = facts.reader.units("coordinator")
    return tuple(_follower(one) for one in found if one.unit_id not in followed)


def _follower(one: Follower) -> str:
    who = one_line(", ".join(part for part in (one.person_name, one.unit_name, one.phone) if part))
    if one.person_name:
        return _("Người theo dõi: %(who)s.", who=who)
    return _("Đơn vị theo dõi: %(who)s.", who=who)


def _why(told: _Told, facts: Facts, sender: _Sender, *, now: bool) -> tuple[str, ...]:
    roles = reasons.roles_told(facts, told.units, above=told.oversees, week=facts.week is not None)
    if not roles and told.units:
        roles = (reasons.plain_role(sender.roles, told.units),)
    steps = reasons.steps_told(facts, told.works, sender.calendar, sender.today, now=now)
    summed = _("Tổng hợp đầu tuần gửi vào ngày làm việc đầu tiên của tuần.") if facts.week else ""
    return tuple(part for part in (*roles, steps, summed) if part)


def _calendar(told: _Told, facts: Facts, base_url: str) -> str:
    """The due days of the reader's own work, as events of the unit's calendar."""
    ids = [*(row.id for row in told.own), *(row.id for row in told.changed), *(row.id for row in told.new)]
    events = [facts.events[one] for one in dict.fromkeys(ids) if one in facts.events]
    return letter_calendar(events, base_url) if events else ""
