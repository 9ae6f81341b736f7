"""What a value of each type of question is: the same for the form, the worksheet and staff edits (spec rows M1–M6).

Pure: no request, no database, no clock. A `Field` describes a question, its `TYPES` entry turns what people typed into
a value and back, `check` judges all answers together, and `sentence` words each `Wrong`.
"""

from formsvc.fields.errors import Wrong, sentence
from formsvc.fields.field import Field, Option
from formsvc.fields.rules import check, masked
from formsvc.fields.spec import field_from_data, field_to_data, text_from_data
from formsvc.fields.text import Text, clean, clean_line, half_width
from formsvc.fields.types import TYPES, FieldType, Raw, Value

__all__ = [
    "TYPES",
    "Field",
    "FieldType",
    "Option",
    "Raw",
    "Text",
    "Value",
    "Wrong",
    "check",
    "clean",
    "clean_line",
    "field_from_data",
    "field_to_data",
    "half_width",
    "masked",
    "sentence",
    "text_from_data",
]
