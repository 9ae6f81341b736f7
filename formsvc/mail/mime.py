"""A row of the outbox as the message that leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.charset import QP, Charset
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import formataddr, formatdate

import flask_mail

from formsvc.mail.models import OutboxMessage

# Not policy.SMTP: it decodes long headers to fold them, and leaves the commas of names bare (Python before 3.12.5)
AS_WRITTEN = policy.compat32.clone(linesep="\r\n", mangle_from_=False)
QUOTED = Charset("utf-8")
QUOTED.body_encoding = QP


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail; `type` is its MIME type, as application/pdf."""

    name: str
    type: str
    content: bytes


class Mail(flask_mail.Message):
    """Flask-Mail's message, with what it lacks: names that are not ASCII, and lines that no mail server breaks."""

    sender_name = ""
    files: Sequence[Attachment] = ()

    def _message(self) -> MIMEMultipart:
        words = self._words()
        whole = MIMEMultipart("mixed", policy=AS_WRITTEN) if self.files else words
        whole["Subject"] = _encoded(self.subject, "Subject")
        whole["From"] = _address(self.sender_name, str(self.sender))
        whole["To"] = ", ".join(flask_mail.sanitize_addresses(self.recipients))
        if self.reply_to:
            whole["Reply-To"] = flask_mail.sanitize_address(self.reply_to)
        whole["Date"] = formatdate(self.date, localtime=True)
        whole["Message-ID"] = self.msgId
        for name, value in (self.extra_headers or {}).items():
            whole[name] = value
        for part in (words, *map(_file, self.files)) if self.files else ():
            whole.attach(part)
        return whole

    def _words(self) -> MIMEMultipart:
        """What is to be read, as text and as HTML."""
        words = MIMEMultipart("alternative", policy=AS_WRITTEN)
        words.attach(_part(self.body or "", "plain"))
        words.attach(_part(self.html or "", "html"))
        return words


def message_of(row: OutboxMessage, words: Mapping[str, str], sender: str, files: Sequence[Attachment] = ()) -> Mail:
    """The message of `row` in `words` (of `compose`) with `files`, from the address `sender`.

    It has the same Message-ID each time.
    """
    mail = Mail(
        subject=one_line(words["subject"]),
        recipients=[row.recipient],
        body=words["text"],
        html=words["html"],
        sender=sender,
        reply_to=row.reply_to,
        extra_headers={"X-Formsvc-Kind": row.kind, "Auto-Submitted": "auto-generated"},
    )
    mail.sender_name = one_line(row.sender_name or "")
    mail.msgId = row.message_id
    mail.files = files
    return mail


def one_line(text: str) -> str:
    """`text` as it can stand in a header: no line breaks, control characters or marks that turn the direction."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _address(name: str, address: str) -> str:
    return formataddr((name, address)) if _is_plain(name) else f"{_encoded(name, 'From')} <{address}>"


def _encoded(text: str, header: str) -> str:
    """In one line, of words that fit after the header's name: where it is folded is for the policy to say."""
    return text if _is_plain(text) else " ".join(Header(text, "utf-8", header_name=header).encode().split())


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _file(file: Attachment) -> MIMEApplication:
    """Its name is as RFC 2231 has it, which every language can be written in."""
    part = MIMEApplication(file.content, file.type.removeprefix("application/"), policy=AS_WRITTEN)
    name = one_line(file.name)
    part.add_header("Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name))
    return part


def _part(text: str, subtype: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", subtype, policy=AS_WRITTEN)
    part.set_payload(text, QUOTED)
    return part
