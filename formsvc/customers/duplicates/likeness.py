"""How likely two names that differ are one company's: where it is and what it does is told from its own name. Pure."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from formsvc.customers.names import LEGAL_FORM, core
from formsvc.fields import clean_line, half_width

DATA = Path(__file__).with_name("names.toml")
SIMILAR = 80  # from this score on two names are shown to a person
CHARACTERS = 4  # of the own names of two companies there may be one mistake in so many characters
OWN, TRADE, ELSEWHERE = 75, 25, 25  # what a score of 100 consists of, and what it loses where the places differ
ONE_SILENT = 0.8  # how equal two businesses are of which only one is named
LONGEST = 200  # characters of a name that count
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
BRANCH = re.compile(r"(?<=公司)[^公司]{0,10}(?:分公司|分行|分店|办事处|营业部)$")
BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
SURPLUS = re.compile(r"[\W_]+")
KIND_OF_PLACE = "(?:省|市|特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|地区|自治州|州|盟)?"
DISTRICT = re.compile(r"^[\u4e00-\u9fff]{2,3}?[区县](?=.{2})")


@dataclass(frozen=True)
class Parts:
    """What a name consists of: where the company is, its own name (字号), and the businesses it names.

    `places` are names of provinces, and `cities` of what lies in them.
    """

    own: str
    trades: tuple[str, ...]
    provinces: frozenset[str]
    cities: frozenset[str]


def likeness(one: str, other: str) -> int:
    """How likely two names are one company's, from 0 to 100; 100 where they differ in spelling only.

    The own name weighs most, and must be equal but for one mistake in each CHARACTERS characters; the business comes
    next. That both are in 深圳, or both 有限公司, is no evidence; that one is elsewhere speaks against it: names are
    protected by place.
    """
    if core(one) == core(other):
        return 100 if core(one) else 0
    mine, yours = parts(one), parts(other)
    score = OWN * _own(mine.own, yours.own) + TRADE * _trades(mine.trades, yours.trades)
    if _is_elsewhere(mine, yours):
        score -= ELSEWHERE
    elif (mine.provinces, mine.cities) != (yours.provinces, yours.cities):
        score -= 1
    return min(max(round(score), 0), 99)


def telling(name: str) -> tuple[str, int]:
    """The own name in `name`, and how many of its pairs of characters may be without their like in a similar name.

    So of the pairs of one name any that many, and one more, have one that stands in the other name's own as well. None
    may be where the own name is so short that only an equal one is similar.
    """
    own = parts(name).own
    mistakes = len(own) // (CHARACTERS - 1)  # each may also lengthen the other name, which then may have more of them
    return own, 2 * mistakes


def is_near(one: str, other: str) -> bool:
    """Whether two own names can be those of similar names."""
    return _own(one, other) > 0


@lru_cache(4096)
def parts(name: str) -> Parts:
    """What `name` consists of."""
    text = BRANCH.sub("", half_width(clean_line(name[:LONGEST])).lower().strip())
    return _in_han(text) if HAN.search(text) else _in_letters(text)


def _in_han(text: str) -> Parts:
    places = _places()
    found = {places[inner.strip()] for inner in BRACKETS.findall(text) if inner.strip() in places}
    text = BRACKETS.sub(lambda match: "" if match[1].strip() in places else match[1], text)
    text = SURPLUS.sub("", LEGAL_FORM.sub("", text) or text)
    while (match := _at_start().match(text)) and len(text) - match.end() >= 2:
        found.add(places[match[1]])
        text = DISTRICT.sub("", text[match.end() :])
    own, trades = text, list[str]()
    while (match := _at_end().search(own)) and match.start() >= 2:
        own = own[: match.start()]
        trades.append(_trade_words()[match[0]])
    return _parts(own, trades, found)


def _in_letters(text: str) -> Parts:
    places, trades, legal = _places(), _trade_words(), set(_data()["trades"]["legal"])
    words = [word for word in SURPLUS.split(text.replace("hong kong", "hongkong").replace("'", "")) if word]
    telling = [word for word in words if word not in legal and word not in places and word not in trades]
    found = {places[word] for word in words if word in places}
    named = [trades[word] for word in words if word in trades]
    return _parts("".join(telling or words), named if telling else [], found if telling else set())


def _parts(own: str, trades: list[str], places: set[tuple[str, str]]) -> Parts:
    provinces = frozenset(province for province, _ in places)
    return Parts(own, tuple(sorted(set(trades))), provinces, frozenset(city for _, city in places if city))


def _own(one: str, other: str) -> float:
    mistakes, longer = Levenshtein.distance(one, other), max(len(one), len(other))
    return 1 - mistakes / longer if longer and mistakes * CHARACTERS <= longer else 0


def _trades(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """How much of the businesses both name."""
    if bool(one) != bool(other):
        return ONE_SILENT
    return 2 * len(set(one) & set(other)) / (len(one) + len(other)) if one else 1


def _is_elsewhere(one: Parts, other: Parts) -> bool:
    """Whether both say where they are, and it is not the same; 广东 may well be 深圳."""
    if not one.provinces or not other.provinces:
        return False
    if one.provinces.isdisjoint(other.provinces):
        return True
    return bool(one.cities and other.cities) and one.cities.isdisjoint(other.cities)


@lru_cache
def _data() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text("utf-8"))


@lru_cache
def _places() -> dict[str, tuple[str, str]]:
    """Each place's province, and its city where it is one in that."""
    known = {}
    for province, *names in _data()["places"]["provinces"]:
        known[province] = (province, "")
        for name in names:
            known[name] = (province, name if HAN.match(name) else "")
    return known


@lru_cache
def _trade_words() -> dict[str, str]:
    return {word: line[0] for line in _data()["trades"]["words"] for word in line}


@lru_cache
def _at_start() -> re.Pattern[str]:
    return re.compile(f"({_longest_first(_places())}){KIND_OF_PLACE}")


@lru_cache
def _at_end() -> re.Pattern[str]:
    return re.compile(f"(?:{_longest_first(_trade_words())})$")


def _longest_first(words: dict[str, Any]) -> str:
    return "|".join(sorted((word for word in words if HAN.match(word)), key=len, reverse=True))
