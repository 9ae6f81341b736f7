"""What a record lacks to be complete: the columns of the worksheet that are empty (M41). Pure."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from formsvc.customers.models import Audience
from formsvc.customers.worksheet.columns import columns
from formsvc.fields import Field


@dataclass(frozen=True)
class Missing:
    """The fields that are empty, in the worksheet's order, of `total` columns, the number included."""

    fields: tuple[Field, ...]
    total: int


def missing(asked: Mapping[str, Field], audience: Audience, held: Container[str]) -> Missing:
    """What of the columns that concern such a customer is not `held`, with fields as they are `asked`."""
    own = [each.field for each in columns(asked) if each.field is None or audience in each.field.audiences]
    return Missing(tuple(field for field in own if field and field.key not in held), len(own))
