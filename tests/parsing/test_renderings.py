"""One plan in many clothes is read alike: the short form of `python -m tests.renderings`. Floors may only rise."""

from __future__ import annotations

import shutil

import pytest

from tests import renderings
from tests.conftest import lacking
from tests.documents.files import need_tesseract
from tests.score import scorer
from tracker.documents.blocks import Document
from tracker.documents.read import read
from tracker.drafts.codec import plan_to_json
from tracker.parsing.plan import parse

# Both carry labelled tasks; one counts 1.1, the other a) to e) with the point đ, which Word cannot count.
PLANS = ("ha-quang-2022", "hau-loc-2023")
# recall, precision, exact, head
FLOORS = {
    "typed labels": (1.0, 1.0, 1.0, 1.0),
    "automatic numbers": (1.0, 1.0, 1.0, 1.0),
    "tasks in tables": (1.0, 1.0, 1.0, 1.0),
    "pdf": (1.0, 1.0, 1.0, 1.0),
}
SCAN_FLOOR = 0.75


@pytest.fixture(autouse=True)
def plans_beside_the_project() -> None:
    if not set(PLANS) <= {plan.stem for plan in renderings.plans()}:
        lacking("the plans in ../shared/plans")


def made_ready(name: str) -> renderings.Rendering:
    if name == "pdf" and shutil.which("soffice") is None:
        lacking("no LibreOffice on this machine (Debian: apt-get install libreoffice-writer-nogui)")
    return next(one for one in renderings.RENDERINGS if one.name == name)


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("name", [name for name in FLOORS if name != "pdf"])
def test_a_plan_made_into_word_is_read_at_least_as_well_as_before(name: str, plan: str) -> None:
    hold(made_ready(name), plan)


def test_a_plan_made_into_pdf_is_read_at_least_as_well_as_before() -> None:
    hold(made_ready("pdf"), PLANS[1])


def hold(rendering: renderings.Rendering, stem: str) -> None:
    plan = next(plan for plan in renderings.plans() if plan.stem == stem)
    got = renderings.reached(renderings.score_of(plan, rendering))
    floors = FLOORS[rendering.name]
    assert [round(share, 3) >= floor for share, floor in zip(got, floors, strict=True)] == [True] * 4, got


def test_a_short_plan_that_was_scanned_is_read_like_its_text() -> None:
    need_tesseract()
    made_ready("pdf")
    text = short_plan()
    scan = read(renderings.scanned(text))
    assert scan.kind == "scan"
    found = scorer()["compare"](drafted(read(text.encode())), drafted(scan), False)
    assert found["gold"] == found["found"] == found["got"] == 2
    assert found["exact"] / found["gold"] >= SCAN_FLOOR
    assert found["head"] / found["heads"] >= SCAN_FLOOR


def short_plan() -> str:
    """The head of a plan with its first section and its first two tasks."""
    plan = next(plan for plan in renderings.plans() if plan.stem == PLANS[0])
    text = plan.read_text(encoding="utf-8")
    head, aims = text.split("\n\n2. Xác định", 1)[0], text.index("\nII. NỘI DUNG")
    return f"{head}\n{text[aims : text.index('2. Thông tin')]}"


def drafted(document: Document) -> object:
    return plan_to_json(parse(document))
