"""What people read: every kind of mail, in both languages."""

import re

import html5lib
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.mail.models import OutboxMessage
from formsvc.mail.outbox import compose
from tests.factories import invitation
from tests.mail.letters import ALL, DEFINITION, LANGUAGES, LINK, NOTE, PAGE, SHOWN, message

pytestmark = pytest.mark.usefixtures("composing")
ASKING = [(kind, language) for kind, language in ALL if kind != "thank-you"]
FROM_MANAGER = [(kind, language) for kind, language in ALL if kind != "overdue-manager"]


def words(html: str) -> str:
    """The text of a page, without its tags."""
    [body] = html5lib.parse(html, namespaceHTMLElements=False).iter("body")
    return "".join(body.itertext())


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_subject_is_one_line(kind: str, language: str) -> None:
    subject = compose(message(kind, language))["subject"]
    assert subject == subject.strip() != ""
    assert subject.isprintable()


@pytest.mark.parametrize(("kind", "language"), ASKING)
def test_who_is_asked_reads_link_and_deadline(kind: str, language: str) -> None:
    written = compose(message(kind, language))
    assert SHOWN[language] in written["subject"]
    assert SHOWN[language] in written["text"]
    assert SHOWN[language] in words(written["html"])
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


def test_without_a_manager_nobody_claims_to_be_one() -> None:
    alone = message("invitation", "en").context["customer"]
    alone.owner = None
    written = compose(message("invitation", "en", customer=alone))
    assert "account manager" not in written["text"] + written["html"]


def test_an_invitation_is_written_from_what_is_held(session: Session) -> None:
    issued = invitation(session)
    queued = session.scalars(select(OutboxMessage)).one()
    assert queued.recipient == issued.customer.email
    assert queued.sender_name == "李强"
    assert "尊敬的张敏：" in queued.content["text"]
    assert "/q/" in queued.content["text"]
    for held in ("+8613856780001", "合肥云盾"):
        assert held not in queued.content["text"] + queued.content["html"]
