"""Text as people type it: both languages side by side, and what is taken out before anything is stored."""

import itertools
import re
import unicodedata
from typing import NamedTuple

# Control characters, what steers direction or has no width, letters that show nothing (Hangul fillers, a blank of
# Braille) and lone surrogates: within a character class.
_UNSEEN = (
    "\0-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_UNCLEAN = re.compile(f"[{_UNSEEN}\t\r\u2028\u2029]")
_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")

# A Chinese input method gives these where a code, a number or an address needs ASCII.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0x2500], ord("-"))
_HALF_WIDTH |= {0x3000: ord(" "), 0x3002: ord("."), 0x301C: ord("~"), 0xFFE5: 0xA5}

MARKS = 30
_MAYBE_MARKS = re.compile(rf"[^\w\s\0-\x7f]{{{MARKS + 1}}}")  # no combining mark is a letter, a digit or a space


class Text(NamedTuple):
    """A sentence or a label in both languages."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Chinese for every ``zh…`` locale, English for everything else."""
        return self.zh if language.lower().startswith("zh") else self.en


def clean_line(raw: str) -> str:
    """Clean `raw` as one line: runs of white space become one space, and none stays between two Han characters."""
    if raw.isascii() and raw.isprintable():
        return " ".join(raw.split())
    words = _visible(raw).split()
    return words[0] if len(words) == 1 else _BETWEEN_HAN.sub("", " ".join(words))


def clean(raw: str) -> str:
    """Clean `raw`, keeping its lines.

    Drops control characters, lone surrogates, bidirectional and zero-width marks (they hide or disguise what is
    written, and neither PostgreSQL nor XML stores all of them); ends lines with LF; brings the rest to NFC.
    """
    text = _visible(raw)
    return "\n".join(map(str.rstrip, text.split("\n"))).strip()


def half_width(raw: str) -> str:
    """Full-width digits, letters and punctuation, and every kind of dash, as ASCII.

    Narrower than NFKC on purpose: NFKC would read ``²`` as the digit 2.
    """
    return raw if raw.isascii() else _composed(raw.translate(_HALF_WIDTH))


def packed(text: str) -> str:
    """What two spellings of one word or number have in common: half-width, without spaces, case folded."""
    return "".join(half_width(text).split()).casefold()


def _visible(raw: str) -> str:
    if _UNCLEAN.search(raw):
        raw = _INVISIBLE.sub("", _LINE_END.sub("\n", raw).replace("\t", " "))
    return _composed(raw)


def _composed(text: str) -> str:
    """NFC, after runs of combining marks were cut to MARKS (UAX #15, Stream-Safe Text): sorting them is quadratic."""
    if text.isascii():
        return text
    if _MAYBE_MARKS.search(text):
        runs = itertools.groupby(text, key=lambda character: unicodedata.combining(character) > 0)
        text = "".join("".join(itertools.islice(run, MARKS) if marks else run) for marks, run in runs)
    return unicodedata.normalize("NFC", text)
