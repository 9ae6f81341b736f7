"""What the ways are called in which a colleague came to know what they entered."""

from flask_babel import gettext as _

from formsvc.customers.models import Channel

TALKS = (Channel.CALL, Channel.VISIT, Channel.MESSAGE)  # in which one speaks with a customer


def channel_names() -> dict[Channel, str]:
    """In the reader's language, in the order of a list to choose from."""
    return {
        Channel.CALL: _("Call"),
        Channel.VISIT: _("Visit or meeting"),
        Channel.MESSAGE: _("Mail or chat"),
        Channel.CARD: _("Business card"),
        Channel.DOCUMENT: _("Contract, invoice or public register"),
        Channel.CORRECTION: _("Correction of a slip"),
    }


def channel(text: str) -> Channel | None:
    """The channel with that value."""
    return Channel(text) if text in list(Channel) else None
