"""The console. Exit status: 0 done, 1 refused with a reason on standard error, 2 wrong usage."""

import os
import sys
from datetime import datetime

import click
from flask import Flask, current_app
from flask.cli import FlaskGroup, with_appcontext
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config import Config, ConfigError
from formsvc import create_app, demo, server, worker
from formsvc.console import on_schema
from formsvc.customers import reach
from formsvc.customers.console import customers_group
from formsvc.customers.duplicates.comparing import compare_due
from formsvc.customers.imports import job as imports
from formsvc.db import db, transaction
from formsvc.invitations import links, verbs
from formsvc.invitations.schedule import DAYS, MAX_DAYS, MIN_DAYS
from formsvc.mail.delivery import deliver_due
from formsvc.questionnaires.console import questionnaires_group, version_of
from formsvc.questionnaires.verbs import DEFAULT_KEY, publish_default
from formsvc.rounds.clock import remind_due, review_due, tell_changes
from formsvc.schema import upgrade
from formsvc.staff import verbs as staff
from formsvc.staff.models import Role
from formsvc.web.show import now
from formsvc.workdays import is_announced

ACCOUNT = {
    "taken": "there is an account with this address already",
    "short-password": f"a password needs {staff.MIN_PASSWORD} characters or more",
    "name": f"a name of up to {staff.MAX_NAME} characters is needed",
    "lead": "a team is led by an active account with the role lead or administrator: add that one first",
}


@click.command()
@with_appcontext
def init() -> None:
    """Create or upgrade the schema and load the default questionnaire."""
    upgrade()
    click.echo(f"The database is ready, with version {_publish_default()} of the questionnaire.")


@click.command("demo")
@on_schema
def load_demo() -> None:
    """Load sample staff and customers."""
    for sign in demo.load(now()):
        click.echo(f"{sign.role}: {sign.email}  password: {sign.password}")


@click.group("staff")
def staff_group() -> None:
    """Accounts of staff."""


@staff_group.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--phone", help="Shown to customers beside the name.")
@click.option("--lead", metavar="EMAIL", help="Whose team it joins: the lead sees the team's customers.")
@on_schema
def add_staff(email: str, name: str, role: str, phone: str | None, lead: str | None) -> None:
    """Add an account; the password is read from standard input."""
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if email.count("@") != 1 or any(part.isspace() or not part.isprintable() for part in email):
        raise click.ClickException(f"{email} is not an email address")
    try:
        with transaction() as session:
            staff.add(session, email, name, Role(role), password, now(), phone, lead)
    except staff.AccountError as error:
        raise click.ClickException(ACCOUNT[error.code]) from error
    click.echo(f"Added {email}.")


@click.command()
@click.argument("numbers", nargs=-1, required=True, metavar="CX… [CX… …]")
@click.option("--days", type=click.IntRange(MIN_DAYS, MAX_DAYS), default=DAYS, show_default=True,
              help="Working days until the deadline.")  # fmt: skip
@click.option("--questionnaire", "key", metavar="KEY", default=DEFAULT_KEY, show_default=True,
              help="What they are asked.")  # fmt: skip
@click.option("--with-form", is_flag=True, help="The mail carries the questionnaire as an Excel file, too.")
@on_schema
def invite(numbers: tuple[str, ...], days: int, key: str, with_form: bool) -> None:
    """Invite customers: queue the mail, print number and link."""
    version_of(key)
    refused = [problem for number in numbers if (problem := _invite(number, days, key, with_form))]
    for problem in refused:
        click.echo(problem, err=True)
    if refused:
        sys.exit(1)


