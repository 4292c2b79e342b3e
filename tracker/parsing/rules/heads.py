"""The words of a document's head and foot: kinds of documents, annexes, authorities, marks of recipients."""

from __future__ import annotations

import re

from tracker.parsing.rules.letters import LOW, UP
from tracker.parsing.rules.shape import shape

URGENCY = r"(?:(?:thuong|hoa)\s+(?:khan|toc)\s+|khan\s+)?"
KIND_LINE = shape(
    "kind-line",
    URGENCY + r"(?:ke+\s+hoach|chuong\s+trinh|de\s+an|phuong\s+an|chi\s+thi|huong\s+dan)"
    r"(?:\s+(?:hanh\s+dong|trien\s+khai|thuc\s+hien|cong\s+tac|chi\s+tiet))?"
    r"(?:\s+cua\s+chinh\s+phu)?\s*$",
    yes=("KẾ HOẠCH", "HỎA TỐC KẾ HOẠCH", "CHƯƠNG TRÌNH HÀNH ĐỘNG", "KÉ HOẠCH"),
    no=("Kế hoạch này gồm", "Kế hoạch số 7/KH-UBND", "QUYẾT ĐỊNH"),
)
# The title may follow on the same line; capitals tell it from a sentence about a plan.
PLAN_BEFORE_TITLE = re.compile(
    rf"K[ẾÉ] HOẠCH\s+[{UP}]{{2,}}|Kế hoạch\s+(?:thực hiện|triển khai|công tác)\s+(?!số)"
)
DECISION = shape(
    "decision",
    r"(?:quyet\s+dinh|nghi\s+quyet)\s*$",
    yes=("QUYẾT ĐỊNH", "NGHỊ QUYẾT"),
    no=("QUYẾT ĐỊNH:", "Quyết định này có hiệu lực"),
)
OTHER_KIND = shape(
    "other-kind",
    r"(?:chi\s+thi|cong\s+dien|thong\s+bao|bao\s+cao|to\s+trinh|giay\s+moi|quy\s+che|huong\s+dan)(?:\s+ve\s+viec.*)?\s*$"
    r"|so\s*:\s*\d*\s*/\s*(?:ct|cd|tb|bc|ttr|hd)-",
    yes=("CHỈ THỊ", "Số: 010/CT-UBND", "Chỉ thị về việc tăng cường"),
    no=("KẾ HOẠCH", "Chỉ thị số 5/CT-TTg nêu rõ", "Số: 1/KH-UBND"),
)
# A copy may hold kind, title and text of a decision in one line.
DECISION_LINE = re.compile(rf"(?:QUYẾT ĐỊNH|NGHỊ QUYẾT)\s+[{UP}]{{2,}}")
KIND_BEFORE_TITLE = re.compile(r"(?:QUYẾT ĐỊNH|NGHỊ QUYẾT|KẾ HOẠCH|Kế hoạch)\s+")
CAPITALS = re.compile(rf"[^{LOW}]+(?=\s[{UP}][{LOW}]|$)")
ATTACHED = shape(
    "attached",
    r"\(?\s*(?:(?:ban\s+hanh\s+)?(?:kem\s+theo|dinh\s+kem)|ban\s+hanh\s+theo)\s|cua\s+bo\s+truong.{0,60}\)\s*$",
    yes=("(Ban hành kèm theo Quyết định số 7/QĐ-UBND)", "(Kèm theo Kế hoạch số 7/KH-UBND)"),
    no=("Ban hành Kế hoạch",),
)
ANNEX = shape(
    "annex",
    r"(?:phu\s+luc|bieu\s+mau|mau\s+so|bieu\s+so)(?:\s+(?:so\s+)?(?:[ivx]+|\d+|[a-z]))?(?:\s*[:.]|\s*$|\s*-)"
    r"|phu\s+luc(?:\s+(?:so\s+)?(?:[ivx]+|\d+))?\s+(?:danh\s+muc|bang|bieu|nhiem\s+vu|ke\s+hoach|phan\s+cong)"
    r"|.{0,20}\bphu\s+luc\s+(?:[ivx]+|\d+)\s*$",
    yes=("PHỤ LỤC", "Phụ lục 01", "PHỤ LỤC II", "PHỤ LỤC DANH MỤC NHIỆM VỤ", "ĐƠN VỊ: Phụ lục I"),
    no=("Phụ lục này kèm theo", "theo mẫu tại phụ lục kèm theo"),
)
# Behind the signature a list, a form or a table begins an annex even without the word.
FURTHER_ANNEX = re.compile(
    r"(?:PHỤ LỤC|Phụ lục|DANH MỤC|BIỂU|Biểu số|BẢNG|KẾ HOẠCH|CHƯƠNG TRÌNH|NHIỆM VỤ|PHÂN CÔNG|MẪU)(?!\w)"
    r"|\||[IVX]+\. "
)
OPENING = re.compile(r"(?:Thực hiện|Triển khai|Căn cứ|Để|Nhằm|Tiếp tục|Theo|Ngày|Trên cơ sở|Xét)\s")
PLACE_LINE = re.compile(r".{2,40},\s*ngày.{0,12}tháng")
# A line of a title that is longer than this has run on into the opening.
LONG_TITLE = 250
ANNEX_LABEL = re.compile(
    r"(?P<label>(?:PHỤ LỤC|Phụ lục)(?:\s+(?:số\s+|SỐ\s+)?(?:[IVX]+|\d+)(?!\w))?)\s*[.:]?\s*"
)

