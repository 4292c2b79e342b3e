"""Tasks, reports and responsibilities: the outline in, one draft for each row of work out.

The shape decides what is a row: an item that carries labels, else the innermost item or bullet; what
stands below a labelled item is its detail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tracker.drafts.checks import doubts_of
from tracker.drafts.model import Doubt, Source, TaskDraft, TimingDraft
from tracker.parsing.cells import cell_time, cell_units, edge_time
from tracker.parsing.columns import Columns
from tracker.parsing.outline import BULLET, Field, Node, title_of
from tracker.parsing.pieces import cut, trim, words
from tracker.parsing.prose import Clock, Timed, sentences, timed
from tracker.parsing.reports import Report, reports_in
from tracker.parsing.rules.products import products
from tracker.parsing.rules.words import (
    CLOSING,
    GROUP_HEADING,
    HIDDEN_CONTENT,
    PERIOD_HEADING,
    ROLES,
    TIME_SECTION,
)
from tracker.parsing.spoken import condition_in, prose_timings, running_timings
from tracker.parsing.tables import Line, lines, read_table
from tracker.parsing.who import Doers, heading_units, lead_units, partners_in, subject, together, units
from tracker.vietnamese.forms import fold

Path = tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """Where an item stands: its path, the role of its section, the units in charge above it, the clock."""

    clock: Clock
    path: Path = ()
    role: str = ""
    above: tuple[Source, ...] = ()
    annexed: bool = False
    period: tuple[tuple[Source, TimingDraft], ...] = ()

    def below(self, node: Node, label: str) -> Setting:
        units_here = heading_units(title_of(node)) or _group_heading(node, self.role)
        return replace(
            self,
            path=(*self.path, label) if label and not label.startswith("Điều") else self.path,
            role="annex" if node.annex else role_of(node, self.role),
            above=units_here or self.above,
            annexed=self.annexed or node.annex,
            period=_period_of(node, self.clock) or self.period,
        )


def _period_of(node: Node, clock: Clock) -> tuple[tuple[Source, TimingDraft], ...]:
    """The time that a heading gives to what stands below it: `Giai đoạn 2025 - 2030`."""
    title = title_of(node)
    found = PERIOD_HEADING.find(title.text) if 2 <= node.rank < BULLET and len(title.text) < 120 else None
    if not found or not (node.children or node.paragraphs):
        return ()
    spoken, _ = timed(cut(title, *found.span("value" if found["value"] else "value2")), clock)
    return tuple(spoken)


def _group_heading(node: Node, role: str) -> tuple[Source, ...]:
    """In TỔ CHỨC THỰC HIỆN a short `Các …` above bullets names who does them, whatever verb it holds."""
    title = title_of(node)
    named = role == "organisation" and node.rank < BULLET and bool(node.bullets)
    if named and GROUP_HEADING.match(title.text) and len(title.text) < 100 and title.text[-1:] not in ".;":
        return units(title)
    return ()


@dataclass(frozen=True)
class Row:
    """A draft with every paragraph that it was read from."""

    task: TaskDraft
    blocks: frozenset[int]
    annexed: bool = False
    anchor: int = 0


def role_of(node: Node, above: str) -> str:
    """What a heading says about what stands below; a long sentence is no heading and keeps the role above."""
    text = fold(title_of(node).text)
    if above in ("aims", "money") or len(text) > 160:
        return "money" if text.startswith("kinh phi") else above
    if HIDDEN_CONTENT.search(text) and not above:
        return "content"
    for role, heading in ROLES:
        if heading.begins(text) and _may_turn(role, above, node):
            return role
    return above


def _may_turn(role: str, above: str, node: Node) -> bool:
    """Inside a section only money, and aims with items of their own, set a part aside."""
    if not above or role == "money":
        return True
    if role == "aims":
        return bool(node.children or node.paragraphs) and len(title_of(node).text) < 40
    return role == "organisation" and above == "content" and len(title_of(node).text) < 60


def rows(root: Node, clock: Clock) -> list[Row]:
    """Every row of the plan in the order of the document."""
    setting = Setting(clock)
    found: list[Row] = list(_table_rows(root, setting))
    for label, section in labelled(root.children):
        found += list(_rows_of(section, setting.below(section, label)))
    # Only rows of tables are found apart from the others, and several rows can begin in one place.
    return sorted(found, key=lambda row: row.anchor)


def labelled(nodes: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    """Each item with its place in the path: its number, or -1, -2 … for bullets."""
    bullets = 0
    for node in nodes:
        if node.label in ("-", "+"):
            bullets += 1
            yield f"-{bullets}", node
        else:
            yield node.label, node


def _rows_of(node: Node, setting: Setting) -> Iterator[Row]:
    if setting.role == "annex":
        yield from _labelled_only(node, setting)
        return
    if setting.role == "aims" or (setting.role == "money" and not _carries_fields(node)):
        return
    if CLOSING.begins(title_of(node).text):
        return
    if setting.role == "organisation":
        yield from _duties(node, setting)
    else:
        yield from _work(node, setting)


def _carries_fields(node: Node) -> bool:
    """A piece of work about money shows itself by its lead."""
    return any(one.name == "leads" for inner in node.walk() for one in inner.fields)


def _below(node: Node, setting: Setting, nodes: Iterable[Node]) -> Iterator[Row]:
    chosen = {id(one) for one in nodes}
    for label, child in labelled(node.children):
        if id(child) in chosen:
            yield from _rows_of(child, setting.below(child, label))


def _labelled_only(node: Node, setting: Setting) -> Iterator[Row]:
    """In the text of an annex only what carries labels is work; forms and explanations are not."""
    if node.fields:
        yield from _work(node, setting)
    else:
        yield from _below(node, setting, node.children)


# --- tables ---


def _table_rows(node: Node, setting: Setting) -> Iterator[Row]:
    """The rows of all tables under a node, each with the path of what it stands under."""
    like: Columns | None = None
    for table in node.tables:
        reading = read_table(table, like)
        like = reading.columns or like
        if setting.role != "money":
            for number, line in enumerate(reading.lines):
                yield from _table_row(line, setting, reading.headings if number == 0 else frozenset())
    for label, child in labelled(node.children):
        yield from _table_rows(child, setting.below(child, label))


def _table_row(line: Line, setting: Setting, headings: frozenset[int]) -> Iterator[Row]:
    path = (*setting.path, *line.path)
    task = TaskDraft(path, "task", _one_line(line.title), source=line.title, spans={"title": (line.title,)})
    task = _with_cells(task, line, setting)
    task = _time(task, *prose_timings(line.title, setting.clock)) if not task.timings else task
    texts = [line.title, *line.details]
    yield from _with_reports(task, texts, replace(setting, path=path), line.blocks | headings)


def _one_line(source: Source) -> str:
    return " ".join(source.text.split())


def _with_cells(task: TaskDraft, line: Line, setting: Setting) -> TaskDraft:
    """The values of the columns; one line of a cell is read like the value of a label."""
    for name, value in line.fields:
        if name in ("leads", "both"):
            doers = cell_units(value)
            task = _lead(task, (*task.spans.get("leads", ()), *doers.leads), doers.accountable)
            task = _partner(task, (*task.spans.get("partners", ()), *doers.partners))
        elif name == "partners":
            task = _partner(task, (*task.spans.get("partners", ()), *cell_units(value).leads), told=True)
        elif name == "deliverables":
            parts = tuple(part for one in lines(value) for part in products(one))
            task = replace(task, deliverables=words(parts), spans={**task.spans, "deliverables": parts})
        elif name == "timings":
            task = _time(task, *cell_time(value, setting.clock, strict=name in line.strict))
    edges = {name: value for name, value in line.fields if name in ("start", "finish")}
    return _time(task, *edge_time(edges, setting.clock, line.strict)) if edges else task


# --- work ---


def _work(node: Node, setting: Setting) -> Iterator[Row]:
    blocks_of_labels = _label_blocks(node)
    if len(blocks_of_labels) > 1:
        yield from _several(node, setting, blocks_of_labels)
    elif node.fields and not any(child.fields for child in node.numbered):
        covered = [c for i, c in enumerate(node.children) if i < max(f.after for f in node.fields)]
        yield from _row(node, setting, node.fields, covered)
        yield from _below(node, setting, [c for c in node.children if c not in covered])
    elif node.numbered:
        yield from _numbered(node, setting)
    elif node.bullets and not _is_section_text(node):
        yield from _below(node, setting, node.bullets)
    elif (len(setting.path) > 1 or node.paragraphs) and not _is_told_by_table(node):
        yield from _row(node, setting, [], node.children)


def _is_told_by_table(node: Node) -> bool:
    """A heading whose work stands in a table of its own: the rows are the tasks."""
    return not node.children and any(read_table(table).lines for table in node.tables)


def _numbered(node: Node, setting: Setting) -> Iterator[Row]:
    """Numbered items; one of them that only says when gives its siblings their time."""
    shared = next((child for child in node.numbered if _is_time_section(child)), None)
    if shared is None:
        yield from _below(node, setting, node.numbered)
        return
    spoken, _ = timed(trim(shared.paragraphs[0]), setting.clock)
    inner = replace(setting, period=tuple(spoken) or setting.period)
    yield from _below(node, inner, [child for child in node.numbered if child is not shared])


def _is_time_section(node: Node) -> bool:
    return bool(TIME_SECTION.begins(title_of(node).text)) and bool(node.paragraphs) and not node.children


def _is_section_text(node: Node) -> bool:
    return any(child.fields for child in node.bullets)


def _label_blocks(node: Node) -> list[list[Field]]:
    """The fields of an item in groups: a group ends where a label comes back under another bullet."""
    groups: list[list[Field]] = []
    for one in node.fields:
        fresh = not groups or any(f.name == one.name and f.after != one.after for f in groups[-1])
        if fresh:
            groups.append([])
        groups[-1].append(one)
    if len(groups) > 1 and all(group[0].after for group in groups):
        return groups
    return [node.fields] if node.fields else []


def _several(node: Node, setting: Setting, groups: list[list[Field]]) -> Iterator[Row]:
    """Several blocks of labels under one number: the first bullet before each block is its task."""
    begin = 0
    for group in groups:
        end = group[-1].after
        bullets = node.children[begin:end]
        if bullets:
            label = {id(c): name for name, c in labelled(node.children)}[id(bullets[0])]
            yield from _row(bullets[0], setting.below(bullets[0], label), group, bullets[1:])
        begin = end
    yield from _below(node, setting, node.children[begin:])


def _row(node: Node, setting: Setting, fields: list[Field], details: list[Node]) -> Iterator[Row]:
    texts = _texts(node, details)
    task = _with_fields(_blank(node, setting, "task"), fields, setting)
    task = _with_prose(task, texts, fields, setting, 1 + len(node.paragraphs))
    if not task.leads:
        task = _lead(task, setting.above)
    blocks = (
        {text.block for text in texts} | {one.value.block for one in fields} | {one.block for one in fields}
    )
    yield from _with_reports(task, texts, setting, frozenset(blocks))


def _texts(node: Node, details: list[Node]) -> list[Source]:
    inner = [one for child in details for one in child.walk()]
    return [node.body, *node.paragraphs, *(text for one in inner for text in (one.body, *one.paragraphs))]


def _blank(node: Node, setting: Setting, kind: str) -> TaskDraft:
    title = title_of(node)
    return TaskDraft(setting.path, kind, title.text, source=node.body, spans={"title": (title,)})


def _lead(task: TaskDraft, leads: tuple[Source, ...], accountable: str | None = None) -> TaskDraft:
    if not leads:
        return task
    return replace(task, leads=words(leads), accountable=accountable, spans={**task.spans, "leads": leads})


def _partner(task: TaskDraft, partners: tuple[Source, ...], *, told: bool = False) -> TaskDraft:
    """With partners; in a sentence a lead is none of them, in a column of its own (`told`) it may be."""
    partners = tuple(one for one in partners if told or one.text not in task.leads)
    if not partners:
        return task
    return replace(task, partners=words(partners), spans={**task.spans, "partners": partners})


def _time(task: TaskDraft, found: Timed, doubts: Iterable[Doubt] = ()) -> TaskDraft:
    doubts = (*task.doubts, *doubts)
    if not found:
        return replace(task, doubts=doubts) if len(doubts) > len(task.doubts) else task
    spans = (*task.spans.get("timings", ()), *(place for place, _ in found))
    timings = (*task.timings, *(timing for _, timing in found))
    return replace(task, timings=timings, doubts=doubts, spans={**task.spans, "timings": spans})


def _with_fields(task: TaskDraft, fields: list[Field], setting: Setting) -> TaskDraft:
    for one in fields:
        if one.name == "leads":
            doers = _label_doers(one.value)
            task = _lead(
                task, (*task.spans.get("leads", ()), *doers.leads), doers.accountable or task.accountable
            )
            task = _partner(task, (*task.spans.get("partners", ()), *doers.partners))
        elif one.name == "partners":
            task = _partner(task, (*task.spans.get("partners", ()), *units(one.value)))
        elif one.name == "timings":
            task = _time(task, *timed(one.value, setting.clock))
        else:
            parts = (*task.spans.get("deliverables", ()), *products(one.value))
            task = replace(task, deliverables=words(parts), spans={**task.spans, "deliverables": parts})
    return task


def _label_doers(value: Source) -> Doers:
    """Who a label names; a sentence with several doers behind it gives each of them."""
    shared = together(value)
    if shared:
        return Doers(shared[0], partners=shared[1])
    doers = lead_units(value)
    if doers.accountable or len(value.text) < 150:
        return doers
    named = tuple(unit for clause in sentences(value) for unit in subject(clause))
    return Doers(named) if named else doers


def _with_doers(task: TaskDraft, texts: list[Source]) -> TaskDraft:
    """Who does it: the subject of the first sentence that has one, in the item or its own paragraphs.

    Where further sentences have other subjects, or the first has none, the row is doubted.
    """
    spoken = [subject(one) for text in texts for one in sentences(text)]
    found = next((units_named for units_named in spoken if units_named), ())
    others = {one.text for named in spoken for one in named} - {one.text for one in found}
    task = _lead(task, found)
    late = bool(found) and not spoken[0] and found[0].block == texts[0].block
    if not others and not late:
        return task
    words_of = ", ".join(one.text for one in found)
    return replace(task, doubts=(*task.doubts, Doubt("several-doers", "leads", words_of)))


def _with_prose(
    task: TaskDraft, texts: list[Source], fields: list[Field], setting: Setting, own: int = 1
) -> TaskDraft:
    """What the sentences say where no label does; `own` of the texts are the item's own paragraphs."""
    named = {one.name for one in fields}
    if "leads" not in named:
        task = _with_doers(task, texts[:own])
    if "partners" not in named and "leads" not in named:
        found = {one.text: one for text in texts for one in reversed(partners_in(text))}
        order = sorted(found.values(), key=lambda one: (one.block, one.start))
        task = _partner(task, tuple(order))
    if "timings" in named:
        return _title_condition(task, texts[0])
    return _sentence_times(task, texts, setting)


