"""Lists as files: Excel shows the marks, runs nothing, and gives every cell back."""

from __future__ import annotations

import io

import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.documents.rows import CONTROLS, read_rows
from tracker.sheets.rosters import roster_bytes
from tracker.vietnamese.forms import tidy

HEAD = ("Mã", "Tên", "Tên ngắn")
cells = st.text(
    alphabet=st.one_of(st.sampled_from("=+-@'\"|;,\n ăĐ1"), st.characters(codec="utf-8")), max_size=12
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@given(st.lists(st.tuples(cells, cells, cells), max_size=5))
@settings(max_examples=60, deadline=None)
def test_every_cell_comes_back_as_it_was(form: str, rows: list[tuple[str, str, str]]) -> None:
    plain = [tuple(tidy(CONTROLS.sub("", cell)) for cell in row) for row in rows]
    wanted = [row for row in plain if any(row)]
    found = [(*row, "", "", "")[:3] for _, row in read_rows(roster_bytes("units", [HEAD, *plain], form))]
    assert found == [HEAD, *wanted]


def test_csv_begins_with_the_mark_of_utf_8_and_holds_no_formula() -> None:
    data = roster_bytes("units", [HEAD, ("A", "=HYPERLINK(1)", "@x"), ("B", "+84", "-1")], "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines()[1:] == ["A,'=HYPERLINK(1),'@x", "B,'+84,'-1"]


def test_the_sheet_has_a_frozen_head_a_filter_and_cells_of_text() -> None:
    data = roster_bytes("units", [HEAD, ("A", "=1+1", "0900")], "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:C2"
    assert sheet.column_dimensions["B"].width == 40
    assert [(cell.value, cell.data_type) for cell in sheet[2]] == [("A", "s"), ("=1+1", "s"), ("0900", "s")]
