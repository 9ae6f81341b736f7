"""Phone numbers as they are written in China, and others."""

import pytest

from formsvc.fields import TYPES, Wrong
from tests.fields.examples import field, read, show, write

READ = [
    ("13800138000", "+8613800138000"),
    ("+86 135-5651-3753", "+8613556513753"),
    ("0086 138 0013 8000", "+8613800138000"),
    ("８６１３８００１３８０００", "+8613800138000"),
    ("013800138000", "+8613800138000"),
    ("14012345678", "+8614012345678"),  # a prefix that phonenumbers may not know
    ("010-12345678", "+861012345678"),
    ("（010）12345678", "+861012345678"),
    ("+86 (0)10 1234 5678", "+861012345678"),
    ("电话：021-55551234", "+862155551234"),
    ("010-12345678 转 801", "+861012345678;ext=801"),
    ("010-12345678转8012", "+861012345678;ext=8012"),
    ("010-12345678-8012", "+861012345678;ext=8012"),
    ("010-12345678 ext. 801", "+861012345678;ext=801"),
    ("01012345678x801", "+861012345678;ext=801"),
    ("010-12345678分机801", "+861012345678;ext=801"),
    ("010-12345678#801", "+861012345678;ext=801"),
    ("+86-10-12345678,0801", "+861012345678;ext=0801"),
    ("0755-8266-8888-801", "+8675582668888;ext=801"),
    ("+861012345678;ext=801", "+861012345678;ext=801"),
    ("400-800-8888", "+864008008888"),
    ("8008208208", "+868008208208"),
    ("+852 2123 4567", "+85221234567"),
    ("00886 2 2345 6789", "+886223456789"),
    ("+1 (650) 253-0000 ext 12", "+16502530000;ext=12"),
    ("+39 06 698 12345", "+390669812345"),
]


@pytest.mark.parametrize(("typed", "value"), READ)
def test_read(typed: str, value: str) -> None:
    assert read("tel", typed) == value
    assert read("tel", write("tel", value)) == value


REFUSED = (
    "1385678|12345678|85221234567|+852 1|+999 12345678|1-800-FLOWERS|010-12345678/13800138000|转801|+|++8613800138000"
    "|12800138000|1380013800²"
)


@pytest.mark.parametrize("typed", [*REFUSED.split("|"), "9" * 1000])
def test_refused(typed: str) -> None:
    with pytest.raises(Wrong, match=r"^tel$"):
        read("tel", typed)


def test_a_mobile_is_refused_as_a_mobile() -> None:
    with pytest.raises(Wrong, match=r"^mobile$"):
        TYPES["tel"].read("1385678", field("tel", rules=["mobile"]))


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        ("+8613800138000", "13800138000", "+86 138 0013 8000"),
        ("+861012345678;ext=801", "010-12345678 转 801", "+86 10 1234 5678 ext. 801"),
        ("+864008008888", "400-800-8888", "+86 400 800 8888"),
        ("+85221234567", "+852 2123 4567", "+852 2123 4567"),
        ("no number", "no number", "no number"),
    ],
)
def test_shown(value: str, chinese: str, english: str) -> None:
    assert (show("tel", value, "zh_CN"), show("tel", value, "en")) == (chinese, english)
    assert write("tel", value) == chinese
