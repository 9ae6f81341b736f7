"""A worksheet's row as values of the record, or as problems that a person can mend. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from formsvc.customers.models import Audience, Situation
from formsvc.customers.names import looks_like_company
from formsvc.customers.numbers import split
from formsvc.customers.worksheet.columns import NEXT_ON, NEXT_STEP, NUMBER, TALKED_ON, Column
from formsvc.customers.worksheet.due import due_on
from formsvc.customers.worksheet.reading import SheetRow
from formsvc.fields import TYPES, Text, Value, Wrong, check, sentence

MAX_UNKNOWN = 60
FAILED = re.compile(r"#(?:N/A|NAME\?|REF!|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!)", re.I)  # what a formula came to
MAX_SHOWN = 200  # characters of a wrong cell that its problem repeats
REASONS = {
    "number": Text(
        "客户编号应为 CX 加年月和序号，例如 CX202611001；新客户请留空。",
        "A customer number is CX, year and month, serial, e.g. CX202611001; leave it empty for a new customer.",
    ),
    "surplus": Text(
        "这一行比表头多出内容，请检查多余的逗号或列。",
        "This row has more cells than the header: check for a stray comma or column.",
    ),
    "archived": Text(
        "该客户已归档，档案未改动。请先在客户页面恢复档案，再导入这一行。",
        "This customer is archived, and nothing was changed: bring the record back on its page, then import this row.",
    ),
    "not-yours": Text(
        "这是其他同事负责的客户，请联系您的主管。",
        "Another colleague looks after this customer: ask your lead.",
    ),
    "too-long": Text(
        "这一行的内容太长，档案存不下，请删减。",
        "This row has more text than a record can hold: shorten it.",
    ),
    "needed": Text("必填，请补充。", "Required: fill it in."),
    "failed": Text("这一格是公式出错的结果，请填写内容本身。", "A formula failed in this cell: put its value there."),
}


@dataclass(frozen=True)
class Problem:
    """One cell that was refused."""

    column: str
    value: str
    reason: str


@dataclass
class CheckedRow:
    """A row's values by field, where it has no problems."""

    row: SheetRow
    language: str
    number: str | None = None
    values: dict[str, Value] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    audience: Audience = Audience.ENTERPRISE

    @property
    def situation(self) -> Situation:
        return Situation.of(self.values)

    @property
    def given_number(self) -> str:
        """The number as the worksheet has it."""
        return self.row.cells.get(NUMBER, "").strip().upper()

    def text(self, field: str) -> str | None:
        """The value of a field that is text."""
        value = self.values.get(field)
        return value if isinstance(value, str) else None

    def refuse(self, column: str, reason: str) -> None:
        """Add the problem `reason`, one of REASONS, with the cell of `column`."""
        self.tell(column, self.row.cells.get(column, ""), REASONS[reason].in_(self.language))

    def tell(self, column: str, cell: str, sentence: str) -> None:
        """Add the problem that `sentence` says of `cell`."""
        self.problems.append(Problem(column, cell[:MAX_SHOWN], sentence))


def check_row(row: SheetRow, columns: Sequence[Column], today: date, language: str) -> CheckedRow:
    """`row` as values, empty cells left out, with a problem, told in `language`, for each cell that is wrong."""
    checked = CheckedRow(row, language, audience=_audience(row))
    if row.too_long:
        checked.refuse(row.too_long, "too-long")
        return checked
    if row.surplus:
        checked.tell("", row.surplus, REASONS["surplus"].in_(language))
    for column in columns:
        if column.title == NUMBER:
            _take_number(checked)
        elif column.field:
            _take_value(checked, column)
    _check_rules(checked, columns, today)
    _take_due(checked, today)
    return checked


def _audience(row: SheetRow) -> Audience:
    """A person where the contact is the customer, unless the name says that it is an organisation's."""
    name = row.cells.get("客户名称/个人姓名", "").strip()
    contact = row.cells.get("联系人", "").strip()
    is_person = name == contact and not looks_like_company(name)
    return Audience.INDIVIDUAL if is_person else Audience.ENTERPRISE


def _take_number(checked: CheckedRow) -> None:
    if not checked.given_number:
        return
    try:
        split(checked.given_number)
    except ValueError:
        checked.refuse(NUMBER, "number")
    else:
        checked.number = checked.given_number


def _take_value(checked: CheckedRow, column: Column) -> None:
    field, cell = column.field, checked.row.cells.get(column.title, "")
    if field is None:
        raise ValueError(column.title)
    if FAILED.fullmatch(cell.strip()):
        checked.refuse(column.title, "failed")
        return
    try:
        value = TYPES[field.type].read(cell, field)
    except Wrong as wrong:
        if column.keep_unknown and len(cell) <= MAX_UNKNOWN:
            value = cell.strip()
        else:
            checked.tell(column.title, cell, sentence(wrong, column.title, checked.language))
            return
    if value is None and column.required:
        checked.refuse(column.title, "needed")
    if value is not None:
        checked.values[field.key] = value


def _check_rules(checked: CheckedRow, columns: Sequence[Column], today: date) -> None:
    """The fields' rules on the cells that hold a value: a worksheet may leave out what a questionnaire requires."""
    by_key = {column.field.key: column for column in columns if column.field}
    given = [column.field for key, column in by_key.items() if column.field and key in checked.values]
    for key, wrong in check(given, checked.values, checked.audience, today).items():
        column = by_key[key]
        cell = checked.row.cells.get(column.title, "")
        checked.tell(column.title, cell, sentence(wrong, column.title, checked.language))


def _take_due(checked: CheckedRow, today: date) -> None:
    """The day that the next step names: near the talk after which it was written down, where that has a day."""
    on = due_on(checked.text(NEXT_STEP) or "", date.fromisoformat(checked.text(TALKED_ON) or f"{today}"))
    if on:
        checked.values[NEXT_ON] = on.isoformat()
