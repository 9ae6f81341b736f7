"""Questionnaires on the console."""

import json
import tomllib
from pathlib import Path
from typing import Any

import click

from formsvc.console import on_schema
from formsvc.db import db, transaction
from formsvc.questionnaires import verbs
from formsvc.questionnaires.models import QuestionnaireVersion
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
            version = verbs.publish(session, data, now())
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    key = verbs.definition_of(version).key
    click.echo(f"Version {version.number} of {key} is published: invitations from now on ask it.")


@questionnaires_group.command()
@click.argument("key", default=verbs.DEFAULT_KEY)
@on_schema
def show(key: str) -> None:
    """Print the newest version of the questionnaire KEY as JSON, to be changed and published."""
    click.echo(json.dumps(version_of(key).definition, ensure_ascii=False, indent=2))


def version_of(key: str) -> QuestionnaireVersion:
    """The newest version of the questionnaire `key`. Raises click.ClickException naming those that there are."""
    versions = {verbs.definition_of(version).key: version for version in verbs.published(db.session)}
    if key not in versions:
        raise click.ClickException(f"there is no questionnaire {key}; there are {', '.join(versions)}")
    return versions[key]


def _read(file: Path) -> Any:
    """What stands in `file`, as JSON can hold it: TOML has dates of its own. Raises OSError, ValueError."""
    text = file.read_text("utf-8")
    data = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    return json.loads(json.dumps(data, default=str, allow_nan=False))