# --- numbers, days, documents, people ---

# Figures as a scan's reader may see them, where only figures can stand.
FIGURES = str.maketrans(
    {"I": "1", "Í": "1", "l": "1", "|": "1", "Ï": "1", "O": "0", "Ơ": "0", "o": "0", " ": ""}
)
SEEN = r"[\dIÍlïO|Ơ]"
NUMBER_LINE = re.compile(
    r"(?:^|\s)S[ốôóỐÔ]\s*:?\s*[-–.]*\s*(?P<number>\d+[a-z]?)?\s*(?:[….]+\s*)?[-–]?\s*/\s*(?P<symbol>[A-ZĐ][\w&.-]*(?:/[A-ZĐ][\w&.-]+)?)"
    r"|^\W*S[ốôó]\s*:?\s*(?P<party>\d+)\s*[-–]\s*(?P<kind>KH|QĐ|CTr|CT|NQ|ĐA|HD)\s*/\s*(?P<organ>[A-ZĐ][\w&.-]*)"
)
DAY_LINE = re.compile(
    rf"(?P<place>[{UP}][\w .-]{{1,40}}?)\s*,\s*ngày\s*(?P<day>{SEEN}(?:\s?{SEEN})?)?[\s….]*"
    rf"tháng\s*(?P<month>{SEEN}{{1,2}})?[\s….]*năm\s*(?P<year>\d{{4}})"
)
DOCUMENT = re.compile(
    r"(?<![\d/])(?:\d{1,5}[a-z]?(?:/\d{4})?/(?:QH\s?\d+|[A-ZĐ]{2,}[A-ZĐa-z]*(?:[-&][A-ZĐ][\wĐđ]*)*\d*)"
    r"|\d{1,4}\s?[-–]\s?[A-ZĐa-z]{2,4}/[A-ZĐ]{2,}[A-ZĐa-z]*)"
)
DOCUMENT_KIND = (
    r"(?:Kế hoạch|Quyết định|Nghị quyết|Nghị định|Chỉ thị|Kết luận|Thông tư|Công văn|Chương trình|"
    r"Luật|Văn bản|Đề án)"
)
SUBORDINATE = re.compile(
    rf"(?<=\S\s)(?:thực hiện|theo|về|tại|kèm theo|gọi là)\s+{DOCUMENT_KIND}[^,.;]{{0,20}}$", re.IGNORECASE
)
CARRIES_OUT = re.compile(r"(?:Thực hiện|Triển khai)\s")
ISSUES = re.compile(
    r"(?:^|[.,;]\s+)(?:Chủ tịch\s+|Giám đốc\s+)?"
    r"(?P<issuer>(?:UBND|(?:Ủy|Uỷ) ban nhân dân|Sở|Phòng|Bộ|Ban|Hội đồng|Công an|"
    r"Văn phòng)\s[^.,;:]{2,80}?)\s+(?:ban hành|xây dựng|lập|đề ra)\s+(?i:kế hoạch)"
)
COMMITTEE_LEVEL = re.compile(
    r"(?:UBND|Ủy ban nhân dân)\s+(huyện|thị xã|thành phố|quận|xã|phường|thị trấn|tỉnh)\b(?!,)"
)
TITLE_YEARS = re.compile(
    r"(?:giai đoạn|(?<!đến )(?<!tới )năm)\s+(\d{4})(?:\s*(?:[-–]|đến)\s*(?:năm\s+)?(\d{4}))?"
    r"\s*(?:[.]?$|,?\s*(?:và\s+)?(?:tầm nhìn|định hướng|những năm))",
    re.IGNORECASE,
)
# `đến năm 2030` bounds a plan; `tầm nhìn đến năm 2045` does not.
TITLE_END = re.compile(r"(?<!tầm nhìn )(?<!định hướng )đến (?:hết )?năm\s+(\d{4})", re.IGNORECASE)
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
    r"\s*\((?:đ[ểề]\s+)?(?:b/?c|b/\w{1,4}|báo cáo|biết|t/h|p/h|thực hiện|phối hợp|phối hợp t/h|theo dõi|"
    r"chỉ đạo)[^)]*\)?\s*$|\s*\(đ[ểề] [^)]*\)?\s*$"
)
NAME = re.compile(rf"(?:[{UP}][{LOW}]*\s+){{1,4}}[{UP}][{LOW}]*$")
RANKS = (
    r"(?:PHÓ\s+)?(?:TỔNG\s+)?(?:CHỦ\s+TỊCH|GIÁM\s+ĐỐC|BỘ\s+TRƯỞNG|THỦ\s+TƯỚNG|TRƯỞNG\s+(?:PHÒNG|BAN)|CHÁNH\s+VĂN\s+PHÒNG"
    r"|VIỆN\s+TRƯỞNG|CỤC\s+TRƯỞNG|VỤ\s+TRƯỞNG|HIỆU\s+TRƯỞNG|CHÁNH\s+THANH\s+TRA|CHỦ\s+NHIỆM|CHI\s+CỤC\s+TRƯỞNG|BÍ\s+THƯ"
    r"|TỔNG\s+CỤC\s+TRƯỞNG)|THỨ\s+TRƯỞNG|PHÓ\s+THỦ\s+TƯỚNG"
)
AUTHORITY = re.compile(r"(?:KT|TL|TUQ|TM|Q)\.")
POSITION = re.compile(rf"(?:{RANKS})(?:\s+[{UP}]{{2,}})*")
# Before these a signature written in one line begins anew.
SIGNED = re.compile(
    rf"\s+(?=(?:KT|TL|TUQ|TM)\.\s)|(?<=[{UP}]{{2}})(?<!PHÓ)\s+(?=(?:{RANKS})(?!\w))|(?<=[{UP}]{{2}})\s+(?=[{UP}][{LOW}])"
)

# Under the title of a decision stands, in capitals, who decides; it is no part of the title.
_DECIDES = (
    r"(?:THỦ TƯỚNG CHÍNH PHỦ|CHÍNH PHỦ|BỘ TRƯỞNG BỘ [^a-zà-ỹ]{3,60}|(?:CHỦ TỊCH )?(?:UBND|[UỦ][YỶ] BAN NHÂN DÂN)"
    r"(?: (?:TỈNH|HUYỆN|THÀNH PHỐ|THỊ XÃ|QUẬN|XÃ|PHƯỜNG)[^a-zà-ỹ]{0,40})?|GIÁM ĐỐC SỞ [^a-zà-ỹ]{3,60})"
)
WHO_DECIDES = re.compile(_DECIDES)
WHO_DECIDES_AT_END = re.compile(r"(?<=\S)\s+(?:THỦ TƯỚNG CHÍNH PHỦ|BỘ TRƯỞNG BỘ [^a-zà-ỹ]{3,60})$")
