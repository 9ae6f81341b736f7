"""What a browser keeps for us: Flask's session as JSON in a signed cookie, as Flask's own does it with more work."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin
from itsdangerous import BadSignature

from config import Config
from formsvc.crypto import TimedTokens


class Sessions(SessionInterface):
    """Sessions that end with the browser, or a month after they were last written.

    They add no Vary header: `headers` says it for every page.
    """

    LASTS = 31 * 24 * 60 * 60  # seconds

    def __init__(self, keys: list[str], secure: bool) -> None:
        """The last of `keys` signs."""
        self._tokens = TimedTokens(keys, salt="cookie-session")
        self._name = "__Host-formsvc" if secure else "formsvc"
        self._attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """What the cookie says; an empty session where it says nothing that we signed."""
        if not (cookie := request.cookies.get(self._name)):
            return SecureCookieSession()
        try:
            return SecureCookieSession(self._tokens.loads(cookie, max_age=self.LASTS))
        except BadSignature:
            return SecureCookieSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.modified:
            said = str(self._tokens.dumps(dict(session))) if session else "; Max-Age=0"
            response.headers.add("Set-Cookie", f"{self._name}={said}{self._attributes}")


def init_app(app: Flask, config: Config) -> None:
    keys = [*app.config["SECRET_KEY_FALLBACKS"], app.config["SECRET_KEY"]]
    app.session_interface = Sessions(keys, config.base_url.startswith("https://"))
