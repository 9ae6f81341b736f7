"""What people read: every kind of mail, in both languages."""

import re
from typing import Any

import html5lib
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import ROOT
from formsvc.customers.models import Cause
from formsvc.invitations import verbs
from formsvc.invitations.letters import about, letter, post
from formsvc.mail.compose import compose
from formsvc.mail.models import OutboxMessage
from formsvc.questionnaires.verbs import publish
from tests.asking import KEY, second
from tests.factories import customer, invitation
from tests.installation import NOW
from tests.mail.letters import (
    ALL,
    CODE,
    DEFINITION,
    INTERNAL,
    KINDS,
    LANGUAGES,
    LINK,
    MASKED,
    NOTE,
    PAGE,
    SHOWN,
    changed,
    message,
    overdue,
    sms,
)

pytestmark = pytest.mark.usefixtures("composing")
LINKED = [(kind, language) for kind, language in ALL if "url" in KINDS[kind]]
ASKING = [(kind, language) for kind, language in LINKED if "deadline" in KINDS[kind]]
FROM_MANAGER = [(kind, language) for kind, language in ALL if kind not in INTERNAL]


def words(html: str) -> str:
    """The text of a page, without its tags."""
    [body] = html5lib.parse(html, namespaceHTMLElements=False).iter("body")
    return "".join(body.itertext())


def test_every_kind_is_tried() -> None:
    folders = {path.name for path in (ROOT / "templates" / "mail").iterdir() if path.is_dir()}
    assert folders == {*KINDS, sms().kind}


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_subject_is_one_line(kind: str, language: str) -> None:
    subject = compose(message(kind, language))["subject"]
    assert subject == subject.strip() != ""
    assert subject.isprintable()


@pytest.mark.parametrize(("kind", "language"), ASKING)
def test_who_is_asked_reads_the_deadline(kind: str, language: str) -> None:
    written = compose(message(kind, language))
    for said in (written["subject"], written["text"], words(written["html"])):
        assert SHOWN[language] in said


@pytest.mark.parametrize(("kind", "language"), LINKED)
def test_a_link_can_be_pressed_and_copied(kind: str, language: str) -> None:
    written = compose(message(kind, language))
    assert LINK in written["text"].splitlines()
    assert f'href="{LINK}"' in written["html"]
    assert LINK in words(written["html"])


@pytest.mark.parametrize(("kind", "language"), FROM_MANAGER)
def test_the_manager_signs(kind: str, language: str) -> None:
    written = compose(message(kind, language))
    for part in (written["text"], words(written["html"])):
        for said in ("张敏", "0551-65310001", "li.qiang@example.com"):
            assert said in part
    assert written["text"].endswith("0551-65310001\nli.qiang@example.com\n")


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_html_loads_nothing_and_names_its_language(kind: str, language: str) -> None:
    html = compose(message(kind, language))["html"]
    page = html5lib.parse(html, namespaceHTMLElements=False)
    assert page.get("lang") == language.replace("_", "-")
    assert not {"img", "script", "link", "iframe", "object", "form"} & {node.tag for node in page.iter()}
    assert not re.search(r"\bsrc=|background=|url\(|@import", html)
    assert {node.get("href") for node in page.iter("a")} <= {LINK, PAGE, "mailto:li.qiang@example.com"}


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_the_language_is_the_messages_own(kind: str, language: str) -> None:
    chinese = "您" in compose(message(kind, language))["text"]
    assert chinese == (language == "zh_CN")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invitation_says_what_for(language: str) -> None:
    written = compose(message("invitation", language))
    purpose = DEFINITION.privacy.purpose.in_(language)
    assert purpose in written["text"]
    assert purpose in words(written["html"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["invitation", "receipt"])
def test_what_is_promised_is_said_where_something_is(kind: str, language: str) -> None:
    without, promised = (compose(message(kind, language, reward=reward)) for reward in ("", "R&D <bag>"))
    lead = {"zh_CN": "核对", "en": "accepted: "}[language]
    for written, said in ((promised["text"], without["text"]), (words(promised["html"]), words(without["html"]))):
        assert "R&D <bag>" in written
        assert written.count(lead) == said.count(lead) + 1


OTHER: dict[str, Any] = {"title": "Visit & feedback", "is_other": True, "why": "We would like to do <better>."}
DETAILS = {"zh_CN": ("核对", "登记", "更新"), "en": ("my details", "the details we", "check", "records", "3 minutes")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "given"), [("invitation", {"purpose": "—"}), ("reminder", {}), ("reminder", {"is_late": True}),
                        ("thank-you", {}), ("thank-you", {"is_unchanged": True})]
)  # fmt: skip
def test_another_questionnaire_is_called_by_its_title_and_not_a_check_of_details(
    kind: str, given: dict[str, Any], language: str
) -> None:
    written = compose(message(kind, language, **OTHER, **given))
    shown = words(written["html"])
    for said in (written["text"], shown, written["subject"]):
        assert OTHER["title"] in said
        assert [word for word in DETAILS[language] if word in said] == []
    for said in (written["text"], shown):
        assert (OTHER["why"] in said) is (kind != "thank-you")
    assert "\n\n\n" not in written["text"]


