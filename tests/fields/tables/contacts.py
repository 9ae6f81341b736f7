"""Contacts but for their phone numbers, as typed and as stored (spec row M4)."""

from tests.fields.tables.table import No, Table

NAME = Table(
    "contacts.name",
    {
        "张敏": "张敏",
        "张　敏": "张敏",
        "Zhang  Min": "Zhang Min",
        "张\u202e敏\u200f": "张敏",  # marks that turn the direction of what follows
        "e\u0301" * 60: "é" * 60,
        "字" * 60: "字" * 60,
        "字" * 61: No("too-long"),
        "\u2800\u115f": No("required"),  # nothing that can be seen
        "": No("required"),
    },
)
SALUTATION = Table(
    "contacts.salutation",
    {"ms": "ms", "女士": "ms", "Ms": "ms", "先生": "mr", "MR": "mr", "博士": No("option"), "": No("choose")},
)
POSITION = Table(
    "contacts.position",
    {"销售总监": "销售总监", "Sales director": "Sales director", "字" * 61: No("too-long"), "": None},
)
# 64 characters before the @, and 254 in all, are as much as mail takes.
LOCAL, DOMAIN = "a" * 64, ".".join(["b" * 62, "b" * 61, "b" * 61, "cn"])
EMAIL = Table(
    "contacts.email",
    {
        "zhangmin@example.com": "zhangmin@example.com",
        "Zhang.Min@Example.COM": "Zhang.Min@example.com",  # only the domain has no case
        "SALES@example.com": "sales@example.com",  # but for the names that every domain has (RFC 2142)
        "zhang.min+formsvc@mail.example.co.uk": "zhang.min+formsvc@mail.example.co.uk",
        "o'brien_1@example.com": "o'brien_1@example.com",
        "10086@qq.com": "10086@qq.com",
        "zhangmin＠example。com": "zhangmin@example.com",
        "ｚｈａｎｇｍｉｎ＠ｅｘａｍｐｌｅ．ｃｏｍ": "zhangmin@example.com",
        "<zhangmin@example.com>": "zhangmin@example.com",
        "mailto:zhangmin@example.com": "zhangmin@example.com",
        "zhangmin@例子.中国": "zhangmin@例子.中国",  # a Chinese domain
        "zhangmin@xn--fsqu00a.xn--fiqs8s": "zhangmin@例子.中国",
        f"{LOCAL}@{DOMAIN}": f"{LOCAL}@{DOMAIN}",
        f"{LOCAL}@b{DOMAIN}": No("email"),
        "张敏@example.com": No("email"),  # few servers take it
        "zhangmin": No("email"),
        "zhangmin@example": No("email"),
        "@example.com": No("email"),
        "zhangmin@": No("email"),
        "zhang min@example.com": No("email"),
        "zhangmin@exam ple.com": No("email"),
        "zhangmin@@example.com": No("email"),
        "zhang..min@example.com": No("email"),
        ".zhangmin@example.com": No("email"),
        "zhangmin@example..com": No("email"),
        "zhangmin@-example.com": No("email"),
        "zhangmin@ex_ample.com": No("email"),
        "zhangmin@example.com.": No("email"),
        "zhangmin@example,com": No("email"),
        "zhangmin@[192.0.2.1]": No("email"),
        "zhangmin@localhost": No("email"),
        "zhangmin@mail.local": No("email"),
        '"zhang min"@example.com': No("email"),
        "张敏 <zhangmin@example.com>": No("email"),
        "zhangmin@example.com,limin@example.com": No("email"),
        "zhangmin@example.com limin@example.com": No("email"),
        "zhangmin@example.com；limin@example.com": No("email"),
        "zhangmin@example.com\r\nBcc: all@example.com": No("email"),
        "": No("required"),
    },
)
EMERGENCY_NAME = Table(
    "contacts.emergency_name",
    {"王磊": "王磊", "字" * 61: No("too-long"), "": No("together")},
    given={"contacts.emergency_phone": "+8613900010002"},
)
NO_EMERGENCY_NAME = Table("contacts.emergency_name", {"": None}, given={"contacts.emergency_phone": None})
