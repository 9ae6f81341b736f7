"""The questionnaire of an invitation as an XLSX form: for its mail, its page, and staff who hand it on (M28)."""

import io
from collections.abc import Mapping
from typing import Any

from flask import send_file
from sqlalchemy import Connection, select
from werkzeug.wrappers import Response

from formsvc.customers.models import Customer
from formsvc.db import reading
from formsvc.mail.mime import Attachment
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import definition_of_version
from formsvc.questionnaires.xlsx.workbook import Asking, file_name, made

KIND = "form"  # of an attachment
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def named(version_id: int, customer: Customer) -> dict[str, Any]:
    """What a mail keeps of its form: nothing that may be another thing by the time it leaves."""
    return {"kind": KIND, "version": version_id, "audience": customer.audience, "situation": customer.situation}


def attachment(named: Mapping[str, Any], language: str) -> Attachment:
    """The form that `named` says. Raises LookupError."""
    return form(named["version"], named["audience"], named["situation"], language)


def form(version_id: int, audience: str, situation: str, language: str) -> Attachment:
    """The form of a version, with no value of anybody in it. Raises LookupError where there is no such version."""
    with reading() as connection:
        number, checksum = _version(connection, version_id)
        definition = definition_of_version(connection, version_id, checksum)
    content = made(Asking(definition, number, audience, situation), language)
    return Attachment(file_name(definition, language), TYPE, content)


def number_of(version_id: int) -> int:
    """The number of a version, which its forms carry. Raises LookupError where there is none."""
    with reading() as connection:
        return _version(connection, version_id)[0]


def _version(connection: Connection, id_: int) -> tuple[int, str]:
    """Number and checksum of a version. Raises LookupError."""
    version = select(QuestionnaireVersion.number, QuestionnaireVersion.checksum)
    row = connection.execute(version.where(QuestionnaireVersion.id == id_)).first()
    if row is None:
        raise LookupError(id_)
    return row.number, row.checksum


def download(form: Attachment) -> Response:
    """`form` as a file that a browser keeps."""
    return send_file(io.BytesIO(form.content), form.type, as_attachment=True, download_name=form.name)
