"""What every workbook has: cells that somebody filled, and what is raised where it is damaged. Pure."""

import re
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from formsvc.fields import clean

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how a workbook writes any character (ECMA-376, ST_Xstring)
DAMAGED = Exception  # what reads foreign bytes may raise anything: LZMAError, TranslatorError, MemoryError


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
    return clean(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), str(cell)[:most]))
