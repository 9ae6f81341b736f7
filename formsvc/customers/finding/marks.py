"""What a record can be found by: short texts of several kinds, which indexes find. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from formsvc.customers.duplicates.likeness import telling
from formsvc.customers.models import Audience
from formsvc.customers.names import core
from formsvc.fields import clean_line
from formsvc.fields.text import packed

LONGEST = 200
PAIR = 2  # characters of a part
ID_NUMBER, FULL_NAME, CONTACT_NAME, TAGS = "basic.id_number", "basic.full_name", "contacts.name", "maintenance.tags"


class Kind(StrEnum):
    NUMBER = "number"
    CODE = "code"  # the unified social credit code
    ID = "id"  # the blind index of an ID number: nobody reads the number itself here
    MOBILE = "mobile"  # digits with the country's
    PHONE = "phone"  # of an office, or of whom to call in an emergency
    TAIL = "tail"  # the digits of any phone backwards: it begins with the last ones
    EMAIL = "email"
    NAME = "name"  # what identifies a company's name
    OWN = "own"  # a company's own name, without place and business
    CALLED = "called"  # the whole name of the customer or of a contact, packed
    PART = "part"  # two characters that stand side by side in such a name, or the last one
    TAG = "tag"
    DUE = "due"  # the version since which the record was compared with no other; it goes once that is done


class Mark(NamedTuple):
    """One thing that a record can be found by."""

    kind: Kind
    text: str


def marks(
    number: str, audience: Audience, said: Iterable[tuple[str, Any]], blind_index: Callable[[str], str]
) -> set[Mark]:
    """The marks of the customer with `number` of whom `said` is held: fields and their values, of several contacts.

    Of an ID number only `blind_index` of it is kept.
    """
    found = {Mark(Kind.NUMBER, number)}
    for field, value in said:
        for text in _texts(field, value):
            if field == FULL_NAME and audience is Audience.ENTERPRISE:
                found.update(_of_company(text))
            elif field == ID_NUMBER:
                found.add(Mark(Kind.ID, blind_index(packed(text))))
            found.update(_MAKERS[field](text) if field in _MAKERS else ())
    return {Mark(kind, text[:LONGEST]) for kind, text in found if text}


def pieces(text: str) -> set[str]:
    """Each two characters that stand side by side in `text`, and its last one: each character begins one of them."""
    return {text[start : start + PAIR] for start in range(len(text))}


def called(name: str) -> str:
    """A name without spaces, in one case and width."""
    return packed(clean_line(name))[:LONGEST]


def digits(phone: str) -> str:
    """The digits of a number with the country's, without an extension."""
    return re.sub(r"[^0-9]", "", phone.partition(";")[0])


def _of_name(name: str) -> Iterator[Mark]:
    whole = called(name)
    yield Mark(Kind.CALLED, whole)
    yield from (Mark(Kind.PART, piece) for piece in pieces(whole))


def _of_company(name: str) -> Iterator[Mark]:
    """A person's name is no evidence: many people are called 罗静."""
    own, _ = telling(name)
    yield Mark(Kind.NAME, core(name))
    yield Mark(Kind.OWN, own)
    yield from (Mark(Kind.PART, piece) for piece in pieces(own))


def _of_phone(kind: Kind, phone: str) -> Iterator[Mark]:
    yield Mark(kind, digits(phone))
    yield Mark(Kind.TAIL, digits(phone)[::-1])


def _packed(kind: Kind, text: str) -> Iterator[Mark]:
    yield Mark(kind, packed(text))


def _tag(text: str) -> Iterator[Mark]:
    yield Mark(Kind.TAG, text)


def _texts(field: str, value: Any) -> list[str]:
    """What `value` says where it is of the type that the field has."""
    given = value if field == TAGS and isinstance(value, list) else [value]
    return [text for text in given if isinstance(text, str)]


_MAKERS: dict[str, Callable[[str], Iterator[Mark]]] = {
    FULL_NAME: _of_name,
    CONTACT_NAME: _of_name,
    "basic.uscc": partial(_packed, Kind.CODE),
    "contacts.mobile": partial(_of_phone, Kind.MOBILE),
    "contacts.office_phone": partial(_of_phone, Kind.PHONE),
    "contacts.emergency_phone": partial(_of_phone, Kind.PHONE),
    "contacts.email": partial(_packed, Kind.EMAIL),
    TAGS: _tag,
}
FIELDS = frozenset({ID_NUMBER, *_MAKERS})  # what leaves marks
