"""History and maintenance, as typed and as stored (spec row M4); today is 21 November 2026."""

from tests.fields.tables.table import No, Table, Ticked

SINCE = Table(
    "history.since",
    {
        "2019-06-01": "2019-06-01",
        "2019年6月1日": "2019-06-01",
        "2026-11-21": "2026-11-21",
        "2026-11-22": No("future"),
        "2019-06-31": No("date-unreal"),
        "2019": No("date"),
        "": None,
    },
)
PROJECTS = Table(
    "history.projects",
    {
        "数据加密一期": ["数据加密一期"],
        "数据加密一期\n\n  权限管理系统 \r\n年度服务": ["数据加密一期", "权限管理系统", "年度服务"],
        "甲项目\n甲 项目\n乙项目": ["甲项目", "乙项目"],  # each once
        "• 甲项目\n• 乙项目": ["甲项目", "乙项目"],
        "甲、乙": ["甲、乙"],  # one on each line: a name may hold a 、
        "甲\n乙\n丙\n丁": No("too-many"),
        "字" * 120: ["字" * 120],
        "字" * 121: No("item-too-long"),
        "\n \n": None,
        "": None,
    },
)
SATISFACTION = Table(
    "history.satisfaction",
    {
        "1": 1,
        "5": 5,
        "４": 4,
        "4分": 4,
        "4.0": 4,
        "0": No("scale"),
        "6": No("scale"),
        "-1": No("scale"),
        "3.5": No("scale"),
        "4/5": No("scale"),
        "满意": No("scale"),
        "": None,
    },
)
NONRENEWAL = Table(
    "history.nonrenewal_reason",
    {"预算\n取消": "预算\n取消", "字" * 1000: "字" * 1000, "字" * 1001: No("too-long"), "": None},
)
REVIEW_CYCLE = Table(
    "maintenance.review_cycle",
    {"yearly": "yearly", "每半年": "half-yearly", "When needed": "on-demand", "每周": No("option"), "": None},
)
TAGS = Table(
    "maintenance.tags",
    {
        Ticked(("high-potential",)): ["high-potential"],
        Ticked(("风险客户", "other"), "老客户"): ["at-risk", "other:老客户"],
        Ticked(("vip",)): No("option"),
        Ticked(()): None,
    },
)
REMARKS = Table(
    "maintenance.remarks",
    {"仅工作日联系": "仅工作日联系", "字" * 1000: "字" * 1000, "字" * 1001: No("too-long"), "": None},
)
