"""Worksheets for tests."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

from formsvc.customers.worksheet import files, reading
from formsvc.customers.worksheet.columns import titles
from formsvc.customers.worksheet.files import Report
from formsvc.customers.worksheet.importing import Outcome
from formsvc.staff.models import Staff
from tests.installation import NOW

DATA = Path(__file__).parent.parent / "data"
TEMPLATE, REAL = DATA / "worksheet-template.csv", DATA / "worksheet-120.xlsx"
ROW = {
    "客户名称/个人姓名": "合肥云盾科技有限公司",
    "联系人": "张敏",
    "手机号码": "138 5678 0001",
    "电子邮箱": "zhangmin@example.com",
}


def bring_in(path: Path, owner: Staff | None = None, dry_run: bool = False) -> Report:
    return files.import_sheet(reading.read(path), owner, NOW, dry_run=dry_run, language="zh_CN")


def told(report: Report) -> dict[str, int]:
    """How many rows of each outcome, without those that did not happen."""
    return {str(outcome): report.counts[outcome] for outcome in Outcome if report.counts[outcome]}


def as_csv(path: Path, *rows: Mapping[str, str], header: Sequence[str] | None = None, encoding: str = "utf-8") -> Path:
    """A CSV file with `rows`, each by column title; what a row does not say is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header or titles(), restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def as_xlsx(path: Path, *lines: Sequence[object]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(list(line))
    book.save(path)
    book.close()
    return path