@pytest.mark.parametrize(
    ("language", "said"), [("zh_CN", "无需更改"), ("en", "nothing in our records needed to change")]
)
def test_thanks_where_nothing_was_accepted_claim_no_update(language: str, said: str) -> None:
    usual, written = (compose(message("thank-you", language, is_unchanged=it)) for it in (False, True))
    claims = {"zh_CN": ("已更新",), "en": ("what was accepted", "up to date")}[language]
    for part, before in ((written["text"], usual["text"]), (words(written["html"]), words(usual["html"]))):
        assert said in part
        assert said not in before
        assert [claim for claim in claims if claim in part] == []
        assert any(claim in before for claim in claims)


@pytest.mark.parametrize("key", ["customer-info", KEY])
def test_a_mail_knows_what_it_asks_for(session: Session, key: str) -> None:
    publish(session, second(why="想听听您的意见。"), NOW)
    invited = verbs.issue(session, customer(session), "system", None, NOW, 5, key)
    mail = letter(about(invited), "invitation", "1")
    assert mail
    assert (mail.context["is_other"], mail.context["why"]) == (
        (True, "想听听您的意见。") if key == KEY else (False, "")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_late_reminder_says_so(language: str) -> None:
    early, late = (compose(message("reminder", language, is_late=is_late)) for is_late in (False, True))
    for part in ("subject", "text", "html"):
        assert early[part] != late[part]


def test_the_manager_gets_the_page_and_the_link_to_pass_on() -> None:
    written = compose(message("overdue-manager"))
    assert {PAGE, LINK} <= set(written["text"].splitlines())
    assert f'href="{PAGE}"' in written["html"]
    assert "CX202611001" in written["subject"]


@pytest.mark.parametrize("kind", ["returned", "thank-you"])
def test_lines_of_a_note_are_kept(kind: str) -> None:
    written = compose(message(kind, note=NOTE))
    assert NOTE in written["text"]
    assert NOTE.replace("\n", "<br>") in written["html"]


def test_thanks_without_a_note_say_what_is_better_now() -> None:
    written = compose(message("thank-you", "en"))
    for part in ("text", "html"):
        assert "prepare offers and service that fit you" in written[part]


@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_say_the_reward_that_was_promised(language: str) -> None:
    plain, promised = (compose(message("thank-you", language, reward=reward)) for reward in (None, "Tea & cake"))
    assert "Tea & cake" in promised["text"]
    assert "Tea & cake" in words(promised["html"])
    assert plain == compose(message("thank-you", language))
    assert "\n\n\n" not in plain["text"] + promised["text"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh_CN", ("审核人：李强", "审核人：您", "尚未指定", "另有 20 份")),
        ("en", ("by 李强", "by you", "by nobody yet", "20 more")),
    ],
)
def test_overdue_reviews_are_listed_with_whose_they_are(language: str, said: tuple[str, ...]) -> None:
    written = compose(message("overdue-review", language, name="李强"))
    for shown in ("2026-11-23 10:00", "CX202611001", " 22 "):
        assert shown in written["subject"]
    for part in (written["text"], words(written["html"])):
        assert part.count("2026-11-23 10:00") >= 3
        assert [shown for shown in said if shown not in part] == []
    assert written["text"].splitlines().count("  " + PAGE) == written["html"].count(f'href="{PAGE}"') == 3
    assert "\n\n\n" not in written["text"]


@pytest.mark.parametrize(("language", "said"), [("zh_CN", "由您审核"), ("en", "are assigned to you")])
def test_overdue_reviews_of_the_readers_own_do_not_each_say_so(language: str, said: str) -> None:
    reviews = [overdue("王芳", is_theirs=True)] * 2
    written = compose(message("overdue-review", language, reviews=reviews, count=2, is_theirs=True))
    for part in (written["text"], words(written["html"])):
        assert said in part
        assert not [shown for shown in ("审核人：", "To be reviewed", "另有", " more,") if shown in part]
    assert "\n\n\n" not in written["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_single_overdue_review_is_named_and_opened(language: str) -> None:
    written = compose(message("overdue-review", language, reviews=[overdue("王芳")], count=1))
    assert "王芳" in written["subject"]
    assert LINK not in written["text"] + written["html"]
    assert written["html"].count(f'href="{PAGE}"') == 3  # its line, the button, and the address to copy


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh_CN", ("王磊采纳了", "王磊把 CX202611002 合并", "导入工作表", "手机号码、Email 另有 2 项", "更早的 4 次",
                   "另有 32 位客户")),
        ("en", ("王磊 accepted the", "merged CX202611002", "A worksheet", "手机号码, Email and 2 more", "4 earlier",
                "32 customers more")),
    ],
)  # fmt: skip
def test_changes_are_told_with_who_made_them_and_why(language: str, said: tuple[str, ...]) -> None:
    customers = [changed("张敏", cause) for cause in Cause]
    customers.append(changed("张敏", "worksheet", by=None, reason=None, fields=[], more=0))
    written = compose(message("record-changed", language, customers=customers, count=40))
    for part in (written["text"], words(written["html"])):
        assert [shown for shown in said if shown not in part] == []
        assert part.count("The code does not match the name.") == len(Cause)
    assert written["text"].splitlines().count("  " + PAGE) == written["html"].count(f'href="{PAGE}"') == len(customers)
    assert "\n\n\n" not in written["text"]
    assert "CX202611001" in written["subject"]


