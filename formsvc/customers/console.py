"""The worksheet on the console."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import func, select

from formsvc.console import on_schema
from formsvc.customers.duplicates import comparing
from formsvc.customers.duplicates import listing as pair_list
from formsvc.customers.duplicates.evidence import SIMILAR_NAME
from formsvc.customers.models import Customer
from formsvc.customers.worksheet import files, reading
from formsvc.customers.worksheet.importing import Outcome
from formsvc.customers.worksheet.lines import NotAWorksheet
from formsvc.db import db
from formsvc.staff import verbs as staff
from formsvc.staff.models import Permission
from formsvc.web.show import now

UNREADABLE = {
    "empty": "it has no rows",
    "column-twice": "the column {0} stands twice",
    "no-columns": "it lacks the column {0}, so it is not a worksheet",
    "too-large": "it is too large",
    "too-many-rows": "it has more than {0} rows: split it",
    "not-xlsx": "it is damaged, or not an XLSX workbook",
    "not-csv": "it cannot be read as CSV ({0})",
    "not-text": "it is neither an XLSX workbook nor a CSV text",
}


@click.group("customers")
def customers_group() -> None:
    """The master record as a worksheet."""


@customers_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner", metavar="EMAIL", help="The account manager of customers that are new.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@on_schema
def import_customers(file: Path, owner: str | None, dry_run: bool) -> None:
    """Import a worksheet; refused rows go to FILE.refused.csv."""
    account = staff.find(db.session, owner) if owner else None
    if owner and account is None:
        raise click.ClickException(f"there is no account {owner}")
    if account and not (account.active and account.may(Permission.MANAGE)):
        raise click.ClickException(f"{owner} cannot have customers: the account is inactive, or its role has none")
    try:
        with file.open("rb") as opened, reading.opened(opened, file.name) as sheet:
            count, unknown = sum(1 for _ in sheet.rows), sheet.unknown  # all of it can be read, before any is imported
        if unknown:
            click.echo(f"Columns that a worksheet does not have are left out: {', '.join(unknown)}", err=True)
        with (
            file.open("rb") as opened,
            reading.opened(opened, file.name) as sheet,
            click.progressbar(sheet.rows, label="Reading rows", length=count, file=sys.stderr) as rows,
        ):
            report = files.import_sheet(rows, account, now(), dry_run=dry_run, language="zh_CN")
    except NotAWorksheet as error:
        raise click.ClickException(f"{file}: {UNREADABLE[error.code].format(error.detail)}") from error
    _tell_counts(report.counts, dry_run)
    for row in report.renumbered:
        own = row.number or "a number of its own"
        click.echo(
            f"row {row.row.number}: {row.given_number} is another customer's number; this one has {own}", err=True
        )
    _tell_refused(report, file, dry_run)
    for checked, others in report.alike:
        for each in others:
            name = checked.text("basic.full_name")
            click.echo(
                f"row {checked.row.number}: {name} is perhaps {each.number} {each.name} ({_shared(each.evidence)})"
            )
    if not dry_run:
        _tell_duplicates(report.numbers)
        _tell_unassigned()


@customers_group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@on_schema
def export_customers(file: Path) -> None:
    """Write all customers to FILE, which ends in .xlsx or .csv."""
    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise click.UsageError("FILE must end in .xlsx or .csv")
    try:
        click.echo(f"Wrote {files.export(file)} customers to {file}.")
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error


def _tell_counts(counts: Counter[Outcome], dry_run: bool) -> None:
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome)
    click.echo(f"{'Would be: ' if dry_run else ''}{counts.total()} rows: {told}")


def _tell_refused(report: files.Report, file: Path, dry_run: bool) -> None:
    for row in report.refused:
        for problem in row.problems:
            click.echo(f"row {row.row.number}, {problem.column}: {problem.value[:60]!r}: {problem.reason}", err=True)
    if not report.refused or dry_run:
        return
    target = file.with_name(file.name + ".refused.csv")
    try:
        files.write_refused(target, report.refused)
    except OSError:
        target = current_app.extensions["config"].var / target.name
        files.write_refused(target, report.refused)
    click.echo(f"Refused rows are in {target}: mend them there and import that file.")


def _tell_duplicates(numbers: set[str]) -> None:
    while comparing.compare_due():  # what a worker would do in time
        pass
    db.session.rollback()  # what this session read before the import is out of date
    for pair in pair_list.among(db.session, numbers):
        two = " and ".join(f"{customer.number} {customer.name}" for customer in (pair.newer, pair.older))
        click.echo(f"Perhaps one customer: {two} ({_shared(pair.evidence)})")


def _shared(evidence: Iterable[str]) -> str:
    return ", ".join("similar name" if why == SIMILAR_NAME else f"same {why}" for why in evidence)


def _tell_unassigned() -> None:
    count = db.session.scalar(select(func.count()).where(Customer.owner_id.is_(None)))
    if count:
        click.echo(
            f"{count} customers have no account manager: only administrators see them. Import with --owner EMAIL."
        )
