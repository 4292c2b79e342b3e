"""Normal forms, numbers and order of Vietnamese text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.vietnamese.forms import comparison_key, fold, old_tones, same_length_fold, tidy
from tracker.vietnamese.numbers import number, roman, to_roman
from tracker.vietnamese.order import sort_key


@pytest.mark.parametrize(
    ("new", "old"),
    [("hoà", "hòa"), ("thuỷ", "thủy"), ("Uỷ", "Ủy"), ("khoá", "khóa"), ("quý", "quý"), ("hoàn", "hoàn")],
)
def test_a_tone_moves_to_its_old_place_and_nothing_else_moves(new: str, old: str) -> None:
    assert old_tones(new) == old


def test_what_reads_the_same_has_one_key() -> None:
    assert comparison_key("Uỷ ban  nhân dân – huyện") == comparison_key("ủy ban nhân dân - HUYỆN")


def test_search_knows_no_marks() -> None:
    assert fold("Đôn ĐỐC Ưu tiên") == "don doc uu tien"


def test_tidying_composes_and_takes_out_what_nobody_sees() -> None:
    assert tidy("Tha\u0301ng\u00a0 3\u200b") == "Tháng 3"


@given(st.text())
def test_a_fold_of_the_same_length_keeps_every_place(text: str) -> None:
    assert len(same_length_fold(text)) == len(text)


@given(st.integers(1, 39))
def test_roman_numerals_come_back(value: int) -> None:
    assert roman(to_roman(value)) == value


@pytest.mark.parametrize("text", ["IIII", "VX", "", "A"])
def test_an_ill_formed_numeral_is_none(text: str) -> None:
    assert roman(text) is None


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("05", 5),
        ("sáu", 6),
        ("mười", 10),
        ("mười lăm", 15),
        ("hai mươi", 20),
        ("hai mươi mốt", 21),
        ("nhà", None),
    ],
)
def test_numbers_in_words(words: str, value: int | None) -> None:
    assert number(words) == value


def test_names_sort_as_in_the_dictionary() -> None:
    names = ["Đông", "Dương", "Ánh", "An", "Ấn", "Ẩn", "Ân", "Ăn", "Bình", "An Bình"]
    assert sorted(names, key=sort_key) == [
        "An",
        "An Bình",
        "Ánh",
        "Ăn",
        "Ân",
        "Ẩn",
        "Ấn",
        "Bình",
        "Dương",
        "Đông",
    ]
