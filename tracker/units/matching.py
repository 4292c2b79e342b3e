"""From a mention in a plan to the unit or group that it means, or to ranked choices for a person.

Only a spelling that is on record (a name, a short name or an alias, in full or in the offices' own letters) is
taken without asking; what merely looks alike is offered with a score. A name is compared as three parts: what
kind of office, under which level, of which place; a place that the mention names has to be the unit's own. Words
that no list can settle ("các cơ quan, đơn vị có liên quan") mean nobody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

from rapidfuzz import fuzz, process

from tracker.units.meaning import Meaning
from tracker.units.spelling import PLURAL, TITLE, plain
from tracker.vietnamese.forms import fold

CHOICES = 5
ALIKE = 60.0  # below this, a name is not worth offering
POOL = 4 * CHOICES
MANY = 50  # so many units of one name are enough to see that nobody is surely meant

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
_SPACES = re.compile(r"\s+")
_LEADING = re.compile(r"^(?:cac|toan the)\s+")
_VAGUE = re.compile(r"\blien quan\b|\bcac cap\b$|\bco (?:bao cao vien|chuc nang)\b")

LEVELS: Mapping[str, tuple[str, ...]] = {
    "province": ("tỉnh", "thành phố"),
    "district": ("huyện", "quận", "thị xã", "thành phố"),
    "commune": ("xã", "phường", "thị trấn", "đặc khu"),
}
WORDS = tuple(dict.fromkeys(word for words in LEVELS.values() for word in words))
_WORD = "|".join(sorted(WORDS, key=len, reverse=True))
# The last word of level: not of xã hội, hợp tác xã, nor one of several (các huyện, thị xã).
_TAIL = re.compile(
    rf"^(?P<core>.*?)(?:^|(?<=\s))(?<!tác )(?P<level>cấp )?(?P<word>{_WORD})(?! hội)"
    rf"(?: (?P<place>(?:(?!(?:{_WORD})(?: |$)|cấp |các )\S+ ?){{1,6}}))?$"
)
_FIELD = re.compile(r"^(?:phòng|sở) (?=\S+ \S)")
_WITHOUT = re.compile(r"(?i)[\s,;(]*(?<!\w)(?:ngoại trừ|trừ|không bao gồm|không kể)\s+(?P<rest>.+?)\)?\s*$")
_AND = re.compile(r"\s*(?:[,;&]|(?<!\w)và(?!\w))\s*")

NOW, BARE, OLDER, THROUGH = range(4)
"""How surely a spelling is somebody's: a name of the day or on record; without its kind of office; a name that
it had before; the name of a unit that is over, for its successor (never sure)."""


@dataclass(frozen=True)
class Named:
    """Something that a mention may mean: `value` is "unit:12" or "group:3", `names` its spellings today.

    `level` and `place` are the unit's own, `above` the places that it lies in. `older` are its names of other
    days, `through` those of units that it carries on for. `members` are a group's units.
    """

    value: str
    names: tuple[str, ...]
    level: str = ""
    place: str = ""
    above: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    members: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Match:
    """`value` is empty when nobody is surely meant; `choices` are then the nearest and how near (0 to 100),
    best first."""

    value: str
    choices: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Home:
    """The committee's own level and place: what a name without them belongs to."""

    level: str = ""
    place: str = ""
    word: str = ""

    @classmethod
    def of(cls, name: str, place: str = "") -> Home:
        """From the committee's name ("UBND huyện Sơn Thanh") and the place that it has on record."""
        form = Form.of(name)
        given = place_of(place) or form.place
        words = [level for level, words in LEVELS.items() if form.word in words]
        return cls(words[-1] if words else "", given, form.word if words else "")


def key(text: str) -> str:
    """The form in which spellings are kept: no marks, one word for one thing, one joint."""
    plain_text = fold(text)
    for long, short in SAME_WORDS:
        plain_text = re.sub(rf"\b{re.escape(long)}\b", short, plain_text)
    return _LEADING.sub("", _SPACES.sub(" ", _JOINS.sub(" ", plain_text)).strip(" .:"))


@lru_cache(maxsize=8192)
def place_of(text: str) -> str:
    """The name of a place alone: `huyện Sơn Thanh` → `sơn thanh`."""
    words = plain(text)
    for word in sorted(WORDS, key=len, reverse=True):
        if words.startswith(f"{word} "):
            return words[len(word) + 1 :]
    return words


@dataclass(frozen=True)
class Form:
    """A name in its parts, marks kept. `word` is the word of level, or "=huyện" for `cấp huyện`. `plural` begins
    with `các`, `listed` names several kinds (`sở, ban, ngành`)."""

    core: str
    word: str = ""
    place: str = ""
    above: str = ""
    plural: bool = False
    listed: bool = False

    @classmethod
    def of(cls, text: str, places: Collection[str] = ()) -> Form:
        words = plain(text)
        several = PLURAL.match(words)
        if several:
            words = words[several.end() :]
        core, word, place = _cut(words)
        above = ""
        if place:
            inner, inner_word, inner_place = _cut(core)
            if inner_word and inner_place:
                core, word, place, above = inner, inner_word, inner_place, place
        if not word:
            core, place = _cut_place(core, places)
        return cls(core, word, place, above, bool(several), "," in text)

    @property
    def words(self) -> str:
        return " ".join(part for part in (self.core, self.word.lstrip("="), self.place) if part)


