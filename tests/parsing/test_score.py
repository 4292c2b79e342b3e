"""The corpus floor: how much of the right answers in ../shared the reader finds. Floors may only rise."""

from __future__ import annotations

import pytest

from tests import score
from tests.conftest import lacking

# recall, precision, exact, head
FLOORS = {"gold": (1.0, 1.0, 0.99, 1.0), "gold-wild": (0.99, 0.99, 0.94, 0.97)}
MOST_DOUBTED = 0.20
MOST_WRONG_WITHOUT_DOUBT = 0.02


@pytest.fixture(autouse=True)
def right_answers() -> None:
    if not all(score.golds(name) for name in FLOORS):
        lacking("the right answers in ../shared/gold and ../shared/gold-wild")


@pytest.mark.parametrize("name", FLOORS)
def test_a_set_is_read_at_least_as_well_as_before(name: str) -> None:
    total = score.measure(name)[-1]
    reached = (total.recall, total.precision, total.exact, total.head)
    assert [round(got, 3) >= floor for got, floor in zip(reached, FLOORS[name], strict=True)] == [True] * 4, (
        reached
    )


def test_a_doubt_predicts_an_error() -> None:
    both = score.Score("both")
    for name in FLOORS:
        both.add(score.measure(name)[-1])
    assert both.doubted / both.counts["got"] <= MOST_DOUBTED
    assert len(both.wrong_undoubted) / both.undoubted <= MOST_WRONG_WITHOUT_DOUBT, both.wrong_undoubted
