"""Mail leaves over TLS only where the server's certificate is trusted."""

from typing import Literal

import pytest

from config import MailConfig
from formsvc.mail.delivery import Delivered, deliver_due
from formsvc.mail.models import MailState
from tests.installation import NOW
from tests.mail.conftest import Mailing
from tests.mail.letters import SENDER
from tests.mail.test_delivery import queue, rows
from tests.services import smtp

Security = Literal["starttls", "tls"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_is_checked(mailing: Mailing, monkeypatch: pytest.MonkeyPatch, security: Security) -> None:
    with smtp(security) as box, mailing(MailConfig(box.host, box.port, security=security, sender=SENDER)):
        queue(2)
        assert deliver_due(NOW) == Delivered(failed=2)
        assert [(row.state, row.last_error) for row in rows()] == [(MailState.QUEUED, "SSLCertVerificationError")] * 2
        assert box.messages == []
        monkeypatch.setenv("SSL_CERT_FILE", str(box.certificate))
        assert deliver_due(max(row.due_at for row in rows())) == Delivered(sent=2)
        assert len(box.wait(2)) == 2


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_name_of_another_is_no_certificate(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch, security: Security
) -> None:
    with smtp(security) as box, mailing(MailConfig("127.0.0.2", box.port, security=security, sender=SENDER)):
        monkeypatch.setenv("SSL_CERT_FILE", str(box.certificate))
        queue()
        assert deliver_due(NOW) == Delivered(failed=1)
        assert box.messages == []


def test_a_server_without_starttls_gets_no_mail(mailing: Mailing) -> None:
    with smtp() as box, mailing(MailConfig(box.host, box.port, security="starttls", sender=SENDER)):
        queue()
        assert deliver_due(NOW) == Delivered(failed=1)
        assert [(row.state, row.last_error) for row in rows()] == [(MailState.QUEUED, "SMTPNotSupportedError")]
        assert box.messages == []
