"""Ready-made lists: the place's own name is filled into `{dia_ban}`, `{ten}` and `{cap}`."""

from __future__ import annotations

import re

from tracker.errors import Invalid
from tracker.vietnamese.forms import tidy

BLANK = re.compile(r"\{(dia_ban|ten|cap)\}")
# `huyện Sơn Thanh` is a level and a name.
PLACE = re.compile(
    r"(?P<cap>tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu)\s+(?P<ten>\S.*)", re.IGNORECASE
)


def has_blanks(text: str) -> bool:
    return BLANK.search(text) is not None


def filled(text: str, place: str) -> str:
    """The list of a place (`huyện Sơn Thanh`). A list without blanks stays as it is."""
    if not has_blanks(text):
        return text
    found = PLACE.fullmatch(tidy(place))
    if found is None:
        raise Invalid("Danh sách mẫu cần tên địa phương cùng cấp của nó. Xin ghi, ví dụ: huyện Sơn Thanh.")
    level, name = found["cap"].lower(), found["ten"].replace('"', "")
    words = {"cap": level, "ten": name, "dia_ban": f"{level} {name}"}
    return BLANK.sub(lambda blank: words[blank[1]], text)
