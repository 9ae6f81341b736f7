"""Staff pages: standing notes, and the thank-you as it will look (M27)."""

import pytest
from flask import Flask, render_template
from sqlalchemy import select

from formsvc.mail.compose import compose
from formsvc.questionnaires.verbs import publish
from formsvc.review import thanks
from formsvc.staff import verbs as staff
from formsvc.submissions import addresses
from formsvc.submissions.models import Address, Submission
from tests.asking import KEY, TITLE, second
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import Invited, account, answered, everything, invited
from tests.forms import text_of
from tests.installation import HOST, NOW
from tests.page_checks import check_mail, parsed
from tests.review.test_rewards import REWARD, promise

CHANGED = {"contacts.name": "王伟", "contacts.email": "wangwei@example.com"}
HOSTILE = '<script>alert("x")</script>\n第二行 & 更多'


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """A customer whose answers wait, as submission 1, and whose manager is signed in; a reward is promised."""
    with writing(sqlite_app) as session:
        promise(session)
    made = invited(sqlite_app)
    answered(sqlite_app, made, CHANGED)
    browser.sign_in(made.manager)
    return made


def token(browser: Browser) -> str:
    return browser.get("/review/note").find("input", name="csrf_token").get("value") or ""


def preview(browser: Browser, note: str = "", email: str = "", name: str = "", **typed: str) -> Page:
    decided = {"decide-contacts-email": email, "decide-contacts-name": name}
    return browser.post("/review/1/preview", {"csrf_token": token(browser), "note": note, **decided, **typed})


def facts(page: Page) -> list[str]:
    return [text_of(row) for row in page.find("dl").iter("dd")]


def test_standing_notes_are_kept_for_each_language(browser: Browser, given: Invited) -> None:
    page = browser.submit(browser.get("/review/note"), {"note-zh_CN": f"{HOSTILE}\x07", "note-en": "With care."})
    assert page.path == "/review/note?questionnaire=customer-info"
    assert (page.find("textarea", id="note-zh_CN").text or "").strip() == HOSTILE
    assert (page.find("textarea", id="note-en").text or "").strip() == "With care."
    page = browser.submit(page, {"note-zh_CN": ""})
    assert not (page.find("textarea", id="note-zh_CN").text or "").strip()


def test_each_questionnaire_has_notes_of_its_own(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    assert not browser.get("/review/note").find_all("a", href="/review/note?questionnaire=customer-info")
    with writing(sqlite_app) as session:
        publish(session, second(), NOW)
    page = browser.get(browser.get("/review/note").link(TITLE))
    page = browser.submit(page, {"note-zh_CN": "谢谢您的反馈"}, action="/review/note")
    assert page.path == f"/review/note?questionnaire={KEY}"
    assert "谢谢您的反馈" in page.text
    assert "谢谢您的反馈" not in browser.get("/review/note").text
    for key in ("nothing", "<b>"):
        browser.get(f"/review/note?questionnaire={key}", status=404)


def test_foreign_id_a_note_is_the_own(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    browser.submit(browser.get("/review/note"), {"note-en": "With care."})
    other = Browser(sqlite_app)
    other.sign_in(account(sqlite_app))
    assert "With care." not in other.get("/review/note").html


def test_a_preview_is_the_mail_that_would_go_out_and_changes_nothing(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    before = everything(sqlite_app)
    page = preview(browser, HOSTILE, email="accept", name="accept")
    assert everything(sqlite_app) == before
    assert facts(page)[1:] == ["李强", "wangwei@example.com 未确认", given.manager]
    with writing(sqlite_app) as session:
        mail = thanks.thank_you(session, session.get_one(Submission, 1), HOSTILE, CHANGED)
        assert mail
        words = compose(mail)
    assert facts(page)[0] == words["subject"]
    assert "".join(page.find("pre").itertext()).strip() == words["text"].strip()
    letter = page.find("iframe")
    assert letter.get("srcdoc") == words["html"]
    assert letter.get("sandbox") == ""
    assert REWARD["zh"] in words["text"]
    check_mail(parsed(words["html"]))


def test_a_preview_without_decisions_goes_to_the_address_that_is_held(browser: Browser, given: Invited) -> None:
    for email in ("", "keep"):
        page = preview(browser, email=email)
        assert facts(page)[2] == "zhangmin@example.com 沿用现有地址"
        assert page.find_all("div", class_="note warn") == []


def test_a_preview_says_whether_the_address_is_confirmed(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    assert "尚未经人确认" in text_of(preview(browser, email="accept").find("div", class_="note warn"))
    with writing(sqlite_app) as session:
        addresses.confirm(session, session.scalars(select(Address)).one(), NOW)
    page = preview(browser, email="accept")
    assert facts(page)[2] == "wangwei@example.com 已确认"
    assert page.find_all("div", class_="note warn") == []


def test_a_preview_says_that_nothing_was_accepted(browser: Browser, given: Invited) -> None:
    assert "登记的信息无需更改" in preview(browser, email="keep", name="keep").text
    page = preview(browser, email="keep", name="accept")
    assert ("登记的信息无需更改" in page.text, "采纳的部分已更新" in page.text) == (False, True)


def test_a_preview_takes_an_address_that_the_reviewer_words(browser: Browser, given: Invited) -> None:
    worded = {"edit-contacts-email": "wei@example.com", "reason-contacts-email": "来电更正"}
    assert facts(preview(browser, email="edit", **worded))[2] == "wei@example.com 未确认"


def test_stored_xss_a_preview_lets_styles_in_and_nothing_that_runs(browser: Browser, given: Invited) -> None:
    policy = preview(browser).response.headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy


def test_a_preview_without_a_note_takes_the_standing_one(browser: Browser, given: Invited) -> None:
    browser.submit(browser.get("/review/note"), {"note-zh_CN": "常用的一句"})
    assert "常用的一句" in preview(browser).text
    assert "常用的一句" not in preview(browser, "这一次").text


def test_foreign_id_nobody_previews_another_managers(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    answered(sqlite_app, invited(sqlite_app))
    typed = {"csrf_token": token(browser)}
    for id_ in (2, 3):
        browser.post(f"/review/{id_}/preview", typed, status=404)


def test_what_is_decided_has_no_preview(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    with writing(sqlite_app) as session:
        made = session.get_one(Submission, 1)
        made.state, made.next_step, made.due_at = made.state.SUPERSEDED, None, None
    page = browser.post("/review/1/preview", {"csrf_token": token(browser)}, status=303, follow=False)
    assert page.response.headers["Location"] == "/review/1"


def test_the_part_of_the_review_says_what_goes_out(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    with writing(sqlite_app) as session, sqlite_app.test_request_context(base_url=f"http://{HOST}"):
        reader = staff.find(session, given.manager)
        assert reader
        made = session.get_one(Submission, 1)
        usual = render_template("review/thanks.html", thanks=thanks.thanks_for(session, made, reader))
        thanks.remember(session, reader, made.invitation.questionnaire_id, "zh_CN", "常用的一句", NOW)
        standing = render_template("review/thanks.html", thanks=thanks.thanks_for(session, made, reader))
    assert "默认语句" in usual
    assert ("常用的一句" in usual, "常用的一句" in standing) == (False, True)
    for html in (usual, standing):
        assert 'name="remember"' in html
        assert 'formaction="/review/1/preview"' in html
        assert REWARD["zh"] in html
