"""A form in the hands of a customer: found by what stands beside its cells, filled in and saved."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from formsvc.fields import TYPES, Field, Value
from formsvc.fields.types.multi_select import PREFIX
from formsvc.questionnaires.definition import Definition, default_data, definition_from_data
from formsvc.questionnaires.xlsx.slots import MOST_ITEMS, TICK, key_of
from formsvc.questionnaires.xlsx.workbook import HINT, INPUT, KEY, LABEL, Asking, made

DEFINITION: Definition = definition_from_data(default_data())
Cells = Mapping[str, Sequence[object]]
COLUMNS = {"key": KEY + 1, "label": LABEL + 1, "input": INPUT + 1, "hint": HINT + 1}


def asking(definition: Definition = DEFINITION, situation: str = "existing", audience: str = "enterprise") -> Asking:
    return Asking(definition, 1, audience, situation)


def opened(content: bytes) -> tuple[Workbook, Worksheet]:
    """The workbook, and the sheet that a person sees."""
    book = load_workbook(io.BytesIO(content))
    [sheet] = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return book, sheet


def rows(sheet: Worksheet) -> dict[str, list[int]]:
    """The numbers of the rows by their hidden keys."""
    found: dict[str, list[int]] = {}
    for row in range(1, sheet.max_row + 1):
        if key := sheet.cell(row, COLUMNS["key"]).value:
            found.setdefault(str(key), []).append(row)
    return found


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def filled(content: bytes, cells: Cells) -> bytes:
    """The form with `cells` typed into it, by the keys of their rows."""
    book, sheet = opened(content)
    places = rows(sheet)
    for key, values in cells.items():
        for row, value in zip(places[key], values, strict=False):
            sheet.cell(row, COLUMNS["input"]).value = value  # type: ignore[assignment]
    return saved(book)


def form(cells: Cells | None = None, language: str = "zh_CN", **other: Any) -> bytes:
    """A form of the default questionnaire, with `cells` typed into it."""
    blank = made(asking(**other), language)
    return filled(blank, cells) if cells else blank


def with_number(data: Mapping[str, Any], number: int) -> bytes:
    """A blank form of the version with that number of a questionnaire, as a new company is asked."""
    return made(Asking(definition_from_data(data), number, "enterprise", "new"), "zh_CN")


def typed(field: Field, value: Value, language: str) -> dict[str, list[str]]:
    """What a person who means `value` would put into the cells of `field`."""
    raw = TYPES[field.type].raw(value, field)
    if field.type == "multi-select":
        ticks = {key_of(field, code=item): [TICK] for item in value if not item.startswith(PREFIX)}  # type: ignore[union-attr]
        return ticks | ({key_of(field, "other"): list(raw["other"])} if raw["other"] else {})
    if field.type == "select":
        return {key_of(field): [field.by_code[str(value)].label.in_(language)]}
    if field.type == "list" and isinstance(value, list):
        most = min(field.max_items or MOST_ITEMS, MOST_ITEMS)
        return {key_of(field): [*value[: most - 1], "\n".join(value[most - 1 :])] if len(value) >= most else value}
    return {key_of(field, part): list(texts) for part, texts in raw.items() if texts}
