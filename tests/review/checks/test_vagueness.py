"""Names that say nobody, and names that do."""

import pytest

from formsvc.review.checks.vagueness import says_nobody


@pytest.mark.parametrize(
    "name",
    ["张总", "欧阳总", "李经理", "王 先生", "陈工", "刘副总经理", "赵董事长", "小王", "老李", "Mr. Li", "MR LI",
     "Ms Zhang", "负责人", "项目负责人", "采购部经理", "前台", "财务", "业务员", "总经理", "公司联系人", "本人", "爱人",
     "朋友", "测试", "test", "TEST", "aaa", "asdf", "admin", "张", "某先生", "张某", "XX", "无", "13800138000", "-"],
)  # fmt: skip
def test_nobody_is_named(name: str) -> None:
    assert says_nobody(name)


@pytest.mark.parametrize(
    "name",
    ["张敏", "李静", "王建工", "欧阳修远", "司马光", "陈总成", "阿卜杜拉·买买提", "Li Jing", "Bo Xu",
     "Aaron Lee", "Drake", "Mr. Li Jing", "李科", "吴国栋", "何静", "经纶", "石小姐姐", "于老", "严处安"],
)  # fmt: skip
def test_a_person_is_named(name: str) -> None:
    assert not says_nobody(name)
