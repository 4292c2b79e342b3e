"""Shapes of time over folded text: words that bind, cycles, distances, events, and what is no time at all.

Each has phrases that it must find and phrases that it must not. The named pieces of time (days, months,
quarters …) stand in `when_pieces`, the words and their worth in `when_words`.
"""

from __future__ import annotations

from tracker.parsing.rules.shape import Shape, shape
from tracker.parsing.rules.when_pieces import (
    BARE_MONTHS,
    DAY,
    DAY_FIGURES,
    DAY_OF_MONTHS,
    DAYS,
    HALF,
    MONTH,
    MONTH_OF_QUARTER,
    NAMED_DAY,
    NEXT,
    PART_OF_MONTH,
    QUARTER,
    WEEK_OF_MONTH,
    WHICH,
    YEAR,
    YEAR_FIGURES,
)
from tracker.parsing.rules.when_words import BOUND_WORDS

# The pieces of time are rules, too: the test that runs all examples finds them here.
PIECE_SHAPES = (
    BARE_MONTHS,
    DAY,
    DAY_OF_MONTHS,
    DAYS,
    HALF,
    MONTH,
    MONTH_OF_QUARTER,
    NAMED_DAY,
    PART_OF_MONTH,
    QUARTER,
    WEEK_OF_MONTH,
    YEAR,
)


def _any_of(words: tuple[str, ...]) -> str:
    """An alternative of phrases, the longest first, with any blanks between their words."""
    return "|".join(word.replace(" ", r"\s*") for word in sorted(words, key=len, reverse=True))


# --- words around a piece of time ---

CLOCK = r"(?:(?:\d{1,2}\s*(?:gio|h|g)\s*(?:\d{1,2}(?!\d|\s*/))?|\d{1,2}:\d\d)\s*(?:phut|[\"”’'~]+)?\s*,?\s*)"
DAY_PART = r"(?:(?:buoi\s+)?(?:sang|trua|chieu|toi)\s+)"
WEEKDAY = r"(?:thu\s*(?P<weekday>hai|ba|tu|nam|sau|bay|[2-7])(?![a-z\d])|(?P<sunday>chu\s+nhat))"

# `hoàn thành`, `chậm nhất là ngày`, `vào khoảng giữa`: what may stand before a piece of time
BOUNDS = shape(
    "bounds",
    rf"""(?P<lead>(?:(?:thoi\s+gian|thoi\s+han|thuc\s+hien|hoan\s+thanh|hoan\s+tat|xong|trien\s+khai|to\s+chuc|du\s+kien)\s*:?\s+){{0,6}})
    (?:(?P<bound>{_any_of(tuple(BOUND_WORDS))})(?![a-z](?!gay|hang|uy|am))\s*(?:(?:la|vao|trong|het|trong\s+khoang)\s+)*)?
    (?P<about>(?:vao\s+)?(?:khoang|tam)\s+(?!thoi\s+gian)(?:tu\s+)?)?(?:(?P<soft>dau|giua|cuoi)\s+(?:cua\s+)?)?
    (?:luc\s+|vao\s+)*(?P<clock>{CLOCK}{DAY_PART}?)?(?:(?:ngay\s+)?thu\s+(?:hai|ba|tu|nam|sau|bay|[2-7])\s*,?\s*(?=ngay|m[uo]ng|\d{{1,2}}\s*/))?""",
    yes=(
        "trước ngày 30/6",
        "chậm nhất là ngày 30/6",
        "đến hết tháng 9",
        "cuối năm 2023",
        "hoàn thành trong Quý II",
    ),
)
RANGE = shape(
    "range",
    rf"""\s*,?\s*(?:(?:cho\s+)?(?:den|toi)(?![a-z](?!gay|hang))|[-–—])\s*(?P<edge>truoc|het|dau|giua|cuoi)?
    (?(edge)\s+|)(?:cua\s+)?(?:{CLOCK})?(?![-–—])""",
    yes=(" đến ", " - ", "đến hết ", " đến cuối ", "đến trước ngày"),
    no=(", ", "; "),
)
HANGING = shape("hanging", r"\s*[-–—]\s*(?=$|[;,.)])", yes=("Năm 2024-",), no=("Năm 2024 - 2025",))
NEXT_IN_LIST = shape(
    "list", r"\s*(?:,\s*va(?![a-z])|,|va(?![a-z])|\+|&)\s*(?:trong\s+)?", yes=(", ", " và ", "+"), no=("; ",)
)
FURTHER_YEARS = shape(
    "further-years",
    r"\s*,?\s*(?:va\s+(?:thuong\s+xuyen\s+)?(?:trong\s+)?(?:cac|nhung)\s+nam\s+(?:tiep\s+theo|sau|ke\s+tiep)|tro\s+di)(?:\s+nua)?",
    yes=(" và các năm tiếp theo", " trở đi"),
    no=(" và năm 2025",),
)
YEARLY_AFTER = shape(
    "yearly-after",
    r"\s*,?\s*\(?(?:cua\s+)?(?:hang|moi)\s+na[mn](?![a-z])\)?(?!\s*[(,]?\s*(?:truoc|cham|gui|vao|ngay|hoan|muon))",
    yes=(" hằng năm", " hàng năm", " của mỗi năm", " (hằng năm)"),
    no=(" năm sau", ", hàng năm (trước ngày 15/11)"),
)
OPEN_END = shape(
    "open-end",
    r"[\s….]*(?:cho\s+)?(?:den|toi)\s+(?:khi|luc|thoi\s+diem)(?![a-z])[^;.()]*",
    yes=(" đến khi kết thúc Tổng kiểm kê", " … cho đến khi có quyết định thay thế"),
    no=(" đến ngày 30/6",),
)

