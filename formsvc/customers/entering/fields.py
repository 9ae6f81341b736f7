"""What is asked of a customer who is made by hand: what stands on a business card, and what is known besides."""

from collections.abc import Mapping

from flask_babel import gettext as _

from formsvc.customers.editing.form import RecordForm
from formsvc.customers.models import Audience
from formsvc.customers.relation import ADDRESSES, EMAIL, MOBILE, NAME, OFFICE_PHONE, POSITION, SALUTATION
from formsvc.customers.worksheet.columns import record_fields
from formsvc.fields import Field, Value

FULL_NAME, CODE = "basic.full_name", "basic.uscc"
OF_CONTACT = (NAME, SALUTATION, POSITION, MOBILE, OFFICE_PHONE, EMAIL)
CARD = (FULL_NAME, *OF_CONTACT, CODE)
ABOUT = ("record.source", "record.category", "record.urgency", "maintenance.tags", "record.remarks")
OF_COMPANIES = NAME, POSITION, CODE  # a person is the own contact


def card_fields(asked: Mapping[str, Field]) -> list[Field]:
    """The fields, in the order of the form."""
    known = record_fields(asked)
    return [known[key] for key in (*CARD, *ABOUT)]


def completed(values: Mapping[str, Value], form: RecordForm, audience: Audience) -> dict[str, Value]:
    """`values` as they belong to such a customer; that there is no way to reach it is said in the form."""
    made = dict(values)
    if audience is Audience.INDIVIDUAL:
        for key in OF_COMPANIES:
            made.pop(key, None)
            form.controls[key].errors = ()
        if FULL_NAME in made:
            made[NAME] = made[FULL_NAME]
    if not any(key in made or form.controls[key].errors for key in ADDRESSES):
        form.refuse(MOBILE, _("Enter a mobile, an office phone or a mail address: one of them is enough."))
    return made
