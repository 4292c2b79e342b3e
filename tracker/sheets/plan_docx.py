"""A plan as a .docx in the layout of Nghị định 30/2020: a plan's words go in, the file's bytes come out.

A4, Times New Roman, head of two columns, numbering as the decree shows it (I. · 1. · 1.1. · a)), either typed
or made by Word itself, recipients and signature side by side at the end.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt

from tracker.vietnamese.numbers import to_roman

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
FONT = "Times New Roman"
BODY = Pt(14)
INDENT = Cm(1.27)
ISSUER_WIDTH, NATION_WIDTH = Cm(6.3), Cm(10.2)
# The letters of points: the Vietnamese alphabet without ă â ê ô ơ ư.
POINTS = "abcdđeghiklmnopqrstuvxy"
# Word wants the properties of a paragraph in one order.
AFTER_BORDERS = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:rPr")
# Level → (Word's kind of number, Word's text, bold). Level 3 is `a)`.
LEVELS = (("upperRoman", "%1.", True), ("decimal", "%2.", True), ("decimal", "%2.%3.", False))


@dataclass(frozen=True)
class PlanLine:
    """A paragraph. `level` 0 is a section (I.), 1 and 2 are numbers below it, 3 a point (a), 4 a dash, None
    plain text."""

    level: int | None
    text: str


@dataclass(frozen=True)
class PlanText:
    """Everything that stands on the paper. `automatic` lets Word count the numbers instead of typing them."""

    issuer: tuple[str, ...]
    number: str
    place_and_date: str
    title: str
    opening: tuple[str, ...]
    lines: tuple[PlanLine, ...]
    recipients: tuple[str, ...]
    signer: tuple[str, ...]
    signer_name: str
    automatic: bool = False


def plan_docx(plan: PlanText) -> bytes:
    """The file."""
    document = Document()
    _page(document)
    document.core_properties.author = " ".join(plan.issuer)
    document.core_properties.title = plan.title
    document.core_properties.comments = ""
    _head(document, plan)
    _title(document, plan.title)
    for text in plan.opening:
        _body(document, text)
    numbering = _word_numbering(document) if plan.automatic else None
    for line, label in zip(plan.lines, _labels(plan.lines), strict=True):
        _line(document, line, label, numbering)
    _foot(document, plan)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def plan_lines(text: str) -> tuple[PlanLine, ...]:
    """Lines of light markup: `# ` section, `## ` and `### ` numbers, `a) ` point, `- ` dash, else plain."""
    marks = (("### ", 2), ("## ", 1), ("# ", 0), ("a) ", 3), ("- ", 4))
    lines = []
    for raw in filter(None, map(str.strip, text.splitlines())):
        mark, level = next(((mark, level) for mark, level in marks if raw.startswith(mark)), ("", None))
        lines.append(PlanLine(level, raw.removeprefix(mark)))
    return tuple(lines)


def _labels(lines: Iterable[PlanLine]) -> Iterator[str]:
    """I. · 1. · 1.1. · a) · -"""
    counts = [0, 0, 0, 0]
    for line in lines:
        if line.level is None:
            yield ""
        elif line.level == 4:
            yield "-"
        else:
            counts[line.level] += 1
            counts[line.level + 1 :] = [0] * (3 - line.level)
            yield _label(line.level, counts)


def _label(level: int, counts: Sequence[int]) -> str:
    labels = (
        lambda: f"{to_roman(counts[0])}.",
        lambda: f"{counts[1]}.",
        lambda: f"{counts[1]}.{counts[2]}.",
        lambda: f"{POINTS[counts[3] - 1]})",
    )
    return labels[level]()


# Pieces of the page


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.different_first_page_header_footer = True  # no number on the first page
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, BODY
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    _page_number(section.header.paragraphs[0])


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _head(document: Any, plan: PlanText) -> None:
    table = document.add_table(rows=2, cols=2)
    table.autofit = False
    for column, width in zip(table.columns, (ISSUER_WIDTH, NATION_WIDTH), strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    issuer, nation = table.rows[0].cells
    for text in plan.issuer:
        _centred(issuer, text, Pt(13), bold=True)
    _rule(issuer, ISSUER_WIDTH, Cm(2))
    _centred(nation, NATION, Pt(12), bold=True)
    _centred(nation, MOTTO, Pt(13), bold=True)
    _rule(nation, NATION_WIDTH, Cm(5))
    number, place = table.rows[1].cells
    _centred(number, f"Số: {plan.number}", Pt(13))
    _centred(place, plan.place_and_date, Pt(14), italic=True)


def _title(document: Any, title: str) -> None:
    _centred(document, "", Pt(6))
    _centred(document, "KẾ HOẠCH", BODY, bold=True)
    _centred(document, title, BODY, bold=True)
    _centred(document, "", Pt(6))


def _line(document: Any, line: PlanLine, label: str, numbering: int | None) -> None:
    level = line.level
    bold = level is not None and level < len(LEVELS) and LEVELS[level][2]
    if numbering is not None and level is not None and level < len(LEVELS):
        paragraph = _body(document, line.text, bold=bold)
        _number_by_word(paragraph, numbering, level)
    else:
        _body(document, f"{label} {line.text}".strip(), bold=bold)


def _foot(document: Any, plan: PlanText) -> None:
    table = document.add_table(rows=1, cols=2)
    recipients, signature = table.rows[0].cells
    _text(recipients, "Nơi nhận:", Pt(12), bold=True, italic=True)
    last = len(plan.recipients) - 1
    for place, text in enumerate(plan.recipients):
        _text(recipients, f"- {text}{'.' if place == last else ';'}", Pt(11))
    for text in plan.signer:
        _centred(signature, text, BODY, bold=True)
    for text in ("", "", "", plan.signer_name):
        _centred(signature, text, BODY, bold=True)


# Paragraphs


def _body(document: Any, text: str, *, bold: bool = False) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    form = paragraph.paragraph_format
    form.first_line_indent, form.space_after, form.space_before = INDENT, Pt(6), Pt(0)
    paragraph.add_run(text).bold = bold
    return paragraph


def _text(place: Any, text: str, size: Pt, *, bold: bool = False, italic: bool = False) -> Any:
    paragraph = _fresh(place)
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, size
    return paragraph


def _centred(place: Any, text: str, size: Pt, *, bold: bool = False, italic: bool = False) -> Any:
    paragraph = _text(place, text, size, bold=bold, italic=italic)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _fresh(place: Any) -> Any:
    """A cell comes with one empty paragraph; that is used first."""
    known = place.paragraphs
    if hasattr(place, "_tc") and len(known) == 1 and not known[0].runs:
        return known[0]
    return place.add_paragraph()


def _rule(cell: Any, cell_width: Cm, width: Cm) -> None:
    """The line under the issuer and under the motto, as a border between wide indents."""
    paragraph = _centred(cell, "", Pt(2))
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = int((cell_width - width) / 2)
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *AFTER_BORDERS)


# Numbers that Word counts


def _word_numbering(document: Any) -> int:
    """Define the decree's numbering as one list of three levels; returns its id."""
    numbering = document.part.numbering_part.element
    number_id = 1 + max((int(num.get(qn("w:numId"))) for num in numbering.findall(qn("w:num"))), default=0)
    abstract_id = 900 + number_id
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), str(abstract_id))
    _child(abstract, "multiLevelType", "multilevel")
    for level, (kind, text, bold) in enumerate(LEVELS):
        abstract.append(_level(level, kind, text, bold))
    # Definitions stand before the lists that use them, or Word calls the file damaged.
    first = numbering.find(qn("w:num"))
    if first is None:
        numbering.append(abstract)
    else:
        first.addprevious(abstract)
    num = OxmlElement("w:num")
    num.set(qn("w:numId"), str(number_id))
    _child(num, "abstractNumId", str(abstract_id))
    numbering.append(num)
    return number_id


def _level(level: int, kind: str, text: str, bold: bool) -> Any:
    element = OxmlElement("w:lvl")
    element.set(qn("w:ilvl"), str(level))
    for name, value in (
        ("start", "1"),
        ("numFmt", kind),
        ("suff", "space"),
        ("lvlText", text),
        ("lvlJc", "left"),
    ):
        _child(element, name, value)
    look = OxmlElement("w:rPr")
    _child(look, "b", "1" if bold else "0")
    element.append(look)
    return element


def _number_by_word(paragraph: Any, number_id: int, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = number_id


def _child(parent: Any, name: str, value: str) -> None:
    element = OxmlElement(f"w:{name}")
    element.set(qn("w:val"), value)
    parent.append(element)