# --- cycles ---

UNIT = (
    r"(?:0?6\s*thang(?!\s*(?:dau|cuoi))|sau\s+thang|nua\s+nam|0?3\s*thang|na[mn]|qu[yi]|thang|tuan)(?![a-z])"
)
OWN_NAME = r"(?!\s*(?:\d(?!\d?\s*(?:lan|ky)(?![a-z]))|hoc(?![a-z]))|\s+[ivl]+(?![a-z\d]))"
# `hằng năm`, `định kỳ 6 tháng`, `mỗi quý 01 lần`, `cuối mỗi quý`
CYCLE = shape(
    "cycle",
    rf"""(?:(?:vao\s+)?(?P<edge>dau|giua|cuoi)\s+(?=moi|hang))?
    (?:(?:(?:theo\s+)?dinh\s+ky\s*[:,(]?\s*)?(?:hang|moi|tung)\s+(?P<unit>{UNIT}){OWN_NAME}
        (?:\s*(?P<times>\d{{1,2}}|mot|hai|ba|bon)\s*(?:lan|ky)(?![a-z]))?
    |(?:theo\s+)?dinh\s+ky\s*[:,(]?\s*(?:theo\s+)?(?P<named>{UNIT}){OWN_NAME}
    |(?P<half>0?6\s+thang)(?!\s*(?:dau|cuoi|nam\s*\d|ke|tu(?![a-z])|sau|/)|\s*\d)
    |(?P<opened>nam|qu[yi])(?=\s*\(\s*(?:truoc|cham|gui|vao|muon|ngay)))""",
    yes=(
        "hằng năm",
        "Hàng quý",
        "mỗi tháng",
        "Định kỳ 6 tháng",
        "định kỳ hằng năm",
        "6 tháng (trước ngày 05/6)",
        "cuối mỗi quý",
    ),
    no=("năm 2024", "6 tháng đầu năm", "thường xuyên"),
)
# What goes on a list of cycles: `hằng quý, 6 tháng, 9 tháng và năm`
NEXT_CYCLE = shape(
    "next-cycle",
    rf"""\s*(?:,\s*va(?![a-z])|,|va(?![a-z])|hoac|[/+&])\s*(?:(?:hang|moi)\s+)?(?P<unit>{UNIT}|0?9\s*thang(?![a-z])|ca\s+nam(?![a-z]))
    {OWN_NAME}(?!\s+(?:sau|tiep|toi|ke|dau|cuoi)(?![a-z]))""",
    yes=(", 6 tháng", " và năm", ", hằng năm", ", 9 tháng"),
    no=(", năm 2024", ", quý IV", " và các năm tiếp theo"),
)
# `01 lần/năm`, `6 tháng một lần`, `02 năm 01 lần`
FREQUENCY = shape(
    "frequency",
    r"""(?:(?:theo\s+)?dinh\s+ky\s+)?(?:(?:hang|moi|cu)\s+)?(?:
    (?P<n>\d{1,2}|mot|hai|ba|bon|nam|sau)\s+(?P<unit>nam|qu[yi]|thang|tuan)\s*(?:/\s*|/?\s*(?:mot|0?1)\s+)lan(?![a-z])
    |(?P<times>\d{1,2}|mot|hai|ba|bon)\s*lan\s*(?:/|tren|trong|moi)\s*(?:(?:mot|moi|0?1)\s+)?(?P<per>nam|qu[yi]|thang|tuan)(?![a-z]))""",
    yes=("01 lần/năm", "6 tháng một lần", "02 năm 01 lần", "5 năm/lần", "2 lần/năm"),
    no=("6 tháng đầu năm", "lần thứ 2"),
)
BOUND_BEFORE_DAY = (
    r"(?:(?P<bound>truoc|cham\s+nhat|muon\s+nhat|khong\s+qua|den\s+het|den|het)\s*(?:la\s+|vao\s+)*)?"
)
LEADING_CYCLE = r"""(?:(?:dinh\s+ky\s+)?(?:hang|moi)\s+(?P<cycle>thang|qu[yi])(?![a-z])(?:\s*\d{1,2}\s*(?:lan|ky))?
    \s*[,(:]?\s*(?:(?:vao|gui|bao\s+cao|hoan\s+thanh|xong|la)\s+){0,3})"""
