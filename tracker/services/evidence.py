"""Evidence as somebody enters it: one line about a document, a link, a file. Checked and taken apart here."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from tracker.deadlines.wording import plain_day
from tracker.errors import Invalid, UnreadableFile
from tracker.store.models import Evidence, StoredFile

MEGABYTE = 1024 * 1024
LARGEST_FILE = 20 * MEGABYTE

# What a file begins with → what it is served as. Kind by content, not by name.
SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}

ENDINGS = {
    "application/pdf": (".pdf",),
    "application/zip": (".zip",),
    "application/msword": (".doc", ".xls", ".ppt"),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/tiff": (".tif", ".tiff"),
    **{kind: (ending,) for ending, kind in OFFICE.items()},
}

# 15/BC-UBND ngày 20/5/2026 · 59-KH/HU · 05/2024/QĐ-UBND; the day may lack its year.
NUMBER = re.compile(
    r"(?<![\w/])(?P<number>\d{1,5}[a-zđ]?)(?P<joint>[/-])(?P<symbol>(?:\d{4}/)?[^\W\d_][\w&.]*(?:[-/][\w&.]+)*)"
)
DAY = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})\s*(?:[/.-]|tháng)\s*(?P<month>\d{1,2})(?:\s*(?:[/.-]|năm)\s*(?P<year>\d{4}))?(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Given:
    """Evidence as entered: a line about a document, a link, a file, and a note. One of the first three is due."""

    text: str = ""
    link: str = ""
    file_name: str = ""
    file_data: bytes = b""
    note: str = ""


@dataclass(frozen=True)
class DocumentLine:
    """What was understood of "15/BC-UBND ngày 20/5/2026"; `missing` names the parts that were not."""

    number: str = ""
    symbol: str = ""
    dated_on: date | None = None
    missing: tuple[str, ...] = ()


def read_document_line(text: str, today: date) -> DocumentLine:
    """Take the line apart. A day without a year takes the nearest year in which it is not in the future."""
    found = NUMBER.search(text)
    rest = text[found.end() :] if found else text
    dated_on = _day(DAY.search(rest), today)
    missing = [name for name, there in (("number", found), ("date", dated_on)) if not there]
    if not found:
        return DocumentLine(dated_on=dated_on, missing=tuple(missing))
    # Party documents join number and type by a dash and the issuer by a slash: 59-KH/HU.
    return DocumentLine(found["number"], found["symbol"].rstrip("."), dated_on, tuple(missing))


def _day(found: re.Match[str] | None, today: date) -> date | None:
    if found is None:
        return None
    try:
        day = date(int(found["year"] or today.year), int(found["month"]), int(found["day"]))
        return day.replace(year=day.year - 1) if not found["year"] and day > today else day
    except ValueError:
        return None


def evidence_of(
    given: Given,
    committee_id: int,
    person_id: int,
    *,
    at: datetime,
    today: date,
    plan_since: date | None = None,
) -> list[Evidence]:
    """The rows to store. Raises `Invalid` or `UnreadableFile` with what to do."""
    rows = []
    if given.text.strip():
        rows.append(_document(given.text.strip(), today, plan_since))
    if given.link.strip():
        rows.append(Evidence(kind="link", text=given.link.strip(), link=_checked_link(given.link.strip())))
    if given.file_data:
        rows.append(_file(given, committee_id, person_id, at))
    if not rows:
        raise Invalid(
            "Cần ít nhất một minh chứng: số, ký hiệu và ngày văn bản, hoặc đường dẫn, hoặc tệp.",
            code="no-evidence",
        )
    return rows


def _document(text: str, today: date, plan_since: date | None) -> Evidence:
    line = read_document_line(text, today)
    if not line.number and not line.dated_on:
        raise Invalid(
            f"Chưa thấy số, ký hiệu và ngày văn bản trong “{text[:60]}”. "
            "Xin ghi như: 15/BC-UBND ngày 20/5/2026; hoặc gửi tệp, đường dẫn.",
            code="no-number",
        )
    if line.dated_on and line.dated_on > today:
        raise Invalid("Ngày văn bản ở trong tương lai. Xin kiểm tra lại ngày.", code="future-document")
    if line.dated_on and plan_since and line.dated_on < plan_since:
        raise Invalid(
            f"Văn bản ngày {plain_day(line.dated_on)} có trước kế hoạch (ban hành ngày {plain_day(plan_since)}). "
            "Xin kiểm tra lại ngày; nếu đúng là văn bản này, xin gửi tệp hoặc đường dẫn và nói rõ ở ghi chú.",
            code="document-before-plan",
        )
    return Evidence(
        kind="document", text=text[:500], number=line.number, symbol=line.symbol[:80], dated_on=line.dated_on
    )


def _checked_link(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Invalid("Đường dẫn cần bắt đầu bằng http:// hoặc https://.", code="bad-link")
    return link


def _file(given: Given, committee_id: int, person_id: int, at: datetime) -> Evidence:
    data = given.file_data
    if len(data) > LARGEST_FILE:
        raise UnreadableFile("Tệp lớn hơn 20 MB. Xin nén lại hoặc gửi đường dẫn.", code="too-large")
    kind = media_type(given.file_name, data)
    name = _named_as(kind, safe_name(given.file_name))
    return Evidence(kind="file", text=name, file=stored_file(name, data, kind, committee_id, person_id, at))


def _named_as(kind: str, name: str) -> str:
    """The name with an ending that tells what the content is; a.html that holds a PDF becomes a.html.pdf."""
    endings = ENDINGS[kind]
    return name if name.casefold().endswith(endings) else name + endings[0]


def media_type(name: str, data: bytes) -> str:
    """What the content is. Raises `UnreadableFile` for what is no document or picture."""
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            ending = name[name.rfind(".") :].casefold()
            return OFFICE.get(ending, kind) if kind == "application/zip" else kind
    raise UnreadableFile(
        "Tệp này không phải PDF, Word, Excel hay ảnh. Xin chọn tệp khác hoặc lưu lại thành PDF.",
        code="foreign-file",
    )


def safe_name(name: str) -> str:
    """The file's own name without folders and control characters."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(char for char in last if char.isprintable()).strip()[-200:] or "tep"


def stored_file(
    name: str, data: bytes, kind: str, committee_id: int, person_id: int, at: datetime
) -> StoredFile:
    """The row that keeps a file."""
    return StoredFile(
        committee_id=committee_id,
        name=name,
        media_type=kind,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        added_by_id=person_id,
        added_at=at,
        content=data,
    )