def _sentence_times(task: TaskDraft, texts: list[Source], setting: Setting) -> TaskDraft:
    for text in texts:
        task = _time(task, *prose_timings(text, setting.clock))
    if task.kind == "task" and not task.timings:
        task = _time(task, list(setting.period))
    return task


def _title_condition(task: TaskDraft, title: Source) -> TaskDraft:
    """A condition in the title (`sau khi được … ban hành`) is what the label's time waits for."""
    awaits = condition_in(trim(title))
    if not awaits or any(timing.awaits for timing in task.timings):
        return task
    return replace(task, timings=tuple(replace(timing, awaits=awaits) for timing in task.timings))


# --- duties ---


def _duties(node: Node, setting: Setting) -> Iterator[Row]:
    """Responsibilities: the innermost items, or the paragraphs of a section without numbers."""
    charged = heading_units(title_of(node)) or _group_heading(node, setting.role)
    if node.fields:
        yield from _work(node, setting)
    elif node.children and _is_heading(node, charged):
        yield from _below(node, setting, node.children)
    elif len(setting.path) == 1 or (charged and node.paragraphs):
        yield from _paragraph_duties(node, setting)
    else:
        yield from _duty(
            _blank(node, setting, "responsibility"),
            _texts(node, node.children),
            setting,
            1 + len(node.paragraphs),
        )


