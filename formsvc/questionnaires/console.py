"""Questionnaires on the console."""

import json
import tomllib
from pathlib import Path
from typing import Any

import click

from formsvc.console import on_schema
from formsvc.db import db, transaction
from formsvc.questionnaires import verbs
from formsvc.web.show import now


@click.group("questionnaires")
def questionnaires_group() -> None:
    """What customers are asked."""


@questionnaires_group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@on_schema
def publish(file: Path) -> None:
    """Publish FILE, a questionnaire in TOML or JSON: invitations from now on are answered on it."""
    if file.suffix.lower() not in (".toml", ".json"):
        raise click.UsageError("FILE must end in .toml or .json")
    try:
        data = _read(file)
        with transaction() as session:
            number = verbs.publish(session, data, now()).number
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    click.echo(f"Version {number} of {verbs.DEFAULT_KEY} is published: invitations from now on ask it.")


@questionnaires_group.command()
@on_schema
def show() -> None:
    """Print the newest version as JSON, to be changed and published."""
    click.echo(json.dumps(verbs.current(db.session).definition, ensure_ascii=False, indent=2))


def _read(file: Path) -> Any:
    """What stands in `file`, as JSON can hold it: TOML has dates of its own. Raises OSError, ValueError."""
    text = file.read_text("utf-8")
    data = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    return json.loads(json.dumps(data, default=str, allow_nan=False))
