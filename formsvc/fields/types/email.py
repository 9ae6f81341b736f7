"""An email address."""

import re
from typing import ClassVar

from email_validator import EmailNotValidError, validate_email

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.text import half_width
from formsvc.fields.types.base import OneLine

MAX_LENGTH = 254

# Ours: whether reserved domains such as .test pass. Documentation domains (example.com, example.cn) always do.
TEST_ENVIRONMENT = False

# Few mail servers in use take a local part that is not ASCII (RFC 6531), so a customer could not be reached there.
SMTPUTF8 = False


# What most addresses look like: email-validator would say yes to each of these and change none.
_ORDINARY = re.compile(r"(?=.{6,64}$)[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+(?:com|cn|net|org)")


class Email(OneLine):
    """One address by RFC 5321, normalised by email-validator, domain in lower case. The syntax only: no DNS."""

    name = "email"
    attrs: ClassVar[dict[str, str]] = {"type": "email", "inputmode": "email"}

    def value(self, text: str, field: Field) -> str:
        address = half_width(text).removeprefix("mailto:").strip("<> ")
        if len(address) > MAX_LENGTH:
            raise Wrong("email")
        if _ORDINARY.fullmatch(address):
            return address
        try:
            found = validate_email(
                address, check_deliverability=False, allow_smtputf8=SMTPUTF8, test_environment=TEST_ENVIRONMENT
            )
        except EmailNotValidError:
            raise Wrong("email") from None
        return found.normalized