def _is_heading(node: Node, charged: tuple[Source, ...]) -> bool:
    text = title_of(node).text
    return bool(charged) or len(text) < 120 or node.body.text.rstrip().endswith(":")


def _paragraph_duties(node: Node, setting: Setting) -> Iterator[Row]:
    paragraphs = [one for one in node.paragraphs if not CLOSING.begins(one.text)]
    single = len(setting.path) > 1
    for number, text in enumerate(paragraphs[:1] if single else paragraphs, 1):
        title = trim(text)
        path = setting.path if single else (*setting.path, f"-{number}")
        blank = TaskDraft(path, "responsibility", title.text, source=text, spans={"title": (title,)})
        texts = [text, *paragraphs[1:], node.body] if single else [text]
        yield from _duty(blank, texts, replace(setting, path=path))


def _duty(task: TaskDraft, texts: list[Source], setting: Setting, own: int = 1) -> Iterator[Row]:
    """A responsibility; `own` of the texts are the item's own paragraphs, the others its details."""
    task = _with_doers(task, texts[:1])
    task = task if task.leads else _lead(task, setting.above)
    if not task.leads or CLOSING.begins(task.title):
        return
    found = {one.text: one for text in texts[:own] for one in reversed(partners_in(text))}
    task = _partner(task, tuple(sorted(found.values(), key=lambda one: (one.block, one.start))))
    task = _sentence_times(task, texts[:own], setting)
    task = _time(task, running_timings(texts[0]))
    yield from _with_reports(task, texts, setting, frozenset(text.block for text in texts))


