"""Which names are shown to a person as perhaps one company's, and which are not (M26)."""

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formsvc.customers.duplicates.likeness import SIMILAR, likeness, parts, telling
from formsvc.customers.finding.marks import pieces
from formsvc.customers.names import core

# Names of real firms, and what people make of them
ALIKE = [
    ("合肥云盾科技有限公司", "合肥云盾信息科技有限公司"),  # one more business
    ("云盾科技有限公司", "合肥市云盾科技有限公司"),  # without the place
    ("合肥云盾科技有限公司", "云盾（合肥）科技有限公司"),  # the place elsewhere in the name
    ("广东云盾科技有限公司", "深圳市云盾科技有限公司"),  # the province for a city in it
    ("深圳市南山区云盾科技有限公司", "深圳云盾科技有限公司"),  # with its district
    ("上海果步有限责任公司", "上海果步科技有限公司"),  # without the business
    ("北京长江商贸科技有限公司", "长江商贸（北京）有限公司"),
    ("广州莎柏琳娜科技有限公司", "广州莎伯琳娜科技有限公司"),  # one wrong character of four
    ("苏州华能科技科技有限公司", "苏州华能科技有限公司"),  # typed twice
    ("合肥云盾科技有限公司", "合肥云盾技术有限公司"),  # two words for one business
    ("腾讯科技（深圳）有限公司北京分公司", "腾讯科技（深圳）有限公司"),  # a branch
    ("Shenzhen Yundun Technology Co., Ltd.", "SHENZHEN YUNDUN TECH LIMITED"),
    ("Siemens Electrical Apparatus Ltd., Suzhou", "Siemens Electrical Aparatus (Suzhou) Co. Ltd"),
]
APART = [
    ("合肥云盾科技有限公司", "芜湖云盾科技有限公司"),  # names are protected by place
    ("合肥云盾科技有限公司", "合肥云盾食品有限公司"),  # another business
    ("深圳市腾讯计算机系统有限公司", "腾讯科技（深圳）有限公司"),  # two of one group
    ("华为技术有限公司", "华为终端有限公司"),
    ("成都喜乐客有限公司", "上海喜乐康科技有限公司"),
    ("深圳华强装饰有限公司", "深圳华明丽有限公司"),
    ("广州凡释贸易有限公司", "广州果酷贸易有限公司"),  # place, business and legal form alone
    ("深圳市网络科技有限公司", "深圳市电子科技有限公司"),  # nothing of its own in either
    ("中国移动通信集团有限公司", "中国联合网络通信有限公司"),
    ("Shenzhen Huada Technology Co., Ltd.", "Shenzhen Huayi Technology Co., Ltd."),
    ("Yundan Foods Ltd", "Yundun Trade Ltd"),
]
NAMES = st.text("云盾科技贸易合肥市深圳莎柏伯琳娜恒安达ab ", max_size=14)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_alike(one: str, other: str) -> None:
    assert SIMILAR <= likeness(one, other) < 100


@pytest.mark.parametrize(("one", "other"), APART)
def test_apart(one: str, other: str) -> None:
    assert likeness(one, other) < SIMILAR


def test_what_is_alike_to_one_thing_is_not_to_all() -> None:
    own = [one for one, _ in ALIKE[10:] + APART[2:]]
    assert [pair for pair in combinations(own, 2) if likeness(*pair) >= SIMILAR] == []


@given(NAMES, NAMES)
@example("", "")
def test_it_is_symmetric_and_an_equal_core_is_all(one: str, other: str) -> None:
    score = likeness(one, other)
    assert score == likeness(other, one)
    assert 0 <= score <= 100
    assert (score == 100) is (core(one) == core(other) != "")


@given(st.text("莎柏琳娜恒安达万利", min_size=3, max_size=12), st.data())
def test_similar_names_share_one_of_any_so_many_pairs_and_one_more(name: str, data: st.DataObject) -> None:
    """So it is enough to look for the rarest of them."""
    other = list(name)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(other) - 1))
        other[place : place + data.draw(st.integers(0, 1))] = data.draw(st.sampled_from(["", "柏", "海"]))
        other = other or ["海"]
    if likeness(name, "".join(other)) < SIMILAR or parts(name).own == parts("".join(other)).own:
        return
    own, missing = telling(name)
    pairs = pieces(own) - {own[-1:]}
    assert missing
    assert len(pairs - pieces(parts("".join(other)).own)) <= missing
    assert pairs & pieces(parts("".join(other)).own)


@given(st.text())
def test_any_text_has_parts(name: str) -> None:
    assert isinstance(parts(name).own, str)
    assert likeness(name, name) in (0, 100)
