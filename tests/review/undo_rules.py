"""What an undo does to the plain model of a record."""

from collections.abc import Collection

from tests.review.model import Cell, Sent

CONTACT = "contacts"  # the item for a contact that the merge added, as a whole


def undoable(sent: Sent) -> dict[str, bool]:
    """What was merged, by field or CONTACT, and whether it can be taken back: while it is held as it was merged.

    A contact must be as it came, with nothing said of it later, and no link to it open.
    """
    record, added, merged = sent.invited.record, sent.added, _merged(sent)
    found = {at[1]: record.now.all.get(at) is cell for at, cell in merged.items() if at[0] != added}
    if added:
        was_main = record.versions[(sent.merged or 0) - 1].primary == added
        as_it_came = {at: cell for at, cell in merged.items() if at[0] == added}
        is_as_it_came = as_it_came == {at: cell for at, cell in record.now.all.items() if at[0] == added}
        is_asked = any(one.is_live and one.contact == added for one in record.invited)
        found[CONTACT] = is_as_it_came and was_main == (record.now.primary == added) and not is_asked
    return found


def undo(sent: Sent, items: Collection[str]) -> None:
    """What was held before is held again; who was added is no contact, and who left is back."""
    record, before = sent.invited.record, sent.invited.record.versions[(sent.merged or 0) - 2]
    chosen = [at for at in _merged(sent) if (CONTACT if at[0] == sent.added else at[1]) in items]
    primary = None
    if sent.added and CONTACT in items:
        record.removed.add(sent.added)
        primary = next((old for old, follower in record.left.items() if follower == sent.added), None)
        record.left.pop(primary or 0, None)
    record.set({at: before.all.get(at) for at in chosen}, primary)


def _merged(sent: Sent) -> dict[tuple[int, str], Cell]:
    """What the merge set, by contact and field."""
    before, after = sent.invited.record.versions[(sent.merged or 0) - 2 : sent.merged]
    return {at: cell for at, cell in after.all.items() if before.all.get(at) is not cell}
