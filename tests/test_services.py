"""The servers of tests.services do what they say, and leave nothing behind."""

import signal
import smtplib
import socket
import ssl
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests import services
from tests.services import postgres, smtp, valkey


def test_postgres_serves_databases_and_ends_with_the_block(tmp_path: Path) -> None:
    with postgres(tmp_path) as url:
        maintenance = create_engine(url, isolation_level="AUTOCOMMIT")
        with maintenance.connect() as connection:
            connection.execute(text("CREATE DATABASE 客户"))
            assert connection.scalar(text("SHOW fsync")) == "off"
        maintenance.dispose()
        engine = create_engine(make_url(url).set(database="客户"))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT current_database()")) == "客户"
        engine.dispose()
    with pytest.raises(OperationalError):
        engine.connect()


def test_a_durable_postgres_writes_to_disk_before_it_answers(tmp_path: Path) -> None:
    with postgres(tmp_path, durable=True) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(text("SHOW fsync")) == "on"
            assert connection.scalar(text("SHOW synchronous_commit")) == "on"
        engine.dispose()


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_free_port", lambda: 70000)
    with pytest.raises(RuntimeError, match=r"(?s)valkey did not start.*70000"), valkey(tmp_path):
        pass


def test_valkey_keeps_and_expires_and_ends_with_the_block(tmp_path: Path) -> None:
    with valkey(tmp_path) as url, redis.Redis.from_url(url, decode_responses=True) as client:
        client.set("名字", "甲", ex=60)
        assert client.get("名字") == "甲"
    with pytest.raises(redis.ConnectionError), redis.Redis.from_url(url) as client:
        client.ping()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_servers_end_when_the_process_that_opened_them_is_killed(tmp_path: Path, ending: signal.Signals) -> None:
    code = """
import sys
from pathlib import Path
from tests import services
from tests.services import postgres, valkey
with postgres(Path(sys.argv[1])) as database, valkey(Path(sys.argv[1])) as queue:
    print(database.partition("host=")[2], queue.rpartition(":")[2], flush=True)
    sys.stdin.read()
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        scratch, port = process.stdout.readline().split()
        with socket.socket(socket.AF_UNIX) as database, socket.create_connection(("127.0.0.1", int(port))) as queue:
            database.connect(f"{scratch}/.s.PGSQL.5432")
            process.send_signal(ending)
            for connection in (database, queue):
                connection.settimeout(20)
                assert connection.recv(1) == b""


def _message(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", subject
    message.set_content("您好")
    return message


def test_smtp_reads_messages_as_a_mail_program_does() -> None:
    with smtp() as mailbox:
        for subject in ("请填写", "Second"):
            with smtplib.SMTP(mailbox.host, mailbox.port, timeout=10) as client:
                client.send_message(_message(subject))
        first, second = mailbox.wait(2)
    assert (first["Subject"], first.get_content().strip(), second["Subject"]) == ("请填写", "您好", "Second")
    assert mailbox.envelopes[0].rcpt_tos == ["b@example.com"]
    assert mailbox.connections == 2


def test_smtp_can_refuse_and_a_wait_ends() -> None:
    with smtp() as mailbox, smtplib.SMTP(mailbox.host, mailbox.port, timeout=10) as client:
        mailbox.answer = "451 4.3.0 later"
        with pytest.raises(smtplib.SMTPDataError, match="later"):
            client.send_message(_message("refused"))
        with pytest.raises(TimeoutError, match="0 of 1"):
            mailbox.wait(1, seconds=0)


def test_smtp_takes_no_mail_before_starttls_and_its_certificate_is_verified() -> None:
    with smtp("starttls") as mailbox:
        address = (mailbox.host, mailbox.port)
        with smtplib.SMTP(*address, timeout=10) as client, pytest.raises(smtplib.SMTPSenderRefused):
            client.send_message(_message("plain"))
        with smtplib.SMTP(*address, timeout=10) as client, pytest.raises(ssl.SSLCertVerificationError):
            client.starttls(context=ssl.create_default_context())
        with smtplib.SMTP(*address, timeout=10) as client:
            client.starttls(context=ssl.create_default_context(cafile=mailbox.certificate))
            client.send_message(_message("safe"))
        assert [message["Subject"] for message in mailbox.wait(1)] == ["safe"]


def test_smtp_over_tls_from_the_first_byte() -> None:
    with smtp("tls") as mailbox:
        context = ssl.create_default_context(cafile=mailbox.certificate)
        with smtplib.SMTP_SSL(mailbox.host, mailbox.port, timeout=10, context=context) as client:
            client.send_message(_message("safe"))
        assert len(mailbox.wait(1)) == 1


def test_smtp_ends_while_a_client_is_still_connected() -> None:
    with smtp() as mailbox:
        client = socket.create_connection((mailbox.host, mailbox.port), timeout=10)
        assert client.recv(3) == b"220"
    with client:
        while client.recv(1024):
            pass
