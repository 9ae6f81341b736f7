"""What every step of the machine is taken with: a transaction that is rolled back, values to draw, what was done."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from formsvc.customers.models import Customer
from formsvc.db import transaction
from formsvc.invitations.models import Invitation
from formsvc.questionnaires.verbs import DEFAULT_KEY
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission
from tests import factories
from tests.asking import KEY
from tests.installation import NOW, Databases
from tests.review.model import Invited, Record, Sent
from tests.review.rules import ELEMENTS

Data = st.DataObject
T = TypeVar("T")


def some(*items: str) -> st.SearchStrategy[Any]:
    """Some of the items, in their order; None for none of them."""
    chosen = st.lists(st.sampled_from(items), unique=True, max_size=3)
    return chosen.map(lambda found: sorted(found, key=items.index) or None)


VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "basic.full_name": st.sampled_from(["合肥云盾科技有限公司", "合肥云盾信息有限公司"]),
    "basic.uscc": st.sampled_from([None, "914403001922038216", "N2110108MF01234566"]),
    "basic.address": st.sampled_from([None, "合肥", "深圳"]),
    "contacts.name": st.sampled_from(["张敏", "王芳", "李娜", None]),
    "contacts.mobile": st.sampled_from(["+8613856780001", "+8613900010002", None]),
    "contacts.email": st.sampled_from(["a@example.com", "b@example.com", "c@example.com", None]),
    "contacts.position": st.sampled_from([None, "采购", "财务"]),
    "needs.products": some("encryption", "inventory", "support", "other:培训", "other:咨询"),
    "needs.channel": some("phone", "mail", "meeting"),
    "needs.special": st.sampled_from([None, "周一送货", "周五送货"]),
    "history.projects": st.lists(st.sampled_from("甲乙丙丁"), unique=True, max_size=3).map(lambda items: items or None),
    "history.satisfaction": st.sampled_from([None, 1, 5]),
    "visit.score": st.sampled_from([1, 5]),
    "visit.topics": some("price", "quality"),
}
SHARED = ("needs.channel", "needs.special")
ASKED = {
    DEFAULT_KEY: [name for name in VALUES if not name.startswith("visit.")],
    KEY: ["visit.score", "visit.topics", *SHARED],
}
OF_COMPANIES = ("basic.uscc", "contacts.position")
SECRETS = st.sampled_from(["11010519491231002X", "440524188001010014"])


class Hands(RuleBasedStateMachine):
    """All steps are one transaction; each begins with an empty session a minute later, as a request does.

    `facts` and `mails` are what was recorded and queued: each mail by kind, subject and step, with its address.
    """

    def __init__(self, databases: Databases) -> None:
        super().__init__()
        self.stack, self.now = ExitStack(), NOW
        self.stack.enter_context(databases.kept.app_context())
        self.session = self.stack.enter_context(transaction())
        self.staff = factories.staff_account(self.session).id
        self.records: list[Record] = []
        self.facts, self.mails = Counter[tuple[str, str]](), dict[tuple[str, str, str], str]()

    def teardown(self) -> None:
        self.session.rollback()
        self.stack.close()

    def turn(self) -> None:
        self.now += timedelta(minutes=1)
        self.session.flush()
        self.session.expunge_all()

    def refused(self, error: type[Exception] | tuple[type[Exception], ...], verb: Callable[[], object]) -> None:
        """It changes nothing, which the invariants see."""
        with pytest.raises(error), self.session.begin_nested():
            verb()
        self.session.expire_all()

    def done(self, action: str, of: Record | Invited | Sent) -> None:
        self.facts[action, _subject(of)] += 1

    def mailed(self, kind: str, one: Invited, step: str) -> None:
        """Nothing, where no address is held."""
        if one.record.email:
            assert (kind, _subject(one), step) not in self.mails
            self.mails[kind, _subject(one), step] = one.record.email

    def who(self) -> Staff:
        return self.session.get_one(Staff, self.staff)

    def customer(self, record: Record) -> Customer:
        self.turn()
        return self.session.get_one(Customer, record.id)

    def invitation(self, one: Invited) -> Invitation:
        self.turn()
        return self.session.get_one(Invitation, one.id)

    def submission(self, sent: Sent) -> Submission:
        self.turn()
        return self.session.get_one(Submission, sent.id)

    def invited(self) -> list[Invited]:
        return [one for record in self.records for one in record.invited]

    def asked(self) -> list[Invited]:
        """All invitations, and those that are not over once more: more happens to them."""
        return [*self.invited(), *(one for one in self.invited() if one.is_live and not one.is_over)]

    def sent(self, *states: str) -> list[Sent]:
        """What was sent and is in one of these states now, or in any."""
        return [sent for one in self.invited() for sent in one.sent if not states or sent.state in states]


def one_of(data: Data, items: Sequence[T]) -> T:
    """By its place: what is drawn stays readable."""
    return items[data.draw(st.integers(0, len(items) - 1))]


def values_of(data: Data, names: Collection[str], most: int) -> dict[str, Any]:
    """Values of up to `most` of these fields, and of one with several elements: these are what merges by itself."""
    chosen = data.draw(st.lists(st.sampled_from(list(names)), unique=True, max_size=most))
    chosen.append(one_of(data, [name for name in ELEMENTS if name in names]))
    return {name: data.draw(VALUES[name]) for name in dict.fromkeys(chosen)}


def _subject(of: Record | Invited | Sent) -> str:
    if isinstance(of, Record):
        return f"customer:{of.number}"
    return f"invitation:{of.id}" if isinstance(of, Invited) else f"submission:{of.id}"
