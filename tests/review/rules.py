"""What a review does to the plain model of a record: the rules of the merge, in words of their own."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from tests.review.model import CLOSED, OPEN, RETURNED, REVOKED, Cell, Record, Sent, is_about_contact, why

SAME, SUCCESSOR = "same", "successor"
News: TypeAlias = dict[str, Cell]


class Elements(NamedTuple):
    """What is known of a field of several elements: its options in order, how many there may be, whether none may."""

    order: tuple[str, ...] = ()
    most: int = 99
    required: bool = False


ELEMENTS: Mapping[str, Elements] = {
    "needs.products": Elements(("encryption", "inventory", "support"), required=True),
    "needs.channel": Elements(("phone", "mail", "meeting")),
    "visit.topics": Elements(("price", "quality")),
    "history.projects": Elements(most=3),
}


class Choice(NamedTuple):
    """What the reviewer chose for a field; `value` is that of an "edit"."""

    name: str
    value: Any = None


def three_way(name: str, base: Any, now: Any, answered: Any) -> tuple[bool, Any]:
    """Whether a person must choose, and what "accept" puts into the record."""
    if answered in (now, base):
        return False, answered
    if name not in ELEMENTS or base == now:
        return True, answered
    known = ELEMENTS[name]
    before, ours, theirs = base or [], now or [], answered or []
    gone = [item for item in before if item not in theirs]
    both = [item for item in ours if item not in gone] + [i for i in theirs if i not in before and i not in ours]
    if known.order:
        both.sort(key=lambda item: known.order.index(item) if item in known.order else len(known.order))
    if sorted(both) == sorted(ours):
        return False, now
    if len(both) > known.most or (known.required and not both):
        return True, answered
    return True, both or None


def spoken(sent: Sent) -> dict[str, Any]:
    """The answers that count: who is not the contact any more says nothing of the one who is."""
    is_contact = sent.invited.contact == sent.invited.record.now.primary
    return {name: value for name, value in sent.said.items() if is_contact or not is_about_contact(name)}


def must_choose(sent: Sent) -> list[str]:
    """The fields that a person must choose for, where the answers are the held contact's."""
    base, now = _base_and_now(sent)
    return [name for name, value in spoken(sent).items() if three_way(name, base.get(name), now.get(name), value)[0]]


def decided(sent: Sent, choices: Mapping[str, Choice], relation: str) -> News | None:
    """What goes into the record; None where a person must choose first, or a new contact has no name."""
    base, now = _base_and_now(sent)
    news: News = {}
    for name, answered in spoken(sent).items():
        is_new = is_about_contact(name) and introduces(sent, relation)
        held = None if is_new else now.get(name)
        is_open, accepted = three_way(name, base.get(name), now.get(name), answered)
        accepted = answered if is_new else accepted
        choice = choices.get(name, Choice("keep"))
        if is_open and name not in choices:
            return None
        value = {"accept": accepted, "keep": held, "edit": choice.value}[choice.name]
        if value != held:
            worded = Cell(value, "edit", sent, why(name))
            news[name] = worded if choice.name == "edit" else Cell(value, "submission", sent, verified=sent.at)
    return None if introduces(sent, relation) and "contacts.name" not in news else news


def approve(sent: Sent, news: News, relation: str) -> None:
    record, before = sent.invited.record, sent.invited.record.now.primary
    relation = relation if introduces(sent, relation) else SAME
    _confirm(sent, news, relation)
    if relation != SAME:
        record.contacts = sent.added = record.contacts + 1
    is_follower = sent.added is not None and relation == SUCCESSOR
    record.put(news, sent.added, sent.added if is_follower else None)
    if sent.added and is_follower:
        _leave(record, before, sent.added)
    sent.state, sent.merged, sent.invited.state = "approved", record.version, CLOSED
    record.language = sent.language if sent.invited.contact == before else record.language


def introduces(sent: Sent, relation: str) -> bool:
    """Whether the answers name another person than the one who is held."""
    said = spoken(sent).get("contacts.name")
    return relation != SAME and said not in (None, sent.invited.record.now.held().get("contacts.name"))


def _leave(record: Record, contact: int, follower: int) -> None:
    """No link that was sent to the contact who left opens any more."""
    record.left[contact] = follower
    for invited in record.invited:
        if invited.contact == contact:
            invited.link += 1
            invited.state = REVOKED if invited.state in (OPEN, RETURNED) else invited.state


def _confirm(sent: Sent, news: News, relation: str) -> None:
    """What was answered as it is held, and stays so, is verified by the answers."""
    now = sent.invited.record.now
    for name, answered in spoken(sent).items():
        cell = now.cells.get(now.primary if is_about_contact(name) else 0, {}).get(name)
        is_meant = name not in news and (relation == SAME or not is_about_contact(name))
        if cell and cell.value == answered and is_meant:
            cell.verified = max(cell.verified or sent.at, sent.at)


def _base_and_now(sent: Sent) -> tuple[dict[str, Any], dict[str, Any]]:
    record = sent.invited.record
    return record.versions[sent.invited.base - 1].held(), record.now.held()
