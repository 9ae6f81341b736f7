"""Steps of the machine before a review: what a company holds, whom it asks, what customers answer."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from formsvc.customers import record as records
from formsvc.customers.models import Audience, Origin, Situation
from formsvc.customers.record import Source, StaleRecord
from formsvc.invitations import moves
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation
from formsvc.questionnaires.definition import default_data
from formsvc.questionnaires.verbs import DEFAULT_KEY, publish
from formsvc.submissions import verbs as submissions
from tests import factories
from tests.asking import KEY, module, score, second, topics
from tests.review import model
from tests.review.hands import ASKED, OF_COMPANIES, SECRETS, SHARED, VALUES, Data, Hands, one_of, values_of
from tests.review.model import Cell, Invited, Record, Sent


def visits() -> dict[str, Any]:
    """A second questionnaire, which shares some fields with the default."""
    needs = next(each for each in default_data()["modules"] if each["key"] == "needs")
    shared = [each for each in needs["fields"] if each["key"] in SHARED]
    return second(modules=[module("visit", "拜访", score(), topics()), module("needs", "需求", *shared)])


class Asking(Hands):
    ends = 0  # how often all links came to their end

    @initialize(audience=st.sampled_from(Audience), data=st.data())
    def begin(self, audience: Audience, data: Data) -> None:
        """Somebody is asked, and has answered: most of what can happen needs that."""
        publish(self.session, visits(), self.now)
        self.create(audience, data)
        self.invite(data, DEFAULT_KEY)
        self.submit(data, False, False, False)

    @precondition(lambda self: len(self.records) < 2)
    @rule(audience=st.sampled_from(Audience), data=st.data())
    def create(self, audience: Audience, data: Data) -> None:
        self.turn()
        usual = factories.ENTERPRISE if audience is Audience.ENTERPRISE else factories.INDIVIDUAL
        values = {**usual, **values_of(data, VALUES, most=6)}
        made = factories.customer(self.session, self.who(), audience, Situation.EXISTING, values)
        record = Record(made.id, made.number, audience)
        record.put({name: Cell(value, "worksheet") for name, value in values.items()})
        self.records.append(record)
        self.done("customer.created", record)

    @precondition(lambda self: self.ends < 2 and len(self.invited()) > 1)
    @rule()
    def let_all_links_end(self) -> None:
        self.now += timedelta(days=60)
        self.ends += 1
        for one in self.invited():
            one.is_over = True

    @rule(data=st.data(), is_worksheet=st.booleans(), is_stale=st.sampled_from([False, False, False, True]))
    def edit(self, data: Data, is_worksheet: bool, is_stale: bool) -> None:
        """A worksheet or a colleague says something of the customer, or of any of its contacts."""
        record = one_of(data, self.records)
        there = [number for number in range(1, record.contacts + 1) if number not in record.removed]
        contact, values = one_of(data, [None, *there]), values_of(data, VALUES, most=8)
        reasons = {} if is_worksheet else {name: model.why(name) for name in values}
        source = Source(Origin.WORKSHEET if is_worksheet else Origin.EDIT, self.staff, reasons=reasons)
        customer, seen = self.customer(record), record.version - is_stale

        def change() -> int:
            return records.change(self.session, customer, values, source, self.now, seen=seen, contact=contact)

        if is_stale:
            self.refused(StaleRecord, change)
            return
        assert change() == record.version + 1
        news = {name: Cell(value, source.origin, None, reasons.get(name)) for name, value in values.items()}
        record.put(news, contact)

    @rule(data=st.data(), key=st.sampled_from([DEFAULT_KEY, KEY]))
    def invite(self, data: Data, key: str) -> None:
        record = one_of(data, self.records)
        customer = self.customer(record)

        def issue() -> Invitation:
            return invitations.issue(self.session, customer, "system", self.staff, self.now, questionnaire=key)

        live = [one for one in record.invited if one.key == key and one.is_live]
        if any(one.state == model.ANSWERED or not one.is_over for one in live):
            self.refused(invitations.AlreadyInvited, issue)
        else:
            for one in live:
                one.state = model.REVOKED
            invited = Invited(issue().id, record, key, record.version, record.now.primary, self.now)
            record.invited.append(invited)
            self.done("invitation.issued", invited)
            self.mailed("invitation", invited, "link-1")

    @rule(data=st.data(), is_new=st.booleans())
    def send_a_new_link_or_none(self, data: Data, is_new: bool) -> None:
        one = one_of(data, self.asked())
        made, verb = self.invitation(one), invitations.reissue if is_new else invitations.revoke
        others = [other for other in one.others if other.is_live]
        is_anothers = one.contact != one.record.now.primary
        if not one.is_live if not is_new else others or is_anothers or one.state in (model.ANSWERED, model.CLOSED):
            self.refused(moves.NotPossible, lambda: verb(self.session, made, "system", self.now))
            return
        verb(self.session, made, "system", self.now)
        self.reissued(one) if is_new else self.revoked(one)

    def reissued(self, one: Invited) -> None:
        one.state = model.RETURNED if one.state == model.RETURNED else model.OPEN
        one.link, one.is_over, one.at = one.link + 1, False, self.now
        one.base = one.record.version
        self.done("invitation.reissued", one)
        self.mailed("invitation", one, f"link-{one.link}")

    def revoked(self, one: Invited) -> None:
        """Answers that wait are answers still, behind a link that is dead."""
        one.link += one.state == model.ANSWERED
        one.state = model.ANSWERED if one.state == model.ANSWERED else model.REVOKED
        self.done("invitation.revoked", one)

    @rule(data=st.data(), is_first=st.booleans(), is_english=st.booleans(), consents=st.booleans())
    def submit(self, data: Data, is_first: bool, is_english: bool, consents: bool) -> None:
        """What was held when asked or now, with changes; or from a page that was loaded before anything was sent."""
        one = one_of(data, self.asked())
        is_company = one.record.audience == Audience.ENTERPRISE
        shown = one_of(data, [one.record.versions[one.base - 1], one.record.now]).held()
        asked = [name for name in ASKED[one.key] if is_company or name not in OF_COMPANIES]
        answers = {**{name: shown.get(name) for name in asked}, **values_of(data, asked, most=8)}
        consents = consents and not is_company and one.key == DEFAULT_KEY
        typed = {model.SECRET: data.draw(SECRETS)} if consents and data.draw(st.booleans()) else {}
        language, seen = "en" if is_english else "zh_CN", 0 if is_first else len(one.sent)
        opened = factories.opened(self.session, self.invitation(one))
        given = submissions.Answers(answers, typed, consents, language, seen)

        def send() -> int:
            return submissions.submit(self.session, opened, given, self.now)

        is_mended = one.sent and one.sent[-1].state in (model.WAITING, model.RETURNED)
        secrets = {**(one.sent[-1].secrets if is_mended and consents else {}), **typed}
        if refusal := _why_not(one):
            self.refused(refusal, send)
        elif seen == len(one.sent):
            self.take(Sent(send(), one, answers, secrets, language, self.now))
        elif (one.sent[-1].answers, one.sent[-1].secrets) == (answers, secrets):
            assert send() == one.sent[-1].id
        else:
            self.refused(submissions.SentMeanwhile, send)

    def take(self, sent: Sent) -> None:
        for earlier in sent.invited.sent:
            earlier.state = model.SUPERSEDED if earlier.state == model.WAITING else earlier.state
        sent.invited.sent.append(sent)
        sent.invited.state = model.ANSWERED
        self.done("submission.submitted", sent)
        self.mailed("receipt", sent.invited, f"revision-{sent.revision}")

    @precondition(lambda self: self.sent(model.WAITING))
    @rule(data=st.data())
    def withdraw(self, data: Data) -> None:
        one = one_of(data, self.asked())
        opened = factories.opened(self.session, self.invitation(one))
        nothing = None if one.state == model.ANSWERED else submissions.AlreadyDecided
        if refusal := _why_not(one) or nothing:
            self.refused(refusal, lambda: submissions.withdraw(self.session, opened, self.now))
            return
        submissions.withdraw(self.session, opened, self.now)
        one.sent[-1].state, one.state = model.WITHDRAWN, model.OPEN
        self.done("submission.withdrawn", one.sent[-1])


def _why_not(one: Invited) -> type[Exception] | None:
    """Why a link takes nothing from its customer."""
    if one.state == model.REVOKED or one.is_over:
        return submissions.LinkIsDead
    return submissions.AlreadyDecided if one.state == model.CLOSED else None
