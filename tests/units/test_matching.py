"""Whom a mention means: parts of a name, days, places, exceptions, choices."""

from __future__ import annotations

import pytest

from tracker.units.matching import Home, Matcher, Named

HOME = Home.of("UBND huyện Sơn Thanh", "Sơn Thanh")
UB = Named("unit:1", ("UBND huyện Sơn Thanh",), level="district", place="Sơn Thanh")
PTP = Named("unit:2", ("Phòng Tư pháp",), level="district", place="Sơn Thanh")
TAN_LAP = Named("unit:3", ("UBND xã Tân Lập", "Tân Lập"), level="commune", place="Tân Lập")
PHO_MOI = Named("unit:4", ("UBND thị trấn Phố Mới",), level="commune", place="Phố Mới")
COMMUNES = Named("group:9", ("UBND các xã, thị trấn",), members=frozenset({3, 4}))
ALL = (UB, PTP, TAN_LAP, PHO_MOI, COMMUNES)


def meant(mention: str, *named: Named) -> str:
    return Matcher(named or ALL, HOME).match(mention).value


def offered(mention: str, *named: Named) -> list[str]:
    return [value for value, _score in Matcher(named or ALL, HOME).match(mention).choices]


@pytest.mark.parametrize(
    ("mention", "value"),
    [
        ("Phòng Tư pháp huyện Sơn Thanh", "unit:2"),
        ("phòng Tư pháp", "unit:2"),
        ("Trưởng phòng Tư pháp", "unit:2"),
        ("Chủ tịch UBND các xã, thị trấn", "group:9"),
        ("Chủ tịch UBND huyện", "unit:1"),
        ("xã Tân Lập", "unit:3"),
        ("UBND xa Tan Lap", "unit:3"),
    ],
)
def test_a_name_is_known_with_and_without_its_place_and_by_its_head(mention, value):
    assert meant(mention) == value


@pytest.mark.parametrize(
    "mention", ["Phòng Tư pháp huyện Lục Hà", "UBND huyện Lục Hà", "UBND tỉnh", "UBND phường Tân Lập"]
)
def test_another_place_or_level_is_somebody_else(mention):
    assert meant(mention) == ""


def test_marks_tell_two_places_apart():
    thanh = Named("unit:5", ("UBND xã Thanh Sơn",), level="commune", place="Thanh Sơn")
    thành = Named("unit:6", ("UBND xã Thành Sơn",), level="commune", place="Thành Sơn")
    assert meant("UBND xã Thành Sơn", thanh, thành) == "unit:6"
    assert meant("UBND xã Thành Sơn", thanh) == ""
    assert set(offered("UBND xa Thanh Son", thanh, thành)) == {"unit:5", "unit:6"}


def test_numbers_are_never_taken_for_one_another():
    first = Named("unit:5", ("Thôn 1",))
    tenth = Named("unit:6", ("Thôn 10",))
    assert meant("Thôn 10", first, tenth) == "unit:6"
    assert meant("Thôn 11", first, tenth) == ""


def test_two_units_of_one_name_are_a_doubt_unless_the_parent_is_said():
    one = Named("unit:5", ("UBND xã Tân Lập",), level="commune", place="Tân Lập", above=("huyện A Sơn",))
    two = Named("unit:6", ("UBND xã Tân Lập",), level="commune", place="Tân Lập", above=("huyện B Sơn",))
    assert meant("UBND xã Tân Lập", one, two) == ""
    assert set(offered("UBND xã Tân Lập", one, two)) == {"unit:5", "unit:6"}
    assert meant("UBND xã Tân Lập, huyện B Sơn", one, two) == "unit:6"


def test_an_older_name_is_sure_only_while_nobody_else_has_it():
    renamed = Named(
        "unit:5", ("Phòng Văn hóa, Khoa học và Thông tin",), older=("Phòng Văn hóa và Thông tin",)
    )
    assert meant("Phòng VH&TT", renamed) == "unit:5"
    taken = Named("unit:6", ("Phòng Văn hóa - Thông tin",))
    assert meant("Phòng VH&TT", renamed, taken) == "unit:6"


def test_a_unit_that_is_over_is_offered_through_its_successor():
    heir = Named("unit:5", ("Phòng Nội vụ",), through=("Phòng Lao động - Thương binh và Xã hội",))
    assert meant("Phòng LĐ-TB&XH", heir) == ""
    assert offered("Phòng LĐ-TB&XH", heir)[0] == "unit:5"


def test_units_are_excepted_from_a_group_only_when_each_is_sure():
    assert meant("UBND các xã, thị trấn, trừ xã Tân Lập") == "group:9-3"
    assert meant("UBND các xã, thị trấn (trừ xã Tân Lập và thị trấn Phố Mới)") == "group:9-3,4"
    assert meant("UBND các xã, thị trấn, trừ xã Tân Lâp") == ""
    assert offered("UBND các xã, thị trấn, trừ xã Tân Lâp") == ["group:9"]
    assert meant("UBND các xã, thị trấn, trừ Phòng Tư pháp") == ""


def test_whoever_is_concerned_is_nobody_and_nothing_is_offered():
    assert Matcher(ALL, HOME).match("các cơ quan, đơn vị có liên quan").choices == ()


def test_what_looks_alike_is_offered_with_a_score_best_first():
    choices = Matcher(ALL, HOME).match("Phòng Tư phép").choices
    assert choices[0][0] == "unit:2"
    assert 80 < choices[0][1] < 100
    assert [score for _value, score in choices] == sorted((s for _v, s in choices), reverse=True)


def test_one_of_many_is_not_all_of_them():
    schools = Named("group:5", ("các trường học",))
    assert meant("trường học", schools) == ""
    assert meant("Thủ trưởng các trường học", schools) == "group:5"


@pytest.mark.parametrize("mention", ["", " ", "-", "trừ", "trừ xã Tân Lập", "(", "UBND", "xã" * 200, "các"])
def test_odd_words_are_nobody_or_somebody_but_never_an_error(mention):
    Matcher(ALL, HOME).match(mention)
    Matcher((), Home()).match(mention)
