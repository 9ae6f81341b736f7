"""The floor: bare Flask with what neither hot path can leave out. It checks nothing.

`python -m benchmarks.floor` serves it on a database of formsvc's. It replays the statements of one GET and one POST of
formsvc, recorded at its start, by the driver alone and in one transaction. Beside them it verifies and makes the
signatures, escapes what is held into a page of the same size, parses the body and encrypts the receipt.
"""

import hmac
import json
import os
import pickle
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask, Response, redirect, request
from markupsafe import escape
from sqlalchemy import event, select

from benchmarks import customers
from benchmarks.bare import config, database, is_sqlite, turn
from formsvc import create_app
from formsvc.db import db, transaction
from formsvc.invitations import links
from formsvc.mail.models import OutboxMessage
from formsvc.server import serve
from formsvc.submissions.models import Submission

KEY, FERNET = b"key", Fernet(Fernet.generate_key())
HEADERS = {"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "Vary": "Cookie",
           "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}  # fmt: skip
SIZE = int(os.environ.get("BARE_PAGE_SIZE", "0"))
PART = "." * (SIZE // 64)
RECORD = config.var / "recorded"
app = Flask(__name__)


@dataclass(frozen=True)
class Recorded:
    """The statements of one request, with what in them belongs to its invitation."""

    statements: list[tuple[str, Any]]
    invitation: int
    submission: int = 0
    message: str = ""

    def run(self, invitation: int) -> Any:
        """The row that a statement gave, with `invitation` in the place of the recorded one."""
        row, swap = None, {
            self.invitation: invitation, f"invitation:{self.invitation}": f"invitation:{invitation}",
            self.message: f"<{invitation}@floor>",
        }  # fmt: skip
        for text, given in self.statements:
            cursor = database().execute(text, _swapped(given, swap))
            if text.startswith("SELECT") or "RETURNING" in text:
                row = cursor.fetchone()
                swap |= {self.submission: row[0], f"submission:{self.submission}": f"submission:{row[0]}"}
        return row


@app.get("/healthz")
def healthz() -> str:
    return "ok"


@app.get("/q/<token>")
def read(token: str) -> Response:
    held = READ.run(_invitation(token))[-1]
    values = [str(escape(value)) for _, value, *_ in (json.loads(held) if isinstance(held, str) else held)]
    page = "".join(part for value in values for part in (PART, value, PART))
    answer = Response(page.ljust(SIZE, "."), mimetype="text/html", headers=HEADERS)
    answer.headers.add("Set-Cookie", f"floor={_signature(page[:40])}; form={_signature(page[:40])}; HttpOnly")
    return answer


@app.post("/q/<token>")
def write(token: str) -> Any:
    request.form.to_dict()
    invitation = _invitation(token)
    READ.run(invitation)
    _signature(token), _signature(token)  # of the session and of the form
    FERNET.encrypt(bytes(600))
    with turn(), _transaction():
        WRITE.run(invitation)
    return redirect(f"/q/{token}", 303)


@contextmanager
def _transaction() -> Iterator[None]:
    if not is_sqlite:
        with database().pipeline(), database().transaction():
            yield
        return
    yield  # BEGIN was recorded
    database().execute("COMMIT")


def _invitation(token: str) -> int:
    payload = token.rpartition(".")[0]
    _signature(payload)
    return int(json.loads(urlsafe_b64decode(payload + "=="))[0])


def _signature(text: str) -> str:
    return urlsafe_b64encode(hmac.digest(KEY, text.encode(), "sha256")).decode()


def _swapped(given: Any, swap: Mapping[Any, Any]) -> Any:
    if isinstance(given, Mapping):
        return {name: swap.get(value, value) for name, value in given.items()}
    return tuple(swap.get(value, value) for value in given)


def _recorded() -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The fields of a GET's and of a POST's `Recorded`, of what formsvc does for a new customer."""
    ours = create_app(config)
    with ours.app_context():
        with transaction() as session:
            path = customers.copies(session, 1)[0]
        ids = links.read(path.removeprefix(links.PREFIX))
        invitation = ids[0] if ids else 0
        statements: list[tuple[str, Any]] = []

        def note(_connection: object, _cursor: object, text: str, given: Any, *_rest: object) -> None:
            statements.append((text, given))

        client = ours.test_client()
        client.get(path)  # the questionnaire is read once
        event.listen(db.engine, "before_cursor_execute", note)
        page = client.get(path, headers={"Accept-Language": "zh-CN"}).text
        count = len(statements)
        client.post(path, data=dict(customers.answered(page)))
        written = statements[2 * count :]
        made = db.session.scalars(select(Submission).where(Submission.invitation_id == invitation)).one()
        sent = db.session.scalars(select(OutboxMessage).where(OutboxMessage.subject == made.invitation.subject)).one()
        parts = (statements[:count], invitation), (written, invitation, made.id, sent.message_id)
        db.session.close()
        db.engine.dispose()
    return parts


if __name__ == "__main__":
    RECORD.write_bytes(pickle.dumps(_recorded()))
    serve(config, "benchmarks.floor:app")
else:
    READ, WRITE = (Recorded(*parts) for parts in pickle.loads(RECORD.read_bytes()))  # noqa: S301 - our own
