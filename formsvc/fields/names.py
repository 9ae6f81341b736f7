"""Placeholders: names and plans that say nothing (spec rows M4, M35).

A form refuses them, and a customer who is refused cannot go on: here stands only what is nobody's name for certain.
What may be somebody's (张总, 小王, ABC) is taken and doubted in the review, by the check of vague names.
"""

import re

from formsvc.fields.text import clean_line, half_width

_PUNCTUATION = re.compile(r"[^\w×*○]|_")
_LEGAL_FORM = re.compile(
    "(?:股份有限公司|有限责任公司|有限公司|分公司|子公司|公司|集团|个体工商户|个体户|有限合伙|合伙企业|企业|工作室|"
    "co|ltd|limited|inc|corp|corporation|company|llc|gmbh)$"
)
_GENERIC = re.compile(
    "(?:科技|技术|信息|网络|软件|电子|贸易|商贸|实业|发展|投资|咨询|服务|管理|文化|传媒|教育|工程|国际)$"
)
_MASK = re.compile(r"[\u4e00-\u9fff]{0,6}?(?:某+|(?:[x×*○〇]){2,})|[x×*○〇]")
_SAYS_NOTHING = re.compile(
    "无|没有|未知|不详|暂无|待定|待补充|保密|匿名|不便透露|不方便透露|测试|test|示例|样例|example|本|我|我司|本司|na|none|null"
    "|(?:公司|企业|单位|客户)?(?:名称|全称|姓名|名字)"
)

_TITLE = re.compile("(?:先生|女士|小姐|老板|经理|总|同学|老师)$")
_PERSON_MASK = re.compile(r"[\u4e00-\u9fff]{0,2}某[某人]*|[\u4e00-\u9fff]?[x×*○〇]{2,}|[x×*○〇]")

_VAGUE_STEP = re.compile(
    "(?:请|会|将|需|要|继续|持续|保持|后续|待|再|定期|进一步|及时|下一步|客户)*"
    "(?:跟进|联系|沟通|跟踪|关注|观察)(?:中|一下|即可|客户|联系|沟通)*"
    "|(?:to)?(?:be)?(?:continue(?:to)?)?(?:follow(?:ing)?|followed)up(?:later)?|keepintouch|stayintouch"
    "|待定|暂无|无|tbd|tbc|na"
)


def is_vague_company(name: str) -> bool:
    """Whether a company's name is a placeholder (某科技公司, XX公司) or says no more than a legal form (有限公司)."""
    whole = _bare(name)
    core = _core(whole)
    return whole.startswith("某") or whole.isdecimal() or _says_nothing(core) or bool(_MASK.fullmatch(core))


def is_vague_person(name: str) -> bool:
    """Whether a person's name is a placeholder: 某先生, 张某, XX, 无, a number."""
    core = _TITLE.sub("", _bare(name))
    return core.isdecimal() or _says_nothing(core) or bool(_PERSON_MASK.fullmatch(core))


def is_vague_step(plan: str) -> bool:
    """Whether a next step is 继续跟进, 保持联系 or the like and nothing more."""
    return bool(_VAGUE_STEP.fullmatch(_bare(plan)))


def _says_nothing(core: str) -> bool:
    return not core or bool(_SAYS_NOTHING.fullmatch(core))


def _core(whole: str) -> str:
    """What distinguishes a company: its name without legal form and generic words at the end."""
    while (shorter := _GENERIC.sub("", _LEGAL_FORM.sub("", whole))) != whole:
        whole = shorter
    return whole


def _bare(text: str) -> str:
    """Without case, spaces and punctuation."""
    return _PUNCTUATION.sub("", half_width(clean_line(text)).casefold())
