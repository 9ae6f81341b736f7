"""A phone number."""

import re
from collections.abc import Callable
from typing import ClassVar

import phonenumbers

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.text import half_width
from formsvc.fields.types.base import OneLine, Value

REGION = "CN"
MAX_LENGTH = 60
SHORTEST = 10  # a mainland number that does not start with 0; with less digits its area code is missing

_LABEL = re.compile(r"^(?:tel|phone|mobile|(?:办公|联系|移动)?电话|手机|座机|固话)(?:号码?)?[.:]?\s*", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(.*?)[\s(-]*(?:;ext=|(?:[转轉]接?|[转轉]?分机号?码?|内线|extension|ext|[x#*,])[.:]*)\s*([0-9]{1,7})\)?",
    re.IGNORECASE,
)
_HYPHENED = re.compile(r"((?:(?:\+|00)?86[- ]?)?\(?0?[0-9]{2,3}\)?[- ]?[0-9]{3,4}[- ]?[0-9]{4}) ?- ?([0-9]{1,6})")
_ABROAD = re.compile(r"^00")
_NUMBER = re.compile(r"\+?[0-9]+")
_SIGNS = str.maketrans("", "", " ()[]【】.-")  # a slash stands between two numbers
_AREA = re.compile("0((?:10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8})")
_MAINLAND_MOBILE = re.compile(r"(?:(?:\+|00)?86)?0?(1[3-9][0-9]{9})")

# E.164 of mainland China: a mobile, a number of a service (400, 800), or an area and a number in it.
_MAINLAND = re.compile(
    r"\+86(?:(?P<mobile>1[3-9][0-9])(?=[0-9]{8}$)|(?P<service>[48]00)(?=[0-9]{7}$)"
    r"|(?P<area>(?:10|2[0-9])(?=[0-9]{8}$)|(?!400|800|950)[3-9][0-9]{2}))([0-9]{3,4})([0-9]{4})"
)


class Tel(OneLine):
    """E.164, with an extension as RFC 3966 writes it: "+861012345678;ext=801".

    Without + or 00 a number is one of mainland China. A mainland mobile is any 1[3-9] with nine digits more, since
    new prefixes come before the library knows them; every other number must be valid by phonenumbers.
    """

    name = "tel"
    attrs: ClassVar[dict[str, str]] = {"type": "tel", "inputmode": "tel"}

    def value(self, text: str, field: Field) -> str:
        number = _normal(text) if len(text) <= MAX_LENGTH else None
        if number is None:
            raise Wrong("mobile" if "mobile" in field.rules else "tel")
        return number

    def raw(self, value: Value, field: Field) -> dict[str, list[str]]:
        return {"": [self.write(value, field)] if value else []}

    def show(self, value: Value, field: Field, language: str) -> str:
        return self.write(value, field) if language.startswith("zh") else _written(value, _international, " ext. ")

    def write(self, value: Value, field: Field) -> str:
        return _written(value, _national, " 转 ")


def _written(value: Value, form: Callable[[str], str], mark: str) -> str:
    number, _, extension = str(value or "").partition(";ext=")
    return f"{form(number)}{mark}{extension}" if extension else form(number)


def _national(number: str) -> str:
    """As it is dialled within mainland China: 13800138000, 010-12345678, 400-800-8888; another as from abroad."""
    found = _MAINLAND.fullmatch(number)
    if found is None:
        return _international(number)
    mobile, service, area, middle, last = found.groups()
    if area:
        return f"0{area}-{middle}{last}"
    return f"{service}-{middle}-{last}" if service else f"{mobile}{middle}{last}"


def _international(number: str) -> str:
    """As it is dialled from abroad, in groups."""
    if found := _MAINLAND.fullmatch(number):
        return " ".join(("+86", *filter(None, found.groups())))
    try:
        grouped = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number
    return grouped if grouped.translate(_SIGNS) == number else number


def _normal(text: str) -> str | None:
    number = half_width(text)
    if mobile := _MAINLAND_MOBILE.fullmatch(number):  # most are typed like this: nothing is to be taken apart
        return f"+86{mobile[1]}"
    number, extension = _split(number)
    e164 = _e164(number)
    return f"{e164};ext={extension}" if e164 and extension else e164


def _split(text: str) -> tuple[str, str]:
    """Number and extension. The library must not see the extension: 转8012 raises there, -8012 is swallowed."""
    bare = _LABEL.sub("", text, count=1)
    found = _EXTENSION.fullmatch(bare) or _HYPHENED.fullmatch(bare)
    return (found[1].strip(), found[2]) if found else (bare.strip(), "")


def _e164(number: str) -> str | None:
    digits = number.translate(_SIGNS)
    if mobile := _MAINLAND_MOBILE.fullmatch(digits):
        return f"+86{mobile[1]}"
    if not _NUMBER.fullmatch(digits) or (len(digits) < SHORTEST and not digits.startswith(("0", "+"))):
        return None
    try:
        parsed = _with_area(digits) or phonenumbers.parse(_ABROAD.sub("+", digits), REGION)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(parsed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if valid else None


def _with_area(digits: str) -> phonenumbers.PhoneNumber | None:
    """A number of mainland China with its area code, as the library would parse it in ten times the time."""
    found = _AREA.fullmatch(digits)
    return phonenumbers.PhoneNumber(country_code=86, national_number=int(found[1])) if found else None
