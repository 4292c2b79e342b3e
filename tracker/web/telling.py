"""Facts, letters and document lines in words: rows in, a mark and Vietnamese text out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from tracker.letters import Kind, State
from tracker.services.work import DocumentLine
from tracker.sheets.ladder_words import scope_words
from tracker.sheets.words import ROLES, day_words, period_words, plain_day
from tracker.store.queries.letters import BOUNCED, OPENED, STATES, WEEKLY, OutboxRow
from tracker.store.queries.rows import FactRow, NoticeRow
from tracker.web import asking_words


@dataclass(frozen=True)
class Told:
    """A line of history: the mark before it, what happened, and the words that somebody gave."""

    mark: str
    text: str
    detail: str = ""


@dataclass(frozen=True)
class Chip:
    """A part of a document line; `missing` where it was not found."""

    name: str
    words: str
    missing: bool = False


# How the symbol of a document begins, by what a plan calls the document.
KINDS = {
    "kế hoạch": "KH",
    "báo cáo": "BC",
    "quyết định": "QĐ",
    "công văn": "CV",
    "tờ trình": "TTr",
    "thông báo": "TB",
    "hướng dẫn": "HD",
}

FACTS = {
    "imported": ("ask", lazy_gettext("Nhập tệp kế hoạch")),
    "begun": ("ask", lazy_gettext("Lập kế hoạch nhập tay, không kèm tệp")),
    "published": ("accepted", lazy_gettext("Ban hành kế hoạch, giao việc cho đơn vị")),
    "ticked": ("submitted", lazy_gettext("Gửi minh chứng")),
    "ticked-on-behalf": ("submitted", lazy_gettext("Ghi nhận thay đơn vị")),
    "ticked-part": ("submitted", lazy_gettext("Gửi minh chứng một phần")),
    "ticked-part-on-behalf": ("submitted", lazy_gettext("Ghi nhận thay đơn vị một phần")),
    "seen": ("accepted", lazy_gettext("Tiếp nhận việc")),
    "noted": ("ask", lazy_gettext("Ghi tình hình")),
    "reopened": ("returned", lazy_gettext("Mở lại việc")),
    "day-corrected": ("ask", lazy_gettext("Sửa ngày nhận")),
    "event-came": ("open", lazy_gettext("Sự kiện đã đến")),
    "task-split": ("submitted", lazy_gettext("Tách nhiệm vụ")),
    "tasks-merged": ("submitted", lazy_gettext("Gộp nhiệm vụ")),
    "took-back": ("open", lazy_gettext("Rút lại minh chứng")),
    "accepted": ("accepted", lazy_gettext("Duyệt minh chứng")),
    "returned": ("returned", lazy_gettext("Trả lại minh chứng")),
    "unit-added": ("accepted", lazy_gettext("Thêm đơn vị")),
    "unit-corrected": ("ask", lazy_gettext("Sửa chỗ ghi sai")),
    "unit-changed": ("submitted", lazy_gettext("Ghi tên hoặc vị trí mới")),
    "added-group": ("accepted", lazy_gettext("Lập nhóm đơn vị")),
    "changed-group": ("ask", lazy_gettext("Sửa nhóm đơn vị")),
    "removed-group": ("excused", lazy_gettext("Xóa nhóm đơn vị")),
    "reorganised": ("submitted", lazy_gettext("Sắp xếp đơn vị")),
    "reorganisation-undone": ("open", lazy_gettext("Hoàn tác lần sắp xếp đơn vị")),
    "units-imported": ("ask", lazy_gettext("Nạp danh sách đơn vị")),
    "groups-imported": ("ask", lazy_gettext("Nạp danh sách nhóm đơn vị")),
    "people-imported": ("ask", lazy_gettext("Nạp danh sách người dùng")),
    "spelling-added": ("ask", lazy_gettext("Thêm tên gọi")),
    "spelling-removed": ("excused", lazy_gettext("Bỏ tên gọi")),
    "feed-created": ("ask", lazy_gettext("Lập địa chỉ lịch")),
    "letter-sent-again": ("ask", lazy_gettext("Gửi lại thư")),
    "letter-bounced": ("overdue", lazy_gettext("Thư bị trả lại")),
    "letter-delayed": ("waiting", lazy_gettext("Thư bị chậm")),
    "webhook-set": ("ask", lazy_gettext("Đặt địa chỉ nhận tin tự động")),
    "webhook-renewed": ("ask", lazy_gettext("Đổi khóa ký tin tự động")),
    "webhook-removed": ("excused", lazy_gettext("Bỏ kênh thông báo tự động")),
    "webhook-tested": ("ask", lazy_gettext("Gửi tin thử")),
    "feed-renewed": ("ask", lazy_gettext("Đổi địa chỉ lịch")),
    "person-added": ("accepted", lazy_gettext("Thêm người dùng")),
    "person-corrected": ("ask", lazy_gettext("Sửa thông tin người dùng")),
    "person-closed": ("excused", lazy_gettext("Ngừng tài khoản")),
    "urging-letter-due": ("soon", lazy_gettext("Đến mốc cần công văn đôn đốc")),
    "contact-recovered": ("accepted", lazy_gettext("Thư lại đến được địa chỉ này")),
    "person-opened": ("accepted", lazy_gettext("Mở lại tài khoản")),
    "role-added": ("accepted", lazy_gettext("Thêm vai trò")),
    "role-ended": ("excused", lazy_gettext("Kết thúc vai trò")),
    "invited": ("mail", lazy_gettext("Cấp đường dẫn đặt mật khẩu")),
    "changed-password": ("ask", lazy_gettext("Đặt mật khẩu mới")),
    "reminders-off": ("excused", lazy_gettext("Tắt thư nhắc hằng ngày về việc chưa quá hạn")),
    "reminders-on": ("accepted", lazy_gettext("Bật lại thư nhắc hằng ngày")),
    "calendar-wanted": ("ask", lazy_gettext("Nhận tệp lịch kèm thư nhắc")),
    "calendar-unwanted": ("ask", lazy_gettext("Thôi nhận tệp lịch kèm thư nhắc")),
    "recipient-proposed": ("ask", lazy_gettext("Đề nghị thêm người nhận thư nhắc")),
    "recipient-settled": ("accepted", lazy_gettext("Xử lý đề nghị thêm người nhận thư nhắc")),
    "absence-set": ("waiting", lazy_gettext("Ghi vắng mặt, giao người làm thay")),
    "absence-cancelled": ("open", lazy_gettext("Hủy lần vắng mặt")),
    "staff-changed": ("submitted", lazy_gettext("Thay người phụ trách")),
    "contact-added": ("ask", lazy_gettext("Thêm liên hệ của đơn vị")),
    "contact-changed": ("ask", lazy_gettext("Sửa liên hệ của đơn vị")),
    "contact-removed": ("excused", lazy_gettext("Bỏ một liên hệ của đơn vị")),
    "mailbox-changed": ("ask", lazy_gettext("Đổi hộp thư chung")),
    "handed-over": ("submitted", lazy_gettext("Bàn giao do sắp xếp đơn vị")),
    "handed-back": ("open", lazy_gettext("Hoàn tác sắp xếp, trở lại đơn vị cũ")),
    "excused": ("excused", lazy_gettext("Thôi giao")),
    "due-recomputed": ("soon", lazy_gettext("Tính lại hạn theo lịch làm việc")),
    "calendar-days-added": ("ask", lazy_gettext("Thêm ngày vào lịch làm việc")),
    "calendar-day-removed": ("ask", lazy_gettext("Bỏ ngày khỏi lịch làm việc")),
    "national-days-corrected": ("ask", lazy_gettext("Sửa lịch nghỉ chung của cả nước")),
    "dates-read-anew": ("ask", lazy_gettext("Đổi cách tính hạn")),
    "calendar-year-checked": ("accepted", lazy_gettext("Đối chiếu lịch nghỉ với thông báo")),
    "period-closed": ("accepted", lazy_gettext("Chốt kỳ")),
    "period-reopened": ("returned", lazy_gettext("Mở lại kỳ")),
    "plan-ended": ("excused", lazy_gettext("Kết thúc kế hoạch")),
    "plan-withdrawn": ("excused", lazy_gettext("Bãi bỏ kế hoạch")),
    "plan-reopened": ("open", lazy_gettext("Tiếp tục kế hoạch")),
    "cycles-extended": ("submitted", lazy_gettext("Thêm kỳ tiếp theo của việc lặp lại")),
    "report-dates-set": ("ask", lazy_gettext("Đặt ngày báo cáo")),
    "ladder-set": ("ask", lazy_gettext("Đặt thang nhắc việc")),
    "ladder-dropped": ("open", lazy_gettext("Trở về thang nhắc việc chung")),
    "quiet-hours-set": ("ask", lazy_gettext("Đặt giờ yên lặng")),
    "reading-days-set": ("ask", lazy_gettext("Đặt số ngày coi là chưa đọc")),
    "dropped-draft": ("excused", lazy_gettext("Bỏ bản đọc chưa ban hành")),
}

WAYS = {
    "paper": lazy_gettext("bản giấy"),
    "phone": lazy_gettext("điện thoại"),
    "system": lazy_gettext("hệ thống khác"),
}

DISTANCES = {
    "day": lazy_gettext("ngày"),
    "working-day": lazy_gettext("ngày làm việc"),
    "week": lazy_gettext("tuần"),
    "month": lazy_gettext("tháng"),
    "year": lazy_gettext("năm"),
}

LETTERS: dict[str, tuple[str, Any]] = {
    State.WAITING: ("waiting", lazy_gettext("chờ gửi")),
    State.CLAIMED: ("submitted", lazy_gettext("đang gửi")),
    State.SENT: ("accepted", lazy_gettext("đã gửi")),
    State.FAILED: ("returned", lazy_gettext("chưa gửi được, sẽ thử lại")),
    State.DEAD: ("overdue", lazy_gettext("không gửi được")),
    State.WITHDRAWN: ("excused", lazy_gettext("không cần gửi nữa")),
}

LETTER_KINDS = {
    Kind.DIGEST: lazy_gettext("thư nhắc hằng ngày"),
    WEEKLY: lazy_gettext("thư nhắc kèm tổng hợp đầu tuần"),
    Kind.NOW: lazy_gettext("thư báo ngay"),
    Kind.HOOK: lazy_gettext("tin tự động"),
}

# How the outbox may be chosen from, beside the states of a letter.
_AFTER_SENDING = {OPENED: lazy_gettext("đã mở liên kết"), BOUNCED: lazy_gettext("bị trả lại")}
LETTER_CHOICES = {
    state: (_AFTER_SENDING[state] if state in _AFTER_SENDING else LETTERS[state][1]) for state in STATES
}

SUBMISSIONS = {
    "part": ("submitted", lazy_gettext("đã có, chờ đủ sản phẩm")),
    "sent": ("submitted", lazy_gettext("chờ duyệt")),
    "accepted": ("accepted", lazy_gettext("đã duyệt")),
    "returned": ("returned", lazy_gettext("trả lại")),
    "withdrawn": ("excused", lazy_gettext("đã rút lại")),
}


def fact_words(fact: FactRow, *, whole: bool = True) -> Told:
    """One line of history. A deed without words of its own shows its code, so that nothing is hidden."""
    mark, text = (FACTS | asking_words.FACTS).get(fact.deed, ("ask", fact.deed))
    if fact.deed == "published" and not whole:  # the total of the plan says nothing about one unit's work
        return Told(mark, str(text))
    return Told(mark, str(text), _detail(fact.deed, fact.after))


def _detail(deed: str, after: Mapping[str, Any]) -> str:
    """Nothing where a hand has spoilt it: the deed itself still stands."""
    tell = DETAILS.get(deed) or asking_words.DETAILS.get(deed)
    try:
        return tell(after) if tell else ""
    except (KeyError, TypeError, ValueError):
        return ""


def _returned(after: Mapping[str, Any]) -> str:
    form_only = f" ({_('chỉ sửa hình thức')})" if after.get("form_only") else ""
    return str(after.get("reason", "")) + form_only


def _accepted(after: Mapping[str, Any]) -> str:
    if not after.get("done_on"):
        return ""
    done_on = date.fromisoformat(str(after["done_on"]))
    return str(_("hoàn thành ngày %(day)s", day=plain_day(done_on)))


def _ticked(after: Mapping[str, Any]) -> str:
    through = (_("qua liên kết trong thư"),) if after.get("letter") else ()
    return "; ".join((*_receipt(after), *map(str, after.get("evidence") or ()), *through))


def _titles(after: Mapping[str, Any]) -> str:
    return "; ".join(f"“{title}”" for title in after.get("titles", ()))


def _noted(after: Mapping[str, Any]) -> str:
    percent = f"{after['percent']}%" if "percent" in after else ""
    obstacle = _("vướng: %(what)s", what=after["obstacle"]) if after.get("obstacle") else ""
    return "; ".join(part for part in (percent, str(after.get("text", "")), str(obstacle)) if part)


def _day_corrected(after: Mapping[str, Any]) -> str:
    day = plain_day(date.fromisoformat(str(after["received_on"])))
    return str(_("thành ngày %(day)s, %(reason)s", day=day, reason=after.get("reason", "")))


def _event(after: Mapping[str, Any]) -> str:
    came, due = (plain_day(date.fromisoformat(str(after[name]))) for name in ("came_on", "due_on"))
    return str(_("%(event)s, ngày %(came)s; hạn %(due)s", event=after.get("event", ""), came=came, due=due))


def _absent(after: Mapping[str, Any]) -> str:
    first, last = (date.fromisoformat(str(after[name])) for name in ("starts_on", "ends_on"))
    return str(_("%(first)s đến hết %(last)s", first=plain_day(first), last=plain_day(last)))


def _handed_over(after: Mapping[str, Any]) -> str:
    return " → ".join(str(after[part]) for part in ("from", "name") if after.get(part))


def _published(after: Mapping[str, Any]) -> str:
    return str(_("%(n)d việc", n=after["assignments"])) if after.get("assignments") else ""


def _role(after: Mapping[str, Any]) -> str:
    return str(ROLES.get(str(after.get("role", "")), ""))


def _reorganised(after: Mapping[str, Any]) -> str:
    """From what to what, and by which decision."""
    units, heirs = (", ".join(after.get(name, ())) for name in ("units", "heirs"))
    moved = " → ".join(part for part in (units, heirs) if part)
    return " · ".join(part for part in (moved, str(after.get("document", ""))) if part)


def _urging_due(after: Mapping[str, Any]) -> str:
    day, late = plain_day(date.fromisoformat(str(after["due_on"]))), str(after["step"]).lstrip("+")
    return str(_("việc có hạn %(day)s, quá hạn %(n)s ngày làm việc", day=day, n=late))


DETAILS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "returned": _returned,
    "accepted": _accepted,
    "ticked": _ticked,
    "ticked-on-behalf": _ticked,
    "ticked-part": _ticked,
    "ticked-part-on-behalf": _ticked,
    "noted": _noted,
    "task-split": _titles,
    "tasks-merged": _titles,
    "reopened": _returned,
    "day-corrected": _day_corrected,
    "event-came": _event,
    "urging-letter-due": _urging_due,
    "handed-over": _handed_over,
    "reorganised": _reorganised,
    "excused": lambda after: str(after.get("reason", "")),
    "role-added": _role,
    "role-ended": _role,
    "absence-set": _absent,
    "imported": lambda after: str(after.get("file", "")),
    "due-recomputed": lambda after: str(after.get("reason", "")),
    "published": _published,
    "period-closed": lambda after: period_words(str(after.get("period", ""))),
    "period-reopened": lambda after: ": ".join(
        part for part in (period_words(str(after.get("period", ""))), str(after.get("reason", ""))) if part
    ),
    "plan-ended": lambda after: str(after.get("reason", "")),
    "plan-withdrawn": lambda after: f"{after.get('reason', '')} ({after.get('document', '')})",
    "plan-reopened": lambda after: str(after.get("reason", "")),
    "cycles-extended": _published,
    "ladder-set": lambda after: scope_words(str(after.get("scope", ""))),
    "ladder-dropped": lambda after: scope_words(str(after.get("scope", ""))),
    "quiet-hours-set": lambda after: " – ".join(str(after[end]) for end in ("from", "to") if end in after),
    "reading-days-set": lambda after: f"{after['days']} ngày làm việc" if after.get("days") else "",
}


def _receipt(after: Mapping[str, Any]) -> tuple[str, ...]:
    if not after.get("via"):
        return ()
    day = plain_day(date.fromisoformat(str(after["received_on"])))
    return (_("nhận ngày %(day)s bằng %(way)s", day=day, way=WAYS.get(str(after["via"]), after["via"])),)


def asked_kind(deliverables: Iterable[str]) -> str:
    """The kind of document that a plan asks for, by the code of its symbol; empty where none or several."""
    named = {
        code for text in deliverables for name, code in KINDS.items() if text.casefold().startswith(name)
    }
    return named.pop() if len(named) == 1 else ""


def kind_name(code: str) -> str:
    """KH is Kế hoạch."""
    return next((name.capitalize() for name, known in KINDS.items() if known == code), "")


def line_example(code: str, day: date) -> str:
    """A line as somebody might enter it for that kind of document."""
    symbol = {"": "BC-UBND", "CV": "UBND-VP"}.get(code, f"{code}-UBND")
    return str(_("15/%(symbol)s ngày %(day)s", symbol=symbol, day=plain_day(day)))


def _of_kind(symbol: str, code: str) -> bool:
    """A letter has no kind before its symbol: 15/UBND-VP."""
    first = symbol.split("-")[0].casefold()
    if code == "CV":
        return first not in {known.casefold() for known in KINDS.values()} or first == "cv"
    return first == code.casefold()


def line_chips(line: DocumentLine, code: str = "", today: date | None = None) -> list[Chip]:
    """What was understood of a document line, what was not, and what is unlike what the plan asks for."""
    chips = _read_chips(line, today)
    if line.symbol and kind_name(code) and not _of_kind(line.symbol, code):
        chips.append(Chip(_("Kế hoạch yêu cầu"), kind_name(code), True))
    return chips


def _read_chips(line: DocumentLine, today: date | None) -> list[Chip]:
    if "number" in line.missing:
        chips = [Chip(_("Số, ký hiệu"), _("chưa thấy"), True)]
    else:
        chips = [Chip(_("Số"), line.number), Chip(_("Ký hiệu"), line.symbol)]
    if line.dated_on is None:
        return [*chips, Chip(_("Ngày"), _("chưa thấy"), True)]
    if today and line.dated_on > today:
        return [*chips, Chip(_("Ngày"), _("%(day)s, còn ở tương lai", day=day_words(line.dated_on)), True)]
    return [*chips, Chip(_("Ngày"), day_words(line.dated_on))]


def letter_mark(letter: NoticeRow) -> str:
    return LETTERS.get(letter.state, LETTERS[State.WAITING])[0]


def letter_words(letter: NoticeRow) -> str:
    return str(LETTERS.get(letter.state, LETTERS[State.WAITING])[1])


def letter_kind(letter: OutboxRow) -> str:
    """Thư nhắc hằng ngày, thư báo ngay, tin tự động"""
    kind = WEEKLY if letter.kind == Kind.DIGEST and letter.weekly else letter.kind
    return str(LETTER_KINDS.get(kind, letter.kind))


def submission_state(state: str) -> tuple[str, str]:
    """(mark, words) of a submission."""
    mark, words = SUBMISSIONS.get(state, ("submitted", state))
    return mark, str(words)


def distance_unit(unit: str) -> str:
    """In what a distance from an event is counted."""
    return str(DISTANCES.get(unit, unit))


def way_words(via: str) -> str:
    return str(WAYS.get(via, via))


FILTERS = asking_words.FILTERS | {
    "fact_words": fact_words,
    "asked_kind": asked_kind,
    "line_chips": line_chips,
    "line_example": line_example,
    "letter_kind": letter_kind,
    "letter_mark": letter_mark,
    "letter_words": letter_words,
    "submission_state": submission_state,
    "way_words": way_words,
}
