"""Makes sure that a machine has what the tests need: a Chromium and a font with Chinese characters.

Run before pytest, it installs what is missing, or says in one sentence what to install and ends with status 1, so that
no test has to be skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Returns 0 when all is there, else 1 after naming on standard error what to install."""
    missing = [sentence for sentence in (_ensure_chromium(), _ensure_fonts()) if sentence]
    for sentence in missing:
        print(sentence, file=sys.stderr)
    return 1 if missing else 0


def chromium() -> str | None:
    """Returns the path of the machine's own Chromium, or None, which tells Playwright to take the one it downloaded."""
    found = (shutil.which(name) for name in BROWSERS)
    # Ubuntu has a `chromium-browser` that only asks for a snap to be installed
    return next((path for path in found if path and _succeeds(path, "--version")), None)


def _ensure_chromium() -> str | None:
    if _has_chromium():
        return None
    _say("Installing Chromium for the tests …")
    if _apt_install("chromium") and _has_chromium():
        return None
    if _run(*_playwright("install")) and _has_chromium():
        return None
    return (
        "The tests need Chromium: install Debian's package `chromium`, or Google Chrome, "
        "or run `.venv/bin/python -m playwright install --with-deps chromium`, and repeat."
    )


def _has_chromium() -> bool:
    return chromium() is not None or _has_playwrights_own()


def _has_playwrights_own() -> bool:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    # Its libraries come from the system: only a run tells whether they are there
    return Path(path).exists() and _succeeds(path, "--version")


def _playwright(*command: str) -> list[str]:
    libraries = ["--with-deps"] if _administrator() is not None and shutil.which("apt-get") else []
    return [sys.executable, "-m", "playwright", *command, *libraries, "chromium"]


def _ensure_fonts() -> str | None:
    if _has_fonts():
        return None
    _say("Installing fonts with Chinese characters for the tests …")
    if _apt_install("fontconfig", "fonts-noto-cjk") and _has_fonts():
        return None
    return "The tests need a font that `fc-list :lang=zh` shows: install Debian's `fonts-noto-cjk`, and repeat."


def _has_fonts() -> bool:
    if sys.platform == "darwin":  # macOS brings PingFang
        return True
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


def _apt_install(*packages: str) -> bool:
    """Returns whether apt-get installed the packages; False where there is no apt-get, or no right to use it."""
    administrator = _administrator()
    if administrator is None or not shutil.which("apt-get"):
        return False
    apt = [*administrator, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]
    # A list that could not be refreshed may still do
    _run(*apt, "update")
    return _run(*apt, "install", "--yes", "--no-install-recommends", *packages)


def _administrator() -> list[str] | None:
    """Returns what to put before a command to run it as root, or None when that cannot be had without a password."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _succeeds("sudo", "--non-interactive", "true"):
        return ["sudo", "--non-interactive"]
    return None


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0


def _run(*command: str) -> bool:
    """Runs a command, shows on standard error what it says if it fails, and returns whether it succeeded."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, check=False
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
    return done.returncode == 0


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main())
