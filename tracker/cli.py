"""The command line: files in, drafts out. Results go to standard output, words for people to standard
error.
"""

from __future__ import annotations

import csv
import json
import sys
from contextlib import ExitStack
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.documents.read import read
from tracker.drafts.codec import doubt_to_json, plan_to_json, timing_to_json
from tracker.drafts.model import PlanDraft, TaskDraft, TimingDraft
from tracker.due_command import due_command
from tracker.errors import TrackerError
from tracker.parsing.plan import parse
from tracker.parsing.timings import parse_timing

if TYPE_CHECKING:  # click does not export the type of what progressbar() makes
    from click._termui_impl import ProgressBar

TITLE_WIDTH = 60


class Commands(click.Group):
    """`parse` needs the cores only; the application is loaded when another command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *_of_application()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self.commands.get(cmd_name) or _of_application().get(cmd_name)


def _of_application() -> dict[str, click.Command]:
    return {str(command.name): command for command in import_module("tracker.commands").COMMANDS}


@click.group(cls=Commands)
def main() -> None:
    """Đôn Đốc: plans of Vietnamese offices, read, published and followed up."""


@main.command("parse")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the draft as one JSON object.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write NAME.json for each file."
)
def parse_command(files: tuple[Path, ...], as_json: bool, out: Path | None) -> None:
    """Read plan FILES (Word, PDF, scans, Excel, text) and draft their rows."""
    if len(files) > 1 and out is None and as_json:
        raise click.UsageError("Nhiều tệp cùng lúc thì cần --out THƯ_MỤC.")
    failures = [file for file in files if not _parse_one(file, as_json, out)]
    if failures:
        raise SystemExit(1)


def _parse_one(file: Path, as_json: bool, out: Path | None) -> bool:
    try:
        with _Pages(file.name) as pages:
            draft = parse(read(file.read_bytes(), file.name, progress=pages))
    except TrackerError as error:
        click.echo(f"{file}: {error.message}", err=True)
        return False
    except OSError:
        click.echo(f"{file}: Không mở được tệp. Xin kiểm tra đường dẫn và quyền đọc.", err=True)
        return False
    _show(draft, file, as_json, out)
    return True


class _Pages(ExitStack):
    """A bar on the terminal for a scan; nothing for a file that is read at once, or where nobody looks."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._bar: ProgressBar[int] | None = None

    def __call__(self, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            bar = click.progressbar(length=total, label=self._name, file=sys.stderr, show_pos=True)
            self._bar = self.enter_context(bar)
        self._bar.update(done - self._bar.pos)


def _show(draft: PlanDraft, file: Path, as_json: bool, out: Path | None) -> None:
    text = json.dumps(plan_to_json(draft), ensure_ascii=False, indent=2)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{file.stem}.json").write_text(text + "\n", encoding="utf-8")
        click.echo(f"{file.name}: {len(draft.tasks)} dòng", err=True)
    else:
        click.echo(text if as_json else table(draft))


def table(draft: PlanDraft) -> str:
    """One line a row: path, title, who leads, by when."""
    lines = [draft.plan.title or "(không có tên kế hoạch)"]
    lines += [_line(task) for task in draft.tasks] or ["Không tìm thấy nhiệm vụ nào trong tệp."]
    return "\n".join(lines)


def _line(task: TaskDraft) -> str:
    title = task.title if len(task.title) <= TITLE_WIDTH else task.title[: TITLE_WIDTH - 1] + "…"
    due = ", ".join(timing.due.isoformat() if timing.due else timing.text for timing in task.timings)
    return f"{'.'.join(task.path):14} {title:{TITLE_WIDTH}}  {'; '.join(task.leads) or '–'}  {due or '–'}"


DAY = click.DateTime(["%Y-%m-%d"])


@main.command("timing")
@click.argument("text", required=False)
@click.option(
    "--tsv", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Read a row a line."
)
@click.option("--plan-start", type=DAY, help="The first day of the plan.")
@click.option("--issued", type=DAY, help="The day on which the plan was issued.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def timing_command(
    text: str | None, tsv: Path | None, plan_start: datetime | None, issued: datetime | None, as_json: bool
) -> None:
    """Say what TEXT, or each row of a file such as timings.tsv, means as due dates and cycles."""
    if (text is None) == (tsv is None):
        raise click.UsageError("Cần đúng một trong hai: câu chữ, hoặc --tsv TỆP.")
    if tsv:
        for expression, start, day in _expressions(tsv):
            click.echo(_timing_line(expression, start, day, as_json))
    else:
        click.echo(_timing_line(text or "", _date(plan_start), _date(issued), as_json))


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _expressions(file: Path) -> list[tuple[str, date | None, date | None]]:
    """The columns expression, plan_start and issued_on of a file with a header."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        return [(row["expression"], _iso_day(row["plan_start"]), _iso_day(row["issued_on"])) for row in rows]
    except (KeyError, ValueError, csv.Error) as error:
        raise click.ClickException(
            f"{file}: cần các cột expression, plan_start, issued_on (ngày dạng 2026-01-31), mã UTF-8."
        ) from error


def _iso_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _timing_line(text: str, start: date | None, issued: date | None, as_json: bool) -> str:
    timings, doubts = parse_timing(text, start, issued)
    if as_json:
        answer = {
            "timings": [timing_to_json(timing) for timing in timings],
            "doubts": [doubt_to_json(doubt) for doubt in doubts],
        }
        return json.dumps(answer, ensure_ascii=False)
    said = "; ".join(_timing_words(timing) for timing in timings) or "–"
    return said + "".join(f"  ? {doubt.code}" for doubt in doubts)


def _timing_words(timing: TimingDraft) -> str:
    days = " → ".join(day.isoformat() if day else "…" for day in (timing.start, timing.due))
    return " ".join(word for word in (days, timing.every, timing.awaits and f"({timing.awaits})") if word)


main.add_command(due_command)

if __name__ == "__main__":
    main()
