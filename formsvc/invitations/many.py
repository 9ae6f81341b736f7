"""Invite many customers at once: each in a transaction of its own, so that what is done stays done (M10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from formsvc import audit
from formsvc.customers import reach
from formsvc.customers.listing import choosing
from formsvc.customers.models import Customer
from formsvc.db import transaction
from formsvc.invitations import verbs
from formsvc.invitations.models import LIVE, Invitation, InvitationState
from formsvc.staff.models import Staff


class Left(StrEnum):
    """Why a customer was not invited."""

    INVITED = "invited"  # a link is open already, or its answers wait
    NOTHING = "nothing"  # the questionnaire asks nothing of this kind of customer
    ARCHIVED = "archived"


class Named(NamedTuple):
    """A customer in a list of them."""

    number: str
    name: str


@dataclass
class Sent:
    """What became of customers: those who get a mail, those whose link is handed over, and why others were left."""

    mailed: list[Named] = field(default_factory=list)
    by_hand: list[Named] = field(default_factory=list)
    left: dict[Left, list[Named]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.mailed) + len(self.by_hand)


def invite(
    numbers: Iterable[str], by: Staff, now: datetime, days: int, questionnaire: str, with_form: bool = False
) -> Sent:
    """Invite the customers with those numbers, each once, as `issue` does: who is invited already is left.

    A customer that `by` may not see is as if it did not exist. Raises NoQuestionnaire, ValueError for `days`.
    """
    sent = Sent()
    for number in dict.fromkeys(numbers):
        with transaction() as session:
            customer = reach.find(session, by, number)
            if customer is None:
                continue
            named, has_mail = Named(customer.number, customer.name), bool(customer.email)
            asked = days, questionnaire, with_form
            why = Left.ARCHIVED if customer.archived_at else _issue(session, customer, by, now, *asked)
        group = sent.left.setdefault(why, []) if why else sent.mailed if has_mail else sent.by_hand
        group.append(named)
    return sent


def asked_already(session: Session, customers: Sequence[Customer], questionnaire_id: int, now: datetime) -> set[int]:
    """The ids of those of `customers` who would get no second link."""
    live = Invitation.questionnaire_id == questionnaire_id, Invitation.state.in_(LIVE)
    found = select(Invitation).where(Invitation.customer_id.in_([each.id for each in customers]), *live)
    return {each.customer_id for each in session.scalars(found) if verbs.is_taking(each, now)}


def links_of(
    session: Session, numbers: list[str], by: Staff, questionnaire_id: int, now: datetime
) -> Sequence[Invitation]:
    """The links that open, of those of the customers with these numbers that `by` may see. Records one fact."""
    ids = [customer.id for customer in choosing.of_numbers(session, by, numbers)]
    asked = Invitation.state.in_((InvitationState.OPEN, InvitationState.RETURNED)), Invitation.closes_at > now
    found = select(Invitation).where(Invitation.customer_id.in_(ids), *asked).order_by(Invitation.customer_id)
    of_it = found.where(Invitation.questionnaire_id == questionnaire_id)
    links = session.scalars(of_it.options(joinedload(Invitation.customer))).all()
    shown = [link.customer.number for link in links]
    audit.record(session, by.actor, "invitation.links_shown", by.actor, now, customers=shown)
    return links


def _issue(
    session: Session, customer: Customer, by: Staff, now: datetime, days: int, questionnaire: str, with_form: bool
) -> Left | None:
    """Why no invitation was made; None where one was. Raises what `issue` raises else."""
    try:
        verbs.issue(session, customer, by.actor, by.id, now, days, questionnaire, with_form)
    except verbs.AlreadyInvited:
        return Left.INVITED
    except verbs.NothingAsked:
        return Left.NOTHING
    except verbs.Archived:  # since it was found
        return Left.ARCHIVED
    return None
