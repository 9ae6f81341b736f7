"""What the queue offers its reader to choose: tabs, and the parts of a filter, in the reader's language."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from formsvc.customers.listing.parts import ME, NOBODY
from formsvc.customers.listing.saved import Choice, Tab
from formsvc.questionnaires.verbs import definition_of, published
from formsvc.review.checks import CHECKS, Severity
from formsvc.review.filters import Age, Filter
from formsvc.review.states import state_names
from formsvc.staff.models import GRANTS, Permission, Role
from formsvc.web import language

LOOKS = {Severity.PROBLEM: "bad", Severity.WARNING: "warn", Severity.NOTE: ""}
BY_WEIGHT = sorted(CHECKS.values(), key=lambda check: list(Severity).index(check.severity))


def tabs(role: Role, saved: Iterable[tuple[int, str, str]]) -> list[Tab]:
    """What everyone has, the own ones, those that wait too long, and all where that is more; then the saved ones."""
    everything, late = Filter(), Tab(_("Over 24 hours"), Filter(age=Age.LATE))
    if not _decides(role):
        standing = [Tab(_("All"), everything), late]
    elif _sees_others(role):
        standing = [Tab(_("For me to review"), Filter(owner=ME)), late, Tab(_("All"), everything)]
    else:
        standing = [Tab(_("For me to review"), everything), late]
    return standing + [Tab(name, Filter.parse(query), id_) for id_, name, query in sorted(saved)]


def here(role: Role, offered: Iterable[Tab], chosen: Filter) -> Tab | None:
    """The tab that shows what is chosen; for who sees the own only, the own are all."""
    if chosen.owner == ME and not _sees_others(role):
        chosen = replace(chosen, owner="")
    return next((tab for tab in offered if tab.chosen == chosen), None)


def choices(
    role: Role, reader_id: int, chosen: Filter, people: Sequence[tuple[int, str]], titles: Collection[tuple[str, str]]
) -> list[Choice]:
    """What can be chosen; `people` are ids and names, `titles` keys and titles of questionnaires."""
    either = {"": _("any")}
    found = {name: title for name, (title, _look) in flags().items()}
    offered = [
        Choice("owner", _("Reviewer"), _owners(role, reader_id, people), chosen.owner),
        Choice("state", _("State"), state_names(), chosen.state),
        Choice("age", _("Waiting"), either | _ages(), chosen.age or ""),
        Choice("flag", _("Flags"), either | found, chosen.flag),
        Choice("questionnaire", _("Questionnaire"), either | dict(titles), chosen.questionnaire),
    ]
    return offered if titles else offered[:-1]


def flags() -> dict[str, tuple[str, str]]:
    """Title and look of each check, the heaviest first."""
    reader = language.current()
    return {check.name: (check.title.in_(reader), LOOKS[check.severity]) for check in BY_WEIGHT}


def titles(session: Session) -> dict[int, tuple[str, str]]:
    """Key and title of each questionnaire, by its id."""
    known = {version.questionnaire_id: definition_of(version) for version in published(session)}
    return {id_: (definition.key, definition.title.in_(language.current())) for id_, definition in known.items()}


def _ages() -> dict[str, str]:
    return {Age.LATE: _("over 24 hours"), Age.SOON: _("12 to 24 hours"), Age.FRESH: _("less than 12 hours")}


def _sees_others(role: Role) -> bool:
    return bool(GRANTS[role] & {Permission.TEAM, Permission.ALL_CUSTOMERS})


def _decides(role: Role) -> bool:
    return Permission.REVIEW in GRANTS[role]


def _owners(role: Role, reader_id: int, people: Sequence[tuple[int, str]]) -> dict[str, str]:
    others = {str(id_): name for id_, name in people if id_ != reader_id}
    if not _sees_others(role):
        return {"": _("Me"), NOBODY: _("Nobody"), **others}
    everyone = _("Everyone") if Permission.ALL_CUSTOMERS in GRANTS[role] else _("My team")
    mine = {ME: _("Me")} if _decides(role) else {}
    return {"": everyone, **mine, NOBODY: _("Nobody"), **others}
