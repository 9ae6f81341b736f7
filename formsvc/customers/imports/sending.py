"""A worksheet as the answer to a request, made row by row: its size does not matter to memory."""

from collections.abc import Iterable, Sequence
from tempfile import TemporaryFile
from typing import Literal

from flask import Response, send_file, stream_with_context

from formsvc.customers.worksheet.writing import csv_lines, write_xlsx

Kind = Literal["xlsx", "csv"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def kind_of(text: str | None) -> Kind:
    return "csv" if text == "csv" else "xlsx"


def worksheet(kind: Kind, name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """A file called `name`, without its ending. An XLSX is written to a temporary file first, which has no name."""
    if kind == "csv":
        lines = stream_with_context(line.encode() for line in csv_lines(header, rows))
        answer = Response(lines, mimetype="text/csv")
        answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
        return answer
    file = TemporaryFile()  # noqa: SIM115 - whoever sends the answer closes it
    write_xlsx(file, header, rows)
    file.seek(0)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")
