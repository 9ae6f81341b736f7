"""Names that say nothing: placeholders, roles, and how somebody is addressed. Pure.

A form refuses less (`formsvc.fields.names`): a reviewer can pass over a doubt, and ask for the name. So all that it
refuses is doubted here, as worksheets and older questionnaires bring it, and of a person more besides.
"""

import re
from collections.abc import Iterator

from formsvc.fields import clean_line, half_width
from formsvc.fields.names import is_vague_company, is_vague_person
from formsvc.review.checks.check import Finding, about
from formsvc.review.checks.seen import Seen

PERSONS = ("contacts.name", "contacts.emergency_name")

_DOUBLE = "欧阳|司马|上官|诸葛|夏侯|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|司空|长孙|宇文|端木|南宫"
_ADDRESSED = re.compile(
    rf"(?:{_DOUBLE}|[\u4e00-\u9fff])(?:总|董|工|处|局|姐|哥|先生|女士|小姐|太太|同学|老师|老板|主任|师傅|医生|律师|教授"
    r"|会计|助理|秘书|副?(?:总经理|经理|总监|厂长|店长|院长|校长|所长|科长|处长|部长|局长|行长|董事长|总裁))"
    r"|[小老阿][\u4e00-\u9fff]|(?:mr|mrs|ms|miss|dr)(?:\. ?| )[a-z]+"
)
_ROLE = re.compile(
    r"(?:公司|主要|项目|对接|业务|采购|财务|销售|行政|人事|技术|市场|客服|部门|部|本)*"
    r"(?:负责人|联系人|对接人|经办人|法人|法定代表人|老板|总|经理|总经理|主管|主任|人员|专员|助理|员|前台|采购|财务|会计|出纳"
    r"|客服|销售|业务员|行政|人事|本人|家人|父亲|母亲|爸爸|妈妈|朋友|同事|配偶|妻子|丈夫|爱人)"
)
_KEYS = re.compile(r"([a-z])\1{2,}|tester|asdf\w*|qwer\w*|abc|admin|user|customer|contact|manager|anonymous|someone|me")
_ONE = re.compile(r"[\u4e00-\u9fffa-z]")


def vague_names(seen: Seen) -> Iterator[Finding]:
    """The customer's name, and those of the persons to reach."""
    for key, field in seen.fields.items():
        is_customer, name = "company-name" in field.rules, seen.value(key)
        if not isinstance(name, str) or not (is_customer or key in PERSONS):
            continue
        is_company = is_customer and seen.audience == "enterprise"
        if is_vague_company(name) if is_company else says_nobody(name):
            yield about(seen, key, name=seen.shown(key, name))


def says_nobody(name: str) -> bool:
    """Whether a person's name is none: 张总, 负责人, 小王, Mr Li, test, 张, or what `is_vague_person` knows."""
    bare = half_width(clean_line(name)).casefold().strip()
    return is_vague_person(name) or any(one.fullmatch(bare) for one in (_ADDRESSED, _ROLE, _KEYS, _ONE))
