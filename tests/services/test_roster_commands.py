"""Lists on the command line: a dry run, errors one a line, files that come back unchanged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from tracker.access import OPERATOR
from tracker.cli import main
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services import rosters
from tracker.store.models import Unit

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command against the database of `app`, which has one committee."""
    import datetime

    at = at_vietnam(datetime.date(2026, 1, 5))
    rosters.create_committee(OPERATOR, "UBND huyện An Bình", "An Bình", "An Bình", at=at)
    db.session.remove()
    monkeypatch.setenv("TRACKER_DATABASE_URL", database_url)
    monkeypatch.setenv("TRACKER_INSTANCE", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "don-vi.csv"
    path.write_text(
        "Mã,Tên,Loại,Thuộc\nUB,UBND huyện,cơ quan chủ quản,\nPTP,Phòng Tư pháp,phòng ban,UB\n", "utf-8"
    )
    return path


def count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Unit)) or 0


def test_a_dry_run_tells_what_an_import_then_does(run: Run, file: Path) -> None:
    shown = run("units", "import", file, "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines() == [
        "Dòng 2: thêm UBND huyện",
        "Dòng 3: thêm Phòng Tư pháp",
        "Thêm 2, sửa 0, giữ nguyên 0.",
    ]
    assert count() == 0
    assert run("units", "import", file).stdout == "Thêm 2, sửa 0, giữ nguyên 0.\n"
    assert run("units", "import", file).stdout == "Thêm 0, sửa 0, giữ nguyên 2.\n"
    file.write_text(file.read_text("utf-8").replace("Tư pháp", "Nội vụ"), "utf-8")
    assert run("units", "import", file, "--dry-run").stdout.splitlines()[:2] == [
        "Dòng 3: sửa Phòng Nội vụ",
        "    Tên: Phòng Tư pháp → Phòng Nội vụ",
    ]


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_every_wrong_line_is_a_line_and_the_command_fails(run: Run, file: Path, dry: tuple[str, ...]) -> None:
    file.write_text("Mã,Tên,Loại,Thuộc\nA,,khác,\nB,Đơn vị B,lạ,\nC,Đơn vị C,khác,KHONG\n", "utf-8")
    done = run("units", "import", file, *dry)
    assert done.exit_code == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines()[-3:]] == ["Dòng 2", "Dòng 3", "Dòng 4"]
    assert count() == 0


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_is_imported_unchanged(run: Run, file: Path, tmp_path: Path, form: str) -> None:
    run("units", "import", file)
    (tmp_path / "nhom.csv").write_text("Tên,Loại,Đơn vị\nCác phòng,phòng ban,\n", "utf-8")
    assert run("units", "import", tmp_path / "nhom.csv", "--groups").exit_code == 0
    (tmp_path / "nguoi.csv").write_text("Họ tên,Email,Vai trò\nLê Mai,mai@anbinh.example,xem\n", "utf-8")
    assert run("people", "import", tmp_path / "nguoi.csv").exit_code == 0
    out = tmp_path / f"ra.{form}"
    for command, options, same in (("units", (), 2), ("units", ("--groups",), 1), ("people", (), 1)):
        assert run(command, "export", out, *options).exit_code == 0
        assert run(command, "import", out, *options).stdout == f"Thêm 0, sửa 0, giữ nguyên {same}.\n"


def test_a_file_of_another_kind_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("units", "export", tmp_path / "ra.ods")
    assert (done.exit_code, ".xlsx hoặc .csv" in done.stderr) == (1, True)
