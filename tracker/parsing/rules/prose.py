"""Shapes of sentences: where one ends, what makes a report, and which words about time belong to the
work.
"""

from __future__ import annotations

import re

from tracker.parsing.rules.letters import UP
from tracker.parsing.rules.shape import shape
from tracker.parsing.rules.words import GROUP, NAMED

# A stop after a short form (`TT. Huyện ủy`, `TP. A`) ends no sentence.
SENTENCE_END = re.compile(rf"(?<![A-ZĐ])(?<!\bsố)\.\s+(?=[{UP}])")
QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")

DAY_MONTH = r"\d{1,2}\s*(?:/|thang)\s*\d{1,2}(?:\s*(?:/|nam)\s*\d{4})?"
PERIOD = r"(?:thang\s+\d{1,2}|qu[yi]\s+[iv]+|nam|0?6\s+thang\s+(?:dau|cuoi)\s+nam)(?:\s*(?:/|nam)?\s*\d{4})?"

INLINE_LABEL = shape(
    "inline-label",
    r"thoi\s+(?:gian|han)\s+(?:thuc\s+hien|hoan\s+thanh)\s*:?\s+(?P<value>(?:hoan\s+thanh\s+)?[^.;]*\d{4}|hang\s+nam|thuong\s+xuyen)",
    yes=("thời gian thực hiện năm 2022", "Thời gian thực hiện hoàn thành trong Quý II năm 2021"),
    no=("bảo đảm đúng thời gian",),
)
DATED = shape(
    "dated",
    rf"""(?<!keo\sdai\s)(?P<value>(?:(?:hoan\s+thanh|xong|thuc\s+hien|to\s+chuc)\s+(?:xong\s+)?(?:trong\s+|truoc\s+)?{PERIOD}|
        trong\s+(?:thang\s+\d{{1,2}}|qu[yi]\s+[iv]+)(?:\s*(?:/|nam)?\s*\d{{4}})|
        (?:hoan\s+thanh\s+|xong\s+)?(?:truoc|cham\s+nhat(?:\s+la)?|den\s+het|khong\s+qua|muon\s+nhat)\s+
        (?:den\s+)?(?:ngay\s+)?(?:{DAY_MONTH}|{PERIOD})))(?!\s*-\s*\d)""",
    yes=(
        "hoàn thành trước ngày 30/6/2024",
        "chậm nhất là ngày 15/3",
        "hoàn thành trong quý II năm 2024",
        "trồng cây trong quý II năm 2024",
    ),
    no=("Quyết định ban hành ngày 15/3/2024", "trước khi tổ chức"),
)
TRAILING_CONDITION = shape(
    "trailing-condition",
    r"""(?:\(\s*(?P<in>)|\s)(?P<value>(?:theo|(?:ngay\s+)?sau\s+khi)\s+(?:co\s+)?(?:huong\s+dan|chi\s+dao|duoc\s+[^,;]{3,80}ban\s+hanh)[^;.)]*)
        \)?[\s.;]*$""",
    yes=("tổ chức tổng kết (theo hướng dẫn của Bộ A)", "triển khai Đề án sau khi được cấp trên ký ban hành."),
    no=("theo quy định của pháp luật.", "theo hướng dẫn của Bộ A; tổ chức tập huấn."),
)
RUNNING = shape(
    "running",
    r"(?P<value>(?:dinh\s+ky\s*,\s*)?thuong\s+xuyen)\s+(?!cua|vu|truc)(?=[a-z])",
    yes=("thường xuyên theo dõi", "định kỳ, thường xuyên thông tin"),
    no=("chi thường xuyên của cơ quan", "thường xuyên."),
)
REGULARLY = shape(
    "regularly",
    r"(?P<value>dinh\s+ky)\s+(?=(?:kiem\s+tra|ra\s+soat|danh\s+gia|giam\s+sat|cap\s+nhat|to\s+chuc|bao\s+duong|sinh\s+hoat))",
    yes=("định kỳ kiểm tra, đánh giá", "định kỳ rà soát"),
    no=("định kỳ tổng hợp, báo cáo", "định kỳ hằng năm"),
)
REPORTS = shape(
    "reports",
    r"(?<![a-z])(?:gui|bao\s+cao|nop|trinh)(?![a-z])",
    yes=("gửi về UBND huyện", "báo cáo kết quả"),
    no=("kế hoạch",),
)
LIMIT = r"(?:truoc|cham\s+nhat(?:\s+la)?|den\s+het|khong\s+qua|muon\s+nhat)"
# Every stretch of a sentence that holds a due date or a cycle, brackets included.
CYCLE_IN_PROSE = shape(
    "dates-of-a-report",
    rf"""(?:(?:dinh\s+ky\s+)?(?:(?:hang|moi)\s+(?:nam|quy|thang|tuan)|0?6\s+thang(?!\s+(?:dau|cuoi))|dinh\s+ky\s+(?:nam|quy)|nam\s+\d{{4}})
        \s*[(,]?\s*)?
        {LIMIT}\s+(?:den\s+)?(?:ngay\s+)?{DAY_MONTH}(?:\s*(?:hang|moi)\s+nam|\s+nam\s+sau)?\s*\)?
        |{LIMIT}\s+(?:ngay\s+)?\d{{1,2}}\s+(?:cua\s+)?(?:(?:hang|moi)\s+(?:thang|quy)|thang\s+cuoi\s+(?:cua\s+)?quy)
        |(?<=\()(?:trong\s+)?(?:nam\s+\d{{4}}|
        qu[yi]\s+[iv]+(?:\s*[/,]?\s*(?:nam\s+)?\d{{4}})?|thang\s+\d{{1,2}}(?:\s*/\s*|\s+nam\s+)\d{{4}})(?=\))
        |(?:dinh\s+ky\s+)?(?:hang|moi)\s+(?:nam|quy|thang|tuan)(?=[^.]*\bbao\s+cao)|dinh\s+ky\s+0?6\s+thang(?:\s*,\s*nam)?""",
    yes=(
        "Định kỳ 6 tháng (trước ngày 05/6)",
        "hằng năm báo cáo UBND",
        "trước ngày 05/3/2031",
        "trước ngày 20 hằng tháng",
    ),
    no=("định kỳ tổng hợp, báo cáo", "ngày 15/3/2024"),
)
UNIT_WORD = rf"(?:{NAMED}|{GROUP})"
DESTINATION = re.compile(
    rf"(?:gửi|báo cáo|nộp|trình)?\s*(?:về|cho|đến|tới|gửi|báo cáo)\s+(?P<unit>(?={UNIT_WORD}(?!\w))[^(,;.]+?"
    rf"(?:,\s(?=(?:{NAMED})(?!\w))[^(,;.]+?)*)"
    r"(?:\s*\((?:thông )?qua (?P<through>[^),;]+?)(?=\)|\s+trước|\s+chậm|,|;))?"
    r"(?=\s*(?:[(),;.]|$|trước |chậm nhất|để |định kỳ|theo |xem xét|kết quả|về |tình hình))"
)
CLAUSE_END = re.compile(
    r"(?:, |; |\) )(?=(?:xây dựng|lập|gửi|báo cáo|tổng hợp|đánh giá)\s)|được giao (?=xây dựng|"
    r"lập)|, (?=đánh giá )"
)
# What is sent: without such a word the words before the recipient say nothing of it.
PAPER_SENT = shape(
    "paper-sent",
    r"bao\s+cao|ke\s+hoach|danh\s+sach|so\s+lieu|ket\s+qua|van\s+ban|ho\s+so|du\s+thao|thong\s+tin|tong\s+hop\s+\w+\s+\w+",
    yes=("xây dựng báo cáo", "gửi danh sách", "tổng hợp tình hình thực hiện"),
    no=("Định kỳ hằng năm", "Sở Y tế tổng hợp"),
)
SENT_THROUGH = re.compile(
    rf"\sthông qua (?={UNIT_WORD})[^,;.()]{{3,80}}?(?=\s+(?:trước|chậm nhất|để|định kỳ|hằng|hàng)|[,;.()]|$)"
)
SENDS = re.compile(r"(?:gửi|báo cáo|nộp|trình)\s", re.IGNORECASE)
# Where a title of a report may begin.
TITLE_VERB = re.compile(
    r"(?<!\w)(?:tổng hợp,? (?:và )?báo cáo|[Bb]áo cáo|gửi|Gửi|nộp|(?<!hương )(?<!quá )(?<!ông )(?<!quy )(?<!lộ )trình|"
    r"xây dựng báo cáo|lập báo cáo)(?!\w)"
)
# Whom the next one reports to is no recipient: `để tổng hợp, báo cáo UBND tỉnh`.
PURPOSE = re.compile(r"(?:để|nhằm|phục vụ)\s+(?:\S+,?\s+){0,5}$")
PURPOSE_LIST = re.compile(r"(?:để|nhằm|phục vụ)\s+(?:\S+,?\s+){0,4}\S+,\s*$")
DATED_REPORT = shape(
    "dated-report",
    r"^(?:dinh\s+ky\s+)?(?:tong\s+hop,?\s+)?(?:gui\s+)?bao\s+cao\s+(?:ket\s+qua|tinh\s+hinh|so\s+ket|tong\s+ket|danh\s+gia)",
    yes=("Báo cáo kết quả thực hiện trước ngày 15/6",),
    no=("Kế hoạch báo cáo", "Báo cáo của các khoa"),
)
