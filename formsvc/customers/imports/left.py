"""The rows that were not brought in, as a worksheet that can be mended and brought in again (M43)."""

from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from formsvc.customers.imports.models import Import, ImportRow, LeftReason, RowOutcome, RowResult
from formsvc.customers.worksheet.checking import Problem
from formsvc.customers.worksheet.files import refused_row
from formsvc.fields import Text

PAGE = 500
REASONS = {
    LeftReason.UNDECIDED: Text("没有人作出选择。", "Nobody decided about it."),
    LeftReason.LEFT_OUT: Text("按您的选择没有导入。", "Left out, as was decided."),
    LeftReason.CHANGED_SINCE: Text(
        "预览之后客户资料又有变动，未覆盖。",
        "The record was changed after the preview: it was not overwritten.",
    ),
    LeftReason.EXISTS_NOW: Text("预览之后已有人建了这位客户。", "Somebody made this customer after the preview."),
    LeftReason.NOT_YOURS: Text("这位客户已不归您查看。", "This customer is no longer yours to see."),
    LeftReason.OTHER_ROW_LEFT: Text("它所属的那一行没有导入。", "The row that it belongs to was not imported."),
}


def reasons(language: str) -> dict[str, str]:
    """Why a row was left, in words."""
    return {reason: text.in_(language) for reason, text in REASONS.items()}


def rows(session: Session, brought: Import, language: str) -> Iterator[list[str]]:
    """Each row as it was, with the reason; between pages the session reads anew."""
    is_out = or_(ImportRow.outcome == RowOutcome.REFUSED, ImportRow.result == RowResult.LEFT)
    page, last = select(ImportRow).where(ImportRow.import_id == brought.id, is_out), 0
    while found := session.scalars(
        page.where(ImportRow.number > last).order_by(ImportRow.number).limit(PAGE)
    ).all():  # fmt: skip
        last = found[-1].number
        cells = [refused_row(row.number, row.cells, list(_problems(row, language))) for row in found]
        session.rollback()
        yield from cells


def _problems(row: ImportRow, language: str) -> Iterator[Problem]:
    for problem in row.problems:
        yield Problem(*problem)
    if row.reason:
        yield Problem("", "", REASONS[row.reason].in_(language))
