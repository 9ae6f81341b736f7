"""Hand a customer over to a colleague (M46)."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import record
from formsvc.customers.models import Customer, Origin
from formsvc.customers.record import Source
from formsvc.customers.worksheet.columns import NEXT_OWNER
from formsvc.db import rows_changed
from formsvc.staff.models import Staff


def hand_over(session: Session, customer: Customer, to: Staff, by: Staff, now: datetime) -> bool:
    """`to` is the account manager from now on; False where that is so already, or somebody else was quicker.

    The next step goes along where it was the former one's to take; what waits for a review stays with who is to review
    it. Whoever calls has looked at whether `by` may see both.
    """
    if customer.owner_id == to.id:
        return False
    is_theirs = Customer.owner_id.is_(None) if customer.owner_id is None else Customer.owner_id == customer.owner_id
    seen = Customer.id == customer.id, is_theirs, Customer.merged_into_id.is_(None)
    if not rows_changed(session, update(Customer).where(*seen).values(owner_id=to.id, updated_at=now)):
        return False
    former = customer.owner_id
    session.refresh(customer)
    if former is not None and customer.next_owner_id == former:
        record.change(session, customer, {NEXT_OWNER: to.name}, Source(Origin.ENTRY, by.id), now, seen=customer.version)
        customer.next_owner_id = to.id
    before = f"staff:{former}" if former else None
    audit.record(session, by.actor, "customer.assigned", customer.subject, now, to=to.actor, before=before)
    return True
