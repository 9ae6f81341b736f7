"""The settings of one installation; the only reader of the environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent
MIN_KEY = 16
SECURITY = ("none", "starttls", "tls")
SMS_LOG = "log"  # as FORMSVC_SMS_URL: messages go to files, in a trial without a gateway
ADDRESS = "address"  # the file under FORMSVC_VAR in which a trial run says where it answers
PORTS = {"none": 25, "starttls": 587, "tls": 465}


class ConfigError(ValueError):
    """A setting that cannot be used; the text names it and says how to mend it."""


@dataclass(frozen=True)
class MailConfig:
    """Where mail leaves. Without `server`, mail is written to files under `var/mail`."""

    server: str | None = None
    port: int = 25
    username: str | None = None
    password: str | None = None
    security: str = "none"
    sender: str = "formsvc@localhost"


@dataclass(frozen=True)
class Config:
    database_url: str
    queue_url: str | None
    var: Path
    secret_keys: tuple[str, ...]
    base_url: str
    time_zone: ZoneInfo
    host: str
    port: int
    mail: MailConfig
    check_mail_domains: bool = True
    organisation: str | None = None
    sms_url: str | None = None
    sms_token: str | None = None

    @property
    def is_local(self) -> bool:
        """True where mail goes to files: a trial on one machine, whose pages may show that mail."""
        return self.mail.server is None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """The settings given by `environ`. Raises ConfigError for one that cannot be used."""
        var = Path(environ.get("FORMSVC_VAR") or ROOT / "var").resolve()
        host, port = environ.get("HOST") or "127.0.0.1", _port(environ, "PORT", 8000)
        return cls(
            database_url=_database_url(environ.get("FORMSVC_DATABASE_URL"), var),
            queue_url=_queue_url(environ.get("FORMSVC_QUEUE_URL")),
            var=var,
            secret_keys=_secret_keys(environ, var),
            base_url=_base_url(environ, var, host, port),
            time_zone=_time_zone(environ.get("FORMSVC_TIME_ZONE") or "Asia/Shanghai"),
            host=host,
            port=port,
            mail=_mail(environ),
            check_mail_domains=_yes_or_no(environ, "FORMSVC_CHECK_MAIL_DOMAINS"),
            organisation=environ.get("FORMSVC_ORGANISATION") or None,
            sms_url=_sms_url(environ.get("FORMSVC_SMS_URL")),
            sms_token=(environ.get("FORMSVC_SMS_TOKEN") or "").strip() or None,
        )


def _database_url(url: str | None, var: Path) -> str:
    if not url:
        return f"sqlite:///{var / 'formsvc.sqlite3'}"
    if url.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    if url.startswith(("postgresql+psycopg://", "sqlite:///")):
        return url
    raise ConfigError("FORMSVC_DATABASE_URL must begin with postgresql:// or sqlite:///")


def _queue_url(url: str | None) -> str | None:
    if url and not url.startswith(("redis://", "rediss://")):
        raise ConfigError("FORMSVC_QUEUE_URL must begin with redis:// or rediss://")
    return url or None


def _secret_keys(environ: Mapping[str, str], var: Path) -> tuple[str, ...]:
    given = tuple(key.strip() for key in environ.get("FORMSVC_SECRET_KEYS", "").split(",") if key.strip())
    if any(len(key) < MIN_KEY for key in given):
        raise ConfigError(f"FORMSVC_SECRET_KEYS: each key needs {MIN_KEY} characters or more")
    if given:
        return given
    if environ.get("FORMSVC_DATABASE_URL"):
        raise ConfigError("FORMSVC_SECRET_KEYS is required with a database of your own: give one long random key")
    return (_kept_key(var / "secret-key"),)


def _kept_key(path: Path) -> str:
    """The key of a local run, made on the first call. Two processes that start at once agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    if not path.exists():
        with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # the other process was quicker: its key is the one
        finally:
            fresh.unlink()
    key = path.read_text().strip()
    if len(key) < MIN_KEY:
        raise ConfigError(f"{path} holds no key any more: bring it back from a backup; links and secrets depend on it")
    return key


def _base_url(environ: Mapping[str, str], var: Path, host: str, port: int) -> str:
    url = environ.get("FORMSVC_BASE_URL")
    if url and not url.startswith(("http://", "https://")):
        raise ConfigError("FORMSVC_BASE_URL must begin with https:// (or http:// for a trial)")
    if url:
        return url.rstrip("/")
    running = _running(var / ADDRESS)
    if running and not environ.get("PORT") and not environ.get("HOST"):
        return running
    return url_of(host, port)


def url_of(host: str, port: int) -> str:
    """How a server that listens on `host` is reached on its own machine: 0.0.0.0 and :: are no places to go to."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://{f'[{near}]' if ':' in near else near}:{port}"


def _running(path: Path) -> str | None:
    """The address of the trial run that wrote `path`, its process and its address; None where it ended."""
    try:
        process, address = path.read_text().split()
        os.kill(int(process), 0)
    except (OSError, ValueError):
        return None
    return address


def _time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"FORMSVC_TIME_ZONE: no time zone is called {name}") from error


def _mail(environ: Mapping[str, str]) -> MailConfig:
    security = environ.get("FORMSVC_MAIL_SECURITY") or "none"
    if security not in SECURITY:
        raise ConfigError(f"FORMSVC_MAIL_SECURITY must be one of {', '.join(SECURITY)}")
    username, password = environ.get("FORMSVC_MAIL_USERNAME") or None, environ.get("FORMSVC_MAIL_PASSWORD") or None
    if (username is None) != (password is None):
        raise ConfigError("FORMSVC_MAIL_USERNAME and FORMSVC_MAIL_PASSWORD go together")
    return MailConfig(
        server=environ.get("FORMSVC_MAIL_SERVER") or None,
        port=_port(environ, "FORMSVC_MAIL_PORT", PORTS[security]),
        username=username,
        password=password,
        security=security,
        sender=environ.get("FORMSVC_MAIL_SENDER") or MailConfig.sender,
    )


def _sms_url(url: str | None) -> str | None:
    if url and url != SMS_LOG and not (url.startswith(("http://", "https://")) and _names_host(url)):
        raise ConfigError("FORMSVC_SMS_URL must be the https:// or http:// address of the gateway, or log")
    return url or None


def _names_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # no port number, no IPv6 address
        return False


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise ConfigError(f"{name} must be a port number from 1 to 65535")
    return int(text)


def _yes_or_no(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name) or "yes"
    if text not in ("yes", "no"):
        raise ConfigError(f"{name} must be yes or no")
    return text == "yes"
