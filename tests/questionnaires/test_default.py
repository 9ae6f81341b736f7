"""The default questionnaire holds every row of M4, in both languages."""

import re
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from formsvc.fields import Text
from formsvc.questionnaires.definition import default_data, definition_from_data

DEFINITION = definition_from_data(default_data())
BOTH, ENTERPRISE, INDIVIDUAL = "enterprise individual", "enterprise", "individual"

# key, type, audiences, situations ("" stands for both), required, zh, en
TABLE = [
    ("basic.full_name", "text", BOTH, "", True, "客户全称 / 姓名", "Full name"),
    ("basic.uscc", "text", ENTERPRISE, "", True, "统一社会信用代码", "Unified social credit code"),
    ("basic.id_type", "select", INDIVIDUAL, "", False, "证件类型", "ID type"),
    ("basic.id_number", "text", INDIVIDUAL, "", False, "证件号码", "ID number"),
    ("basic.industry", "select", ENTERPRISE, "", True, "所属行业", "Industry"),
    ("basic.size", "select", ENTERPRISE, "", False, "企业规模", "Company size"),
    ("basic.occupation", "select", INDIVIDUAL, "", False, "个人职业", "Occupation"),
    ("basic.founded_on", "date", ENTERPRISE, "", False, "成立时间", "Founded on"),
    ("basic.staff_count", "integer", ENTERPRISE, "", False, "员工数", "Employees"),
    ("basic.revenue", "decimal", ENTERPRISE, "", False, "年营收（万元）", "Revenue, CNY 10k"),
    ("basic.address", "text", BOTH, "", False, "注册地址 / 住址", "Address"),
    ("basic.bank_account", "text", BOTH, "", False, "银行账户", "Bank account"),
    ("contacts.name", "text", BOTH, "", True, "主要对接人姓名", "Contact person"),
    ("contacts.salutation", "select", BOTH, "", True, "称谓", "Salutation"),
    ("contacts.position", "text", ENTERPRISE, "", False, "职位", "Position"),
    ("contacts.office_phone", "tel", BOTH, "", False, "办公电话", "Office phone"),
    ("contacts.mobile", "tel", BOTH, "", True, "手机号", "Mobile"),
    ("contacts.email", "email", BOTH, "", True, "邮箱地址", "Email"),
    ("contacts.emergency_name", "text", BOTH, "", False, "紧急联系人姓名", "Emergency contact"),
    ("contacts.emergency_phone", "tel", BOTH, "", False, "紧急联系人电话", "Emergency contact's phone"),
    ("needs.products", "multi-select", BOTH, "", True, "合作意向产品/服务", "Products of interest"),
    ("needs.term", "select", BOTH, "", False, "期望合作周期", "Expected term"),
    ("needs.budget", "range", BOTH, "", False, "预算范围（万元）", "Budget, CNY 10k"),
    ("needs.special", "long-text", BOTH, "", False, "特殊要求", "Special requirements"),
    ("needs.channel", "multi-select", BOTH, "", False, "沟通偏好", "Preferred channel"),
    ("history.since", "date", BOTH, "existing", False, "合作起始时间", "Customer since"),
    ("history.projects", "list", BOTH, "existing", False, "历史合作项目/产品", "Past projects"),
    ("history.satisfaction", "scale", BOTH, "existing", False, "满意度", "Satisfaction"),
    ("history.nonrenewal_reason", "long-text", BOTH, "existing", False, "未续约原因", "Why not renewed"),
    ("maintenance.review_cycle", "select", BOTH, "", False, "信息更新周期建议", "How often to confirm"),
    ("maintenance.tags", "multi-select", BOTH, "", False, "客户标签", "Tags"),
    ("maintenance.remarks", "long-text", BOTH, "", False, "备注", "Remarks"),
]
OPTIONS = {
    "basic.size": "小型 中型 大型",
    "basic.occupation": "学生 职员 管理者 其他",
    "contacts.salutation": "先生 女士",
    "needs.term": "短期 中期 长期",
    "needs.channel": "电话 邮件 面谈",
    "maintenance.review_cycle": "每年 每半年 按需",
    "maintenance.tags": "高潜力 重点服务 风险客户",
}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_a_field_is_as_the_table_says(row: tuple[str, str, str, str, bool, str, str]) -> None:
    key, kind, audiences, situations, required, zh, en = row
    field = DEFINITION.fields[key]
    assert (field.type, field.required, field.label) == (kind, required, Text(zh, en))
    assert field.audiences == set(audiences.split())
    assert field.situations == set((situations or "new existing").split())


def test_there_are_no_other_fields_and_the_order_is_the_tables() -> None:
    assert list(DEFINITION.fields) == [row[0] for row in TABLE]
    assert [module.key for module in DEFINITION.modules] == ["basic", "contacts", "needs", "history", "maintenance"]


@pytest.mark.parametrize("key", OPTIONS)
def test_the_choices_are_the_tables(key: str) -> None:
    assert [option.written for option in DEFINITION.fields[key].options] == OPTIONS[key].split()


def test_industries_are_the_sections_of_the_national_classification() -> None:
    assert "".join(option.code for option in DEFINITION.fields["basic.industry"].options) == "ABCDEFGHIJKLMNOPQRST"


def test_what_is_sensitive_off_or_for_staff() -> None:
    said = {
        name: {key for key, field in DEFINITION.fields.items() if getattr(field, name)}
        for name in ("sensitive", "staff_only")
    }
    assert said == {"sensitive": {"basic.id_number", "basic.bank_account"}, "staff_only": {"maintenance.tags"}}
    assert [key for key, field in DEFINITION.fields.items() if not field.enabled] == ["basic.bank_account"]
    together = {field.key: field.together_with for field in DEFINITION.fields.values() if field.together_with}
    assert together == {
        "contacts.emergency_name": "contacts.emergency_phone",
        "contacts.emergency_phone": "contacts.emergency_name",
    }


@pytest.mark.parametrize("audience", ["enterprise", "individual"])
@pytest.mark.parametrize("situation", ["new", "existing"])
def test_each_audience_and_situation_is_asked_its_own(audience: str, situation: str) -> None:
    modules = DEFINITION.asked(audience, situation)
    asked = [field.key for module in modules for field in module.fields]
    assert asked == [
        row[0] for row in TABLE
        if audience in row[2] and situation in (row[3] or situation)
        and row[0] not in ("basic.bank_account", "maintenance.tags")
    ]  # fmt: skip
    assert ("history" in [module.key for module in modules]) is (situation == "existing")


def texts(value: Any) -> list[Text]:
    if isinstance(value, Text):
        return [value]
    if is_dataclass(value):
        return [text for field in fields(value) for text in texts(getattr(value, field.name))]
    return [text for item in value for text in texts(item)] if isinstance(value, tuple) else []


def test_every_text_is_in_both_languages() -> None:
    found = texts(DEFINITION)
    assert len(found) > len(TABLE)
    han = re.compile("[\u4e00-\u9fff]")
    # an example may be a Chinese name or a number: then it is the same for both
    assert [text.en for text in found if han.search(text.en) and text.zh != text.en] == []
    assert [text.zh for text in found if not han.search(text.zh) and text.zh != text.en] == []
