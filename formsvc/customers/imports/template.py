"""An empty worksheet to fill in: the columns, with lists to choose from and a hint for each (M41)."""

from collections.abc import Sequence
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from formsvc.customers.worksheet.columns import NUMBER, Column
from formsvc.fields import Field, Text

ROWS = 2000  # that the lists are offered in
HINTS = {
    NUMBER: Text(
        "新客户请留空，系统会自动编号。",
        "Leave it empty for a new customer: it gets a number by itself.",
    ),
    "下一步计划": Text("写清做什么、何时完成，不要只写“继续跟进”。", "Say what, and until when."),
}
LONGEST_HINT = 250  # characters that Excel shows


def write_template(file: IO[bytes], columns: Sequence[Column], language: str) -> None:
    """Write the workbook to `file`; hints are in `language`, titles and choices are the worksheet's own words."""
    with Workbook(file) as book:
        sheet, lists = book.add_worksheet("客户"), book.add_worksheet("选项")
        lists.hide()
        text = book.add_format({"num_format": "@"})  # a phone number stays one
        title = {True: _title(book, "#FDF3E1"), False: _title(book, "#EAF1F6")}
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, len(columns) - 1, 18, text)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.title + (" *" if column.required else ""), title[column.required])
            sheet.data_validation(1, place, ROWS, place, _validation(lists, place, column, language))


def _validation(lists: Any, place: int, column: Column, language: str) -> dict[str, Any]:
    """The hint, and the list where one word of a few is asked for; another word is not kept from being typed."""
    hint = {"input_title": column.title[:32], "input_message": _hint(column, language)[:LONGEST_HINT]}
    shown = hint if hint["input_message"] else {}
    if column.field is None or column.field.type != "select":
        return {"validate": "any", **shown}
    words = [option.written for option in column.field.options]
    lists.write_column(0, place, words)
    name = xl_col_to_name(place, col_abs=True)
    return {"validate": "list", "source": f"=选项!{name}$1:{name}${len(words)}", "error_type": "warning", **shown}


def _hint(column: Column, language: str) -> str:
    if column.title in HINTS:
        return HINTS[column.title].in_(language)
    return " ".join(text.in_(language) for text in _texts(column.field))


def _texts(field: Field | None) -> list[Text]:
    return [text for text in (field.hint, field.example) if text] if field else []


def _title(book: Workbook, colour: str) -> Any:
    return book.add_format({"bold": True, "bg_color": colour, "bottom": 1})
