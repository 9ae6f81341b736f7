"""Settings: what they are by default, and what is refused in words."""

import os
import stat
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config import Config, ConfigError, MailConfig, url_of
from formsvc import create_app

KEYS = {"FORMSVC_SECRET_KEYS": "a-key-of-sixteen-characters"}
OWN = {"FORMSVC_DATABASE_URL": "postgresql://formsvc@db/formsvc"}


def read(var: Path, **given: str) -> Config:
    return Config.from_environment({"FORMSVC_VAR": str(var), **given})


def test_a_local_run_needs_no_settings(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert config.database_url == f"sqlite:///{tmp_path}/formsvc.sqlite3"
    assert (config.queue_url, config.base_url) == (None, "http://127.0.0.1:8000")
    assert (config.time_zone, config.mail) == (ZoneInfo("Asia/Shanghai"), MailConfig())
    assert config.is_local
    assert config.check_mail_domains
    assert (config.sms_url, config.sms_token) == (None, None)


def test_weak_defaults_each_installation_makes_its_own_key_and_keeps_it(tmp_path: Path) -> None:
    first, second = (read(tmp_path / name).secret_keys for name in "ab")
    assert first != second
    assert min(len(key) for key in (*first, *second)) >= 43
    assert read(tmp_path / "a").secret_keys == first
    assert stat.S_IMODE((tmp_path / "a" / "secret-key").stat().st_mode) == 0o600


def test_two_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    keys: list[tuple[str, ...]] = []
    threads = [threading.Thread(target=lambda: keys.append(read(tmp_path).secret_keys)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_weak_defaults_a_database_of_ones_own_needs_keys_of_ones_own(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="FORMSVC_SECRET_KEYS is required"):
        read(tmp_path, **OWN)
    assert read(tmp_path, **OWN, **KEYS).database_url == "postgresql+psycopg://formsvc@db/formsvc"
    assert list(tmp_path.iterdir()) == []


def test_keys_are_listed_newest_first(tmp_path: Path) -> None:
    given = "newest-of-all-keys , older-than-that-one,"
    assert read(tmp_path, FORMSVC_SECRET_KEYS=given).secret_keys == ("newest-of-all-keys", "older-than-that-one")


@pytest.mark.parametrize(
    ("security", "port"), [("none", 25), ("starttls", 587), ("tls", 465)]
)  # fmt: skip
def test_the_port_of_the_mail_server_follows_its_security(tmp_path: Path, security: str, port: int) -> None:
    given = {"FORMSVC_MAIL_SERVER": "mail.example.com", "FORMSVC_MAIL_SECURITY": security}
    config = read(tmp_path, **given)
    assert (config.mail.port, config.is_local) == (port, False)
    assert read(tmp_path, **given, FORMSVC_MAIL_PORT="2525").mail.port == 2525


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"HOST": "::"}, "http://[::1]:8000"),
        ({"FORMSVC_BASE_URL": "https://forms.example.com/"}, "https://forms.example.com"),
    ],
)
def test_the_address_of_the_pages(tmp_path: Path, given: dict[str, str], url: str) -> None:
    assert read(tmp_path, **given).base_url == url


@pytest.mark.parametrize("url", ["https://sms.example.com/send", "http://[::1]:8080", "log"])
def test_the_gateway_for_sms(tmp_path: Path, url: str) -> None:
    config = read(tmp_path, FORMSVC_SMS_URL=url, FORMSVC_SMS_TOKEN="a-token\n")
    assert (config.sms_url, config.sms_token) == (url, "a-token")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - read, not bound
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("10.0.0.7", "http://10.0.0.7:80"),
    ],
)
def test_the_address_on_the_own_machine(host: str, url: str) -> None:
    assert url_of(host, 80) == url


@pytest.mark.parametrize(
    "given",
    [
        {"FORMSVC_DATABASE_URL": "mysql://db/formsvc"},
        {"FORMSVC_QUEUE_URL": "amqp://queue"},
        {"FORMSVC_SECRET_KEYS": "short"},
        {"FORMSVC_BASE_URL": "forms.example.com"},
        {"FORMSVC_TIME_ZONE": "Asia/Nowhere"},
        {"FORMSVC_TIME_ZONE": "../etc/passwd"},
        {"FORMSVC_MAIL_SECURITY": "ssl"},
        {"FORMSVC_MAIL_PORT": "0"},
        {"FORMSVC_MAIL_USERNAME": "someone"},
        {"FORMSVC_CHECK_MAIL_DOMAINS": "perhaps"},
        {"FORMSVC_SMS_URL": "sms.example.com"},
        {"FORMSVC_SMS_URL": "ftp://sms.example.com"},
        {"FORMSVC_SMS_URL": "https://"},
        {"FORMSVC_SMS_URL": "https://sms.example.com:port"},
        {"FORMSVC_SMS_URL": "LOG"},
        {"PORT": "65536"},
        {"PORT": "８０"},
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(given))):
        read(tmp_path, **KEYS | given)


def test_cookies_are_for_https_alone_where_pages_are(tmp_path: Path) -> None:
    app = create_app(read(tmp_path, FORMSVC_BASE_URL="https://forms.example.com", **KEYS))
    cookie = app.test_client().get("/login").headers["Set-Cookie"]
    assert (cookie.partition("=")[0], cookie.endswith("; Secure")) == ("__Host-formsvc", True)
    assert not app.debug


def test_weak_defaults_a_key_file_that_lost_its_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret-key").touch()
    with pytest.raises(ConfigError, match="secret-key"):
        read(tmp_path)


def test_the_console_takes_the_address_of_the_trial_that_runs(tmp_path: Path) -> None:
    (tmp_path / "address").write_text(f"{os.getpid()} http://127.0.0.1:8101")
    assert read(tmp_path).base_url == "http://127.0.0.1:8101"
    assert read(tmp_path, PORT="8000").base_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("left", ["4194304 http://127.0.0.1:8101", "", "http://127.0.0.1:8101"])
def test_a_trial_that_was_killed_is_not_asked(tmp_path: Path, left: str) -> None:
    (tmp_path / "address").write_text(left)
    assert read(tmp_path).base_url == "http://127.0.0.1:8000"
