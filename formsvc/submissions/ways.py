"""The ways by which answers come, in words (M28)."""

from flask_babel import gettext as _

from formsvc.submissions.models import Way


def way_names() -> dict[str, str]:
    """How each of them is called, as it stands in a sentence."""
    return {
        Way.LINK: _("by the link"),
        Way.FILE: _("by an uploaded form"),
        Way.CALL: _("by phone"),
        Way.VISIT: _("on a visit"),
        Way.MESSAGE: _("in a message"),
    }
