"""The states of a submission in words."""

from flask_babel import gettext as _


def state_names() -> dict[str, str]:
    return {
        "waiting": _("Waiting for review"),
        "superseded": _("Replaced by a newer one"),
        "approved": _("Approved"),
        "returned": _("Returned for changes"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn by the customer"),
    }
