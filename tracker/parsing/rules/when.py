"""Words and shapes of time, over folded text: each with phrases that it must find and phrases that it
must not.
"""

from __future__ import annotations

from tracker.parsing.rules.shape import shape

YEAR_FIGURES = r"(?:19|20)\d\d"

DAY = shape(
    "day",
    rf"""(?<![\d/])(?:ngay\s*)?(?P<d>\d{{1,2}})(?:\s*[/.\-]\s*|\s+thang\s+)(?P<m>\d{{1,2}})
         (?:(?:\s*[/.\-]\s*|\s*,?\s*nam\s*)(?P<y>{YEAR_FIGURES}))?(?![\d%]|\s*/\s*[a-z0-9]|\.\d)""",
    yes=("ngày 15/3/2024", "15/3", "15.3.2024", "ngày 15 tháng 3 năm 2024", "30/ 6 /2024"),
    no=("đạt 100%", "8/2031/QĐ-TTg", "Quý II"),
)
MONTH = shape(
    "month",
    rf"""thang\s+(?P<m>\d{{1,2}}|gieng|tu|muoi)(?!\d|\s*/\s*\d{{1,2}}\b(?!\d))
         (?:\s*(?:/|-|nam|cua\s+nam)\s*(?P<y>{YEAR_FIGURES}))?""",
    yes=("tháng 3", "Tháng 03 năm 2024", "tháng 3/2024", "tháng tư"),
    no=("hàng tháng", "06 tháng đầu năm"),
)
QUARTER = shape(
    "quarter",
    rf"""qu[yi]\s+(?P<q>[ivl1]+|[2-4])\b(?:\s*(?:/|-|nam|cua\s+nam|,\s*nam)\s*(?P<y>{YEAR_FIGURES}))?""",
    yes=("Quý I", "quý I/2024", "Quý IV năm 2024", "Quý II-2024", "Quí 1 năm 2024"),
    no=("theo quy định", "hằng quý"),
)
HALF = shape(
    "half",
    rf"""(?:(?P<n>0?6|sau|0?9|chin)\s*thang)\s*(?P<part>dau|cuoi)\s+nam
         (?:\s*(?P<y>{YEAR_FIGURES}))?""",
    yes=("6 tháng đầu năm", "06 tháng đầu năm 2024", "sáu tháng cuối năm"),
    no=("trong 6 tháng", "định kỳ 6 tháng"),
)
YEAR = shape(
    "year",
    rf"""(?:(?:trong|cac|ca)\s+)*(?:(?:nam|giai\s+doan|nhiem\s+ky)\s*)?(?<![\d/])(?P<y>{YEAR_FIGURES})(?![\d/])|
         (?:(?:trong|ca)\s+|(?<=cuoi\s)|(?<=dau\s)|(?<=giua\s)|(?<=het\s))nam(?!\s*[a-z0-9])""",
    yes=("năm 2024", "giai đoạn 2021-2025", "các năm 2024", "trong năm", "năm2024"),
    no=("năm học", "8/2031/QĐ-TTg"),
)
RANGE = shape(
    "range",
    r"\s*(?:den\s+het|cho\s+den|den|toi|[-–—])\s*",
    yes=(" đến ", " - ", "đến hết "),
    no=(", ",),
)
NEXT_IN_LIST = shape("list", r"\s*(?:,|va|\+|&)\s*(?:trong\s+)?", yes=(", ", " và ", "+"), no=("; ",))
NEXT_YEAR = shape(
    "next-year",
    r"\s*(?:cua\s+)?nam\s+(?:sau|ke\s+tiep|tiep\s+theo)(?![a-z])",
    yes=(" năm sau", " của năm kế tiếp"),
    no=(" năm 2031",),
)
FURTHER_YEARS = shape(
    "further-years",
    r"\s*(?:va\s+(?:cac|nhung)\s+nam\s+(?:tiep\s+theo|sau)|tro\s+di)",
    yes=(" và các năm tiếp theo", " trở đi"),
    no=(" và năm 2025",),
)
YEARLY_AFTER = shape(
    "yearly-after",
    r"\s*(?:cua\s+)?,?\s*(?:hang|moi)\s+nam",
    yes=(" hằng năm", " hàng năm", " của mỗi năm"),
    no=(" năm sau",),
)

