"""Words of time and what they mean, beside the rules' own examples; and the table that judges the reader."""

from __future__ import annotations

import json
import time
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.cli import main
from tracker.drafts.codec import timing_to_json
from tracker.parsing.rules import when
from tracker.parsing.rules.shape import Shape
from tracker.parsing.rules.when_lunar import solar_day
from tracker.parsing.timings import parse_timing

TABLE = Path(__file__).resolve().parents[3] / "shared" / "timings.tsv"
PLAN = date(2026, 1, 1)
ISSUED = date(2026, 1, 15)
FLOOR = 0.98

Meaning = list[tuple[str | None, str | None, str | None]]


def read(text: str, start: date | None = PLAN, issued: date | None = ISSUED) -> Meaning:
    timings, _ = parse_timing(text, start, issued)
    return [(t.start and t.start.isoformat(), t.due and t.due.isoformat(), t.every) for t in timings]


def codes(text: str) -> list[str]:
    return [doubt.code for doubt in parse_timing(text, PLAN, ISSUED)[1]]


@pytest.mark.parametrize("rule", when.PIECE_SHAPES, ids=lambda rule: rule.name)
def test_a_piece_of_time_finds_its_yes_and_leaves_its_no(rule: Shape) -> None:
    assert [phrase for phrase in rule.yes if not rule.find(phrase)] == []
    assert [phrase for phrase in rule.no if rule.find(phrase)] == []


# One meaning in many spellings.
SAME: dict[tuple[str | None, str | None, str | None], tuple[str, ...]] = {
    ("2026-01-01", "2026-12-31", "year"): (
        "hằng năm",
        "HÀNG NĂM",
        "mỗi năm",
        "định kỳ (hằng năm)",
        "01 lần/năm",
    ),
    ("2026-01-01", "2026-11-14", "year"): ("trước 15/11 hằng năm", "Hằng năm (trước ngày 15/11)"),
    ("2026-01-01", "2026-01-24", "month"): ("trước ngày 25 hằng tháng", "mỗi tháng, trước ngày 25"),
    ("2026-01-01", "2026-02-04", "month"): ("trước ngày 05 của tháng sau",),
    ("2026-01-01", "2026-03-15", "quarter"): ("ngày 15 tháng cuối quý", "ngày 15 của tháng cuối mỗi quý"),
    ("2026-01-01", "2026-04-05", "quarter"): (
        "chậm nhất là ngày 05 của tháng đầu quý sau",
        "chậm nhất ngày 5 tháng đầu tiên của quý tiếp theo",
    ),
    ("2026-01-01", "2026-01-01", "week"): ("trước thứ Sáu hằng tuần", "hằng tuần (thứ Năm)"),
    ("2026-01-01", "2026-06-30", "half-year"): ("6 tháng một lần", "06 tháng", "định kỳ 6 tháng"),
    ("2026-07-01", "2026-09-30", None): (
        "quý 3",
        "Quý III",
        "QuýIII/2026",
        "Q3/2026",
        "Quý HI/2026",
        "quí ba",
    ),
    ("2026-07-01", "2026-12-31", None): ("Quý III, IV", "Quý III và IV", "từ Quý III - IV/2026"),
    ("2026-06-01", "2026-06-30", None): ("T6/2026", "6/2026", "tháng sáu", "THÁNG 06", "Tháng6/2026"),
    ("2026-10-01", "2026-12-31", None): ("10-12/2026", "Tháng 10 - 12/2026", "từ tháng 10 đến 12/2026"),
    ("2026-05-10", "2026-05-15", None): ("ngày 10-15/5", "từ ngày 10 đến ngày 15 tháng 5", "10 – 15/5/2026"),
    ("2026-06-01", "2026-06-07", None): ("trong tuần đầu tháng 6",),
    (None, "2026-06-29", None): ("Trước30/6/2026", "TRƯỚC NGÀY 30.6.2026", "truoc ngay 30/6"),
    (None, "2026-03-15", None): ("15/3/26", "ngày 15 của tháng 3", "sáng Chủ nhật, ngày 15/3/2026"),
    (None, "2026-12-31", None): ("từ nay đến cuối năm", "hết năm", "chậm nhất trong năm 2026"),
    ("2026-03-01", "2026-05-31", None): ("Từ đầu tháng 3 đến cuối tháng 5",),
    ("2026-01-15", "2026-12-31", None): ("từ ngày ký đến hết ngày 31/12/2026",),
    ("2026-01-16", "2026-01-25", None): ("sau 10 ngày kể từ ngày ký", "trong 10 ngày kể từ ngày ban hành"),
    ("2027-10-01", "2027-12-31", "year"): ("Quý IV hằng năm (bắt đầu từ năm 2027)",),
    ("2026-11-01", None, None): ("Từ tháng 11/2026 đến khi kết thúc Tổng kiểm kê.",),
}


