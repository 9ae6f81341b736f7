"""What two customers can have in common, for people."""

from flask_babel import gettext as _


def words() -> dict[str, str]:
    """By the keys of `evidence.FIELDS`."""
    return {
        "code": _("Unified social credit code"), "id": _("ID number"), "mobile": _("Mobile"), "email": _("Email"),
        "name": _("Name"), "similar": _("Similar name"),
    }  # fmt: skip
