"""The newest link of each customer, and its state in words, for lists."""

from collections.abc import Collection, Mapping

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formsvc.invitations.models import Invitation


def newest(session: Session, customers: Collection[int]) -> Mapping[int, Invitation]:
    """The newest invitation of each of the customers with these ids, by the customer's id."""
    last = select(func.max(Invitation.id)).where(Invitation.customer_id.in_(customers))
    found = select(Invitation).where(Invitation.id.in_(last.group_by(Invitation.customer_id)))
    return {invitation.customer_id: invitation for invitation in session.scalars(found)} if customers else {}


def names() -> dict[str, str]:
    """The states of an invitation in words."""
    return {
        "open": _("Waiting for the customer"),
        "answered": _("Answered, to review"),
        "returned": _("Returned for changes"),
        "closed": _("Reviewed"),
        "revoked": _("Revoked"),
    }
