"""Phone numbers as they are written again; what is read and refused is in tables/phones.py."""

from collections.abc import Iterator

import phonenumbers
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from formsvc.fields import TYPES, Wrong
from tests.fields.examples import FIELDS, PROPERTY, field, parse, read, show, write

# Area codes of two and three digits, mobiles, 400 and 800, and what looks like them.
MAINLAND = st.from_regex(r"\A(?:10|2[0-9]|[3-9][0-9]{2}|1[3-9][0-9])[0-9]{7,8}\Z").map("+86{}".format)
TYPES_OF_NUMBER = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE, PhoneNumberType.UAN)


def formatted(number: str, form: int) -> str:
    return phonenumbers.format_number(phonenumbers.parse(number), form)


@PROPERTY
@given(MAINLAND)
@example("+861012345678")
@example("+865511234567")
@example("+864008008888")
@example("+869981234567")
def test_a_mainland_number_is_written_as_the_library_writes_it(number: str) -> None:
    assume(phonenumbers.is_valid_number(phonenumbers.parse(number)) and not number.startswith("+86950"))
    area, *rest = formatted(number, PhoneNumberFormat.NATIONAL).split(" ")
    assert write("tel", number).replace("-", "") == area + "".join(rest)
    assert show("tel", number, "en") == formatted(number, PhoneNumberFormat.INTERNATIONAL)
    for value in (number, f"{number};ext=801"):
        assert parse("tel", *TYPES["tel"].raw(value, FIELDS["tel"])[""]) == read("tel", write("tel", value)) == value


def examples() -> Iterator[str]:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in TYPES_OF_NUMBER:
            if found := phonenumbers.example_number_for_type(region, kind):
                yield phonenumbers.format_number(found, PhoneNumberFormat.E164)


def test_numbers_of_every_country_come_back_as_they_were() -> None:
    for number in examples():
        for value in (number, f"{number};ext=801"):
            assert parse("tel", write("tel", value)) == parse("tel", show("tel", value, "en")) == value
        assert show("tel", number, "en") == formatted(number, PhoneNumberFormat.INTERNATIONAL)


@PROPERTY
@given(st.from_regex(r"\A0(?:10|2[0-9]|[1-9][0-9]{2})[0-9]{6,9}\Z"))  # 00 is another country
def test_a_number_with_its_area_is_read_as_the_library_reads_it(typed: str) -> None:
    assume(not typed.startswith("01") or typed.startswith("010"))  # a mobile need not be valid for the library
    parsed = phonenumbers.parse(typed, "CN")
    if phonenumbers.is_valid_number(parsed):
        assert parse("tel", typed) == phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    else:
        with pytest.raises(Wrong):
            parse("tel", typed)


def test_a_mobile_is_refused_as_a_mobile() -> None:
    with pytest.raises(Wrong, match=r"^mobile$"):
        TYPES["tel"].read("1385678", field("tel", rules=["mobile"]))


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        ("+8613800138000", "13800138000", "+86 138 0013 8000"),
        ("+861012345678;ext=801", "010-12345678 转 801", "+86 10 1234 5678 ext. 801"),
        ("+8675582668888", "0755-82668888", "+86 755 8266 8888"),
        ("+865643214567", "0564-3214567", "+86 564 321 4567"),
        ("+864008008888", "400-800-8888", "+86 400 800 8888"),
        ("+861095588", "+86 10 95588", "+86 10 95588"),
        ("+869501234567", "+86 950 1234567", "+86 950 1234567"),
        ("+85221234567", "+852 2123 4567", "+852 2123 4567"),
        ("+16502530000;ext=12", "+1 650-253-0000 转 12", "+1 650-253-0000 ext. 12"),
        ("no number", "no number", "no number"),
    ],
)
def test_shown(value: str, chinese: str, english: str) -> None:
    assert (show("tel", value, "zh_CN"), show("tel", value, "en")) == (chinese, english)
    assert write("tel", value) == chinese