# --- reports ---


def _with_reports(
    task: TaskDraft, texts: list[Source], setting: Setting, blocks: frozenset[int]
) -> Iterator[Row]:
    anchor = texts[0].block
    yield Row(checked(task), blocks, setting.annexed, anchor)
    found = [report for text in texts for report in reports_in(text, setting.clock)]
    for number, report in enumerate(found, 1):
        yield Row(checked(_report_row(task, report, number)), blocks, setting.annexed, anchor)


def _report_row(task: TaskDraft, report: Report, number: int) -> TaskDraft:
    senders = report.senders or task.spans.get("leads", ())
    row = TaskDraft(
        (*task.path, f"r{number}"),
        "report",
        report.title.text,
        source=report.title,
        recipient=report.recipient,
        doubts=report.doubts,
        spans={"title": (report.title,)},
    )
    return _time(_lead(row, senders), report.timings)


def checked(task: TaskDraft) -> TaskDraft:
    """With the doubts that its own values raise."""
    fresh = [doubt for doubt in doubts_of(task) if doubt not in task.doubts]
    return replace(task, doubts=(*task.doubts, *fresh)) if fresh else task


def years_of(timings: Iterable[TimingDraft]) -> list[int]:
    return [day.year for one in timings for day in (one.start, one.due) if day]
