"""How instants, dates and assets appear on pages and in mail."""

import hashlib
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, current_app, url_for
from flask_babel import format_date, format_datetime

from formsvc.web.access import PUBLIC, declare

MOST_COUNTED = 1000
STATIC = Path(__file__).parent / "static"


def init_app(app: Flask) -> None:
    declare(app.view_functions["static"], PUBLIC)
    app.jinja_env.filters.update(instant=instant, day=day)
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["organisation"] = app.extensions["config"].organisation
    app.jinja_env.globals["is_local"] = app.extensions["config"].is_local
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The date of this instant in the installation's time zone."""
    return now().astimezone(current_app.extensions["config"].time_zone).date()


def instant(value: datetime, with_zone: bool = False) -> str:
    """`value` in the installation's time zone, which is named after it `with_zone`, and the reader's language."""
    zone: ZoneInfo = current_app.extensions["config"].time_zone
    if not with_zone:
        return _instant(value, zone)  # in a tenth of the time
    return str(format_datetime(value.astimezone(zone), "yyyy-MM-dd HH:mm zzzz", rebase=False))


@lru_cache(maxsize=4096)
def _instant(value: datetime, zone: ZoneInfo) -> str:
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"


def day(value: date) -> str:
    """`value` with its weekday, in the reader's language, e.g. 2026年11月27日 周五."""
    return str(format_date(value, "full"))


def capped(count: int) -> str:
    """A count for people, of what is counted up to MOST_COUNTED + 1."""
    return f"{min(count, MOST_COUNTED):,}" + "+" * (count > MOST_COUNTED)


def asset(name: str) -> str:
    """The address of a static file, with a mark that changes whenever its content does."""
    return url_for("static", filename=name, v=_mark(name))


@lru_cache
def _mark(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