def test_without_a_manager_nobody_claims_to_be_one() -> None:
    alone = {**message("invitation", "en").context["customer"], "has_manager": False}
    written = compose(message("invitation", "en", customer=alone))
    assert "account manager" not in written["text"] + written["html"]


def test_an_invitation_is_written_from_what_is_held(session: Session) -> None:
    issued = invitation(session)
    queued = session.scalars(select(OutboxMessage)).one()
    assert queued.recipient == issued.customer.email
    assert queued.sender_name == "李强"
    written = compose(queued)
    for said in (
        "尊敬的张敏：",
        "我是您的客户经理李强",
        "《客户信息确认表》",
        "/q/",
        "2026年11月30日",
        "0551-65310001",
    ):
        assert said in written["subject"] + written["text"]
    for held in ("+8613856780001", "合肥云盾"):
        assert held not in written["text"] + written["html"]


@pytest.mark.parametrize(("language", "said"), [("zh_CN", "客户服务"), ("en", "Customer service")])
def test_without_a_manager_the_organisation_signs_in_the_language_of_the_mail(
    session: Session, language: str, said: str
) -> None:
    asked = invitation(session, customer(session))
    assert post(session, about(asked), "thank-you", "1", NOW, language, note="")
    queued = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "thank-you")).one()
    assert queued.sender_name == said
    assert said in compose(queued)["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_says_when_and_what_comes_next(language: str) -> None:
    written = compose(message("receipt", language))
    for part in (written["text"], words(written["html"])):
        for said in ("2026-11-23 10:00", "24"):
            assert said in part


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_stands_alone_and_where_no_notification_shows_it(language: str) -> None:
    written = compose(message("code", language))
    assert CODE in written["text"].splitlines()
    preheader, _, shown = words(written["html"]).partition("\u034f")
    assert CODE not in written["subject"] + preheader
    assert f">{CODE}<" in written["html"]
    assert CODE in shown
    assert "10 " in written["text"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", [{}, {"is_recorded": True}], ids=["typed", "recorded"])
def test_an_address_that_nobody_confirmed_learns_nothing_of_the_customer(language: str, told: dict[str, Any]) -> None:
    secret = {"name": "合肥云盾科技有限公司", "contact": "王伟", "has_manager": True}
    written = compose(message("confirm-address", language, customer=secret, **told))
    assert not [said for said in ("合肥云盾", "王伟") for part in written.values() if said in part]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", [{}, {"is_recorded": True}], ids=["typed", "recorded"])
def test_the_address_before_hears_of_the_new_one_masked(language: str, told: dict[str, Any]) -> None:
    written = compose(message("address-changed", language, **told))
    assert MASKED in written["text"]
    assert MASKED in words(written["html"])


@pytest.mark.parametrize("kind", ["confirm-address", "address-changed"])
def test_nobody_is_said_to_have_typed_what_a_colleague_recorded(kind: str) -> None:
    written = compose(message(kind, "en", is_recorded=True))
    assert not [part for part in written.values() if "used your personal link" in part or "filled in" in part]


@pytest.mark.parametrize("note", [NOTE, "", None])
def test_notes_to_fields_stand_beneath_the_note(note: str | None) -> None:
    fields = [{"label": "Mobile", "note": "One digit is missing.\nOr two?"}, {"label": "Size", "note": "Still small?"}]
    written = compose(message("returned", "en", note=note, field_notes=fields))
    assert f"{note or ''}\n\n- Mobile: One digit is missing.\nOr two?\n- Size: Still small?\n\n" in written["text"]
    [ul] = html5lib.parse(written["html"], namespaceHTMLElements=False).iter("ul")
    assert ["".join(item.itertext()).strip() for item in ul.iter("li")] == [
        "MobileOne digit is missing.Or two?",
        "SizeStill small?",
    ]
    assert "\n\n\n" not in written["text"]


@pytest.mark.parametrize("organisation", [None, "合肥云盾科技有限公司", "很长的名称" * 20])
def test_an_sms_fits_into_one(composing: Flask, monkeypatch: pytest.MonkeyPatch, organisation: str | None) -> None:
    monkeypatch.setitem(composing.jinja_env.globals, "organisation", organisation)
    text = compose(sms())["text"]
    assert text.startswith(f"【{(organisation or '客户服务')[:29]}")
    assert CODE in text
    assert "10 分钟内有效" in text
    assert len(text) <= 70
    assert CODE in compose(sms("en"))["text"]
