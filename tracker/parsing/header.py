"""The head and foot of a plan: blocks in; number, title, issuer, day, signer, recipients and cited
documents out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.drafts.model import PlanHead, PlanPeriod, Signer
from tracker.parsing.outline import marked
from tracker.parsing.pieces import EDGES, whole
from tracker.parsing.rules.words import RECIPIENTS
from tracker.vietnamese.forms import fold

NUMBER_LINE = re.compile(
    r"(?:^|\s)[Ss]ố\s*:\s*(?P<number>\d+[a-z]?)?\s*(?:[….]+\s*)?/\s*(?P<symbol>[A-ZĐ][\w&.-]+)"
)
DAY_LINE = re.compile(
    r"(?P<place>[A-ZĐÀ-Ỹ][\w .-]{1,40}?)\s*,\s*ngày\s*(?P<day>\d{1,2})?[\s….]*"
    r"tháng\s*(?P<month>\d{1,2})?[\s….]*năm\s*(?P<year>\d{4})"
)
DOCUMENT = re.compile(
    r"(?<![\d/])(?:\d{1,5}[a-z]?(?:/\d{4})?/(?:QH\d+|[A-ZĐ]{2,}[A-ZĐa-z]*(?:[-&][A-ZĐ][\wĐđ]*)*)|\d{1,4}-[A-ZĐa-z]{2,4}/[A-ZĐ]{2,4})"
)
DOCUMENT_KIND = (
    r"(?:Kế hoạch|Quyết định|Nghị quyết|Nghị định|Chỉ thị|Kết luận|Thông tư|Công văn|Chương trình|"
    r"Luật|Văn bản|Đề án)"
)
SUBORDINATE = re.compile(
    rf"(?<=\S\s)(?:thực hiện|theo|về|tại|kèm theo|gọi là)\s+{DOCUMENT_KIND}[^,.;]{{0,20}}$", re.IGNORECASE
)
OPENING = re.compile(r"(?:Thực hiện|Triển khai|Căn cứ|Để|Nhằm|Tiếp tục|Theo|Ngày|Trên cơ sở)\s")
CARRIES_OUT = re.compile(r"(?:Thực hiện|Triển khai)\s")
ISSUES = re.compile(
    r"(?:^|[.,;]\s+)(?:Chủ tịch\s+|Giám đốc\s+)?"
    r"(?P<issuer>(?:UBND|(?:Ủy|Uỷ) ban nhân dân|Sở|Phòng|Bộ|Ban|Hội đồng|Công an|"
    r"Văn phòng)\s[^.,;:]{2,80}?)\s+(?:ban hành|xây dựng|lập|đề ra)\s+(?i:kế hoạch)"
)
COMMITTEE_LEVEL = re.compile(
    r"(?:UBND|Ủy ban nhân dân)\s+(huyện|thị xã|thành phố|quận|xã|phường|thị trấn|tỉnh)\b(?!,)"
)
TITLE_YEARS = re.compile(r"(?:giai đoạn|năm)\s+(\d{4})(?:\s*[-–]\s*(?:năm\s+)?(\d{4}))?\s*[.]?$")
THROUGH = re.compile(
    r"\(?(?:thông )?qua ([Pp]hòng [A-ZĐ][^),;.]*?|Sở [A-ZĐ][^),;.]*?|Văn phòng [^),;.]*?)(?=\)|,|"
    r";|\.| trước| để)"
)
CONTACT = re.compile(
    r"liên hệ (?:với )?((?:Phòng|Sở|Văn phòng) .{3,90}?) (?:để|tổng hợp)|"
    r"giao ([Pp]hòng [A-ZĐ]\S+ \S+) (?:đôn đốc|theo dõi|là đầu mối)|((?:Phòng|Sở|"
    r"Văn phòng) [^.,;]{3,40}?) là (?:đơn vị|cơ quan) (?:đầu mối|thường trực)"
)
MARK = re.compile(
    r"\s*\((?:để\s+)?(?:b/c|báo cáo|biết|t/h|p/h|thực hiện|phối hợp|phối hợp t/h|theo dõi|"
    r"chỉ đạo)[^)]*\)\s*$|\s*\(để [^)]*\)\s*$"
)
NAME = re.compile(r"(?:[A-ZĐÀ-Ỹ][a-zđà-ỹ]*\s+){1,4}[A-ZĐÀ-Ỹ][a-zđà-ỹ]*$")
ANNEX = re.compile(r"(?:PHỤ LỤC|Phụ lục|DANH MỤC|BIỂU|Biểu số|BẢNG|KẾ HOẠCH)\b|\||[IVX]+\. ")
AUTHORITY = re.compile(r"(?:KT|TL|TUQ|TM|Q)\.")


@dataclass(frozen=True)
class Frame:
    """Where the parts lie: title, opening, content up to `end`, foot up to `after`, then the annexes."""

    title: tuple[int, ...]
    opening: tuple[int, ...]
    content: int
    end: int
    after: int
    blocks: frozenset[int]


def frame_of(texts: Sequence[str]) -> Frame:
    named = next((i for i, text in enumerate(texts) if fold(text).strip(EDGES) == "ke hoach"), None)
    begin = 0 if named is None else named + 1
    title = _title_lines(texts, begin) if named is not None else ()
    head_end = title[-1] + 1 if title else begin
    content = next((i for i in range(head_end, len(texts)) if _opens_content(texts[i])), head_end)
    end = next((i for i in range(content, len(texts)) if RECIPIENTS.begins(texts[i])), len(texts))
    head = range(content) if named is not None else ()
    opening = tuple(range(head_end, content))
    after = _annexes(texts, end)
    return Frame(title, opening, content, end, after, frozenset((*head, *range(end, after))))


def _annexes(texts: Sequence[str], end: int) -> int:
    """Where the foot stops: what follows the signature is an annex, not a recipient."""
    return next((i for i in range(end + 1, len(texts)) if ANNEX.match(texts[i])), len(texts))


def _opens_content(text: str) -> bool:
    rank, _, _ = marked(whole(0, text))
    return 0 <= rank <= 3


def _title_lines(texts: Sequence[str], begin: int) -> tuple[int, ...]:
    lines: list[int] = []
    for i in range(begin, min(begin + 4, len(texts))):
        text = texts[i]
        if _opens_content(text) or (lines and (OPENING.match(text) or len(text) > 250)):
            break
        if text.endswith(":") or len(text) > 600:
            break
        lines.append(i)
    return tuple(lines)


def head_of(texts: Sequence[str], frame: Frame) -> PlanHead:
    number, symbol = _number(texts[: frame.content])
    place, issued_on = _day(texts[: frame.content])
    title = " ".join(texts[i] for i in frame.title).strip(EDGES) or None
    opening = " ".join(texts[i] for i in frame.opening)
    return PlanHead(
        number=number,
        symbol=symbol,
        title=title,
        issuer=_issuer(texts, opening, symbol, place),
        place=place,
        issued_on=issued_on,
        period=_period(title, issued_on),
        signer=_signer(texts[frame.end : frame.after]),
        implements=_implements(opening),
        cites=_cites(texts, number),
        recipients=_recipients(texts[frame.end : frame.after]),
    )


def _number(lines: Sequence[str]) -> tuple[str | None, str | None]:
    for line in lines:
        found = NUMBER_LINE.search(line)
        if found:
            symbol = found["symbol"].rstrip(".")
            return (f"{found['number']}/{symbol}" if found["number"] else None), symbol
    return None, None


def _day(lines: Sequence[str]) -> tuple[str | None, str | None]:
    """Place and day of issue, the day cut to what is printed of it."""
    for line in lines:
        found = DAY_LINE.search(line)
        if found and len(line) < 120:
            parts = [found["year"]]
            if found["month"]:
                parts.append(f"{int(found['month']):02d}")
                parts += [f"{int(found['day']):02d}"] if found["day"] else []
            return found["place"].strip(), "-".join(parts)
    return None, None


def _issuer(texts: Sequence[str], opening: str, symbol: str | None, place: str | None) -> str | None:
    found = [match["issuer"] for match in ISSUES.finditer(opening)]
    if found:
        return found[-1]
    if symbol and symbol.endswith("UBND") and place:
        levels = Counter(level for text in texts for level in COMMITTEE_LEVEL.findall(text))
        return f"UBND {levels.most_common(1)[0][0]} {place}" if levels else None
    return None


def _period(title: str | None, issued_on: str | None) -> PlanPeriod:
    """The years of the title; else from the year of issue on, or the next one for a plan of its last
    months.
    """
    years = TITLE_YEARS.search(title or "")
    if years:
        return PlanPeriod(date(int(years[1]), 1, 1), date(int(years[2] or years[1]), 12, 31))
    if issued_on:
        year, month = int(issued_on[:4]), int(issued_on[5:7] or 1)
        return PlanPeriod(date(year + (month >= 10), 1, 1))
    return PlanPeriod()


def _implements(opening: str) -> tuple[str, ...]:
    """The documents that the opening carries out; one that these carry out in their turn is only cited."""
    if not CARRIES_OUT.match(opening):
        return ()
    found = [m[0] for m in DOCUMENT.finditer(opening) if not SUBORDINATE.search(opening[: m.start()])]
    return tuple(dict.fromkeys(found))


def _cites(texts: Sequence[str], own: str | None) -> tuple[str, ...]:
    found = [match[0] for text in texts for match in DOCUMENT.finditer(text)]
    return tuple(number for number in dict.fromkeys(found) if number != own)


def coordinator_of(texts: Sequence[str], frame: Frame) -> str | None:
    """Who follows the plan up: through whom reports go, else whom to ask, else whom the plan charges with
    it.
    """
    body = texts[frame.content : frame.end]
    through = [match[1] for text in body for match in THROUGH.finditer(text)]
    if through:
        return Counter(name[0].upper() + name[1:] for name in through).most_common(1)[0][0]
    for text in body:
        found = CONTACT.search(text)
        if found:
            return next(group for group in found.groups() if group)
    return None


def _recipients(foot: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for line in foot[1:]:
        text = line.lstrip("-–—+• ").strip()
        if fold(text).startswith("luu") or (text.isupper() and len(text) > 3):
            break
        clean = MARK.sub("", text.rstrip(" ;.,")).rstrip(" ;.,")
        if clean:
            found.append(clean)
    return tuple(found)


def _signer(foot: Sequence[str]) -> Signer:
    """The lines in capitals under the recipients, and the name below them."""
    titles = [
        line for line in foot[1:] if line.isupper() and len(line.split()) <= 8 and not line.startswith("-")
    ]
    authority = next((line for line in titles if line.startswith("KT.")), None)
    authority = authority or next((line for line in titles if AUTHORITY.match(line)), None)
    positions = [line for line in titles if not AUTHORITY.match(line)]
    name = next((line for line in reversed(foot[1:]) if NAME.match(line) and not line.isupper()), None)
    return Signer(name, positions[-1] if positions else None, authority) if positions else Signer()
