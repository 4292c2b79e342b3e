"""Drafts go to JSON and come back unchanged; the checks find what a row leaves open."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from tracker.drafts.checks import DOUBT_WORDS, doubts_of
from tracker.drafts.codec import plan_from_json, plan_to_json, task_from_json, task_to_json
from tracker.drafts.model import (
    Doubt,
    Offset,
    PlanDraft,
    PlanHead,
    PlanPeriod,
    Signer,
    Source,
    TaskDraft,
    TimingDraft,
)

PLACE = Source(3, 0, 4, "việc")
TIMING = TimingDraft(
    "trước ngày 20/5",
    label="6 tháng",
    start=date(2031, 1, 1),
    due=date(2031, 5, 19),
    every="year",
    bound="before",
    printed=date(2031, 5, 20),
    offset=Offset(5, "working-day", "ngày nhận"),
    soft=True,
)
TASK = TaskDraft(
    ("II", "1", "a"),
    "report",
    "việc",
    ("Phòng Tư pháp",),
    ("các cơ quan liên quan",),
    (TIMING,),
    ("Báo cáo",),
    "UBND huyện Suối Trong",
    "UBND huyện",
    PLACE,
    {"title": (PLACE,)},
    (Doubt("no-date", "timings", "x", ("a", "b")),),
)
HEAD = PlanHead(
    "1/KH-UBND",
    "KH-UBND",
    "Tên",
    "UBND huyện Suối Trong",
    "Suối Trong",
    "2031-02",
    PlanPeriod(date(2031, 1, 1)),
    "Phòng Tư pháp",
    Signer("Lê Thử", "CHỦ TỊCH", None),
    ("2/KH-UBND",),
    ("2/KH-UBND",),
    ("Sở Tư pháp",),
)


def test_a_row_comes_back_from_json_unchanged() -> None:
    assert task_from_json(json.loads(json.dumps(task_to_json(TASK)))) == TASK


def test_a_plan_comes_back_whole_when_its_blocks_are_kept() -> None:
    draft = PlanDraft(HEAD, (TASK,), (PLACE,), (Doubt("x", ""),), ("một", "hai"))
    assert plan_from_json(json.loads(json.dumps(plan_to_json(draft, blocks=True)))) == draft


def test_blocks_are_not_printed_unless_asked_for() -> None:
    assert "blocks" not in plan_to_json(PlanDraft(HEAD))


SOUND = TaskDraft(
    ("1",), "task", "việc", ("Phòng Tư pháp",), timings=(TimingDraft("x", due=date(2031, 1, 2)),)
)
CASES = {
    "no-lead": replace(SOUND, leads=()),
    "committee-lead": replace(SOUND, leads=("Ủy ban nhân dân huyện",)),
    "vague-unit": replace(SOUND, leads=("các cơ quan, đơn vị liên quan",)),
    "no-date": replace(SOUND, timings=()),
    "end-before-start": replace(
        SOUND, timings=(TimingDraft("x", start=date(2031, 2, 1), due=date(2031, 1, 1)),)
    ),
    "soft-date": replace(SOUND, timings=(TimingDraft("cuối năm", due=date(2031, 12, 31), soft=True),)),
    "awaits-event": replace(SOUND, timings=(TimingDraft("x", awaits="hướng dẫn"),)),
    "no-recipient": replace(SOUND, kind="report"),
    "no-title": replace(SOUND, title=" "),
}


def test_a_sound_row_raises_no_doubt() -> None:
    assert doubts_of(SOUND) == ()


@pytest.mark.parametrize("code", CASES)
def test_each_gap_raises_its_own_doubt(code: str) -> None:
    assert [doubt.code for doubt in doubts_of(CASES[code])] == [code]


def test_every_doubt_has_its_sentence() -> None:
    assert set(CASES) <= set(DOUBT_WORDS)
    assert all(sentence.endswith(".") for sentence in DOUBT_WORDS.values())


@pytest.mark.parametrize(
    "lead", ["UBND các xã, thị trấn", "UBND xã Suối Trong, Phòng Nội vụ", "Phòng Tư pháp"]
)
def test_a_group_of_committees_is_no_committee_lead(lead: str) -> None:
    assert "committee-lead" not in [doubt.code for doubt in doubts_of(replace(SOUND, leads=(lead,)))]