@lru_cache(maxsize=20000)
def _cut(words: str) -> tuple[str, str, str]:
    """(core, word of level, place) of a name with its place at the end."""
    found = _TAIL.match(words)
    if found is None:
        return words, "", ""
    word, core = found["word"], found["core"].strip()
    if core.endswith(" các") or core == "các" or (core and core.split()[-1] in ("thị", "đặc")):
        return words, "", ""
    if any(core.endswith(f" {one}") for one in WORDS) and not found["place"]:
        return words, "", ""  # one of several: huyện, thị xã, thành phố
    return core, f"={word}" if found["level"] else word, (found["place"] or "").strip()


def _cut_place(core: str, places: Collection[str]) -> tuple[str, str]:
    words = core.split()
    for begin in range(max(1, len(words) - 5), len(words)):
        if (place := " ".join(words[begin:])) in places:
            return " ".join(words[:begin]), place
    return core, ""


@dataclass(frozen=True)
class _Entry:
    value: str
    rank: int
    core: str
    place: str
    plural: bool
    named: Named = field(repr=False)


Key = tuple[str, str, str]


class Matcher:
    """Matches many mentions against one list of names, which is indexed once."""

    def __init__(self, named: Iterable[Named], home: Home | None = None) -> None:
        self._home = home or Home()
        self._named = {one.value: one for one in named}
        self._places = {place_of(one.place) for one in self._named.values() if one.place} | {self._home.place}
        self._places.discard("")
        self._exact: dict[str, dict[str, int]] = {}
        self._folded: dict[str, dict[str, int]] = {}  # for what is written without any mark
        self._index: dict[Key, list[_Entry]] = {}
        self._values: dict[str, dict[str, None]] = {}
        for one in self._named.values():
            self._take(one)
        self._spellings = list(self._values)
        self._of_groups = {
            spelling
            for spelling, values in self._values.items()
            if any(value.startswith("group:") for value in values)
        }

    def _take(self, one: Named) -> None:
        for rank, names in ((NOW, one.names), (OLDER, one.older), (THROUGH, one.through)):
            for name in names:
                if not name:
                    continue
                form = Form.of(name, self._places)
                whole = plain(name)
                for known, spelt in ((self._exact, whole), (self._folded, _fold(whole))):
                    ranks = known.setdefault(spelt, {})
                    ranks[one.value] = min(rank, ranks.get(one.value, THROUGH))
                self._file(one, form, rank)
                self._values.setdefault(_sorted(form.words), {})[one.value] = None

    def _file(self, one: Named, form: Form, rank: int) -> None:
        places = self._own_places(one, form)
        cores = [(form.core, rank)]
        if form.core == "ubnd" and form.word and form.place:
            cores.append(("", rank))  # "xã Tân Lập"
        bare = _FIELD.sub("", form.core)
        if bare != form.core and rank == NOW:
            cores.append((bare, BARE))
        own_words, at_home = self._own_words(one, form), self._at_home(one.value)
        for core, at in cores:
            for place in places:
                entry = _Entry(one.value, at, core, place, form.plural, one)
                bare_core, bare_place = _fold(core), _fold(place)
                for word in own_words:
                    found = self._index.setdefault((bare_core, word, bare_place), [])
                    # The committee's own come first.
                    found.insert(0 if at_home else len(found), entry)

    def _own_places(self, one: Named, form: Form) -> tuple[str, ...]:
        """Places by which the name may be called, the empty one among them."""
        own = form.place or place_of(one.place)
        if form.place:
            return ("", own)
        homely = self._home.place if one.level in ("", self._home.level) or not one.level else ""
        return tuple(dict.fromkeys(("", own, homely)))

    def _own_words(self, one: Named, form: Form) -> tuple[str, ...]:
        level = one.level or self._home.level
        if form.word.startswith("="):
            level = next((name for name, words in LEVELS.items() if form.word[1:] in words), level)
        elif form.word:
            return ("", form.word, *(f"={word}" for word in LEVELS.get(level, (form.word,))))
        words = LEVELS.get(level, WORDS)
        # A ward's police is not "Công an xã": the committee's own word holds for what is at its level.
        at_home = self._home.word in words and level == self._home.level
        said = (self._home.word,) if at_home else words
        return ("", *said, *(f"={word}" for word in words))

    def match(self, mention: str) -> Match:
        """Whom the mention means."""
        without = _WITHOUT.search(mention)
        if without and without.start():
            return self._except(mention[: without.start()], without["rest"])
        found = self._sure(mention)
        if found.value:
            return found
        if _VAGUE.search(key(mention)):
            return Match("")
        return Match("", self._ranked(mention, found.choices))

    def _except(self, whole: str, rest: str) -> Match:
        """A group without some units: sure when both the group and every exception are."""
        base = self.match(whole)
        meaning = Meaning.parse(base.value)
        if meaning.kind != "group":
            return Match("", base.choices)
        left_out = self._listed(rest)
        members = self._named[base.value].members
        if not left_out or not members.issuperset(left_out):
            return Match("", ((base.value, 100.0),))
        return Match(str(Meaning.group(meaning.id, left_out)))

    def _listed(self, rest: str) -> list[int]:
        """The units of a list (`các xã Tân Lập, Bình Minh và thị trấn Phố Mới`); empty if one is not sure."""
        found, word = [], ""
        for part in _AND.split(re.sub(r"(?i)^các\s+", "", rest.strip(" .;"))):
            form = Form.of(part)
            if form.word:
                word = form.word
            value = (
                self._sure(part if form.word or not word else f"{word} {part}").value
                or self._sure(part).value
            )
            meaning = Meaning.parse(value)
            if meaning.kind != "unit":
                return []
            found.append(meaning.id)
        return found

    def _sure(self, mention: str) -> Match:
        """The one that the spelling is on record for, or all of them as choices."""
        words = plain(mention)
        for text in dict.fromkeys((words, TITLE.sub("", words))):
            known = self._folded if text.isascii() else self._exact
            found = self._decide(known.get(text, {}), ())
            if not found.value:
                form = replace(Form.of(text, self._places), listed="," in mention)
                entries = [one for one in self._entries(form) if _fits(form, one)]
                ranks: dict[str, int] = {}
                for one in entries:
                    ranks[one.value] = min(one.rank, ranks.get(one.value, THROUGH))
                found = self._decide(ranks, found.choices)
            if found.value or found.choices:
                return found
        return Match("")

    def _entries(self, form: Form) -> Iterator[_Entry]:
        return islice(self._index.get((_fold(form.core), form.word, _fold(form.place)), ()), MANY)

    def _decide(self, ranks: Mapping[str, int], before: tuple[tuple[str, float], ...]) -> Match:
        """The only one of the best rank; among several the committee's own, where it is one."""
        if not ranks:
            return Match("", before)
        best = min(ranks.values())
        first = [value for value, rank in ranks.items() if rank == best]
        if best != THROUGH:
            own = first if len(first) == 1 else [value for value in first if self._at_home(value)]
            if len(own) == 1:
                return Match(own[0])
        order = sorted(ranks, key=lambda value: ranks[value])[:CHOICES]
        return Match("", tuple((value, 100.0 if ranks[value] == best else 99.0) for value in order))

    def _at_home(self, value: str) -> bool:
        one = self._named[value]
        return (
            value.startswith("unit:")
            and bool(self._home.level)
            and one.level == self._home.level
            and place_of(one.place) in ("", self._home.place)
        )

    def _ranked(self, mention: str, before: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
        """Those of the same spelling, then those that look alike."""
        scores = dict(before)
        if len(scores) < CHOICES:
            form = Form.of(TITLE.sub("", plain(mention)), self._places)
            asked = _sorted(form.words)
            found = process.extract(
                asked,
                self._spellings,
                scorer=fuzz.ratio,
                score_cutoff=ALIKE * 0.8,
                limit=POOL,
                processor=None,
            )
            # A group is often called by a part of its name; there are few of them.
            for spelling in {one for one, _score, _index in found} | self._of_groups:
                score = max(fuzz.ratio(asked, spelling), 0.95 * fuzz.token_set_ratio(asked, spelling))
                for value in islice(self._values[spelling], CHOICES) if score >= ALIKE else ():
                    scores[value] = max(scores.get(value, 0.0), min(99.0, round(score, 1)))
        order = sorted(scores, key=lambda value: (-scores[value], value))[:CHOICES]
        return tuple((value, scores[value]) for value in order)


_fold = lru_cache(maxsize=16384)(fold)


def _sorted(words: str) -> str:
    return " ".join(sorted(_fold(words).split()))


def _fits(form: Form, entry: _Entry) -> bool:
    """Whether the marks agree: a word may have lost them all, a name of a place only with the whole mention."""
    named = entry.named
    if form.plural and not entry.value.startswith("group:"):
        return False
    if entry.plural and not (form.plural or form.listed):
        return False  # "trường học" may be any of "các trường học"
    if form.above and form.above not in {place_of(place) for place in named.above}:
        return False
    bare = form.words.isascii()
    if form.place and not bare and form.place != entry.place:
        return False
    pairs = zip(form.core.split(), entry.core.split(), strict=False)
    return all(said == known or said.isascii() for said, known in pairs)


def settled(mentions: Iterable[str], matcher: Matcher, choices: Mapping[str, str]) -> dict[str, str]:
    """Mention → value, a person's choice before the matcher's; empty where nobody is meant yet."""
    return {text: choices.get(text) or matcher.match(text).value for text in mentions}
