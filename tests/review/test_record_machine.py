"""Invitations, submissions, reviews, undo and edits in any order, by the verbs and on a plain model: no difference.

After each step the tables of both engines say what the model says, of every version that there ever was.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from formsvc.audit import AuditFact
from formsvc.customers.held import held_values
from formsvc.customers.models import Customer
from formsvc.customers.record import StaleRecord
from formsvc.customers.relation import Relation
from formsvc.mail.models import OutboxMessage
from formsvc.questionnaires.verbs import DEFAULT_KEY
from formsvc.review import reopening, undo, verbs
from formsvc.review.diff import Choice, Decision, Undecided
from formsvc.review.merging import Nameless
from tests.installation import Databases
from tests.review import model, rules, tables, undo_rules
from tests.review.asking_steps import Asking
from tests.review.hands import VALUES, Data, one_of
from tests.review.model import Record, Sent

FEW = settings(
    max_examples=15, stateful_step_count=20, deadline=None, derandomize=True, database=None, print_blob=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
TOLD = ("customer.", "invitation.", "submission.")  # drafts and new addresses have facts of their own
MAILS = ("invitation", "receipt", "returned", "thank-you")


class RecordMachine(Asking):
    """`seen` is the last version of each record that was looked back from."""

    def __init__(self, databases: Databases) -> None:
        super().__init__(databases)
        self.seen: dict[Record, int] = {}

    @rule(data=st.data(), relation=st.sampled_from(Relation), is_rejected=st.booleans())
    def go_around(self, data: Data, relation: Relation, is_rejected: bool) -> None:
        """What else takes four steps, of which others come between: both sides change the record. Or six, with a
        rejection that is taken back.
        """
        self.invite(data, DEFAULT_KEY)
        self.edit(data, False, False)
        self.submit(data, False, True, True)
        if is_rejected and self.sent():
            self.refuse(data, False)
        if is_rejected and self.sent(model.REJECTED):
            self.reopen(data)
        if self.sent(model.WAITING):
            self.approve(data, relation, None)

    @precondition(lambda self: self.sent(model.WAITING))
    @rule(data=st.data(), relation=st.sampled_from(Relation), slip=st.sampled_from([None, None, None, "half", "stale"]))
    def approve(self, data: Data, relation: Relation, slip: str | None) -> None:
        """Anybody may be the person in answers that name one; now and then a choice is missing, or an older record was
        looked at.
        """
        sent = one_of(data, self.sent(model.WAITING))
        choices = self.choices(data, sent, is_whole=slip != "half")
        news = rules.decided(sent, choices, relation)
        seen = sent.invited.record.version - (slip == "stale")
        approve = self.approval(sent, choices, seen, relation)
        if news is None or slip == "stale":
            self.refused((Undecided, Nameless) if news is None else StaleRecord, approve)
            return
        assert approve() == sorted(news)
        rules.approve(sent, news, relation)
        self.done("submission.approved", sent)
        self.mailed("thank-you", sent.invited, f"revision-{sent.revision}")

    @precondition(lambda self: self.sent())
    @rule(data=st.data(), is_returned=st.booleans())
    def refuse(self, data: Data, is_returned: bool) -> None:
        sent = one_of(data, [*self.sent(), *self.sent(model.WAITING)])
        made, who, verb = self.submission(sent), self.who(), verbs.return_ if is_returned else verbs.reject
        if sent.state != model.WAITING:
            self.refused(verbs.TooLate, lambda: verb(self.session, made, who, "请核对", self.now))
            accepted = dict.fromkeys(sent.said, rules.Choice("accept"))
            self.refused(verbs.TooLate, self.approval(sent, accepted, sent.invited.record.version))
            return
        if is_returned and sent.invited.contact != sent.invited.record.now.primary:
            self.refused(verbs.ContactLeft, lambda: verb(self.session, made, who, "请核对", self.now))
            return
        verb(self.session, made, who, "请核对", self.now)
        sent.state = model.RETURNED if is_returned else model.REJECTED
        sent.invited.state = model.RETURNED if is_returned else model.CLOSED
        self.done(f"submission.{sent.state}", sent)
        if is_returned:
            sent.invited.is_over = False
            self.mailed("returned", sent.invited, f"revision-{sent.revision}")

    @precondition(lambda self: self.sent(model.REJECTED))
    @rule(data=st.data())
    def reopen(self, data: Data) -> None:
        """Mostly one of the last rejections is taken back, unless other answers count by now."""
        sent = one_of(data, [*self.sent(), *self.sent(model.REJECTED)[-2:] * 8])
        made, who, one = self.submission(sent), self.who(), sent.invited
        over = [other for other in one.others if other.is_live and other.is_over and other.state != model.ANSWERED]
        live = [other for other in one.others if other.is_live and other not in over]
        is_past = live or any(other.state == model.CLOSED and other.at > one.at for other in one.others)
        if sent.state != model.REJECTED or is_past:
            told = verbs.TooLate if sent.state != model.REJECTED else reopening.AskedAgain
            self.refused(told, lambda: reopening.reopen(self.session, made, who, self.now))
            return
        reopening.reopen(self.session, made, who, self.now)
        sent.state, one.state = model.WAITING, model.ANSWERED
        for other in over:
            other.state = model.REVOKED
        self.done("submission.reopened", sent)

    @precondition(lambda self: self.sent("approved"))
    @rule(data=st.data(), is_any=st.sampled_from([False, False, True]), is_stale=st.sampled_from([False, False, True]))
    def undo(self, data: Data, is_any: bool, is_stale: bool) -> None:
        """Some of what can be undone; or of all that was merged, which may have been undone or changed meanwhile."""
        sent = one_of(data, self.sent("approved"))
        known = undo_rules.undoable(sent)
        there = [item for item, is_possible in known.items() if is_any or is_possible]
        items = there or [undo_rules.CONTACT]
        items = data.draw(st.just(items) | st.lists(st.sampled_from(items), unique=True, min_size=1))
        made, who, seen = self.submission(sent), self.who(), sent.invited.record.version - is_stale

        def take_back() -> int:
            return undo.undo(self.session, made, items, who, "填错了", seen, self.now)

        if not all(known.get(item) for item in items):
            self.refused(undo.CannotUndo, take_back)
        elif is_stale:
            self.refused(StaleRecord, take_back)
        else:
            assert take_back() == seen + 1
            undo_rules.undo(sent, items)
            self.done("submission.undone", sent)

    @invariant()
    def the_record_is_as_in_the_model(self) -> None:
        self.turn()
        assert tables.lists(self.session) == tables.lists_of(self.records)
        assert tables.contacts(self.session) == tables.contacts_of(self.records)
        values = tables.values(self.session)
        assert tables.versions(self.session, values) == tables.versions_of(self.records)
        assert tables.verified(values) == tables.verified_of(self.records)
        assert tables.unnamed(self.session, values) == []
        for record in self.records:
            assert record.now.primary not in {*record.left, *record.removed}
            if self.seen.get(record) != record.version:
                self.look_back(record)

    def look_back(self, record: Record) -> None:
        """What is held now, and what was at each version."""
        customer = self.session.get_one(Customer, record.id)
        assert held_values(self.session, customer) == record.now.held()
        for number, version in enumerate(record.versions, start=1):
            assert held_values(self.session, customer, number) == version.held()
        self.seen[record] = record.version

    @invariant()
    def each_verb_is_its_move_its_fact_and_its_mail(self) -> None:
        assert tables.invitations(self.session) == tables.invitations_of(self.records)
        facts = self.session.execute(select(AuditFact.action, AuditFact.subject))
        assert Counter((action, subject) for action, subject in facts if action.startswith(TOLD)) == self.facts
        columns = OutboxMessage.kind, OutboxMessage.subject, OutboxMessage.step, OutboxMessage.recipient
        mails = self.session.execute(select(*columns).where(OutboxMessage.kind.in_(MAILS)))
        assert {(kind, subject, step): to for kind, subject, step, to in mails} == self.mails

    def choices(self, data: Data, sent: Sent, is_whole: bool) -> dict[str, rules.Choice]:
        """One for each field that needs one, but for one of them unless `is_whole`; and some that are not needed."""
        needed = rules.must_choose(sent)
        drawn = {
            name: data.draw(st.sampled_from(["accept", "keep", "edit"] if name in needed else [None, "accept", "edit"]))
            for name in sent.said
        }
        if needed and not is_whole:
            drawn[one_of(data, needed)] = None
        return {
            name: rules.Choice(said, data.draw(VALUES[name])) if said == "edit" else rules.Choice(said)
            for name, said in drawn.items()
            if said and (name, said) != (model.SECRET, "edit")
        }

    def approval(
        self, sent: Sent, choices: Mapping[str, rules.Choice], seen: int, relation: Relation = Relation.SAME
    ) -> Callable[[], list[str]]:
        """The verb, with all that it needs read before."""
        made, who = self.submission(sent), self.who()
        decisions = {
            name: Decision(cast(Choice, choice.name), choice.value, model.why(name)) for name, choice in choices.items()
        }
        return lambda: verbs.approve(self.session, made, who, decisions, "谢谢！", seen, self.now, relation)


def test_the_record_is_as_a_plain_model_says_whatever_happens(databases: Databases) -> None:
    machine: Any = lambda: RecordMachine(databases)  # noqa: E731
    run_state_machine_as_test(cast(type[RuleBasedStateMachine], machine), settings=FEW)
