"""The command line: files in, drafts out. Results go to standard output, words for people to standard
error.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import click

from tracker.documents.read import read
from tracker.drafts.codec import plan_to_json
from tracker.drafts.model import PlanDraft, TaskDraft
from tracker.errors import TrackerError
from tracker.parsing.plan import parse

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
    """Read plan FILES (.docx, .txt) and draft their rows."""
    if len(files) > 1 and out is None and as_json:
        raise click.UsageError("Nhiều tệp cùng lúc thì cần --out THƯ_MỤC.")
    failures = [file for file in files if not _parse_one(file, as_json, out)]
    if failures:
        raise SystemExit(1)


def _parse_one(file: Path, as_json: bool, out: Path | None) -> bool:
    try:
        draft = parse(read(file.read_bytes(), file.name))
    except TrackerError as error:
        click.echo(f"{file}: {error.message}", err=True)
        return False
    except OSError:
        click.echo(f"{file}: Không mở được tệp. Vui lòng kiểm tra đường dẫn và quyền đọc.", err=True)
        return False
    _show(draft, file, as_json, out)
    return True


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


if __name__ == "__main__":
    main()
