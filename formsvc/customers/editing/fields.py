"""Which fields of a record a colleague changes in the form of the whole record (M46). Pure."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from formsvc.customers.models import Audience
from formsvc.customers.modules import may_change
from formsvc.customers.worksheet.columns import STEP, TALK
from formsvc.fields import Field, Text
from formsvc.staff.models import Role

# What a follow-up sets, which has a page of its own (M35)
FOLLOW_UP = TALK + STEP
CONTACTS, COLLEAGUES = "contacts", "record"


@dataclass(frozen=True)
class Part:
    """A module of the record, with its fields that may be changed; `title` is None for what colleagues keep."""

    key: str
    title: Text | None
    fields: tuple[Field, ...]


def changeable(fields: Mapping[str, Field], role: Role, audience: Audience, held: Container[str]) -> list[Field]:
    """Those of `fields` that who has the role may change in the record of such a customer.

    A sensitive value is the customer's alone to give (M6). What is not asked of such a one is there where held.
    """
    return [
        field
        for key, field in fields.items()
        if not field.sensitive
        and key not in FOLLOW_UP
        and may_change(role, key)
        and (key in held or (field.enabled and audience in field.audiences))
    ]


def parts(fields: list[Field], titles: Mapping[str, Text]) -> list[Part]:
    """The fields under their modules, in the order of the titles; what colleagues keep among themselves comes last."""
    keys = [*titles, *(key for key in dict.fromkeys(field.module for field in fields) if key not in titles)]
    found = [Part(key, titles.get(key), tuple(f for f in fields if f.module == key)) for key in keys]
    return [part for part in found if part.fields]
