"""Ready-made lists: the place's own name is filled into its blanks.

`{dia_ban}` is the whole (`huyện Sơn Thanh`), `{cap}` its level, `{ten}` its name, `{cap_uy}` what its party
committee begins with (`Huyện`, `Thành`), `{tinh}` the province, where it is said after a comma.
"""

from __future__ import annotations

import re

from tracker.errors import Invalid
from tracker.vietnamese.forms import tidy

BLANK = re.compile(r"\{(dia_ban|ten|cap|cap_uy|tinh)\}")
# `huyện Sơn Thanh` is a level and a name.
PLACE = re.compile(
    r"(?P<cap>tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu)\s+(?P<ten>\S.*)", re.IGNORECASE
)
PROVINCE = re.compile(r"^(?:tỉnh|thành phố)\s+", re.IGNORECASE)
PARTY = {"thành phố": "Thành", "thị xã": "Thị"}


def has_blanks(text: str) -> bool:
    return BLANK.search(text) is not None


def filled(text: str, place: str) -> str:
    """The list of a place (`huyện Sơn Thanh`). A list without blanks stays as it is."""
    if not has_blanks(text):
        return text
    own, _, above = tidy(place).replace('"', "").partition(",")
    found = PLACE.fullmatch(own.strip())
    if found is None:
        raise Invalid("Danh sách mẫu cần tên địa phương cùng cấp của nó. Xin ghi, ví dụ: huyện Sơn Thanh.")
    level, name = found["cap"].lower(), found["ten"]
    words = {
        "cap": level,
        "ten": name,
        "dia_ban": f"{level} {name}",
        "cap_uy": PARTY.get(level, level.capitalize()),
        "tinh": PROVINCE.sub("", above.strip()),
    }
    return BLANK.sub(lambda blank: words[blank[1]], text)
