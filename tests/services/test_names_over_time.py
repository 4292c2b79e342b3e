"""Names of a committee as of a day: renamed and ended units, names remembered for one committee."""

from __future__ import annotations

from datetime import date

from tests.conftest import World
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services.drafting import Names
from tracker.store.models import Alias, Unit, UnitChange, UnitSuccession, UnitVersion
from tracker.units.matching import key

BEFORE, AFTER = date(2025, 6, 1), date(2025, 8, 1)
LAST, FIRST = date(2025, 6, 30), date(2025, 7, 1)
NOW = at_vietnam(date(2026, 1, 2))


def unit(world: World, code: str, *versions: UnitVersion) -> int:
    made = Unit(committee_id=world.committee, code=code, created_at=NOW)
    made.versions.extend(versions)
    db.session.add(made)
    db.session.commit()
    return made.id


def test_a_renamed_unit_is_known_by_both_names_after_and_offered_under_the_new_one_before(app, world):
    hall = unit(
        world,
        "NHA",
        UnitVersion(ordinal=1, name="Nhà Văn hóa", valid_to=LAST),
        UnitVersion(ordinal=2, name="Trung tâm Truyền thông", valid_from=FIRST),
    )
    after, before = Names(world.committee, AFTER).matcher, Names(world.committee, BEFORE).matcher
    assert after.match("Nhà Văn hóa").value == after.match("Trung tâm Truyền thông").value == f"unit:{hall}"
    assert before.match("Nhà Văn hóa").value == f"unit:{hall}"
    early = before.match("Trung tâm Truyền thông")
    assert (early.value, early.choices[0][0]) == ("", f"unit:{hall}")


def test_a_unit_that_is_over_is_offered_through_its_successor_and_sure_on_its_own_days(app, world):
    old = unit(world, "LD", UnitVersion(ordinal=1, name="Phòng Lao động", valid_to=LAST))
    db.session.add(
        Alias(
            committee_id=world.committee,
            key=key("Tổ việc làm"),
            text="Tổ việc làm",
            unit_id=old,
            origin="typed",
        )
    )
    change = UnitChange(committee_id=world.committee, kind="merged", effective_on=FIRST, done_at=NOW)
    db.session.add(change)
    db.session.flush()
    db.session.add(
        UnitSuccession(
            change_id=change.id, unit_id=old, successor_id=world.justice, kind="merged", effective_on=FIRST
        )
    )
    db.session.commit()
    after, before = Names(world.committee, AFTER).matcher, Names(world.committee, BEFORE).matcher
    for mention in ("Phòng Lao động", "Tổ việc làm"):
        assert before.match(mention).value == f"unit:{old}"
        found = after.match(mention)
        assert (found.value, found.choices[0][0]) == ("", f"unit:{world.justice}")


def test_a_unit_that_came_later_is_nobody_before(app, world):
    late = unit(world, "HCC", UnitVersion(ordinal=1, name="Tổ Một cửa lưu động", valid_from=FIRST))
    match = Names(world.committee, BEFORE).matcher.match("Tổ Một cửa lưu động")
    assert match.value == ""
    assert f"unit:{late}" not in [value for value, _score in match.choices]


def test_one_spelling_of_an_office_and_of_its_successor_is_settled_by_the_day(app, world):
    old = unit(world, "A", UnitVersion(ordinal=1, name="Ban Thủy lợi", valid_to=LAST))
    new = unit(world, "B", UnitVersion(ordinal=1, name="Ban Nước sạch", valid_from=FIRST))
    for one in (old, new):
        db.session.add(
            Alias(committee_id=world.committee, key=key("BTN"), text="BTN", unit_id=one, origin="typed")
        )
    db.session.commit()
    assert Names(world.committee, BEFORE).matcher.match("BTN").value == f"unit:{old}"
    assert Names(world.committee, AFTER).matcher.match("BTN").value == f"unit:{new}"
