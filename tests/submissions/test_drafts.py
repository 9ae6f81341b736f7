"""Drafts: three-way, field by field; kept encrypted, and gone once they are sent (M13, M51)."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from formsvc.fields import Raw
from formsvc.invitations import verbs as invitations
from formsvc.submissions import drafts, verbs
from formsvc.submissions.drafts import KEPT, Typed, merge
from formsvc.submissions.models import Draft
from tests.factories import answers, invitation, opened, sent
from tests.installation import NOW

KEYS = "abc"
forms = st.fixed_dictionaries(
    {key: st.fixed_dictionaries({"": st.lists(st.sampled_from("xyz"), max_size=2)}) for key in KEYS}
)


@given(forms, forms)
def test_who_changed_nothing_gets_what_the_other_changed(base: Mapping[str, Raw], other: Mapping[str, Raw]) -> None:
    merged = merge(base, other, base)
    assert all(drafts.same(merged.typed[key], other[key]) for key in KEYS)
    assert set(merged.theirs) == {key for key in KEYS if not drafts.same(base[key], other[key])}
    assert not merged.clashes


@given(forms, forms)
def test_what_nobody_else_changed_stays_as_it_is_typed(base: Mapping[str, Raw], mine: Mapping[str, Raw]) -> None:
    merged = merge(base, base, mine)
    assert (merged.typed, merged.has_theirs) == (mine, False)


@given(st.none() | forms, forms, forms)
def test_no_text_is_lost_it_is_typed_or_told(
    base: Mapping[str, Raw] | None, other: Mapping[str, Raw], mine: Mapping[str, Raw]
) -> None:
    merged = merge(base, other, mine)
    for key in KEYS:
        kept = [merged.typed[key], *([merged.clashes[key]] if key in merged.clashes else [])]
        for side in (other, mine):
            is_kept = any(drafts.same(side[key], one) for one in kept)
            assert is_kept or (base is not None and drafts.same(side[key], base[key]))


@given(forms, forms)
def test_the_same_typed_twice_is_no_clash(base: Mapping[str, Raw], mine: Mapping[str, Raw]) -> None:
    assert not merge(base, mine, mine).has_theirs


def typed(base: int = 0, **fields: str) -> Typed:
    return Typed({key.replace("_", ".", 1): {"": [text]} for key, text in fields.items()}, base, 0)


def save(session: Session, invited: object, given: Typed, start: Mapping[str, Raw] | None = None) -> int:
    found = opened(session, invited)  # type: ignore[arg-type]
    return drafts.save(session, found, "", given, start or {}, NOW)[0]


def test_each_save_has_a_number_and_saving_the_same_again_none(session: Session) -> None:
    invited = invitation(session)
    assert save(session, invited, typed(contacts_name="王")) == 1
    assert save(session, invited, typed(1, contacts_name="王")) == 1
    assert save(session, invited, typed(1, contacts_name="王芳")) == 2
    draft = opened(session, invited).draft
    assert draft
    assert (draft.number, draft.typed) == (2, {"contacts.name": {"": ["王芳"]}})


def test_a_device_that_lies_behind_loses_nothing_and_is_told(session: Session) -> None:
    invited = invitation(session)
    save(session, invited, typed(contacts_name="王", basic_address="甲"))
    save(session, invited, typed(1, contacts_name="王", basic_address="乙"))
    found = opened(session, invited)
    late = typed(1, contacts_name="王芳", basic_address="甲")
    number, merged = drafts.save(session, found, "", late, {}, NOW)
    assert number == 3
    assert merged.typed == {"contacts.name": {"": ["王芳"]}, "basic.address": {"": ["乙"]}}
    assert set(merged.theirs) == {"basic.address"}
    assert not merged.clashes


def test_a_device_that_lies_far_behind_is_told_of_every_difference(session: Session) -> None:
    invited = invitation(session)
    for number in range(KEPT + 5):
        save(session, invited, typed(number, contacts_name=f"王{number}"))
    assert session.scalar(select(func.count()).select_from(Draft)) == KEPT
    _, merged = drafts.save(session, opened(session, invited), "", typed(1, contacts_name="李"), {}, NOW)
    assert merged.clashes == {"contacts.name": {"": [f"王{KEPT + 4}"]}}


def test_drafts_of_another_reader_are_not_shown(session: Session) -> None:
    invited = invitation(session)
    drafts.save(session, opened(session, invited), "stranger", typed(contacts_name="王"), {}, NOW)
    assert opened(session, invited).draft is None
    assert opened(session, invited, "stranger").draft


def test_what_is_typed_is_encrypted_at_rest(session: Session) -> None:
    save(session, invitation(session), typed(contacts_name="王小明"))
    stored = str(session.execute(text("SELECT typed FROM drafts")).scalar_one())
    assert "王" not in stored
    assert "\\u738b" not in stored


def test_a_draft_is_gone_once_it_is_sent_and_one_saved_since_stays(session: Session) -> None:
    invited = invitation(session)
    save(session, invited, typed(contacts_name="王"))
    before = opened(session, invited)
    save(session, invited, typed(1, contacts_name="王芳"))
    verbs.submit(session, before, answers(), NOW)
    left = opened(session, invited).draft
    assert left
    assert left.number == 2
    sent(session, invited, answers(seen=1, values={"contacts.name": "王芳"}))
    assert opened(session, invited).draft is None


@pytest.mark.parametrize("how", ["revoked", "sent"])
def test_token_outlives_a_link_that_is_dead_or_answered_meanwhile_keeps_nothing(session: Session, how: str) -> None:
    invited = invitation(session)
    before = opened(session, invited)
    if how == "sent":
        sent(session, invited, answers())
    else:
        invitations.revoke(session, invited, "system", NOW)
    with pytest.raises((verbs.LinkIsDead, verbs.SentMeanwhile)):
        verbs.hold(session, before, 0, NOW)
