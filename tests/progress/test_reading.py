"""Who does not read what they are told: signs of life in, reasons to telephone out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tracker.deadlines.workdays import NATIONAL
from tracker.progress.reaching import Contact
from tracker.progress.reading import DAYS, Reader, UnitReading, Unread, unread

TODAY = date(2026, 5, 12)  # a Tuesday
LONG_AGO, LAST_WEEK, YESTERDAY = date(2026, 4, 1), date(2026, 5, 5), date(2026, 5, 11)
HANG = Contact("hang@sonthanh.example")
AN = Reader("Nguyễn Thu Hằng", "officer", HANG, seen=YESTERDAY)
BAO = Reader("Trần Quốc Bảo", "head", Contact("bao@sonthanh.example"))
AN_AWAY = replace(AN, contact=replace(HANG, away=True))
UNIT = UnitReading(7, works=2, overdue=1, given_on=LONG_AGO, due_on=date(2026, 5, 9), readers=(AN, BAO))


def judged(unit: UnitReading, today: date = TODAY, days: int = DAYS) -> Unread | None:
    return next(iter(unread([unit], today, NATIONAL, days)), None)


def with_people(*readers: Reader) -> UnitReading:
    return replace(UNIT, readers=readers)


@pytest.mark.parametrize(
    ("unit", "whys", "since"),
    [
        pytest.param(UNIT, None, None, id="somebody looked yesterday"),
        pytest.param(with_people(), ("nobody",), None, id="no people"),
        pytest.param(with_people(AN_AWAY), ("nobody",), None, id="away, and nobody acts"),
        pytest.param(with_people(AN_AWAY, BAO), None, None, id="away, and the head is told"),
        pytest.param(
            with_people(replace(AN, contact=Contact("hang@"))), ("no-address",), None, id="no address"
        ),
        pytest.param(
            with_people(replace(AN, contact=replace(HANG, bounced_on=LAST_WEEK))),
            ("bounced",),
            LAST_WEEK,
            id="came back",
        ),
        pytest.param(
            with_people(replace(AN, seen=LAST_WEEK, contact=replace(HANG, bounced_on=YESTERDAY))),
            ("bounced", "quiet"),
            YESTERDAY,
            id="the gravest reason first",
        ),
        pytest.param(
            with_people(AN, replace(BAO, contact=replace(BAO.contact, bounced_on=LAST_WEEK))),
            None,
            None,
            id="the head gets none",
        ),
        pytest.param(
            with_people(replace(AN, seen=None), replace(BAO, seen=YESTERDAY)),
            None,
            None,
            id="the head looked",
        ),
        pytest.param(with_people(replace(AN, seen=None)), ("quiet",), LONG_AGO, id="never seen"),
        pytest.param(with_people(replace(AN, seen=LAST_WEEK)), ("quiet",), LAST_WEEK, id="five working days"),
        pytest.param(
            with_people(replace(AN, seen=date(2026, 5, 6))), None, None, id="four, the weekend does not count"
        ),
        pytest.param(
            replace(with_people(replace(AN, seen=None)), fetched_on=YESTERDAY), None, None, id="the calendar"
        ),
        pytest.param(
            replace(with_people(replace(AN, seen=LONG_AGO)), given_on=date(2026, 5, 6)),
            None,
            None,
            id="the work is new",
        ),
    ],
)
def test_why_somebody_should_telephone(unit, whys, since):
    found = judged(unit)
    assert (found and (found.whys, found.since)) == (whys and (whys, since))


def test_a_head_who_gets_the_mail_and_was_never_seen_is_quiet_since_the_unit_was_last_seen():
    found = judged(with_people(replace(AN_AWAY, seen=LAST_WEEK), BAO))
    assert found
    assert (found.whys, found.since) == (("quiet",), LAST_WEEK)


def test_reminders_go_to_officers_else_coordinators_else_the_head():
    coordinator = replace(BAO, role="coordinator")
    assert with_people(BAO, coordinator, AN).told == (AN,)
    assert with_people(BAO, coordinator).told == (coordinator,)
    assert with_people(BAO).told == (BAO,)


def test_the_committee_says_how_many_days():
    unit = with_people(replace(AN, seen=LAST_WEEK))
    assert judged(unit, days=6) is None
    assert judged(unit, days=5)


def test_holidays_are_no_silence():
    unit = with_people(replace(AN, seen=date(2026, 4, 29)))
    assert judged(unit, today=date(2026, 5, 7)) is None, "30/4 and 1/5 are off"
    assert judged(unit, today=date(2026, 5, 8))


def test_who_is_to_be_called_first_is_the_first_due():
    soon, late = replace(with_people(), unit_id=1, due_on=TODAY), replace(with_people(), unit_id=2)
    assert [one.unit.unit_id for one in unread([soon, late], TODAY, NATIONAL)] == [2, 1]


def test_who_turned_off_reminders_and_is_quiet_is_named():
    off = replace(AN, contact=replace(HANG, late_only=True))
    assert judged(with_people(off)) is None
    found = judged(with_people(replace(off, seen=LAST_WEEK)))
    assert found
    assert (found.whys, found.late_only) == (("quiet",), ("Nguyễn Thu Hằng",))
