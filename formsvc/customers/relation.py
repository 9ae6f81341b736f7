"""How the person in the answers relates to the contact that is held (M25). Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum

from formsvc.fields import Value, clean_line, half_width
from formsvc.fields.names import is_vague_person

NAME, SALUTATION, POSITION = "contacts.name", "contacts.salutation", "contacts.position"
MOBILE, EMAIL, OFFICE_PHONE = "contacts.mobile", "contacts.email", "contacts.office_phone"
ADDRESSES = MOBILE, OFFICE_PHONE, EMAIL  # by which a contact is reached

_LONGEST = 200  # an older version may hold a whole text under these keys
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W\d_]+")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")

_TITLE = re.compile(
    "(?<=.)(?:先生|女士|小姐|太太|老师|老板|同学|博士|教授|律师|医生|会计|总监|董事长|总经理|经理|主任|主管|部长|科长|处长"
    "|厂长|店长|校长|院长|总)$|(?<=^.)工$|^[老小](?=.$)"
)
_TITLE_WORDS = frozenset({"mr", "mrs", "ms", "miss", "madam", "sir", "dr", "prof", "professor"})
_SURNAME = re.compile(".|欧阳|上官|司马|司徒|诸葛|皇甫|慕容|夏侯|令狐|尉迟|公孙|东方")

_SHARED_WORD = re.compile(
    "info|sales?|office|contact(?:us)?|admin|service|support|help|hello|hi|mail|email|team|group|dept|reception|frontdesk|desk"
    "|front|enquir(?:y|ies)|inquir(?:y|ies)|purchas(?:e|ing)|procurement|buyer|orders?|market(?:ing)?|business|hr|jobs|it"
    "|finance|accounts?|accounting|invoices?|billing|company|china|cn|hk|public|noreply|no|reply|webmaster|postmaster|kefu"
    "|qiantai|caigou|xiaoshou|shichang|caiwu|renshi|xingzheng|bangong(?:shi)?|shangwu|yewu|前台|客服|采购|销售|市场|财务|行政"
    "|办公室|公司|商务"
)  # fmt: skip

_RANK = re.compile(
    "高级|资深|首席|助理|代理|(?<!总)经理|总监|主管|主任|专员|专家|工程师|顾问|部长|组长|处长|科长|负责人|部门?|人员|[副岗员长]"
)
_RANK_WORD = re.compile(
    "a|and|assistant|associate|chief|department|dept|deputy|director|executive|head|junior|lead|manager|of|officer|senior"
    "|specialist|staff|supervisor|team|the|to|vice|vp"
)
_STEM = 5  # purchase, purchasing; finance, financial


class Relation(StrEnum):
    """Who the person in the answers is, seen from the contact that is held."""

    SAME = "same"  # the same person, with new details
    SECOND = "second"  # a second contact, beside the one that is held
    SUCCESSOR = "successor"  # follows the one that is held, who left


def propose(held: Mapping[str, Value], answered: Mapping[str, Value]) -> Relation:
    """What a reviewer would most probably choose; it is a proposal only.

    SAME where either side names nobody, where two spellings are one name, and where a mobile or a mail that belongs to
    a person stayed: the name was corrected or has changed. But a mobile that stayed while mail and salutation changed
    was handed on, and the other way round.

    Another person is a SUCCESSOR, as who leaves is the usual reason to put another name over a contact, unless there is
    a sign that the held one stays: a job that clearly differs (采购, 财务), at another desk. A rank (经理, 总监) is no
    job, and jobs in two languages cannot be compared. Then it is a SECOND: to call somebody 已离职 who is not does more
    harm than one contact too many.
    """
    if _is_one_name(held, answered) or _is_reached_alike(held, answered):
        return Relation.SAME
    is_beside = _has_another_job(held, answered) and _equal(OFFICE_PHONE, held, answered) is not True
    return Relation.SECOND if is_beside else Relation.SUCCESSOR


def _is_one_name(held: Mapping[str, Value], answered: Mapping[str, Value]) -> bool:
    """张总 may be 张敏, and Lucy may be Lucy Zhang, while nothing else that is known of the two differs."""
    one, other = _text(held, NAME), _text(answered, NAME)
    mine, yours = _words(one), _words(other)
    if not mine or not yours or is_vague_person(one) or is_vague_person(other) or one == other:
        return True
    if _spellings(mine) & _spellings(yours) and not _SURNAME.fullmatch(mine[0]):
        return True
    return _is_short_for(mine, yours) and all(
        _equal(key, held, answered) is not False for key in (MOBILE, EMAIL, SALUTATION)
    )


def _is_reached_alike(held: Mapping[str, Value], answered: Mapping[str, Value]) -> bool:
    """Whether a mobile or a mail stayed that is one person's, and was not handed on."""
    lines = {_text(held, OFFICE_PHONE), _text(answered, OFFICE_PHONE)}
    stayed = [
        _equal(MOBILE, held, answered) and _text(held, MOBILE) not in lines,
        _equal(EMAIL, held, answered) and not _is_shared(_text(held, EMAIL)),
    ]
    changed = [_equal(key, held, answered) is False for key in (MOBILE, EMAIL)]
    return any(stayed) and not (any(changed) and _equal(SALUTATION, held, answered) is False)