@click.command("worker")
@on_schema
def run_worker() -> None:
    """Deliver mail and run the clock until stopped."""
    worker.work(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command()
@click.option("--at", "at", metavar="TIME", help="ISO 8601, e.g. 2026-12-01T09:00:00+08:00; now unless said.")
@on_schema
def tick(at: str | None) -> None:
    """Run once what is due at TIME, and deliver due mail."""
    instant = _instant(at) if at else now()
    compare_due(instant)
    reminded, reviewed, told = remind_due(instant), review_due(instant), tell_changes(instant)
    imported = imports.work_to_end()
    delivered = deliver_due(due_by=instant)
    for name, done in (("Reminders", reminded), ("Reviews", reviewed), ("Imported rows", imported)):
        for step, count in sorted(done.items()):
            click.echo(f"{name} ({step}): {count}")
    if told:
        click.echo(f"Told of changes: {told}")
    click.echo(f"Mail: {delivered.sent} sent, {delivered.failed} failed")
    if not is_announced(instant.year):
        click.echo(f"The moved holidays of {instant.year} are not known: weekends and fixed holidays count.", err=True)


@click.command()
@on_schema
def serve() -> None:
    """Run the production web server."""
    try:
        server.serve(current_app.extensions["config"])
    except server.CannotStart as error:
        raise click.ClickException(str(error)) from error


@click.command()
@with_appcontext
def run() -> None:
    """Try it out: database, samples, web server and worker in one, until Ctrl-C."""
    config: Config = current_app.extensions["config"]
    upgrade()
    _publish_default()
    signs = demo.load(now())
    db.session.close()

    def ready() -> None:
        click.echo(f"\n  formsvc    {config.base_url}/")
        for sign in signs:
            click.echo(f"  {sign.role:<14} {sign.email}   password: {sign.password}")
        click.echo(f"  customer link  {demo.link(now()) or 'invite a customer on its page'}")
        if config.is_local:
            click.echo(f"  mail           {config.base_url}/mail/ (as administrator), files in {config.var / 'mail'}")
        click.echo("  Ctrl-C stops all of it.\n")
        db.session.close()
        sys.stdout.flush()

    try:
        server.run(config, ready)
    except server.CannotStart as error:
        raise click.ClickException(str(error)) from error


def init_app(app: Flask, _config: Config) -> None:
    """Add the commands to `flask --app wsgi` as well."""
    groups = staff_group, customers_group, questionnaires_group
    for command in (init, load_demo, *groups, invite, run_worker, tick, serve, run):
        app.cli.add_command(command)


def main() -> None:
    """The command `formsvc`. What it writes is for its user alone: customers' data is in it."""
    os.umask(0o077)
    try:
        app = create_app()
    except (ConfigError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    group = FlaskGroup(name="formsvc", create_app=lambda: app, add_default_commands=False, add_version_option=False)
    group.params.clear()  # Flask's own options choose an application: here it is always this one
    try:
        group.main(prog_name="formsvc")
    except (OSError, SQLAlchemyError) as error:
        reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        click.echo(f"Error: {reason.splitlines()[0]}", err=True)
        sys.exit(1)


def _publish_default() -> int:
    """The number of the version to use. Raises click.ClickException where a field of the company's is in its way."""
    try:
        with transaction() as session:
            return publish_default(session, now()).number
    except ValueError as error:
        raise click.ClickException(f"the program's own questionnaire: {error}") from error


def _invite(number: str, days: int, key: str, with_form: bool) -> str | None:
    """Invite one customer and print its link; why not, where it is refused."""
    try:
        with transaction() as session:
            customer = reach.find_any(session, number.upper())
            if customer is None:
                return f"{number}: there is no such customer"
            invitation = verbs.issue(session, customer, "system", None, now(), days, key, with_form)
            url, has_mail = links.url(invitation.id, invitation.link_number), bool(customer.email)
    except verbs.AlreadyInvited as error:
        return f"{number}: is invited already, until {error.deadline_on}; issue the link again on its page"
    except verbs.Archived:
        return f"{number}: is archived; bring the record back on its page first"
    except verbs.NothingAsked:
        return f"{number}: {key} asks nothing of this kind of customer"
    click.echo(f"{customer.number}\t{url}")
    if not has_mail:
        click.echo(f"{number}: no mail address is held, hand the link over yourself", err=True)
    return None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        if not 2000 <= instant.year < 3000:  # far from the ends of the calendar, where no day can be added
            raise ValueError(text)
    except ValueError as error:
        raise click.BadParameter(f"{text} is no ISO 8601 time", param_hint="--at") from error
    zone = current_app.extensions["config"].time_zone
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


if __name__ == "__main__":
    main()
