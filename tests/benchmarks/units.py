"""How fast a mention is matched against the whole country: 34 provinces and 3,321 communes, beside what nobody can
do without: a dictionary look-up and one rapidfuzz pass over the same names."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator

from rapidfuzz import fuzz, process

from tests.benchmarks.ratios import Ratio
from tracker.units.matching import Home, Matcher, Named
from tracker.units.spelling import plain
from tracker.vietnamese.forms import fold

PROVINCES, COMMUNES, TURNS, ROUNDS = 34, 3321, 7, 20
OVER_BARE = 5.0
FIRST = re.findall(
    r"\w+",
    "Tân Bình Phú Hòa Sơn Đồng Thanh Minh Nam Quang Yên Xuân Long Thạch Vĩnh An Hưng Mỹ "
    "Đông Hải Kim Lâm Ngọc Phúc Thọ Trường Văn Việt Cẩm Hồng",
)
SECOND = re.findall(
    r"\w+",
    "Lập Minh Hòa Tiến Sơn Thịnh Thuận Hưng Phú Vinh Thành Giang Châu Lộc Khê Trung "
    "Bình Dương Hà Lạc Mai Ninh Phong Quý Thắng Trạch Xá Yên",
)
MENTIONS = (
    "UBND xã Tân Lập",
    "UBND xã Tân Lâpj",
    "Uỷ ban nhân dân phường Đông Hải, tỉnh Tân Lập",
    "Chủ tịch UBND xã Bình Minh",
    "UBND xã",
    "UBND các xã, phường, đặc khu",
    "Sở Tư pháp",
    "các cơ quan, đơn vị có liên quan",
)


def country() -> Iterator[Named]:
    """Invented provinces and communes: one name comes in several provinces, as it does in the real country."""
    provinces = [f"{a} {b}" for a, b in zip(FIRST * 2, SECOND[3:] + SECOND, strict=False)][:PROVINCES]
    for number, name in enumerate(provinces, 1):
        yield Named(f"unit:{number}", (f"UBND tỉnh {name}", name), level="province", place=name)
    places = [f"{a} {b}" for a, b in itertools.product(FIRST, SECOND) if a != b]
    for number in range(COMMUNES):
        province, turn = number % PROVINCES, number // PROVINCES
        place = places[(turn * 7 + province * 11) % len(places)]
        word = "phường" if number % 5 == 0 else "xã"
        names = (f"UBND {word} {place}", place)
        value = f"unit:{PROVINCES + number + 1}"
        yield Named(value, names, level="commune", place=place, above=(provinces[province],))


def over_one_pass() -> list[Ratio]:
    """One mention against all of them; the worst of several mentions counts."""
    named = list(country())
    begin = time.perf_counter()
    matcher = Matcher(named, Home("province", "Tân Tiến"))
    print(
        f"  {len(named)} units, {sum(len(one.names) for one in named)} names: {time.perf_counter() - begin:.2f} s"
    )
    names = list(dict.fromkeys(fold(name) for one in named for name in one.names))
    whose = {name: name for name in names}

    def bare(mention: str) -> object:
        asked = fold(mention)
        return whose.get(asked), process.extract(asked, names, scorer=fuzz.ratio, limit=5)

    def match(mention: str) -> object:
        plain.cache_clear()  # as if it were met for the first time
        return matcher.match(mention)

    worst = 0.0
    for mention in MENTIONS:
        theirs, ours = _quickest(bare, mention), _quickest(match, mention)
        print(
            f"  {mention:48} bare {theirs * 1e3:5.2f} ms, match {ours * 1e3:5.2f} ms, {ours / theirs:5.2f} x"
        )
        worst = max(worst, ours / theirs)
    return [Ratio(f"a mention against {len(named)} units over one rapidfuzz pass", worst, OVER_BARE)]


def _quickest(work: Callable[[str], object], mention: str) -> float:
    best = float("inf")
    for _turn in range(TURNS):
        begin = time.process_time()
        for _round in range(ROUNDS):
            work(mention)
        best = min(best, (time.process_time() - begin) / ROUNDS)
    return best