# What a day of each month or quarter is counted in: `hằng tháng`, `tháng đầu quý sau`, `của tháng`
OF_CYCLE = rf"""(?:(?:cua\s+)?(?:
    (?P<every_month>(?:hang|moi)\s+thang)
    |(?:(?:hang|moi)\s+)?thang\s+(?P<which>{WHICH})\s*(?:cua\s+)?(?:(?:hang|moi|tung)\s+)?qu[yi](?:\s+(?P<next_quarter>{NEXT}))?(?!\s*[ivl1-4]+(?![a-z\d]))
    |thang\s+(?P<next_month>{NEXT})
    |(?P<every_quarter>(?:(?:hang|moi)\s+)?qu[yi])(?!\s*[ivl1-4]+(?![a-z\d])|[a-z])(?:\s+(?P<following>{NEXT}))?)
    |cua\s+(?P<plain_month>thang)(?!\s*\d|\s+(?:gieng|chap|tu|muoi|hai|ba|nam|sau|bay|tam|chin|mot)(?![a-z])))"""
# `trước ngày 25 hằng tháng`, `chậm nhất ngày 15 của tháng cuối quý`, `hàng tháng, trước ngày 25`
DAY_OF_CYCLE = shape(
    "day-of-cycle",
    rf"""(?P<lead>{LEADING_CYCLE})?{BOUND_BEFORE_DAY}(?:{CLOCK})?(?:cac\s+)?ngay\s*
    (?:(?P<days>{DAY_FIGURES}(?:\s*(?:,|va)\s*(?:ngay\s*)?{DAY_FIGURES}){{0,5}})(?!\s*[/.\-]\s*\d|\s*(?:cua\s+)?thang\s*\d)
    |(?P<working>lam\s+viec\s+)?(?P<edge>dau|cuoi)(?:\s+(?:tien|cung))?)
    (?:\s*,?\s*(?P<of>{OF_CYCLE}))?(?(lead)|(?(of)|(?!)))""",
    yes=(
        "hàng tháng, trước ngày 25",
        "trước ngày 25 hàng tháng",
        "ngày 15 của tháng cuối quý",
        "trước ngày 05 tháng sau",
        "mỗi tháng 02 kỳ (ngày 01 và 15)",
    ),
    no=("hằng tháng", "trước ngày 25/6", "ngày 25 tháng 6", "ngày 15 tháng cuối quý II"),
)
WEEKLY_WORD = r"(?:hang|moi)\s+tuan(?![a-z])"
# `trước 15 giờ thứ Sáu hàng tuần`, `hằng tuần (thứ Sáu)`
DAY_OF_WEEK = shape(
    "day-of-week",
    rf"""(?P<lead>{WEEKLY_WORD}\s*[,(:]?\s*(?:vao\s+|gui\s+)*)?(?:(?P<bound>truoc|cham\s+nhat|vao)\s+(?:la\s+|vao\s+)*)?(?P<clock>{CLOCK})?
    {DAY_PART}?(?:ngay\s+)?{WEEKDAY}(?(lead)|\s*,?\s*(?:cua\s+)?{WEEKLY_WORD})""",
    yes=("chiều thứ Năm hằng tuần", "trước 15 giờ thứ Sáu hàng tuần", "hằng tuần (thứ 6)"),
    no=("thứ Sáu", "hằng tuần"),
)