@pytest.mark.parametrize(
    ("phrase", "meaning"), [(phrase, meaning) for meaning, phrases in SAME.items() for phrase in phrases]
)
def test_one_meaning_in_many_spellings(
    phrase: str, meaning: tuple[str | None, str | None, str | None]
) -> None:
    assert read(phrase) == [meaning]


SEVERAL: dict[str, Meaning] = {
    "30/6 và 31/12 hằng năm": [("2026-01-01", "2026-06-30", "year"), ("2026-01-01", "2026-12-31", "year")],
    "trước ngày 15/6 (báo cáo 6 tháng) và trước ngày 15/12 (báo cáo năm) hằng năm": [
        ("2026-01-01", "2026-06-14", "year"),
        ("2026-01-01", "2026-12-14", "year"),
    ],
    "định kỳ hàng tháng (trước ngày 18 hàng tháng), 6 tháng (trước ngày 18/5)": [
        ("2026-01-01", "2026-01-17", "month"),
        ("2026-01-01", "2026-05-17", "year"),
    ],
    "hằng tháng, quý, năm": [
        ("2026-01-01", "2026-01-31", "month"),
        ("2026-01-01", "2026-03-31", "quarter"),
        ("2026-01-01", "2026-12-31", "year"),
    ],
    "ngày 15 các tháng 3, 6": [(None, "2026-03-15", None), (None, "2026-06-15", None)],
    "tháng 3, 4 và 9": [("2026-03-01", "2026-04-30", None), ("2026-09-01", "2026-09-30", None)],
    "Thường xuyên, hằng năm": [(None, None, None), ("2026-01-01", "2026-12-31", "year")],
    "hoạt động 24/7": [],
    "Chương trình OCOP giai đoạn 2021 - 2025": [],
    "thực hiện Luật Đất đai năm 2024": [],
    "tầm nhìn đến năm 2045": [],
}


@pytest.mark.parametrize("phrase", SEVERAL)
def test_several_dates_or_none(phrase: str) -> None:
    assert read(phrase) == SEVERAL[phrase]


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("trong 15 ngày", "unread-time"),
        ("tháng sau", "unread-time"),
        ("rằm tháng 8", "unread-time"),
        ("ngày ... tháng ... năm 2026", "vague-time"),
        ("từ ngày 20/5/2026 đến ngày 10/5/2026", "end-before-start"),
        ("tháng 13/2026", "invalid-date"),
        ("3 năm một lần", "two-readings"),
        ("06 tháng", "two-readings"),
        ("sau 10 ngày kể từ ngày ký", "two-readings"),
        ("hằng năm, giai đoạn 2026 - 2030", "two-readings"),
        ("Quý 11/2026", "two-readings"),
    ],
)
def test_what_cannot_be_sure_is_asked(phrase: str, code: str) -> None:
    assert code in codes(phrase)


@pytest.mark.parametrize(
    "phrase", ["Quý II", "Hằng năm", "trước ngày 30/6", "kịp thời", "24/24 giờ", "Quý l/2026"]
)
def test_what_is_sure_is_not_asked(phrase: str) -> None:
    assert codes(phrase) == []


def test_distances_are_kept_forwards_and_backwards() -> None:
    (ahead,), _ = parse_timing("chậm nhất 10 ngày trước ngày 30/6", PLAN, ISSUED)
    assert (ahead.due, ahead.offset and ahead.offset.n) == (date(2026, 6, 20), -10)
    (later,), _ = parse_timing("05 ngày làm việc kể từ ngày nhận được văn bản", PLAN, ISSUED)
    assert later.offset
    assert (later.offset.unit, later.awaits) == ("working-day", "nhận được văn bản")


def test_a_cycle_of_a_plan_under_way_starts_after_its_issue() -> None:
    assert read("trước ngày 15 hằng tháng", PLAN, date(2026, 11, 17)) == [
        ("2026-12-01", "2026-12-14", "month")
    ]
    assert read("hằng năm", PLAN, date(2026, 11, 17)) == [("2026-01-01", "2026-12-31", "year")]


