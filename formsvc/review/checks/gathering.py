"""Read what the checks look at, in a few statements."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from formsvc.customers.duplicates.alike import alike
from formsvc.customers.models import Customer
from formsvc.fields import Field
from formsvc.mail import outbox
from formsvc.questionnaires.verbs import definition_of
from formsvc.review.checks.seen import Seen
from formsvc.submissions import addresses
from formsvc.submissions.models import Submission


def look(
    session: Session, submission: Submission, base: Mapping[str, Any], held: Mapping[str, Any], today: date,
    visible: Select[Customer] | None = None,
) -> Seen:  # fmt: skip
    """What the checks look at: `base` was held when the customer was asked, `held` is held now.

    Other customers are named where they are among `visible`, or all where nobody in particular looks.
    """
    customer = submission.invitation.customer
    fields = _asked(submission)
    answers = submission.all_answers
    values = {key: value for key, value in {**held, **answers}.items() if key in fields}
    confirmed = addresses.status(session, submission)
    return Seen(
        fields=fields, base=base, held=held, answers=answers, audience=customer.audience, today=today,
        unconfirmed=frozenset(key for key, is_good in confirmed.items() if not is_good),
        undeliverable=_refusing(session, fields, values) - {key for key, is_good in confirmed.items() if is_good},
        alike=tuple(alike(session, values, customer, visible)),
        is_proved=submission.is_proved, is_unconfirmed=submission.is_unconfirmed,
    )  # fmt: skip


def _asked(submission: Submission) -> dict[str, Field]:
    customer = submission.invitation.customer
    modules = definition_of(submission.invitation.version).asked(customer.audience, customer.situation)
    return {field.key: field for module in modules for field in module.fields}


def _refusing(session: Session, fields: Mapping[str, Field], values: Mapping[str, Any]) -> frozenset[str]:
    """The fields of mail addresses where our mail was refused."""
    given = {key: value for key, value in values.items() if fields[key].type == "email" and isinstance(value, str)}
    refused = outbox.refused(session, list(given.values()))
    return frozenset(key for key, value in given.items() if value in refused)