# --- work that runs, or waits ---

ALWAYS = shape(
    "always",
    r"""(?:dinh\s+ky\s*,\s*)?(?:thuong\s+xuyen|quanh\s+nam)(?:\s*,\s*(?:lien\s+tuc|hang\s+ngay)|\s+va\s+lien\s+tuc|\s+lien\s+tuc)?
    |(?:hang|moi)\s+ngay(?!\s*\d)|lien\s+tuc(?!\s+trong)
    |(?:trong\s+)?(?:suot\s+)?(?:qua\s+trinh|thoi\s+gian)\s+(?:trien\s+khai\s+)?thuc\s+hien(?=\s*(?:$|[;,.)]|ke\s+hoach|nhiem\s+vu))(?:\s+(?:ke\s+hoach|nhiem\s+vu))?
    |(?:trong\s+)?suot\s+(?:qua\s+trinh|thoi\s+gian)(?:\s+(?:trien\s+khai\s+)?(?:thuc\s+hien|trien\s+khai))?""",
    yes=("thường xuyên", "Thường xuyên, liên tục", "định kỳ, thường xuyên", "hằng ngày", "liên tục"),
    no=("thường trực", "bất thường"),
)
ADHOC = shape(
    "ad-hoc",
    r"""(?:theo\s+)?(?P<event>dot\s+xuat(?:\s+(?:trong|khi|theo)(?![a-z])[^;.,()]*)?|trong\s+truong\s+hop\s+(?:can\s+thiet|dot\s+xuat)
    |khi\s+(?:can\s+thiet|can(?![a-z])|phat\s+sinh|co\s+(?:phat\s+sinh|yeu\s+cau|nhu\s+cau|tinh\s+huong)[^;.,()]*)
    |yeu\s+cau(?:\s+(?!cong\s+viec)[^;.,()]*)?|de\s+nghi\s+cua[^;.,()]*)""",
    yes=("đột xuất", "theo đột xuất trong trường hợp cần thiết", "khi phát sinh", "khi có yêu cầu"),
    no=("khi có hướng dẫn",),
)
# An event ends where words that bind a date begin.
DUE_WORDS = (
    r"\s*,?\s+(?:(?:nhung|va)\s+)?(?:(?:hoan\s+thanh|xong|gui|bao\s+cao)\s+)?"
    r"(?:truoc|cham\s+nhat|den\s+het|muon\s+nhat|khong\s+qua)\s+(?:la\s+)?(?:ngay|thang|qu[yi]|nam)?\s*[\divl]"
    rf"|,\s*(?:(?:hoan\s+thanh|xong|trong)\s+){{0,2}}(?:qu[yi]\s+[ivl]|nam\s+{YEAR_FIGURES}|thang\s+\d)|,\s*(?:hang|moi)\s+nam"
)
TO_END = rf"(?:(?!{DUE_WORDS})[^;.()])*"
GUIDES = (
    r"(?:cac\s+|su\s+|noi\s+dung\s+)?(?:huong\s+dan|chi\s+dao|ke\s+hoach|van\s+ban|thong\s+bao|chuong\s+trinh|lich(?![a-z])|"
    r"phan\s+cong|luat|nghi\s+quyet|nghi\s+dinh|quyet\s+dinh|cong\s+van|to\s+trinh|de\s+an|du\s+an|ke\s+luan|ket\s+luan|"
    r"(?:tien\s+do|lo\s+trinh)(?=\s+(?:cua|thuc\s+hien|trien\s+khai)|\s*,\s*(?:huong\s+dan|ke\s+hoach|chi\s+dao)))"
)
HAPPENINGS = (
    r"(?:ky\s+hop|dai\s+hoi|hoi\s+nghi|hoi\s+thao|hoi\s+thi|(?P<feast>tet)|le\s|bau\s+cu"
    r"|dot\s+kiem\s+tra|cuoc\s+bau)"
)
EVENT = shape(
    "event",
    rf"""(?:(?:ngay\s+)?(?P<word>theo)\s+(?:dung\s+)?(?P<guide>{GUIDES}{TO_END})
    |(?:ngay\s+)?(?P<when>sau\s+khi|truoc\s+khi|khi|ngay\s+khi)\s+(?:co\s+)?(?P<clause>(?![;.()]){TO_END})
    |(?P<around>truoc|sau|(?:vao\s+|nhan\s+|trong\s+)?dip|trong|tai)\s+(?:cac\s+|dip\s+|ngay\s+)?(?P<happening>{HAPPENINGS}{TO_END})
    |(?P<same>cung)\s+(?:thoi\s+(?:gian|diem)|dip)\s+(?:voi\s+)?(?P<beside>{TO_END}))""",
    yes=(
        "Theo hướng dẫn của Sở Tư pháp",
        "sau khi được cấp trên ban hành",
        "theo chỉ đạo, hướng dẫn của cấp trên",
        "khi có hướng dẫn",
        "sau kỳ họp HĐND giữa năm",
        "trước Tết Nguyên đán",
        "theo lộ trình, hướng dẫn của Bộ",
    ),
    no=("theo quy định", "theo tiến độ", "theo lộ trình", "sau ngày 15/3"),
)
# The plan itself: its signing and its issue are the one event whose day may be known.
PAPER = r"(?:(?:ban\s+)?(?:ke\s+hoach|quyet\s+dinh|chuong\s+trinh|chi\s+thi|van\s+ban)(?:\s+nay)?)"
ISSUED = (
    r"(?:duoc\s+)?(?:(?:ky|phe\s+duyet)(?:\s*,?\s*ban\s+hanh)?|ban\s+hanh|co\s+hieu\s+luc(?:\s+thi\s+hanh)?)"
)
OWN_ISSUE = shape(
    "own-issue",
    rf"(?:ngay\s+)?(?:{PAPER}\s+{ISSUED}|{ISSUED}(?:\s+{PAPER})?)(?=\s*(?:$|[,;.()]|den(?![a-z])))",
    yes=("ban hành Kế hoạch", "ký", "Kế hoạch được ban hành", "ngày ký ban hành"),
    no=("ban hành Kế hoạch của UBND tỉnh", "nhận được Kế hoạch"),
)
SINCE_ISSUE = shape(
    "since-issue",
    rf"(?:bat\s+dau\s+)?(?:ke\s+)?tu\s+(?:ngay\s+|khi\s+){OWN_ISSUE.pattern.pattern}",
    yes=("kể từ ngày ký", "từ ngày ban hành Kế hoạch này"),
    no=("từ ngày 01/01", "kể từ ngày nhận được"),
)
LENGTH = (
    r"(?P<n>\d{1,3})\s*(?:\([^)]{1,20}\)\s*)?(?P<unit>ngay|tuan|thang|nam|gio)(?P<working>\s+lam\s+viec)?"
)
OFFSET = shape(
    "offset",
    rf"""(?:(?P<within>trong\s+(?:vong|thoi\s+han|thoi\s+gian)|cham\s+nhat(?:\s+la)?(?:\s+sau)?|muon\s+nhat(?:\s+la)?|sau|khong\s+qua|toi\s+da|trong)\s+)?
    (?:\(?){LENGTH}\s*,?\s*(?:ke\s+tu|tinh\s+tu|tu|sau)\s+(?:(?:khi|luc)\s+)?(?:ngay\s+(?!\d))?(?P<event>(?!\d){TO_END})""",
    yes=(
        "trong vòng 15 ngày kể từ ngày ban hành Kế hoạch",
        "trong thời hạn 05 ngày làm việc kể từ ngày nhận được văn bản",
        "02 ngày làm việc kể từ ngày kết thúc kỳ báo cáo",
    ),
    no=("trong ngày 30/6", "sau ngày 15/3", "ngày 10 từ"),
)
AHEAD = shape(
    "ahead",
    rf"""(?P<lead>(?:cham\s+nhat|muon\s+nhat|it\s+nhat|toi\s+thieu|truoc)\s+(?:la\s+|truoc\s+)?)?{LENGTH}\s*,?\s*truoc\s+(?:(?:khi|luc)\s+)?
    (?:ngay\s+(?!\d))?(?P<event>{TO_END})""",
    yes=("chậm nhất 10 ngày trước ngày tổ chức", "05 ngày trước khi khai mạc"),
    no=("trước ngày 10/5",),
)
PERIODICALLY = shape(
    "periodically",
    r"(?:theo\s+)?dinh\s+ky(?!\s*[,(:]?\s*(?:tong|bao|hang|moi|\d))",
    yes=("Theo định kỳ", "định kỳ"),
    no=("định kỳ tổng hợp, báo cáo", "định kỳ 6 tháng"),
)
# `sơ kết 6 tháng`, `tổng kết năm`: the period is what is summed up, and due with its end
MILESTONE = shape(
    "milestone",
    rf"""(?P<label>so\s+ket|tong\s+ket|so\s+ket\s*,\s*tong\s+ket)\s+(?:cong\s+tac\s+)?(?:
    (?P<n>0?[369]|sau|chin)\s+thang(?:\s+(?P<part>dau|cuoi)\s+nam)?|(?P<year>(?:cuoi\s+)?nam))(?:\s*(?P<y>{YEAR_FIGURES}))?(?![a-z\d])(?!\s+(?:thi\s+hanh|thuc\s+hien))""",
    yes=("sơ kết 6 tháng", "tổng kết năm", "tổng kết năm 2026"),
    no=("tổng kết 10 năm thi hành", "tổng kết vào năm 2025"),
)

