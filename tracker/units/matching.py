"""From a mention in a plan to the unit or group that it means, or to ranked choices for a person.

Only a spelling that is on record (a name, a short name or an alias) is taken without asking; what merely
looks alike is offered. Words that no list can settle ("các cơ quan, đơn vị có liên quan") mean nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from tracker.vietnamese.forms import fold

CHOICES = 5
ALIKE = 60.0  # below this, a name is not worth offering

# Longest first: what the offices write in full and in short means the same.
SAME_WORDS = (
    ("ubmttq", "mat tran to quoc"),
    ("uy ban mttq", "mat tran to quoc"),
    ("uy ban mat tran to quoc", "mat tran to quoc"),
    ("mttq", "mat tran to quoc"),
    ("uy ban nhan dan", "ubnd"),
    ("hoi dong nhan dan", "hdnd"),
    ("pho bien, giao duc phap luat", "pbgdpl"),
    ("phat trien nong thon", "ptnt"),
    ("viet nam", ""),
)
_JOINS = re.compile(r"\s*(?:&|-|–|—|\bva\b|,|;)\s*")
LEVEL = r"(?:cap )?(?:huyen|thi xa|thanh pho|tinh|quan|xa|phuong)"
_SPACES = re.compile(r"\s+")
_LEADING = re.compile(r"^(?:cac|toan the)\s+")
_VAGUE = re.compile(r"\blien quan\b|\bcac cap\b$|\bco (?:bao cao vien|chuc nang)\b")


@dataclass(frozen=True)
class Named:
    """Something that a mention may mean: `value` is "unit:12" or "group:3", `names` its spellings."""

    value: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """`value` is empty when nobody is surely meant; `choices` are then the nearest, best first."""

    value: str
    choices: tuple[str, ...] = ()


def key(text: str) -> str:
    """The form in which spellings are compared: no marks, one word for one thing, one joint."""
    plain = fold(text)
    for long, short in SAME_WORDS:
        plain = re.sub(rf"\b{re.escape(long)}\b", short, plain)
    return _LEADING.sub("", _SPACES.sub(" ", _JOINS.sub(" ", plain)).strip(" .:"))


class Matcher:
    """Matches many mentions against one list of names; `places` are cut from the end ("huyện Sơn Thanh")."""

    def __init__(self, named: Iterable[Named], places: Iterable[str] = ()) -> None:
        self._by_key: dict[str, str | None] = {}
        self._values: dict[str, str] = {}
        known = "|".join(re.escape(key(place)) for place in places if place)
        self._place = re.compile(rf"\s+(?:{known})$" if known else r"(?!)")
        self._tail = re.compile(
            rf"\s+{LEVEL}(?:\s+(?:{known}))?$|\s+(?:{known})$" if known else rf"\s+{LEVEL}$"
        )
        for one in named:
            for name in one.names:
                self._add(name, one.value)

    def _add(self, name: str, value: str) -> None:
        for form in self._forms(name):
            self._values[form] = value
            # Two units of one spelling: nobody is meant surely.
            known = self._by_key.get(form, value)
            self._by_key[form] = value if known == value else None

    def _forms(self, text: str) -> tuple[str, ...]:
        """From the exact spelling to the one without its place, and without its level."""
        full = key(text)
        return tuple(dict.fromkeys((full, self._place.sub("", full), self._bare(text))))

    def _bare(self, text: str) -> str:
        return self._tail.sub("", key(text)).strip() or key(text)

    def match(self, mention: str) -> Match:
        """Whom the mention means."""
        for form in self._forms(mention):
            value = self._by_key.get(form)
            if value:
                return Match(value)
        if _VAGUE.search(key(mention)):
            return Match("")
        return Match("", self._nearest(mention))

    def _nearest(self, mention: str) -> tuple[str, ...]:
        found = process.extract(
            self._bare(mention),
            list(self._values),
            scorer=fuzz.token_sort_ratio,
            score_cutoff=ALIKE,
            limit=CHOICES * 2,
        )
        values = dict.fromkeys(self._values[form] for form, _score, _index in found)
        return tuple(values)[:CHOICES]


def settled(mentions: Iterable[str], matcher: Matcher, choices: Mapping[str, str]) -> dict[str, str]:
    """Mention → value, a person's choice before the matcher's; empty where nobody is meant yet."""
    return {text: choices.get(text) or matcher.match(text).value for text in mentions}
