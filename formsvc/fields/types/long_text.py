"""Several lines of text."""

from formsvc.fields.field import Field
from formsvc.fields.text import clean
from formsvc.fields.types.base import OneLine, within_length

MAX_LENGTH = 2000


class LongText(OneLine):
    """Cleaned lines of up to 2,000 characters together, or what the field's max_length says."""

    name = "long-text"
    control = "textarea"

    def value(self, text: str, field: Field) -> str:
        return within_length(text, field, MAX_LENGTH)

    def cleaned(self, text: str) -> str:
        return clean(text)