# --- names of several timings, and words about time without a day ---

LABEL = shape(
    "label",
    r"(?<![a-z])(?P<label>so\s+ket|tong\s+ket|cao\s+diem|dot\s+\d|dot\s+[ivx]+|buoc\s+\d|giai\s+doan\s+\d(?!\d))(?![a-z])",
    yes=("Sơ kết vào cuối năm", "tổng kết", "cao điểm từ ngày", "đợt 1"),
    no=("tổng hợp",),
)
# Words in a time field that name no day, though somebody means one: a person must say which.
VAGUE = shape(
    "vague",
    r"""(?:theo\s+)?(?:dung\s+)?(?:thoi\s+(?:gian|han|hieu)\s+)?(?:theo\s+)quy\s+dinh|dung\s+(?:thoi\s+(?:gian|han|diem)|tien\s+do|lo\s+trinh)(?:\s+(?:theo\s+)?quy\s+dinh)
    |theo\s+(?:tien\s+do|lo\s+trinh)(?!\s+(?:cua|thuc\s+hien|trien\s+khai)|\s*,\s*(?:huong\s+dan|ke\s+hoach|chi\s+dao))|(?:thoi\s+gian\s+)?som\s+nhat|cang\s+som|(?:dau|giua|cuoi)\s+(?:giai\s+doan|nhiem\s+ky|ky)(?!\s*\d)""",
    yes=(
        "theo quy định",
        "đúng thời gian quy định",
        "theo lộ trình",
        "trong thời gian sớm nhất",
        "cuối giai đoạn",
    ),
    no=("theo hướng dẫn", "năm 2024", "bảo đảm đúng thời hạn"),
)
SCHOOL_YEAR = shape(
    "school-year",
    rf"(?:trong\s+)?(?:(?:dau|cuoi|ket\s+thuc)\s+)?nam\s+hoc(?:\s+(?:{YEAR_FIGURES})(?:\s*[-–]\s*(?:{YEAR_FIGURES}))?|\s+(?:moi|sau))?",
    yes=("năm học 2024-2025", "đầu năm học"),
    no=("năm 2024",),
)
# Manner, not time: nothing is due because of these words, and nothing is left unread.
MANNER = shape(
    "manner",
    r"""kip\s+thoi|dung\s+(?:thoi\s+han|tien\s+do|lo\s+trinh)|(?:dam\s+bao|bao\s+dam)\s+(?:tien\s+do|thoi\s+gian)
    |dinh\s+ky\s+(?:tong\s+hop|bao\s+cao)""",
    yes=("kịp thời", "bảo đảm đúng thời hạn", "Định kỳ tổng hợp, báo cáo"),
    no=("đúng thời gian quy định", "định kỳ 6 tháng"),
)
# Signs of time in words that no rule has read.
TRACE = shape(
    "trace",
    rf"""(?<!\d)\d{{1,2}}\s*[/]\s*\d{{1,2}}(?!\d)|ngay\s*\d|thang\s*(?:\d|(?:sau|toi|nay)(?![a-z]))|qu[yi]\s+(?:[ivl\d]+(?![a-z])|sau(?![a-z])|toi(?![a-z])|nay(?![a-z]))
    |(?<![\d/.-]){YEAR_FIGURES}(?![\d])|(?:hang|moi)\s+(?:nam|qu[yi]|thang|tuan)(?![a-z])|(?:dau|giua|cuoi)\s+(?:nam|qu[yi]|thang|tuan)(?![a-z])
    |(?<!\d)\d{{1,3}}\s+(?:ngay|thang|tuan)(?![a-z])|(?<![a-z])ram\s|am\s+lich|tet\s+nguyen|hom\s+(?:nay|qua|sau)|tuan\s+(?:nay|sau|toi|\d)|nam\s+(?:nay|sau|toi)(?![a-z])""",
    yes=("ngày 5", "quý sau", "hằng tháng", "15 ngày"),
    no=("kịp thời", "Phòng Tư pháp"),
)

