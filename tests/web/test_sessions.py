"""The signed cookie, and the token that a form carries."""

import pytest
from flask import Flask, session
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms.validators import ValidationError

from formsvc.crypto import TimedTokens
from formsvc.web.sessions import Sessions
from formsvc.web.tokens import form_token, is_form_token

DAY = 24 * 60 * 60


def cookie(sessions: Sessions, app: Flask, said: dict[str, object]) -> str:
    """What a browser is told to keep after a request that set `said`."""
    opened = sessions.open_session(app, app.request_class({}))
    opened.update(said)
    answer = app.response_class()
    sessions.save_session(app, opened, answer)
    return answer.headers["Set-Cookie"]


def read(sessions: Sessions, app: Flask, sent: str) -> dict[str, object]:
    return dict(sessions.open_session(app, app.request_class({"HTTP_COOKIE": sent.partition(";")[0]})))


@pytest.mark.parametrize(
    ("is_secure", "named", "ends"),
    [(False, "formsvc=", "; Path=/; HttpOnly; SameSite=Lax"),
     (True, "__Host-formsvc=", "; Path=/; HttpOnly; SameSite=Lax; Secure")],
)  # fmt: skip
def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it(
    sqlite_app: Flask, is_secure: bool, named: str, ends: str
) -> None:
    sessions = Sessions(["a key"], is_secure)
    kept = cookie(sessions, sqlite_app, {"language": "en"})
    assert kept.startswith(named)
    assert kept.partition(";")[1] + kept.partition(";")[2] == ends
    assert read(sessions, sqlite_app, kept) == {"language": "en"}


def test_what_another_signed_or_someone_changed_says_nothing(sqlite_app: Flask) -> None:
    sessions, other = Sessions(["a key"], False), Sessions(["another key"], False)
    good, foreign = (cookie(each, sqlite_app, {"proved": {"1": [1, 2]}}) for each in (sessions, other))
    assert read(sessions, sqlite_app, foreign) == {}
    assert read(sessions, sqlite_app, good.replace("formsvc=", "formsvc=x")) == {}
    assert read(sessions, sqlite_app, "formsvc=\xff.\x00") == {}
    assert read(Sessions(["an older key", "a key"], False), sqlite_app, good) == {"proved": {"1": [1, 2]}}
    assert read(Sessions(["a key", "a newer key"], False), sqlite_app, good) == {"proved": {"1": [1, 2]}}


@pytest.mark.parametrize(("days", "lives"), [(30, True), (32, False)])
def test_a_session_ends_a_month_after_it_was_written(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, days: int, lives: bool
) -> None:
    sessions = Sessions(["a key"], False)
    kept = cookie(sessions, sqlite_app, {"language": "en"})
    signer = TimedTokens.default_signer
    written = signer("x").get_timestamp()
    monkeypatch.setattr(signer, "get_timestamp", lambda _self: written + days * DAY)
    assert bool(read(sessions, sqlite_app, kept)) is lives


def test_an_emptied_session_is_taken_from_the_browser_and_an_unchanged_one_left(sqlite_app: Flask) -> None:
    sessions = Sessions(["a key"], False)
    kept = cookie(sessions, sqlite_app, {"language": "en"}).partition(";")[0]
    opened = sessions.open_session(sqlite_app, sqlite_app.request_class({"HTTP_COOKIE": kept}))
    answer = sqlite_app.response_class()
    sessions.save_session(sqlite_app, opened, answer)
    assert "Set-Cookie" not in answer.headers
    opened.clear()
    sessions.save_session(sqlite_app, opened, answer)
    assert answer.headers["Set-Cookie"].startswith("formsvc=; Max-Age=0; Path=/")


def test_form_tokens_are_those_of_flask_wtf(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context():
        token = form_token()
        assert form_token() == generate_csrf() == token
        validate_csrf(token)
        assert is_form_token(token)
        session["csrf_token"] = "another session's"
        assert not is_form_token(token)
        with pytest.raises(ValidationError):
            validate_csrf(token)
    with sqlite_app.test_request_context():
        theirs = generate_csrf()
        assert is_form_token(theirs)
        assert not any(map(is_form_token, ("", "x", theirs[:-1], f"{theirs}x", theirs.swapcase())))
