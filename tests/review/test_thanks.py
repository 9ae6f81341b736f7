"""The standing note of a reviewer, and the thank-you as it goes out (M27)."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.fields import Value
from formsvc.invitations import verbs
from formsvc.mail.compose import compose
from formsvc.mail.models import OutboxMessage
from formsvc.questionnaires.verbs import current, publish
from formsvc.review import thanks
from formsvc.review.thanks import note_for, remember, standing_note, thank_you
from tests.asking import ANSWERED, KEY, TITLE, second
from tests.factories import ENTERPRISE, customer, invitation, staff_account, submission
from tests.installation import NOW
from tests.review.deciding import ALL, ANSWERS, approve


def test_a_standing_note_is_one_reviewers_for_one_questionnaire_in_one_language(session: Session) -> None:
    mine, other = staff_account(session), staff_account(session)
    details, visit = current(session).questionnaire_id, publish(session, second(), NOW).questionnaire_id
    for text in ("第一句", "第二句\n两行"):
        remember(session, mine, details, "zh_CN", text, NOW)
    assert standing_note(session, mine, details, "zh_CN") == "第二句\n两行"
    others = (mine, details, "en"), (other, details, "zh_CN"), (mine, visit, "zh_CN")
    assert [standing_note(session, *whose) for whose in others] == ["", "", ""]
    remember(session, mine, details, "zh_CN", "", NOW)
    assert standing_note(session, mine, details, "zh_CN") == ""
    facts = session.scalars(select(AuditFact).where(AuditFact.action == "note.kept")).all()
    assert [fact.detail["length"] for fact in facts] == [3, 6, 0]
    assert "句" not in str([fact.detail for fact in facts])


@pytest.mark.parametrize(
    ("typed", "language", "said"), [("", "zh_CN", "常用"), ("", "en", ""), ("这一次", "zh_CN", "这一次")]
)
def test_what_is_typed_goes_before_the_standing_note(session: Session, typed: str, language: str, said: str) -> None:
    reviewer, made = staff_account(session), submission(session, language=language)
    remember(session, reviewer, made.invitation.questionnaire_id, "zh_CN", "常用", NOW)
    assert note_for(session, made, reviewer, typed) == said


def test_the_thank_you_is_in_the_language_of_the_answers(session: Session) -> None:
    mail = thank_you(session, submission(session, language="en"), "With care.")
    assert mail
    assert (mail.recipient, mail.sender_name, mail.step) == (ENTERPRISE["contacts.email"], "李强", "revision-1")
    assert "With care." in compose(mail)["text"]
    assert "Dear 张敏," in compose(mail)["text"]


@pytest.mark.parametrize(
    ("merged", "recipient", "name"),
    [({}, "zhangmin@example.com", "张敏"), ({"contacts.email": "wangwei@example.com"}, "wangwei@example.com", "张敏"),
     ({"contacts.name": "王伟", "needs.term": "long"}, "zhangmin@example.com", "王伟")],
)  # fmt: skip
def test_before_the_merge_it_names_what_is_to_be_merged(
    session: Session, merged: Mapping[str, Value], recipient: str, name: str
) -> None:
    mail = thank_you(session, submission(session), "", merged)
    assert mail
    assert mail.recipient == recipient
    assert f"尊敬的{name}" in compose(mail)["text"]


@pytest.mark.parametrize("accepted", [True, False])
def test_an_approval_of_nothing_says_that_nothing_needed_to_change(session: Session, accepted: bool) -> None:
    made = submission(session, values=ANSWERS)
    approve(session, made, staff_account(session), ALL if accepted else dict.fromkeys(ALL, "keep"))
    sent = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "thank-you")).one()
    assert ("登记的信息无需更改" in compose(sent)["text"]) is not accepted


def test_thanks_for_another_questionnaire_say_its_own_usual_sentence(session: Session) -> None:
    reviewer = staff_account(session)
    publish(session, second(), NOW)
    asked = verbs.issue(session, customer(session, reviewer), "system", None, NOW, 5, KEY)
    made = submission(session, asked, ANSWERED)
    mail = thank_you(session, made, "")
    assert mail
    assert f"《{TITLE}》" in compose(mail)["text"]
    shown = thanks.thanks_for(session, made, reviewer)
    assert shown["text"] in compose(mail)["text"].splitlines()
    assert (shown["key"], shown["text"]) == (KEY, "您的回答能帮助我们为您提供更好的服务。")


def test_without_an_address_there_is_no_mail(session: Session) -> None:
    mute = invitation(session, customer(session, staff_account(session), values={"contacts.email": None}))
    assert thank_you(session, submission(session, mute, {"contacts.name": "张敏"}), "") is None


def test_what_goes_out_without_a_note_is_what_the_mail_says(session: Session) -> None:
    reviewer = staff_account(session)
    for language in ("zh_CN", "en"):
        made = submission(session, language=language)
        shown, mail = thanks.thanks_for(session, made, reviewer), thank_you(session, made, "")
        assert mail
        assert (shown["has_standing"], shown["reward"]) == (False, None)
        assert shown["text"] in compose(mail)["text"].splitlines()
        remember(session, reviewer, made.invitation.questionnaire_id, language, "常用", NOW)
        assert thanks.thanks_for(session, made, reviewer)["text"] == "常用"
