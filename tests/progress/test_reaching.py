"""Whether somebody can be reached by mail: one table for everybody who asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tracker.progress.reaching import Bar, Contact, address_bar, bars, reached

WELL = Contact("hang@sonthanh.example")
RED = date(2026, 5, 11)


@pytest.mark.parametrize(
    ("one", "why", "is_reached"),
    [
        pytest.param(WELL, (), True, id="nothing stands in the way"),
        pytest.param(replace(WELL, address=" "), (Bar.NO_ADDRESS,), False, id="no address"),
        pytest.param(replace(WELL, address="hang@"), (Bar.WRONG_ADDRESS,), False, id="a wrong address"),
        pytest.param(replace(WELL, bounced_on=RED), (Bar.BOUNCED,), False, id="a letter came back"),
        pytest.param(replace(WELL, active=False), (Bar.INACTIVE,), False, id="the account is closed"),
        pytest.param(replace(WELL, away=True), (Bar.AWAY,), False, id="absent, and nobody acts"),
        pytest.param(replace(WELL, late_only=True), (Bar.LATE_ONLY,), True, id="official notices stay"),
        pytest.param(
            replace(WELL, late_only=True, bounced_on=RED),
            (Bar.BOUNCED, Bar.LATE_ONLY),
            False,
            id="two reasons",
        ),
        pytest.param(
            replace(WELL, address="", bounced_on=RED),
            (Bar.NO_ADDRESS,),
            False,
            id="came back, no address now",
        ),
        pytest.param(
            Contact("", active=False, away=True, bounced_on=RED, late_only=True),
            (Bar.INACTIVE, Bar.AWAY, Bar.NO_ADDRESS, Bar.LATE_ONLY),
            False,
            id="the gravest first",
        ),
    ],
)
def test_who_is_reached_and_what_stands_in_the_way(one, why, is_reached):
    assert bars(one) == why
    assert reached(one) is is_reached


@pytest.mark.parametrize(
    "address",
    [
        "hang",
        "hang@",
        "@sonthanh.example",
        "hang@sonthanh",
        "a b@sonthanh.example",
        "hằng@sonthanh.example",
        "Hằng <hang@sonthanh.example>",
        "a@sonthanh.example,b@sonthanh.example",
        "a,b@sonthanh.example",
        "hang@sonthanh.example\nBcc: x@y.example",
        "hang@sonthanh.example\n",
        "hang@son..thanh.example",
        "hang@sonthanh.example.",
        "x" * 250 + "@y.example",
    ],
)
def test_what_is_no_address(address):
    assert address_bar(address) is Bar.WRONG_ADDRESS


@pytest.mark.parametrize(
    "address", ["hang@sonthanh.example", "van.thu+tp@ubnd.sonthanh.example", "hang@sơnthành.example"]
)
def test_what_is_one(address):
    assert address_bar(address) is None