# --- what is no time, though it looks like it: the group `no` (or else all) is hidden before reading ---

WHOLE_DATE = r"(?:\d{1,2}\s*(?:[/.\-]|\s*thang\s*)\s*\d{1,2}\s*(?:[/.\-]|\s*,?\s*nam\s*)\s*\d{4})"
DOCUMENT = (
    r"(?:luat|nghi\s+quyet|nghi\s+dinh|quyet\s+dinh|thong\s+tu|chi\s+thi|ket\s+luan|ke\s+hoach|cong\s+van|cong\s+dien|"
    r"van\s+ban|to\s+trinh|thong\s+bao|huong\s+dan|chuong\s+trinh|bao\s+cao)"
)
# A sign such as 25/2021/QĐ-TTg is printed in capitals (`sign`); its date belongs to the document.
CITATION = shape(
    "citation",
    rf"""(?<![\d/])(?:so\s*:?\s*)?\d{{1,5}}[a-z]?(?:/\d{{4}})?\s?[/-]\s?(?P<sign>[a-z])[a-z]*[\w&.-]*(?:/[\w.&-]+)?
    (?:\s*,?\s*(?:ban\s+hanh\s+|ky\s+)?(?:ngay\s+)?{WHOLE_DATE})?""",
    yes=("Quyết định số 8/2031/QĐ-TTg ngày 12/3/2031", "17/KH-UBND", "Kế hoạch số 17-KH/HU ngày 5/10/2031"),
    no=("ngày 12/3/2031", "Quý I/2024"),
)
DATED_DOCUMENT = shape(
    "dated-document",
    rf"""{DOCUMENT}(?:\s+(?!(?:truoc|cham|nhat|la|den|het|tu|trong|vao|qua|sau|gui)(?![a-z]))[^\s;,.()]{{1,20}}){{0,6}}?\s*,?\s*(?P<no>(?:so\s*:?\s*\d+\s*,?\s*)?(?:(?:ban\s+hanh|ky|thong\s+qua)\s+(?:ngay\s+)?|(?<=\s)ngay\s+){WHOLE_DATE})(?=\s*(?:$|[,;.)]|cua|ve))""",
    yes=("Quyết định ban hành ngày 12/3/2031 của UBND", "Công văn số 12 ngày 5/3/2031 của Sở"),
    no=("ban hành trước ngày 12/3/2031", "Ban hành Kế hoạch trước ngày 12/3/2031"),
)
LAW_YEAR = shape(
    "law-year",
    rf"""(?<![a-z])(?:bo\s+luat|luat|hien\s+phap|phap\s+lenh)(?:(?!\s(?:trong|tu|den|het|cuoi|dau|giua|vao|truoc|co|duoc)\s)[^;,.()]){{0,80}}?
    \s(?P<no>nam\s+{YEAR_FIGURES})""",
    yes=("Luật PBGDPL năm 2012", "Bộ luật Hình sự năm 2015"),
    no=("thực hiện Luật Đất đai trong năm 2024",),
)
# A bracket that says whose date it is, or that nobody filled it in.
DATE_OF_OTHERS = shape(
    "date-of-others",
    rf"""(?:ngay\s+)?(?:{WHOLE_DATE}|thang\s+\d{{1,2}}\s*(?:/|nam)\s*\d{{4}})\s*\((?:cho|cua)\s+van\s+ban[^)]*\)
    |(?:ngay\s*)?(?:{WHOLE_DATE}|thang\s+\d{{1,2}}\s*(?:/|nam)\s*\d{{4}})\s*\([^)]*de\s+trong\)""",
    yes=("ngày 22/2/2021 (cho văn bản ban hành 22/7/2021)", "tháng 01 năm 2022 (ngày để trống)"),
    no=("ngày 22/2/2021 (gửi UBND)",),
)
BLANK_FORM = shape(
    "blank-form",
    r"(?:ngay\s*[.…_]+\s*)?thang\s*[.…_]+\s*nam(?:\s*[.…_]+|\s*\d{2,4})?",
    yes=("ngày ... tháng ... năm 2024", "tháng … năm …"),
    no=("tháng 3 năm 2024", "tháng năm"),
)
QUOTATION = shape(
    "quotation",
    r"“[^“”]*”|«[^«»]*»|\"[^\"]*\"",
    yes=("Đề án “… giai đoạn 2024 - 2030”",),
    no=("8h00”, ngày",),
)
LIFE_OF_OTHERS = shape(
    "life-of-others",
    rf"""keo\s+dai\s+(?:den|toi)\s+(?:het\s+)?(?:{WHOLE_DATE}|(?:ngay|thang|nam|qu[yi])[^;,.]{{0,30}})
    |(?:tam\s+nhin|dinh\s+huong)\s+(?:den\s+)?(?:nam\s+)?{YEAR_FIGURES}|(?:lan|khoa|dai\s+hoi)\s+(?:thu\s+)?(?:\d+|[ivxlc]+)(?![a-z\d/])""",
    yes=("được kéo dài đến hết năm 2030", "tầm nhìn đến năm 2045", "Đại hội lần thứ XIII"),
    no=("kéo dài thời gian",),
)
SECTION_NUMBER = shape(
    "section-number",
    r"""(?<![a-z])(?:muc|tieu\s+muc|khoan|(?<!thoi\s)(?<!cao\s)(?<!dia\s)diem|dieu|phan|chuong|phu\s+luc|bieu|mau|bang)\s+(?:so\s+)?
    (?:\d+(?:\.\d+)*|[ivxlc]+)(?![a-z\d]|\s*[/\-]\s*\d)""",
    yes=("mục 2.3 Phần II", "khoản 2 Điều 5"),
    no=("thời điểm 15/3",),
)
SHARE = shape(
    "share",
    r"""(?<![\d/])(?:(?:dat|ty\s+le|chiem)\s+(?P<no>\d+\s*/\s*\d+)(?!\s*/)|24\s*/\s*(?:24|7)(?![\d/])(?:\s*gio|h)?
    |(?<!ngay\s)(?<!truoc\s)(?<!den\s)(?<!het\s)(?<!tu\s)\d+\s*/\s*\d+(?=\s+(?:chi\s+tieu|tieu\s+chi|xa|phuong|huyen|thi\s+tran|don\s+vi|co\s+quan|thon|nhiem\s+vu|nguoi|dai\s+bieu|ho|truong|gio|diem|phieu|to\s+chuc|tinh|khu|cuoc|van\s+ban|chuong\s+trinh|noi\s+dung)(?![a-z])))""",
    yes=("đạt 15/17 chỉ tiêu", "24/24 giờ", "7/9 xã"),
    no=("trước 15/3", "15/3"),
)
HIDDEN: tuple[Shape, ...] = (
    QUOTATION,
    DATE_OF_OTHERS,
    CITATION,
    DATED_DOCUMENT,
    LAW_YEAR,
    LIFE_OF_OTHERS,
    SECTION_NUMBER,
    SHARE,
)
PROGRAMME = shape(
    "programme",
    rf"(?:giai\s+doan|nhiem\s+ky)\s*:?\s*\(?{YEAR_FIGURES}(?:\s*(?:[-–]|den)\s*(?:nam\s+)?{YEAR_FIGURES})?(?!\d)",
    yes=("giai đoạn 2021-2025", "nhiệm kỳ 2021 - 2026"),
    no=("giai đoạn 1", "năm 2024"),
)
# `giai đoạn 2021-2025` dates work only where it is what the words are about: at the beginning, or after these.
BEFORE_SPAN = shape(
    "before-span",
    r"""(?:^|[;:(,.\-–]|(?<![a-z])(?:thuc\s+hien|trong|ca|cho|va|trien\s+khai|hoan\s+thanh|to\s+chuc|ap\s+dung|den|tu|theo|du\s+kien|xong|la|thoi\s+gian|cac|tung|thuoc|vao|ap\s+dung|het|toi|cuoi|dau|giua|nam))\s*$""",
    yes=("", "Hoàn thành trong ", "Thời gian: "),
    no=("nông thôn mới ", "Chương trình "),
)
