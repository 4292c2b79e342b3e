"""Real and made files, and what a bad line, a bad disk or a bad person makes of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.documents.files import add_grid, add_letterhead, new_word, saved

NASTY = (
    b"\x00",
    b"\xff\xff\xff\xff",
    b"\xef\xbb\xbf",
    b"|",
    b"**",
    b"\t",
    b"\r",
    b"9" * 40,
    "ợ".encode()[:2],
    b"<",
)


def seeds(shared: Path, kinds: tuple[str, ...]) -> list[bytes]:
    """The real files beside the project of these kinds, and a Word file with a table."""
    found = [path.read_bytes() for path in sorted(shared.glob("plans*/*")) if path.suffix in kinds]
    return [*found, made_word()] if ".docx" in kinds else found


def made_word() -> bytes:
    document = new_word()
    add_letterhead(document)
    document.add_paragraph("KẾ HOẠCH")
    document.add_paragraph("I. NHIỆM VỤ", style="List Number")
    add_grid(
        document, [["TT", "Nội dung", "Chủ trì", "Thời gian"], ["1", "Rà soát", "Phòng A", "Quý I năm 2026"]]
    )
    return saved(document)


def flip(data: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.randint(1, 40)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return data


def cut(data: bytearray, dice: random.Random) -> bytearray:
    return data[: dice.randrange(1, len(data) + 1)]


def drop(data: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(len(data))
    del data[start : start + dice.randint(1, max(len(data) // 4, 1))]
    return data or bytearray(b"x")


def repeat(data: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(len(data))
    piece = data[start : start + dice.randint(1, 2000)]
    return data[:start] + piece * dice.randint(2, 60) + data[start:]


def insert(data: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.randint(1, 30)):
        place = dice.randrange(len(data) + 1)
        data[place:place] = dice.choice(NASTY) * dice.randint(1, 20)
    return data


def swap(data: bytearray, dice: random.Random) -> bytearray:
    lines = data.split(b"\n")
    dice.shuffle(lines)
    return bytearray(b"\n".join(lines))


WAYS: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (flip, cut, drop, repeat, insert, swap)


def mutations(files: list[bytes], count: int, seed: int = 2026) -> Iterator[bytes]:
    """The same ones for the same seed, so that what fails once fails again."""
    dice = random.Random(seed)  # noqa: S311  # nothing secret
    for number in range(count):
        data = bytearray(files[number % len(files)])
        for _ in range(dice.randint(1, 2)):
            data = dice.choice(WAYS)(data, dice)
        yield bytes(data)
