"""Split two records again that were merged, without touching what came later (M26)."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import contacts, record, rows
from formsvc.customers.duplicates.apart import tell_apart
from formsvc.customers.finding import marking
from formsvc.customers.following import verbs as following
from formsvc.customers.merging.parts import belongs
from formsvc.customers.merging.steps import Plan, find_merge, plan
from formsvc.customers.merging.verbs import lock
from formsvc.customers.models import Cause, Customer
from formsvc.customers.record import Change, StaleRecord
from formsvc.customers.worksheet.columns import NEXT_OWNER
from formsvc.staff.models import Staff

MAX_REASON = 500


class NotMerged(Exception):
    """The merge was undone meanwhile, or never was."""


class ReasonMissing(ValueError):
    """A split needs a reason for the files."""


def split(session: Session, staying: Customer, version: int, who: Staff, reason: str, seen: int, now: datetime) -> int:
    """Undo the merge that made `version` of `staying`; the new version.

    What the merge set and is still held goes back to what was held before, contacts that came along are removed, and
    the other record is a customer again as it was; that they are two is settled. `seen` is the version that was looked
    at. Raises ReasonMissing, NotMerged, StaleRecord.
    """
    if not reason:
        raise ReasonMissing
    merge = find_merge(session, staying, version)
    if merge is None or merge.other is None:
        raise NotMerged(staying.number)
    going = merge.other
    lock(session, staying, going)
    if going.merged_into_id != staying.id:
        raise StaleRecord(staying.number)
    found = plan(session, staying, merge)
    change = Change(Cause.SPLIT, who.id, other_id=going.id, reason=reason)
    number = record.begin_version(session, staying, change, now, seen=seen)
    _end(session, staying, found, number)
    record.restore(session, [step.back for step in found.back if step.back], number)
    contacts.remove(session, staying, [added.number for added in found.removed], now)
    _restore_the_rest(staying, found)
    record.repeat(session, staying)
    going.merged_into_id = None
    belongs(session, going, going)
    following.part(session, staying, going)
    marking.refresh(session, going)
    tell_apart(session, staying, [going.id], who, reason, now)
    audit.record(
        session, who.actor, "customer.split", staying.subject, now, version=number, other=going.number,
        fields=sorted({step.field for step in found.back}), contacts=[each.number for each in found.removed],
    )  # fmt: skip
    return number


def _end(session: Session, staying: Customer, found: Plan, version: int) -> None:
    fields: dict[int, list[str]] = defaultdict(list)
    for step in found.back:
        fields[step.contact].append(step.field)
    for added in found.removed:
        fields[added.number] += [row.field for row in added.rows]
    for contact, keys in fields.items():
        rows.end(session, staying, contact, keys, version)


def _restore_the_rest(staying: Customer, found: Plan) -> None:
    """What is no value: see `merging`."""
    staying.situation = found.situation
    if any(step.field == NEXT_OWNER for step in found.back):
        staying.next_owner_id = found.next_owner
