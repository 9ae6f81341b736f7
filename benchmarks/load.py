"""wrk, from Debian's package: what it sends is in load.lua, what it measured comes back as `Round`."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

SCRIPT = Path(__file__).with_name("load.lua")
THREADS, CONNECTIONS = 2, 16
ERRORS = ("unexpected", "connect", "read", "write", "timeout", "status")


class Failed(RuntimeError):
    """Why a run says nothing."""


@dataclass(frozen=True)
class Round:
    """One run of wrk; p50 and p99 are milliseconds."""

    requests: int
    per_second: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Load:
    """What is requested with the session `cookie`: each path in turn; with a `form`, posted to each path once."""

    paths: tuple[str, ...]
    form: tuple[tuple[str, str], ...] = ()
    cookie: str = ""
    page_size: int = 0  # what an answer has at least, in bytes

    def run(self, port: int, seconds: int, folder: Path) -> Round:
        """Load the server at `port`. Raises Failed for any answer but the expected one."""
        paths, body = folder / "paths", folder / "body"
        paths.write_text("\n".join(self.paths) + "\n")
        body.write_text(urlencode(self.form))
        headers = {"Accept-Language": "zh-CN"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}", "--timeout", "10", "-s", str(SCRIPT)]
        given = ["POST", str(THREADS), str(paths), str(body)] if self.form else ["GET", str(THREADS), str(paths)]
        options = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
        return self._read(_run([*command, *options, f"http://127.0.0.1:{port}", "--", *given]))

    def _read(self, output: str) -> Round:
        said = json.loads(output.strip().splitlines()[-1])
        errors = {name: said[name] for name in ERRORS if said[name]}
        if errors or not said["requests"]:
            raise Failed(f"of {said['requests']} requests some went wrong: {errors}")
        if said["bytes"] / said["requests"] < self.page_size:
            raise Failed(f"answers have fewer than {self.page_size} bytes")
        return Round(said["requests"], said["requests"] / said["seconds"], said["p50"], said["p99"])


def ensure_wrk() -> None:
    """Install wrk where it is missing and that is allowed. Raises Failed."""
    if shutil.which("wrk"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "wrk"]):
            subprocess.run(["apt-get", "--quiet=2", *command], stdout=subprocess.DEVNULL, check=False)
    if not shutil.which("wrk"):
        raise Failed("The load comes from wrk: install it (on Debian and Ubuntu: apt-get install wrk), and repeat.")


def wrk_version() -> str:
    said = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout  # its status is 1
    return next((word for word in said.split() if word[0].isdigit() or "/" in word), "?").rpartition("/")[2]


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"wrk ended with status {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout
