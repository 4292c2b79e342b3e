"""Ready-made rosters (`plan_templates/rosters/`): lists with holes for the place, filled for one committee.

`{dia_ban}` is the whole place (`huyện Sơn Thanh`), `{cap}` its word of level, `{ten}` its name, `{cap_uy}` the
word of its party committee (`Huyện`, `Thị`, `Thành`, `Tỉnh`), `{tinh}` the province, where it is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.errors import Invalid
from tracker.vietnamese.forms import tidy

READY = {
    "quan-huyen-truoc-2025": ("huyện", "quận", "thị xã", "thành phố"),
    "xa": ("xã", "phường", "thị trấn", "đặc khu"),
    "tinh": ("tỉnh", "thành phố"),
}
PARTY = {"thành phố": "Thành", "thị xã": "Thị"}


@dataclass(frozen=True)
class Place:
    """`huyện Sơn Thanh, tỉnh Phú An` in its parts."""

    word: str
    name: str
    province: str = ""

    @classmethod
    def of(cls, text: str, words: tuple[str, ...]) -> Place:
        """The place that a person typed. Raises `Invalid` where its word of level is none of these."""
        own, _, above = tidy(text).partition(",")
        word = next((one for one in words if own.casefold().startswith(f"{one} ")), "")
        if not word:
            raise Invalid(
                f"Xin ghi địa bàn cùng cấp, dạng “{words[0]} Sơn Thanh”. Các cấp: {', '.join(words)}."
            )
        return cls(word, own[len(word) :].strip(), _name(above))

    def fill(self, text: str) -> str:
        """The text with its holes filled."""
        holes = {
            "{dia_ban}": f"{self.word} {self.name}",
            "{cap_uy}": PARTY.get(self.word, self.word.capitalize()),
            "{cap}": self.word,
            "{ten}": self.name,
            "{tinh}": self.province,
        }
        for hole, put in holes.items():
            text = text.replace(hole, put)
        return text


def _name(province: str) -> str:
    said = province.strip()
    for word in READY["tinh"]:
        if said.casefold().startswith(f"{word} "):
            return said[len(word) :].strip()
    return said
