"""Over all real plans: every value is found at its span, and every paragraph is something."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.conftest import SHARED, lacking
from tracker.documents.read import read
from tracker.drafts.checks import DOUBT_WORDS
from tracker.drafts.model import PlanDraft, TaskDraft
from tracker.parsing.plan import parse

PLANS = sorted(SHARED.glob("plans*/*.txt"))


@cache
def reading(path: Path) -> PlanDraft:
    if not path.is_file():
        lacking("the real plans in ../shared")
    return parse(read(path.read_bytes(), path.name))


def plan_files() -> list[Path]:
    return PLANS or [SHARED / "plans" / "absent.txt"]


def values_of(task: TaskDraft, name: str) -> list[str]:
    values = getattr(task, name)
    if name == "timings":
        return [timing.text for timing in values]
    return [values] if name == "title" else list(values)


@pytest.mark.parametrize("path", plan_files(), ids=lambda path: path.stem)
def test_every_value_is_found_at_its_span(path: Path) -> None:
    draft = reading(path)
    for task in draft.tasks:
        assert task.source
        assert not task.leads or task.spans["leads"]
        for name, places in task.spans.items():
            assert all(draft.blocks[s.block][s.start : s.end] == s.text for s in places)
            by_issuer = name == "leads" and task.leads == (draft.plan.issuer,)
            assert by_issuer or [" ".join(s.text.split()) for s in places] == [
                " ".join(value.split()) for value in values_of(task, name)
            ]


@pytest.mark.parametrize("path", plan_files(), ids=lambda path: path.stem)
def test_no_paragraph_is_lost_and_none_is_twice(path: Path) -> None:
    draft = reading(path)
    left = [source.block for source in draft.leftover]
    assert len(left) == len(set(left))
    assert all(draft.blocks[source.block] == source.text for source in draft.leftover)
    rows = {place.block for task in draft.tasks for places in task.spans.values() for place in places}
    letterhead = {block for block in rows if block < 12}
    assert not (rows - letterhead) & set(left), "a paragraph with a value is not left over"


@pytest.mark.parametrize("path", plan_files(), ids=lambda path: path.stem)
def test_every_doubt_has_its_sentence_and_its_words(path: Path) -> None:
    draft = reading(path)
    told = [*draft.lint, *(doubt for task in draft.tasks for doubt in task.doubts)]
    assert {doubt.code for doubt in told} <= set(DOUBT_WORDS)


@pytest.mark.parametrize("name", ["A18", "A19", "A29", "B08"])
def test_targets_and_scores_give_no_rows(name: str) -> None:
    path = next((one for one in PLANS if one.stem.startswith(name)), SHARED / "absent")
    assert not [task for task in reading(path).tasks if task.path[0].casefold().startswith("phụ lục")]
