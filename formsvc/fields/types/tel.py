"""A phone number."""

import re
from typing import ClassVar

import phonenumbers

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.text import half_width
from formsvc.fields.types.base import OneLine, Value

REGION = "CN"
MAX_LENGTH = 60

_LABEL = re.compile(r"^(?:tel|phone|mobile|办公电话|电话|手机号码?|手机)[.:]?\s*", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(.*?)[\s(]*(?:;ext=|(?:转|转?分机号?|内线|extension|ext|x|#|,)[.:]?)\s*([0-9]{1,7})\)?", re.IGNORECASE
)
_HYPHENED = re.compile(r"((?:(?:\+|00)?86[- ]?)?\(?0?[0-9]{2,3}\)?[- ]?[0-9]{3,4}[- ]?[0-9]{4})-([0-9]{1,6})")
_MAINLAND_MOBILE = re.compile(r"(?:(?:\+|00)?86)?0?(1[3-9][0-9]{9})")


class Tel(OneLine):
    """E.164, with an extension as RFC 3966 writes it: "+861012345678;ext=801".

    Without + or 00 a number is one of mainland China. A mainland mobile is any 1[3-9] with nine digits more, since
    new prefixes come before the library knows them; every other number must be valid by phonenumbers.
    """

    name = "tel"
    attrs: ClassVar[dict[str, str]] = {"type": "tel", "inputmode": "tel"}

    def value(self, text: str, field: Field) -> str:
        wrong = Wrong("mobile" if "mobile" in field.rules else "tel")
        if len(text) > MAX_LENGTH:
            raise wrong
        number = _normal(text)
        if number is None:
            raise wrong
        return number

    def raw(self, value: Value, field: Field) -> dict[str, list[str]]:
        return {"": [self.write(value, field)] if value else []}

    def show(self, value: Value, field: Field, language: str) -> str:
        return self.write(value, field) if language.startswith("zh") else _international(str(value or ""), " ext. ")

    def write(self, value: Value, field: Field) -> str:
        text = str(value or "")
        national = _national(text) if text.startswith("+86") else _international(text, " 转 ")
        return national if _normal(national) == text else text


def _national(text: str) -> str:
    """As it is dialled within mainland China: 13800138000, 010-12345678 转 801."""
    number, extension = _split(text)
    if mobile := _MAINLAND_MOBILE.fullmatch(number):
        written = mobile[1]
    else:
        area, *rest = _formatted(number, phonenumbers.PhoneNumberFormat.NATIONAL).split(" ")
        written = "-".join([area, "".join(rest)] if area.startswith("0") else [area, *rest])
    return f"{written} 转 {extension}" if extension else written


def _international(text: str, mark: str) -> str:
    number, extension = _split(text)
    written = _formatted(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"{written}{mark}{extension}" if extension else written


def _formatted(number: str, form: int) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), form)
    except phonenumbers.NumberParseException:
        return number


def _normal(text: str) -> str | None:
    number, extension = _split(half_width(text))
    e164 = _e164(number)
    return f"{e164};ext={extension}" if e164 and extension else e164


def _split(text: str) -> tuple[str, str]:
    """Number and extension. The library must not see the extension: 转8012 raises there, -8012 is swallowed."""
    bare = _LABEL.sub("", text, count=1)
    found = _EXTENSION.fullmatch(bare) or _HYPHENED.fullmatch(bare)
    return (found[1].strip(), found[2]) if found else (bare.strip(), "")


def _e164(number: str) -> str | None:
    if not re.fullmatch(r"\+?[0-9 ()./-]+", number):
        return None
    if mobile := _MAINLAND_MOBILE.fullmatch(re.sub(r"[ ()./-]", "", number)):
        return f"+86{mobile[1]}"
    try:
        parsed = phonenumbers.parse(re.sub(r"^00", "+", number), REGION)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(parsed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if valid else None
