"""The file that a browser sends: one, of a size that is told, and from nobody but who may bring one."""

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
    return files[0] if size else _("The file is empty.")


def name_of(file: FileStorage) -> str:
    """How the file is called, without folders."""
    name = clean_line((file.filename or "").replace("\\", "/").rpartition("/")[2]).strip()
    return name[-200:] or "worksheet"