@pytest.mark.parametrize(
    ("year", "month", "day", "answer"),
    [
        (2024, 1, 1, "2024-02-10"),
        (2025, 1, 1, "2025-01-29"),
        (2026, 3, 10, "2026-04-26"),
        (2023, 8, 15, "2023-09-29"),
    ],
)
def test_lunar_days(year: int, month: int, day: int, answer: str) -> None:
    assert solar_day(year, month, day) == date.fromisoformat(answer)


def test_the_table_of_expressions() -> None:
    if not TABLE.exists():
        pytest.skip("../shared/timings.tsv is not here")
    rows = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()][1:]
    wrong = []
    for expression, start, issued, answer, note in rows:
        timings, doubts = parse_timing(expression, date.fromisoformat(start), date.fromisoformat(issued))
        right = _keys(map(timing_to_json, timings)) == _keys(json.loads(answer))
        assert doubts or (right and not note.startswith("review:")), expression
        wrong += [] if right else [expression]
    assert len(wrong) <= (1 - FLOOR) * len(rows), wrong


def _keys(timings: Any) -> list[str]:
    return sorted(
        str((t["start"], t["due"], t["every"], bool(t["ongoing"]), bool(t["awaits"]))) for t in timings
    )


def test_the_command_answers_for_one_expression_and_for_a_file(tmp_path: Path) -> None:
    run = CliRunner()
    one = run.invoke(main, ["timing", "trước ngày 20/5", "--plan-start", "2026-01-01", "--json"])
    assert json.loads(one.output)["timings"][0]["due"] == "2026-05-19"
    file = tmp_path / "rows.tsv"
    file.write_text(
        "expression\tplan_start\tissued_on\nQuý V\t2026-01-01\t\nQuý I\t2026-01-01\t\n", encoding="utf-8"
    )
    lines = run.invoke(main, ["timing", "--tsv", str(file), "--json"]).output.splitlines()
    assert [len(json.loads(line)["doubts"]) for line in lines] == [1, 0]


PIECES_OF_TEXT = st.sampled_from(
    [
        "trước",
        "ngày",
        "tháng",
        "quý",
        "năm",
        "hằng",
        "mỗi",
        "định",
        "kỳ",
        "6",
        "15",
        "31",
        "12/",
        "/",
        "-",
        ",",
        "(",
        ")",
        "2026",
        "I",
        "IV",
        "đến",
        "từ",
        "cuối",
        "đầu",
        "và",
        "sau",
        "khi",
        "theo",
        "của",
        "tuần",
        "thứ",
        "giai",
        "đoạn",
        "24/7",
        "kể",
        "làm",
        "việc",
        "lần",
        "Luật",
        "số",
        "5/QĐ-UBND",
        "“",
        "”",
        "30/2",
        "99",
        "0",
        "âm",
        "lịch",
        "…",
        ".",
        ";",
        ":",
        "11h30",
        "mùng",
        "Tết",
    ]
)
TEXT = st.lists(PIECES_OF_TEXT | st.text(max_size=4), max_size=25).map(" ".join)
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2080, 12, 31))


@settings(max_examples=300, deadline=None)
@given(TEXT, DAYS, DAYS)
def test_any_text_gives_words_that_stand_in_it(text: str, start: date | None, issued: date | None) -> None:
    timings, doubts = parse_timing(text, start, issued)
    composed = unicodedata.normalize("NFC", text)
    assert all(timing.text in composed for timing in timings)
    assert all(timing.awaits is None or timing.awaits in composed for timing in timings)
    assert all(doubt.text in composed for doubt in doubts)


@pytest.mark.parametrize(
    "unit",
    [
        "thực hiện ",
        "1, ",
        "ngày 1, ",
        "tháng 3, ",
        " ",
        "từ ",
        "theo kế hoạch ",
        "hằng quý, ",
        "(",
        "“",
        "Luật a ",
    ],
)
def test_time_is_linear_in_length(unit: str) -> None:
    def spent(times: int) -> float:
        begin = time.process_time()  # what else the machine does is not counted
        parse_timing(unit * times, PLAN, ISSUED)
        return time.process_time() - begin

    spent(100)
    short, long = spent(1_000), spent(10_000)
    assert long < 40 * max(short, 0.005)
