"""The web server, and a trial run of it beside a worker."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from granian.constants import Interfaces
from granian.server import Server

from config import ADDRESS, ROOT, Config, url_of

STARTS_WITHIN, STOPS_WITHIN = 30.0, 15.0  # seconds
MAX_WORKERS = 4


class CannotStart(RuntimeError):
    """Why the trial run cannot start."""


class Stopped(Exception):
    """Ctrl-C or SIGTERM."""


def serve(config: Config, application: str = "wsgi:app") -> None:
    """The production web server, until SIGTERM or SIGINT: one process for each core, up to MAX_WORKERS.

    Raises CannotStart where the port is taken: two servers would share the visitors between them.
    """
    _check_port(config)
    Server(
        application, address=config.host, port=config.port, interface=Interfaces.WSGI, working_dir=ROOT,
        workers=min(os.cpu_count() or 1, MAX_WORKERS), blocking_threads=1, respawn_failed_workers=True,
        log_enabled=False, workers_kill_timeout=10,
    ).serve()  # fmt: skip


def run(config: Config, ready: Callable[[], None]) -> None:
    """Serve beside a worker until Ctrl-C or SIGTERM; call `ready` once pages are answered. Raises CannotStart."""
    _check_port(config)
    address = config.var / ADDRESS
    with _stop_signals(), _children("serve", "worker") as children:
        try:
            address.write_text(f"{os.getpid()} {config.base_url}")
            _wait_for_answer(config, children)
            ready()
            os.waitpid(-1, 0)
            raise CannotStart("the web server or the worker ended by itself: see above")
        except Stopped:
            return
        finally:
            address.unlink(missing_ok=True)


def _check_port(config: Config) -> None:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise CannotStart(f"cannot listen on {config.host}, port {config.port}: {error.strerror}; "
                              "choose another one, e.g. make run PORT=8001") from error  # fmt: skip


@contextmanager
def _stop_signals() -> Iterator[None]:
    """Within the block SIGINT and SIGTERM raise Stopped; the second one and later ones are ignored."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _children(*commands: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The commands as processes of sessions of their own, so that Ctrl-C reaches them through us alone."""
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "formsvc.cli", command], start_new_session=True, preexec_fn=_end_with_parent
        )
        for command in commands
    ]
    try:
        yield children
    finally:
        for child in children:
            child.terminate()
        deadline = time.monotonic() + STOPS_WITHIN
        for child in children:
            try:
                child.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.kill()


def _end_with_parent() -> None:
    """Have Linux send this process SIGTERM when its parent is gone, even by kill -9 (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _wait_for_answer(config: Config, children: list[subprocess.Popen[bytes]]) -> None:
    url = url_of(config.host, config.port) + "/healthz"
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and all(child.poll() is None for child in children):
        try:
            with urlopen(url, timeout=5):  # noqa: S310 - always http
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise CannotStart("the web server does not answer: see above")
