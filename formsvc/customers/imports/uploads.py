"""The file that a browser sends: one, of a size that is told, and from nobody but who may bring one."""

from pathlib import PurePath
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from formsvc.fields import clean_line
from formsvc.staff.models import Permission

MAX_FILE = 30 * 1024 * 1024  # bytes
MAX_BODY = MAX_FILE + 64 * 1024  # with what a form has around it
MAX_PARTS = 10
TEXTS = ("csv", "txt", "tsv", "")


def widen(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before the body is read: let the upload alone be longer than a form, from who may bring a worksheet alone."""
    if endpoint == "imports.upload" and current_user.is_authenticated and current_user.may(Permission.MANAGE):
        request.max_content_length, request.max_form_parts = MAX_BODY, MAX_PARTS


def too_large() -> str:
    return _("The file is larger than %(size)s MB. Split the worksheet, or save it as CSV.", size=MAX_FILE // 1024**2)


def taken() -> FileStorage | str:
    """The file that was posted, or what is wrong with it."""
    files = [file for file in request.files.values() if file.filename]
    if not files:
        return _("Choose a worksheet first: an XLSX or CSV file.")
    if len(files) > 1 or len(request.files.getlist("file")) != 1:
        return _("One file at a time, please.")
    size = files[0].stream.seek(0, 2)
    files[0].stream.seek(0)
    if size > MAX_FILE:
        return too_large()
    if not size:
        return _("The file is empty.")
    return (
        files[0] if _is_readable(files[0]) else _("This is neither an XLSX workbook nor a CSV text: save it as XLSX.")
    )


def _is_readable(file: FileStorage) -> bool:
    """Whether name and first bytes are those of an XLSX workbook or of a text; a worker sees the rest."""
    ending = PurePath(file.filename or "").suffix.lower().removeprefix(".")
    head = file.stream.read(1000)
    file.stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return ending in ("xlsx", *TEXTS)
    return ending in TEXTS and b"\0" not in head and not head.startswith(b"%PDF")


def name_of(file: FileStorage) -> str:
    """How the file is called, without folders."""
    name = clean_line((file.filename or "").replace("\\", "/").rpartition("/")[2]).strip()
    return name[-200:] or "worksheet"
