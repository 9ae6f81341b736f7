"""Placeholders are refused, real names are not."""

import pytest

from tests.fields.test_rules import broken

# Names stand between bars: some have spaces in them.
VAGUE_COMPANIES = (
    "某科技公司|某某公司|某某有限公司|XX公司|xx 公司|××有限公司|ＸＸＸ科技有限公司"
    "|测试公司|有限公司|公司|个体户|无|某|某某某|。|X|待定"
    "|北京XX科技有限公司|合肥某科技公司|科技有限公司|股份有限公司|Co., Ltd.|Test Company|**有限公司|本公司"
)
REAL_COMPANIES = (
    "合肥云盾科技有限公司|深圳征途网络科技有限公司|西门子（中国）有限公司|苏州华能科技科技有限公司"
    "|上海八点一刻有限公司|IBM|SAP SE|FedEx"
    "|Exxon Mobil Corp.|ABC Company|3M中国有限公司|张三个体户|无锡一棉有限公司|广州思艾有限公司"
    "|中国测试技术研究院|北京一光有限公司"
    "|888 Ltd.|小米科技有限责任公司|华为技术有限公司|上海公司法研究会"
)
VAGUE_STEPS = "继续跟进|继续跟进。|保持联系|待跟进|跟进|持续跟进中|后续再联系|Follow up|keep in touch.|待定"
REAL_STEPS = "5月15日前提供报价单|6月1日前安排现场演示|5月20日跟进试用反馈|李强周五联系客户|Call Zhang on Friday"


@pytest.mark.parametrize("name", VAGUE_COMPANIES.split("|"))
def test_vague_company(name: str) -> None:
    assert broken("company-name", name) == "company-name"


@pytest.mark.parametrize("name", [*REAL_COMPANIES.split("|"), "字" * 120])
def test_real_company(name: str) -> None:
    assert broken("company-name", name) == ""


@pytest.mark.parametrize(
    "name", ["某", "某先生", "张某", "张某某", "李某人", "XX", "王××", "无", "测试", "某女士", "匿名"]
)
def test_vague_person(name: str) -> None:
    assert broken("company-name", name, "individual") == "person-name"


@pytest.mark.parametrize("name", ["李静", "欧阳修远", "Li Jing", "Xi Xu", "阿卜杜拉·买买提", "Max"])
def test_real_person(name: str) -> None:
    assert broken("company-name", name, "individual") == ""


@pytest.mark.parametrize("audience", ["enterprise", "individual"])
@pytest.mark.parametrize("name", ["甲", "字" * 121])
def test_length(name: str, audience: str) -> None:
    assert broken("company-name", name, audience) == "name-length"


@pytest.mark.parametrize("plan", VAGUE_STEPS.split("|"))
def test_vague_next_step(plan: str) -> None:
    assert broken("next-step", plan) == "next-step"


@pytest.mark.parametrize("plan", REAL_STEPS.split("|"))
def test_real_next_step(plan: str) -> None:
    assert broken("next-step", plan) == ""
