"""Text in the fonts of before Unicode becomes Unicode: TCVN3 (fonts named .Vn…) and VNI (fonts named VNI-…).

Their letters were other letters' codes, so the same text reads `KÕ ho¹ch` in TCVN3 and `Keá hoaïch` in VNI.
Nothing is turned unless the font says so or the words come out as Vietnamese ones; Unicode stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# Code 0xA1 and on, in the order of the standard TCVN 5712:1993, third set; a dot is no letter.
_TCVN3 = "ĂÂÊÔƠƯĐăâêôơưđ......àảãáạ.ằẳẵắ.......ặầẩẫấậè.ẻẽéẹềểễếệìỉ...ĩíịò.ỏõóọồổỗốộờởỡớợù.ủũúụừửữứựỳỷỹýỵ"
TCVN3 = {0xA1 + place: letter for place, letter in enumerate(_TCVN3) if letter != "."}

# VNI writes a vowel and then a second sign for its mark. Each row: a base, its signs, what they make.
_VNI_ROWS = (
    ("a", "ùøûõïâáàåãäêéèúüë", "áàảãạâấầẩẫậăắằẳẵặ"),
    ("e", "ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    ("o", "ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    ("u", "ùøûõï", "úùủũụ"),
    ("y", "ùøûõ", "ýỳỷỹ"),
    ("ô", "ùøûõï", "ớờởỡợ"),
    ("ö", "ùøûõï", "ứừửữự"),
)
_VNI_SINGLES = {"ô": "ơ", "ö": "ư", "ñ": "đ", "î": "ỵ", "æ": "ỉ", "ó": "ĩ", "ò": "ị"}


def _both_cases() -> dict[str, str]:
    pairs = {
        base + sign: made
        for base, signs, letters in _VNI_ROWS
        for sign, made in zip(signs, letters, strict=True)
    }
    pairs |= _VNI_SINGLES
    small_sign = {key.upper(): made.upper() for key, made in pairs.items()}
    # Capitals are often written with the sign of the small letter.
    mixed = {key[0].upper() + key[1:]: made.upper() for key, made in pairs.items()}
    return mixed | small_sign | pairs


VNI = _both_cases()
VNI_SIGN = re.compile("|".join(sorted(VNI, key=len, reverse=True)))

# Short words that every plan is full of; none of them has the same bytes in two of the codes.
_EVERYDAY = """
    của và các thực hiện kế hoạch năm nhiệm vụ đơn vị ủy nhân dân tỉnh huyện xã phòng về được trên công tác
    chủ tịch quyết định phối hợp thời trì cơ số ngày tháng đến với những tổ chức một là kèm độc lập tự cộng hòa
    hội nghĩa việt hạnh phúc sở phường nội quý báo cáo để
"""
COMMON = frozenset(_EVERYDAY.split())
WORD = re.compile(r"[^\W\d_]+")
# Letters that only Unicode text has.
UNICODE_LETTER = re.compile("[ĂăĐđĨĩŨũƠơƯư\u1ea0-\u1ef9\u0300-\u0323]")
# What neither Unicode Vietnamese nor another language is full of, yet either old code is.
OLD_SIGN = re.compile("[\u00a1-\u00be\u00ad\u00c0-\u00ff]")
SAMPLE = 20_000
Turn = Callable[[str], str]
FEW = 3


def from_tcvn3(text: str) -> str:
    return text.translate(TCVN3)


def from_vni(text: str) -> str:
    return VNI_SIGN.sub(lambda found: VNI[found[0]], text)


def of_font(text: str, font: str) -> str:
    """`text` as the font shows it. Fonts whose name ends in H show small letters as capitals."""
    name = font.casefold()
    if name.startswith(".vn"):
        shown = from_tcvn3(text)
        return shown.upper() if name.rstrip("0123456789 ").endswith("h") else shown
    return from_vni(text) if name.startswith("vni-") else text


def is_old_font(font: str) -> bool:
    return font.casefold().startswith((".vn", "vni-"))


def has_unicode(text: str) -> bool:
    """Whether letters stand in it that the old codes do not know: then its font's name lies."""
    return bool(UNICODE_LETTER.search(text))


def turn_of(sample: str) -> Turn | None:
    """What makes Unicode of text like this, if its words show that it is in an old code."""
    if not OLD_SIGN.search(sample) or has_unicode(sample):
        return None
    best = max((from_tcvn3, from_vni), key=lambda turn: hits(turn(sample)))
    gained = hits(best(sample))
    return best if gained >= FEW and gained > 2 * hits(sample) else None


def modern(text: str) -> str:
    """`text` in Unicode, where its words show that it is in an old code."""
    turn = turn_of(text[:SAMPLE])
    return turn(text) if turn else text


def hits(text: str) -> int:
    """How many everyday Vietnamese words with marks it holds."""
    words = WORD.findall(unicodedata.normalize("NFC", text).lower())
    return sum(word in COMMON and not word.isascii() for word in words)
