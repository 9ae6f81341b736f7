"""What a route declares about who may reach it. A route that declares nothing is closed to everyone."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"


def declare(view: View, access: str) -> View:
    """`view`, open to whoever has `access`."""
    view.access = access  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """`view`, open to everyone; what it shows must be safe for everyone."""
    return declare(view, PUBLIC)


def access_of(view: Callable[..., Any] | None) -> str | None:
    """What `view` declares; None where it declares nothing."""
    access: str | None = getattr(view, "access", None)
    return access
