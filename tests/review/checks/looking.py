"""A submission as the checks see it."""

from collections.abc import Mapping
from typing import Any

from formsvc.questionnaires.definition import default_data, definition_from_data
from formsvc.review.checks import Seen, flagged
from tests.fields.examples import TODAY

DEFINITION = definition_from_data(default_data())
COMPLETE: Mapping[str, Any] = {
    "basic.full_name": "合肥云盾科技有限公司",
    "basic.uscc": "914403001922038216",
    "basic.industry": "I",
    "contacts.name": "张敏",
    "contacts.salutation": "ms",
    "contacts.mobile": "+8613856780001",
    "contacts.email": "zhangmin@example.com",
    "needs.products": ["support"],
}
PERSON: Mapping[str, Any] = {**COMPLETE, "basic.full_name": "李静", "basic.uscc": None, "basic.industry": None}


def seen(
    answers: Mapping[str, Any], held: Mapping[str, Any] | None = None, base: Mapping[str, Any] | None = None,
    audience: str = "enterprise", **more: Any,
) -> Seen:  # fmt: skip
    """`answers` beside what is `held`, COMPLETE unless said; nothing was changed since the customer was asked."""
    held = COMPLETE if held is None else held
    modules = DEFINITION.asked(audience, "existing")
    fields = {field.key: field for module in modules for field in module.fields}
    return Seen(fields, held if base is None else base, held, answers, audience, TODAY, **more)


def names(given: Seen) -> list[str]:
    """The names of the checks that find something, one for each finding."""
    return [check.name for check, _finding in flagged(given)]
