"""The form of a drafted row becomes a `TaskDraft`; it judges only what cannot be read at all.

What the form does not show (spans, doubts, the exact bound of a timing that nobody touched) stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from flask_babel import gettext as _

from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.errors import Invalid
from tracker.sheets.words import plain_day
from tracker.vietnamese.paths import BULLET, REPORT

KINDS = ("task", "report", "responsibility")
CYCLES = ("week", "month", "quarter", "half-year", "year")
TIMING_FIELD = re.compile(r"timing-(\d+)-text")
PRINTED_DAY = re.compile(r"(?:(?:(?P<day>\d{1,2})/)?(?P<month>\d{1,2})/)?(?P<year>\d{4})")

Form = Mapping[str, str]

EMPTY = TaskDraft(path=(), kind="task", title="")


def read_task(form: Form, before: TaskDraft = EMPTY) -> TaskDraft:
    """The row as it was entered over the row as it was. Raises `Invalid` where a day is none."""
    if "title" not in form:  # a form that only decides
        return before
    kind = form.get("kind", before.kind)
    return replace(
        before,
        title=_line(form.get("title", "")),
        kind=kind if kind in KINDS else before.kind,
        path=_path(form.get("path", ""), before),
        leads=_with(_lines(form.get("leads", "")), form.get("add-lead", "")),
        partners=_with(_lines(form.get("partners", "")), form.get("add-partner", "")),
        deliverables=_lines(form.get("deliverables", "")),
        recipient=_line(form.get("recipient", "")) or None,
        timings=tuple(_timings(form, before)),
    )


def path_line(path: tuple[str, ...]) -> str:
    """The printed labels as the form shows them: II › 1 › 1.1; our own (r1, -2) are printed nowhere."""
    return " › ".join(label for label in path if not _own(label))


def _own(label: str) -> bool:
    return bool(REPORT.fullmatch(label) or BULLET.fullmatch(label))


def read_day(text: str) -> date | None:
    """20/5/2026 as people write it, or 2026-05-20; empty is no day."""
    text = text.strip()
    if not text:
        return None
    try:
        if "/" not in text:
            return date.fromisoformat(text)
        day, month, year = (int(part) for part in text.split("/"))
        return date(year, month, day)
    except ValueError:
        raise Invalid(_("“%(text)s” chưa phải là một ngày. Xin ghi như 20/5/2026.", text=text)) from None


def written_day(day: date | None) -> str:
    """A day as its field shows it: 20/5/2026, whatever the browser's own language is."""
    return plain_day(day) if day else ""


def read_printed_day(text: str) -> str:
    """A day as the document prints it, as precise as it is: 15/1/2026, 1/2026 or 2026 → ISO, cut to that."""
    text = text.strip()
    if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", text):
        return text
    found = PRINTED_DAY.fullmatch(text)
    if text and not found:
        raise Invalid(
            _("“%(text)s” chưa phải là một ngày. Xin ghi như 20/5/2026, 5/2026 hoặc 2026.", text=text)
        )
    if not found:
        return ""
    if found["day"]:
        day = read_day(text)
        return day.isoformat() if day else ""
    if found["month"] and not 1 <= int(found["month"]) <= 12:
        raise Invalid(_("“%(text)s” chưa phải là một tháng. Xin ghi như 5/2026.", text=text))
    return f"{found['year']}-{int(found['month']):02d}" if found["month"] else found["year"]


def printed_day(iso: str) -> str:
    """The inverse of `read_printed_day`, for the field."""
    return "/".join(str(int(part)) for part in reversed(iso.split("-"))) if iso else ""


def _path(text: str, before: TaskDraft) -> tuple[str, ...]:
    if text.strip() == path_line(before.path):
        return before.path
    printed = [part.strip() for part in re.split(r"[›/]", text) if part.strip()]
    return (
        *(label for label in printed if not _own(label)),
        *(label for label in before.path if _own(label)),
    )


def _timings(form: Form, before: TaskDraft) -> Iterator[TimingDraft]:
    numbers = sorted(int(found[1]) for name in form if (found := TIMING_FIELD.fullmatch(name)))
    for number in numbers:
        old = before.timings[number] if number < len(before.timings) else None
        new = _timing(form, f"timing-{number}", old)
        if new:
            yield new


def _timing(form: Form, name: str, old: TimingDraft | None) -> TimingDraft | None:
    """One timing of the form; None where it was dropped or left empty."""
    if form.get(f"{name}-drop"):
        return None
    every = form.get(f"{name}-every", "")
    new = replace(
        old or TimingDraft(text=""),
        text=_line(form.get(f"{name}-text", "")),
        label=_line(form.get(f"{name}-label", "")) or None,
        start=read_day(form.get(f"{name}-start", "")),
        due=read_day(form.get(f"{name}-due", "")),
        every=every if every in CYCLES else None,
        ongoing=bool(form.get(f"{name}-ongoing")),
        awaits=_line(form.get(f"{name}-awaits", "")) or None,
    )
    if old and new.due != old.due:  # a person's day is exactly that day
        new = replace(new, bound=None, printed=None, offset=None, soft=False)
    return None if new == TimingDraft(text="") else new


def _line(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in (_line(part) for part in text.splitlines()) if line)


def _with(names: tuple[str, ...], added: str) -> tuple[str, ...]:
    """A name picked from the list joins those that were typed."""
    return names if not added or added in names else (*names, added)
