"""What every workbook has: cells that somebody filled, and what is raised where it is damaged. Pure."""

import zipfile
import zlib
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from formsvc.fields import clean

DAMAGED = (  # what zipfile, expat and openpyxl raise on a damaged workbook, some of it while its rows are read
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, OSError, EOFError,
    ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError,
)  # fmt: skip


def cell_text(cell: Any, most: int) -> str:
    """A cell as a person would type it, up to `most` characters: dates as 2024-05-10, numbers with all of their digits,
    formulas as text.
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and isfinite(cell):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, ArrayFormula | DataTableFormula):
        return clean(getattr(cell, "text", None) or "=")
    return clean(str(cell)[:most])
