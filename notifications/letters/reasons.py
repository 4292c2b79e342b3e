"""Vì sao tôi nhận thư này: the reader's roles and units, the steps with their days, and how to change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date

from notifications.letters.at_once import opened, published, returned
from notifications.letters.changes import changed
from notifications.letters.facts import Facts, Told
from notifications.letters.lines import joined
from notifications.letters.red_contacts import red
from notifications.phrases import _, counted
from tracker.deadlines.ladder import Step
from tracker.deadlines.workdays import WorkCalendar
from tracker.sheets.ladder_words import step_words
from tracker.sheets.words import short_day
from tracker.store.queries.letter_rows import LetterRow

STEPS_SHOWN = 6


def roles_told(facts: Facts, holders: Iterable[str], *, above: bool, week: bool) -> tuple[str, ...]:
    """As whom the reader gets the letter: only roles that it speaks to."""
    units = {name for name in holders if name}
    told: list[str] = []
    for role, sentence in _sentences().items():
        held = [one for one in facts.reader.roles if one.role == role]
        unit_role = role in ("officer", "head")
        if unit_role:
            held = [one for one in held if one.unit_name in units]
        elif role == "coordinator":
            own = [one for one in held if one.unit_name in units]
            held = held if above or week else []
            told += _role(_sentences()["officer"], own, facts) if own else []
        elif not (above or week):
            held = []
        told += _role(sentence, held, facts)
    return tuple(dict.fromkeys(told))


def _sentences() -> dict[str, str]:
    return {
        "officer": _("Đồng chí phụ trách việc của %(units)s%(acting)s."),
        "head": _("Đồng chí là người đứng đầu %(units)s%(acting)s."),
        "coordinator": _("Đồng chí theo dõi kế hoạch tại %(units)s%(acting)s."),
        "leader": _("Đồng chí là lãnh đạo %(units)s%(acting)s."),
    }


def _role(sentence: str, held: list, facts: Facts) -> list[str]:  # type: ignore[type-arg]
    if not held:
        return []
    units = joined(one.unit_name or facts.committees.get(one.committee_id or 0, "") for one in held)
    absent = joined(one.acting_for for one in held)
    acting = _(" (làm thay đồng chí %(who)s)", who=absent) if absent else ""
    return [sentence % {"units": units, "acting": acting}]


def plain_role(roles: Collection[str], holders: Iterable[str]) -> str:
    """The same where only the names of roles are known."""
    sentence = _sentences()["head" if "head" in roles and "officer" not in roles else "officer"]
    return sentence % {"units": joined(holders), "acting": ""}


def steps_told(
    facts: Facts, shown: Collection[int], calendar: WorkCalendar, today: date, *, now: bool
) -> str:
    """`Các mốc trong thư này: trước hạn 7 ngày (13/5), 2 việc; đúng ngày hạn (20/5), 1 việc.` Of the work that the
    letter shows: what was done in the meantime is no reason."""
    found = _now(facts) if now else _ladder(facts, shown, calendar, today) + _once(facts)
    if not found:
        return ""
    first = "; ".join(found[:STEPS_SHOWN])
    more = len(found) - STEPS_SHOWN
    rest = _("; và %(n)d mốc khác", n=more) if more > 0 else ""
    if now:
        return _("Thư gửi ngay khi có: %(steps)s.", steps=first + rest)
    return _("Các mốc nhắc trong thư này: %(steps)s.", steps=first + rest)


def _ladder(facts: Facts, shown: Collection[int], calendar: WorkCalendar, today: date) -> list[str]:
    """Of each piece of work the last step that was reached: after days without mail there are several."""
    latest: dict[int, tuple[Told, LetterRow]] = {}
    for told, row in facts.of(""):
        if row.id in shown and (row.id not in latest or latest[row.id][0].days < told.days):
            latest[row.id] = (told, row)
    days: Counter[tuple[int, date, str]] = Counter()
    for told, row in latest.values():
        step, day = facts.told_as(told, row, calendar, today)
        if day is not None:
            days[step.days, day, _reached(step, told, row, calendar)] += 1
    return [
        _("%(step)s (%(day)s), %(works)s", step=words, day=short_day(day), works=_works(count))
        for (_days, day, words), count in sorted(days.items())
    ]


def _reached(step: Step, told: Told, row: LetterRow, calendar: WorkCalendar) -> str:
    """What was given, returned or reopened when it was late already goes up from that day on."""
    if step.escalates and step.to and row.urged_from > calendar.in_time_until(told.due_on):
        return _("kể từ %(day)s được %(n)d ngày làm việc", day=short_day(row.urged_from), n=step.days)
    return _small(step_words(step))


def _once(facts: Facts) -> list[str]:
    if all(not told.kind for told in facts.steps):
        return []
    names = {
        "inherited": _("việc tiếp nhận do sắp xếp đơn vị"),
        "ongoing": _("tình hình việc thường xuyên trước kỳ báo cáo"),
        "wait": _("đơn vị khác đang chờ"),
        "handback": _("trả lời về việc giao nhầm"),
        "given": _("việc mới chuyển đến đơn vị"),
    }
    counts = Counter(told.kind for told in dict.fromkeys(facts.steps) if told.kind in names)
    changes = len(changed(facts))
    return [
        *(f"{names[kind]}, {_works(count)}" for kind, count in counts.items()),
        *([_("hạn hoặc nhiệm vụ thay đổi, %(works)s", works=_works(changes))] if changes else []),
        *([_("thư bị trả lại, %(n)d địa chỉ", n=len(red(facts)))] if red(facts) else []),
    ]


def _now(facts: Facts) -> list[str]:
    counts = Counter(told.kind for told in dict.fromkeys(facts.steps))
    names = (
        (_("việc mới"), len(published(facts))),
        (_("việc được trả lại"), len(returned(facts))),
        (_("việc chờ đã có hạn"), len(opened(facts))),
        (_("quyết định về gia hạn"), counts["extension"]),
        (_("đề nghị giải trình") if facts.courtesy() else _("yêu cầu giải trình"), counts["explain"]),
    )
    return [name for name, count in names if count]


def _works(count: int) -> str:
    return counted("%(num)d việc", count)


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