def _has_another_job(held: Mapping[str, Value], answered: Mapping[str, Value]) -> bool:
    """Whether both positions say what is done, in one script, and nothing of it is in common."""
    one, other = _text(held, POSITION), _text(answered, POSITION)
    mine, yours = _jobs(one), _jobs(other)
    is_comparable = bool(_HAN.search(one)) == bool(_HAN.search(other))
    return bool(mine and yours) and is_comparable and not mine & yours


def _is_shared(address: str) -> bool:
    """Whether a mailbox is no single person's: info@, sales02@, info-cn@, 前台@; a number is (QQ mail)."""
    words = _WORD.findall(address.partition("@")[0])
    return bool(words) and all(_SHARED_WORD.fullmatch(word) for word in words)


def _is_short_for(one: list[str], other: list[str]) -> bool:
    """Whether one of the two is no more than a part of the other: a surname, or a given name."""
    short, long = sorted((one, other), key=lambda words: len("".join(words)))
    if _HAN.match(short[0]):
        return bool(_SURNAME.fullmatch(short[0])) and long[0].startswith(short[0])
    return len(short) == 1 and short[0] in long


def _words(name: str) -> list[str]:
    """What a name consists of, without title and what is in brackets: its Han characters, else its words."""
    bare = _IN_BRACKETS.sub(" ", name)
    if han := "".join(_HAN.findall(bare)):
        return [_TITLE.sub("", han)]
    words = _WORD.findall(bare)
    return [word for word in words if word not in _TITLE_WORDS] or words


def _spellings(words: list[str]) -> set[str]:
    """Zhang Min is Min Zhang and zhangmin."""
    return {"".join(words[start:] + words[:start]) for start in range(len(words))}


def _jobs(position: str) -> set[str]:
    """What is done in a position, as pairs of Han characters and stems of words, without rank."""
    bare = _RANK.sub(" ", position)
    runs = re.findall(f"{_HAN.pattern}+", bare)
    pairs = {run[start : start + 2] for run in runs for start in range(len(run) - 1)}
    words = [word for word in _WORD.findall(_HAN.sub(" ", bare)) if not _RANK_WORD.fullmatch(word)]
    return pairs | {word[:_STEM] for word in words}


def _equal(key: str, held: Mapping[str, Value], answered: Mapping[str, Value]) -> bool | None:
    """Whether both say the same; None where one says nothing."""
    one, other = _text(held, key), _text(answered, key)
    return one == other if one and other else None


def _text(values: Mapping[str, Value], key: str) -> str:
    """Half-width, lower case; empty for nothing, and for what is no text."""
    value = values.get(key)
    return " ".join(half_width(clean_line(value[:_LONGEST])).casefold().split()) if isinstance(value, str) else ""