# The longest word comes first: `đến hết` must not be read as `đến`.
BOUNDS = shape(
    "bounds",
    r"""(?:(?:thoi\s+gian\s+|thuc\s+hien\s+|hoan\s+thanh\s+|xong\s+)*)
        (?P<bound>den\s+truoc|truoc|cham\s+nhat|muon\s+nhat|khong\s+qua|den\s+het|cho\s+den|het|den|toi|
        ke\s+tu|tu|sau|ngay\s+trong|trong|vao\s+cuoi|vao\s+dau|vao\s+giua|dau|giua|cuoi|vao)
        \s+(?:la\s+)?(?:den\s+)?(?:trong\s+)?(?=\d|ngay\s*\d|thang\s+\d|qu[yi]\s+[ivl1-4]|nam|giai\s+doan|0?[69]\s+thang)""",
    yes=(
        "trước ngày 30/6",
        "chậm nhất là ngày 30/6",
        "đến hết tháng 9",
        "cuối năm 2023",
        "hoàn thành trong Quý II",
    ),
    no=("trước khi", "từ nguồn ngân sách", "sau khi có"),
)
SOFT = frozenset({"dau", "giua", "cuoi", "vao dau", "vao giua", "vao cuoi"})

CYCLE = shape(
    "cycle",
    r"""(?:(?:dinh\s+ky\s*:?\s*)?(?:hang|moi)\s+|dinh\s+ky\s+)
        (?P<unit>0?6\s+thang(?!\s*(?:dau|cuoi))|na[mn]|quy|thang|tuan)(?![a-z])(?!\s*(?:\d{4}|hoc\b))|
        (?P<half>0?6\s+thang)(?!\s*(?:dau|cuoi))""",
    yes=(
        "hằng năm",
        "Hàng quý",
        "mỗi tháng",
        "Định kỳ 6 tháng",
        "định kỳ hằng năm",
        "6 tháng (trước ngày 05/6)",
    ),
    no=("năm 2024", "6 tháng đầu năm", "thường xuyên"),
)
MONTHLY_DAY = shape(
    "monthly-day",
    r"""(?:hang|moi)\s+(?:thang|quy)\s*[,(]?\s*(?:(?:gui\s+)?(?:truoc|cham\s+nhat|vao)\s+)?ngay\s+(?P<d1>\d{1,2})
        (?:\s+(?:cua\s+)?thang\s+cuoi\s+quy)?(?![\d/])(?!\s*(?:thang\s+\d|/|va\s+\d))|
        (?:(?:truoc|cham\s+nhat|vao)\s+)?(?:ngay\s+)(?P<d2>\d{1,2})\s+
        (?:cua\s+)?(?:(?:hang|moi)\s+thang|thang\s+cuoi\s+(?:cua\s+)?quy)""",
    yes=("hàng tháng, trước ngày 25", "trước ngày 25 hàng tháng", "ngày 15 của tháng cuối quý"),
    no=("hằng tháng", "trước ngày 25/6", "ngày 25 tháng 6"),
)
ALWAYS = shape(
    "always",
    r"""(?:dinh\s+ky\s*,\s*)?thuong\s+xuyen(?:\s*,\s*lien\s+tuc)?|hang\s+ngay|
        (?:trong\s+)?suot\s+qua\s+trinh(?:\s+thuc\s+hien)?""",
    yes=("thường xuyên", "Thường xuyên, liên tục", "định kỳ, thường xuyên", "hằng ngày"),
    no=("thường trực", "bất thường"),
)
ADHOC = shape(
    "ad-hoc",
    r"""(?:theo\s+)?(?P<event>dot\s+xuat(?:\s+(?:trong|khi)[^;.,()]*)?|trong\s+truong\s+hop\s+can\s+thiet|
        khi\s+(?:can\s+thiet|phat\s+sinh|co\s+phat\s+sinh))""",
    yes=("đột xuất", "theo đột xuất trong trường hợp cần thiết", "khi phát sinh"),
    no=("khi có hướng dẫn",),
)
EVENT = shape(
    "event",
    r"""(?:(?:ngay\s+)?(?:theo|sau\s+khi|khi|truoc\s+khi)\s+(?:co\s+)?
        (?P<event>(?:(?:cac\s+|su\s+)?(?:huong\s+dan|chi\s+dao|yeu\s+cau|ke\s+hoach|tien\s+do\s+cua|van\s+ban|
        thong\s+bao|chuong\s+trinh|luat|nghi\s+quyet|nghi\s+dinh)|duoc\b|ket\s+thuc|to\s+chuc|ban\s+hanh)[^;.()]*))""",
    yes=(
        "Theo hướng dẫn của Sở Tư pháp",
        "sau khi được cấp trên ban hành",
        "theo chỉ đạo, hướng dẫn của cấp trên",
        "khi có hướng dẫn",
    ),
    no=("theo quy định", "theo tiến độ", "sau ngày 15/3"),
)
OFFSET = shape(
    "offset",
    r"""(?:trong\s+(?:vong|thoi\s+han|thoi\s+gian)|cham\s+nhat(?:\s+la)?|sau|khong\s+qua)\s+
        (?:\(?)(?P<n>\d{1,3})\s+(?P<unit>ngay|thang)(?P<working>\s+lam\s+viec)?,?\s+
        (?:ke\s+tu|tu|sau|tinh\s+tu)\s+(?:ngay\s+|khi\s+)?(?P<event>[^;.()]+)""",
    yes=(
        "trong vòng 15 ngày kể từ ngày ban hành Kế hoạch",
        "trong thời hạn 05 ngày làm việc kể từ ngày nhận được văn bản",
    ),
    no=("trong ngày 30/6", "sau ngày 15/3"),
)
PERIODICALLY = shape(
    "periodically",
    r"(?:theo\s+)?dinh\s+ky(?!\s+(?:tong|bao|hang|moi|0?6))",
    yes=("Theo định kỳ", "định kỳ"),
    no=("định kỳ tổng hợp, báo cáo", "định kỳ 6 tháng"),
)
CITATION = shape(
    "citation",
    r"""(?:(?:luat|nghi\s+quyet|nghi\s+dinh|quyet\s+dinh|thong\s+tu|chi\s+thi|ket\s+luan|ke\s+hoach|cong\s+van|van\s+ban)
        (?:\s+[a-z]+){0,3}?\s+(?:so\s*:?\s*)?)?
        (?:\d{1,5}[a-z]?(?:/\d{4})?[/-][a-z]+[\w&.-]*(?:/[\w.&-]+)?)
        (?:\s*,?\s*(?:ngay|ban\s+hanh)\s+\d{1,2}(?:/|\s+thang\s+)\d{1,2}(?:/|\s*,?\s*nam\s+)\d{4})?""",
    yes=("Quyết định số 8/2031/QĐ-TTg ngày 12/3/2031", "17/KH-UBND", "Kế hoạch số 17-KH/HU ngày 5/10/2031"),
    no=("ngày 12/3/2031", "Quý I/2024"),
)
LABEL = shape(
    "label",
    r"(?<![a-z])(?P<label>so\s+ket|tong\s+ket|cao\s+diem|dot\s+\d|dot\s+[ivx]+|buoc\s+\d|giai\s+doan\s+\d(?!\d))(?![a-z])",
    yes=("Sơ kết vào cuối năm", "tổng kết", "cao điểm từ ngày", "đợt 1"),
    no=("tổng hợp",),
)
REVIEW = shape(
    "review",
    r"""theo\s+quy\s+dinh|dung\s+thoi\s+gian|theo\s+tien\s+do(?!\s+cua)|theo\s+lo\s+trinh|thoi\s+gian\s+som\s+nhat|
        nam\s+hoc\s+\d{4}|tuan\s+(?:dau|cuoi|\d)|am\s+lich|mung\s+\d|tet\s+nguyen""",
    yes=("theo quy định", "đúng thời gian quy định", "theo lộ trình", "năm học 2024-2025"),
    no=("theo hướng dẫn", "năm 2024"),
)
