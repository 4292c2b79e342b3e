"""What the offices write in full and in short means the same: the rows of `SAME`, each with executed examples.

A row is a pattern over words between single spaces, in small letters with their marks and without joints
(`&`, `-`, `,` and `và` are gone before), and the words that it becomes. Rows are applied in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tracker.vietnamese.forms import comparison_key

JOINTS = re.compile(r"[\s&,;:/+().\"]+|(?<!\w)và(?!\w)|(?<=\w)-(?=\w)|(?<!\w)-|-(?!\w)")
BRACKETS = re.compile(r"\s*\([^()]*\)?\s*$")
COMMUNE = "(?:xã|phường|thị trấn|đặc khu)"
UNDER = r"(?:tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu)"


@dataclass(frozen=True)
class Same:
    """`pattern` becomes `words`; an example is a spelling and its plain form, a counter-example stays."""

    pattern: str
    words: str
    examples: tuple[tuple[str, str], ...]
    stays: tuple[str, ...] = ()


def _letters(short: str, long: str, example: str) -> Same:
    """Letters that stand for words, with or without joints between the parts: `LĐ-TB&XH`, `LDTBXH`."""
    parts = [part.replace("đ", "[đd]") for part in short.split()]
    return Same(" ?".join(parts), long, ((example, long),))


def _whole(letters: str, long: str) -> Same:
    """Letters that stand for a name at its begin."""
    return Same("^" + letters.replace("đ", "[đd]"), long, ((letters.upper(), long),))


# Fields of work, the longer letters first.
FIELDS = (
    Same("(?<=sở )tt ?tt", "thông tin truyền thông", (("Sở TT&TT", "sở thông tin truyền thông"),)),
    _letters("lđ tb xh", "lao động thương binh xã hội", "LĐ-TB&XH"),
    _letters("vh tt dl", "văn hóa thể thao du lịch", "VHTT&DL"),
    _letters("nn pt nt", "nông nghiệp phát triển nông thôn", "NN&PTNT"),
    _letters("pt nt", "phát triển nông thôn", "PTNT"),
    _letters("nn mt", "nông nghiệp môi trường", "NN&MT"),
    _letters("tn mt", "tài nguyên môi trường", "TN-MT"),
    _letters("kt ht", "kinh tế hạ tầng", "KT&HT"),
    _letters("ql đt", "quản lý đô thị", "QLĐT"),
    _letters("gd đt", "giáo dục đào tạo", "GD&ĐT"),
    _letters("gd nn", "giáo dục nghề nghiệp", "GDNN"),
    _letters("gd tx", "giáo dục thường xuyên", "GDTX"),
    _letters("kh cn", "khoa học công nghệ", "KH&CN"),
    _letters("kh đt", "kế hoạch đầu tư", "KH&ĐT"),
    _letters("tc kh", "tài chính kế hoạch", "TC-KH"),
    _letters("vh xh", "văn hóa xã hội", "VH-XH"),
    _letters("vh tt", "văn hóa thông tin", "VH&TT"),
    _letters("gt vt", "giao thông vận tải", "GTVT"),
    _letters("dt tg", "dân tộc tôn giáo", "DT-TG"),
    _letters("pt th", "phát thanh truyền hình", "PT-TH"),
    _letters("pv hcc", "phục vụ hành chính công", "PVHCC"),
    _letters("cs xh", "chính sách xã hội", "CSXH"),
    _letters("htx", "hợp tác xã", "HTX"),
    Same(
        "ph ?pbgdpl",
        "phối hợp phổ biến giáo dục pháp luật",
        (("PHPBGDPL", "phối hợp phổ biến giáo dục pháp luật"),),
    ),
    _letters("pb gd pl", "phổ biến giáo dục pháp luật", "PBGDPL"),
)

BODIES = (
    Same("(?:ủy|u) ban nhân dân", "ubnd", (("Uỷ ban nhân dân", "ubnd"), ("U ban nhân dân", "ubnd"))),
    Same("hội đồng nhân dân|hdnd", "hđnd", (("Hội đồng nhân dân", "hđnd"),)),
    Same("h[đd]ph", "hội đồng phối hợp", (("HĐPH", "hội đồng phối hợp"),)),
    Same(
        "(?:ban thường trực )?(?:ub ?mttq|(?:ủy ban )?(?:mttq|mặt trận tổ quốc))(?: ?vn| việt nam)?",
        "mặt trận tổ quốc",
        (
            ("UBMTTQVN", "mặt trận tổ quốc"),
            ("Ban Thường trực UBMTTQ", "mặt trận tổ quốc"),
            ("Ủy ban MTTQ Việt Nam huyện", "mặt trận tổ quốc huyện"),
        ),
        ("ban thường trực hội đồng",),
    ),
    Same("^vp", "văn phòng", (("VP UBND huyện", "văn phòng ubnd huyện"),)),
    Same("(?<=phòng )tp|(?<=sở )tp", "tư pháp", (("Phòng TP", "phòng tư pháp"),), ("ubnd tpx",)),
    Same("chqs", "chỉ huy quân sự", (("Ban CHQS", "ban chỉ huy quân sự"),)),
    Same("bchqs", "ban chỉ huy quân sự", (("BCHQS huyện", "ban chỉ huy quân sự huyện"),)),
    Same("thads", "thi hành án dân sự", (("THADS huyện", "thi hành án dân sự huyện"),)),
    Same(
        "(?:chi cục|cục) thi hành án dân sự",
        "thi hành án dân sự",
        (("Chi cục THADS", "thi hành án dân sự"),),
        ("chi cục thuế",),
    ),
    Same(
        "vks(?:nd)?|viện ksnd|viện kiểm sát nhân dân",
        "viện kiểm sát",
        (("VKSND", "viện kiểm sát"), ("Viện KSND huyện", "viện kiểm sát huyện")),
    ),
    Same("tand|tòa án nhân dân", "tòa án", (("Toà án nhân dân huyện", "tòa án huyện"),)),
    Same("bảo hiểm xã hội", "bhxh", (("Bảo hiểm xã hội", "bhxh"),)),
    Same("kbnn|kho bạc (?:nhà nước|nn)", "kho bạc", (("Kho bạc NN", "kho bạc"),)),
    Same(
        "nhcsxh|(?:phòng giao dịch )?ngân hàng (?:chính sách xã hội|csxh)",
        "ngân hàng chính sách",
        (("Ngân hàng CSXH", "ngân hàng chính sách"),),
    ),
    Same("(?:hội )?lhpn|hội phụ nữ|^hpn", "hội liên hiệp phụ nữ", (("Hội LHPN", "hội liên hiệp phụ nữ"),)),
    Same(
        "đoàn (?:tn(?:cs ?(?:hcm|hồ chí minh))?|thanh niên cộng sản hồ chí minh)",
        "đoàn thanh niên",
        (("Đoàn TNCSHCM", "đoàn thanh niên"), ("Đoàn TNCS Hồ Chí Minh huyện", "đoàn thanh niên huyện")),
    ),
    Same(
        "^(huyện|tỉnh|xã|phường|quận) đoàn", r"đoàn thanh niên \1", (("Huyện đoàn", "đoàn thanh niên huyện"),)
    ),
    Same("^thành đoàn", "đoàn thanh niên thành phố", (("Thành đoàn", "đoàn thanh niên thành phố"),)),
    Same("^thị đoàn", "đoàn thanh niên thị xã", (("Thị đoàn", "đoàn thanh niên thị xã"),)),
    Same("^(?:hội )?(?:ccb|cựu chiến binh)", "hội cựu chiến binh", (("CCB", "hội cựu chiến binh"),)),
    _whole("hnd", "hội nông dân"),
    Same("l[đd]l[đd]", "liên đoàn lao động", (("LĐLĐ", "liên đoàn lao động"),)),
    _whole("hlg", "hội luật gia"),
    _whole("đls", "đoàn luật sư"),
    _whole("cah", "công an huyện"),
    Same("^ca", "công an", (("CA huyện", "công an huyện"),), ("cao đẳng",)),
    _whole("ptp", "phòng tư pháp"),
    _whole("pnv", "phòng nội vụ"),
    _whole("pyt", "phòng y tế"),
    _whole("pdt", "phòng dân tộc"),
    _whole("stp", "sở tư pháp"),
    _whole("snv", "sở nội vụ"),
    _whole("stc", "sở tài chính"),
    _whole("syt", "sở y tế"),
    _whole("sct", "sở công thương"),
    _whole("sxd", "sở xây dựng"),
    _whole("bdt", "ban dân tộc"),
    _whole("btg", "ban tuyên giáo"),
    _whole("ttr", "thanh tra"),
    _whole("ttyt", "trung tâm y tế"),
    _whole("ttpvhcc", "trung tâm phục vụ hành chính công"),
    Same("^hu$", "cấp ủy huyện", (("HU", "cấp ủy huyện"),)),
    Same("^tu$", "cấp ủy tỉnh", (("TU", "cấp ủy tỉnh"),), ("tu pháp",)),
    Same("^[đd]u$", "đảng ủy", (("ĐU", "đảng ủy"),)),
    Same("(huyện|tỉnh|quận) ủy", r"cấp ủy \1", (("Huyện ủy", "cấp ủy huyện"),)),
    Same("thành ủy", "cấp ủy thành phố", (("Thành uỷ", "cấp ủy thành phố"),)),
    Same("thị ủy", "cấp ủy thị xã", (("Thị ủy", "cấp ủy thị xã"),)),
    Same(
        "^(?:tt|thường trực|ban thường vụ) (?=cấp ủy|hđnd|đảng ủy|đoàn thanh niên)",
        "",
        (("TT. Huyện uỷ", "cấp ủy huyện"), ("TT HĐND huyện", "hđnd huyện")),
        ("thường trực ban chỉ đạo",),
    ),
    Same("ubnd tt", "ubnd thị trấn", (("UBND TT Phố Mới", "ubnd thị trấn phố mới"),)),
    Same("^tt", "trung tâm", (("TT Văn hóa", "trung tâm văn hóa"),)),
    Same("tp", "thành phố", (("UBND TP. Mới", "ubnd thành phố mới"),)),
    Same("tx", "thị xã", (("UBND TX Mới", "ubnd thị xã mới"),)),
    Same("thj", "thị", (("thj trấn", "thị trấn"),)),
)

GROUPS = (
    Same(
        f"^(?:ubnd )?(?:các )?{COMMUNE}(?: (?:các )?{COMMUNE})+|^(?:ubnd )?cấp xã",
        "ubnd cấp-xã",
        (
            ("UBND các xã, thị trấn", "ubnd cấp-xã"),
            ("Ủy ban nhân dân xã, phường, đặc khu", "ubnd cấp-xã"),
            ("UBND cấp xã", "ubnd cấp-xã"),
        ),
        ("ubnd các xã", "ubnd xã tân lập", "công an các xã phường"),
    ),
    Same(
        f" (?:đóng )?(?:trên địa bàn|thuộc|của) (?={UNDER})",
        " ",
        (("các trường học trên địa bàn xã", "các trường học xã"),),
        ("các cơ quan thuộc ubnd huyện",),
    ),
)

SAME: tuple[Same, ...] = (*FIELDS, *BODIES, *GROUPS)

# A person stands for the office that he or she leads.
TITLE = re.compile(
    r"^(?:chủ tịch|trưởng|giám đốc|thủ trưởng|chánh|lãnh đạo|người đứng đầu|bí thư|viện trưởng"
    r"|chi cục trưởng|cục trưởng|hạt trưởng|tổng biên tập) (?=\S)"
)
PLURAL = re.compile(r"^(?:tất cả )?(?:các|toàn thể) ")


def _compiled(rows: Iterable[Same]) -> Iterator[tuple[re.Pattern[str], str]]:
    for row in rows:
        begin = "" if row.pattern.startswith((" ", "^ ")) else r"(?<![\w-])"
        end = "" if "(?=" in row.pattern else r"(?![\w-])"  # such a row says itself what follows
        yield re.compile(f"{begin}(?:{row.pattern}){end}"), row.words


_RULES = tuple(_compiled(SAME))
# Most names of places meet no row at all.
_ANY = re.compile("|".join(pattern.pattern for pattern, _words in _RULES))


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """The words of a name as they are compared, marks kept: full words, one joint, small letters.

    `Phòng VH&TT` and `Phòng Văn hóa - Thông tin` → `phòng văn hóa thông tin`.
    """
    words = " ".join(JOINTS.sub(" ", BRACKETS.sub("", comparison_key(text))).split())
    for pattern, put in _RULES if _ANY.search(words) else ():
        words = pattern.sub(put, words)
    words = re.sub(r"(?<!\w)việt nam(?!\w)", " ", words)
    return " ".join(words.split())
