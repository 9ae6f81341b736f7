"""Names of companies, as far as two spellings of one name can be told to be equal. Pure."""

import re

from formsvc.fields import clean_line, half_width

LEGAL_FORM = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团公司|集团|公司|个体工商户|普通合伙|有限合伙|分公司"
    r"|\bco\.?,?\s*ltd\.?|\bltd\.?|\binc\.?|\bllc|\bgmbh|\bcorp\.?|\(|\))+$"
)
ORGANISATION = re.compile(
    r"公司|集团|工厂|厂$|店$|商行|中心|合作社|事务所|工作室|研究院|研究所|学校|大学|学院|医院|银行|协会|基金会|个体工商户|企业|"
    r"合伙|\b(?:ltd|inc|llc|gmbh|corp|co)\b",
    re.IGNORECASE,
)
PLACE = re.compile(r"^([\u4e00-\u9fff]{2,3}?)[省市]")


def core(name: str) -> str:
    """What identifies a company's name: half-width, lower case, no spaces, no legal form, no 省 or 市 after its place.

    Two equal cores are most probably one company; similar ones are for a person to judge.
    """
    text = half_width(clean_line(name)).lower().strip()
    shorter = LEGAL_FORM.sub("", text).strip()
    return PLACE.sub(r"\1", re.sub(r"[\s·.,，。]", "", shorter or text))


def looks_like_company(name: str) -> bool:
    """True where `name` says that it is an organisation's."""
    return bool(ORGANISATION.search(half_width(clean_line(name))))
