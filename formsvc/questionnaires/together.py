"""What several questionnaires have in common: all of them write into one master record. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from formsvc.fields import Field, Text
from formsvc.fields.text import packed
from formsvc.questionnaires.definition import AUDIENCES, SITUATIONS, Definition

MAX_FIELD = 80  # characters of a key: what the record holds
COLLEAGUES = "record"  # the module of what the worksheet keeps for colleagues


def fields_of_all(definitions: Iterable[Definition]) -> dict[str, Field]:
    """The fields of all `definitions` by their keys, as the first that has one says, with the options of the others."""
    found: dict[str, Field] = {}
    for definition in definitions:
        for key, field in definition.fields.items():
            found[key] = _with_options(found[key], field) if key in found else field
    return found


def titles_of_all(definitions: Iterable[Definition]) -> dict[str, Text]:
    """The titles of all modules for colleagues by their keys, as the first of `definitions` that has one says."""
    found: dict[str, Text] = {}
    for definition in definitions:
        for module in definition.modules:
            found.setdefault(module.key, module.staff_title)
    return found


def check(definition: Definition, others: Iterable[Definition]) -> None:
    """Raises ValueError where `definition` asks nobody, or where a value would be another one in the `others`."""
    if not any(definition.asked(audience, situation) for audience in AUDIENCES for situation in SITUATIONS):
        raise ValueError("modules: no field is asked of anybody")
    for key, field in definition.fields.items():
        if field.module == COLLEAGUES:
            raise ValueError(f"{key}: module {COLLEAGUES} is the colleagues' own, no customer is asked for it")
        if len(key) > MAX_FIELD:
            raise ValueError(f"{key} has more than {MAX_FIELD} characters")
        for other in others:
            if key in other.fields and (problem := _problem(field, other.fields[key])):
                raise ValueError(f"{key} must {problem}, as in {other.key}: both write into one record")


def _problem(field: Field, other: Field) -> str:
    """What `field` must be to hold the same values as `other`; empty where it does."""
    if field.type != other.type:
        return f"be a {other.type}"
    if field.sensitive != other.sensitive:
        return "be sensitive" if other.sensitive else "not be sensitive"
    return "be for staff only" if other.staff_only and not field.staff_only else ""


def _with_options(field: Field, other: Field) -> Field:
    """`field` with what `other` offers besides; no word of it stands for two options."""
    more = [option for option in other.options if not any(packed(word) in field.codes for word in option.words)]
    return replace(field, options=(*field.options, *more)) if more else field
