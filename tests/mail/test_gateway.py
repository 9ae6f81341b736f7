"""The HTTP gateway for SMS, against a server of our own: what it is told, and what counts as a failure."""

import socket

import pytest

from formsvc.mail import sms
from formsvc.mail.sms import HttpGateway, SmsError
from tests.mail.gateway import FakeGateway
from tests.services import smtp

NUMBER, TEXT = "+8613856780001", "【云盾】402917"


@pytest.fixture
def closed() -> str:
    """The address of nobody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_the_gateway_gets_number_text_and_token(far: FakeGateway) -> None:
    HttpGateway(far.url, "a-token").send(NUMBER, TEXT)
    [received] = far.received
    assert (received.path, received.body) == ("/send?from=formsvc", {"to": NUMBER, "text": TEXT})
    assert received.headers["Authorization"] == "Bearer a-token"
    assert received.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 500, 503])
def test_an_answer_that_is_no_success_is_an_error_and_a_redirect_leads_nowhere(far: FakeGateway, status: int) -> None:
    far.status, far.location = status, far.url
    with pytest.raises(SmsError, match=f"HTTP {status}"):
        HttpGateway(far.url, "a-token").send(NUMBER, TEXT)
    assert len(far.received) == 1


def test_a_gateway_that_is_not_there_is_an_error(closed: str) -> None:
    with pytest.raises(SmsError, match="ConnectionRefusedError"):
        HttpGateway(closed).send(NUMBER, TEXT)


def test_a_gateway_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms, "TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(SmsError, match="TimeoutError"):
        HttpGateway(f"http://127.0.0.1:{silent.getsockname()[1]}").send(NUMBER, TEXT)


def test_a_certificate_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp("tls") as tls:
        url = f"https://{tls.host}:{tls.port}/"
        with pytest.raises(SmsError, match="SSLCertVerificationError"):
            HttpGateway(url).send(NUMBER, TEXT)
        monkeypatch.setenv("SSL_CERT_FILE", str(tls.certificate))
        with pytest.raises(SmsError, match="BadStatusLine"):  # trusted, and a mail server answers
            HttpGateway(url).send(NUMBER, TEXT)


@pytest.mark.parametrize(("path", "token"), [("/发", None), ("/a b", None), ("", "令牌"), ("", "a\r\nb: c")])
def test_a_setting_that_no_request_can_hold_is_an_error(far: FakeGateway, path: str, token: str | None) -> None:
    with pytest.raises(SmsError):
        HttpGateway(far.url + path, token).send(NUMBER, TEXT)
    assert far.received == []
