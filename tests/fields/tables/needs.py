"""Needs, as typed and as stored (spec row M4)."""

from tests.fields.tables.table import Ends, No, Table, Ticked

PRODUCTS = Table(
    "needs.products",
    {
        Ticked(("encryption",)): ["encryption"],
        Ticked(("support", "encryption", "support")): ["encryption", "support"],  # once each, in the list's order
        Ticked(("数据加密服务", "Technical support")): ["encryption", "support"],
        Ticked(("encryption", "other"), "等保咨询"): ["encryption", "other:等保咨询"],
        Ticked(("other",), "等保咨询、驻场 服务；培训"): ["other:等保咨询", "other:驻场服务", "other:培训"],
        Ticked((), "等保咨询"): ["other:等保咨询"],  # the box beside the text was not ticked
        Ticked(("other",), "其他：等保咨询"): ["other:等保咨询"],
        Ticked(("other",), "其他（等保咨询）"): ["other:等保咨询"],
        Ticked(("other",), "技术支持，等保咨询"): ["support", "other:等保咨询"],  # one of the list was typed
        Ticked(("other",), "字" * 120): ["other:" + "字" * 120],
        Ticked(("other",)): No("other-text"),
        Ticked(("encryption", "other"), " 　"): No("other-text"),
        Ticked(("other",), "其他"): No("other-text"),
        Ticked(("other",), "字" * 121): No("item-too-long"),
        Ticked(("other",), "字" * 3001): No("too-long"),
        Ticked(("other",), "、".join(map(str, range(30)))): No("too-many"),
        Ticked(("encryption", "quantum")): No("option"),  # no such code
        Ticked(("other:x",)): No("option"),
        Ticked(()): No("choose"),
    },
)
TERM = Table(
    "needs.term",
    {
        "short": "short",
        "短期": "short",
        "短期（3 个月以内）": "short",
        "短期(3个月以内)": "short",
        "Medium (3–12 months)": "medium",
        "长期": "long",
        "十年": No("option"),
        "": None,
    },
)
BUDGET = Table(
    "needs.budget",
    {
        Ends("10", "50"): {"from": "10", "to": "50"},
        Ends("50", "50"): {"from": "50", "to": "50"},
        Ends("0", "0.5"): {"from": "0", "to": "0.5"},
        Ends("１０", "５０"): {"from": "10", "to": "50"},
        Ends("1,000", "2，000"): {"from": "1000", "to": "2000"},
        Ends("10万", "1亿"): {"from": "10", "to": "10000"},  # the unit is 万元
        Ends("100000元", "50万元"): {"from": "10", "to": "50"},
        # all of it in one control, as the example says
        Ends("10-50", ""): {"from": "10", "to": "50"},
        Ends("", "10～50万"): {"from": "10", "to": "50"},
        Ends("10万至1亿", ""): {"from": "10", "to": "10000"},
        Ends("50-10", ""): No("range-order"),
        Ends("10-20-50", ""): No("range"),
        Ends("50", "10"): No("range-order"),
        Ends("10", ""): No("range-open"),
        Ends("", "50"): No("range-open"),
        Ends("50万以上", ""): No("range-open"),
        Ends("面议", ""): No("range-open"),
        Ends("-1", "50"): No("min"),
        Ends("10", "面议"): No("range"),
        Ends("1e1", "50"): No("range"),
        Ends("10-50", "60"): No("range"),
        Ends("1", "9" * 16): No("digits-limit"),
        Ends("", ""): None,
    },
)
SPECIAL = Table(
    "needs.special",
    {
        " 12 月前交付\r\n\r\n需要定制  ": "12 月前交付\n\n需要定制",
        "字" * 1000: "字" * 1000,
        "字" * 1001: No("too-long"),
        "\n \n": None,
        "": None,
    },
)
CHANNEL = Table(
    "needs.channel",
    {
        Ticked(("mail", "phone")): ["phone", "mail"],
        Ticked(("邮箱", "Meeting")): ["mail", "meeting"],
        Ticked(("wechat",)): No("option"),
        Ticked(("other",)): No("option"),  # this one has no 其他
        Ticked((), "微信"): No("option"),
        Ticked(()): None,
    },
)
