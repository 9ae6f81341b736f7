"""What the commands of all rooms share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import with_appcontext

from formsvc.schema import is_current


def on_schema(command: Callable[..., None]) -> Callable[..., Any]:
    """`command` in an application context, refused where the database is not set up."""

    @wraps(command)
    def checked(*args: Any, **kwargs: Any) -> None:
        if not is_current():
            raise click.ClickException("the database is not set up, or behind: run formsvc init")
        command(*args, **kwargs)

    wrapped: Callable[..., Any] = with_appcontext(checked)
    return wrapped
