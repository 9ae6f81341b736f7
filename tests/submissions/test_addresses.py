"""A new address: kept, asked about once, and confirmed by who reads there (M17)."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.fields import Value
from formsvc.invitations.models import Invitation
from formsvc.submissions import addresses, codes
from formsvc.submissions.models import Address, AddressKind
from tests.factories import ENTERPRISE, customer, invitation, opened, submission
from tests.installation import KEYS, NOW, config_for, running
from tests.proving import code_in, sent, wrong

HELD: Mapping[str, Value] = {"contacts.email": "zhangmin@example.com", "contacts.mobile": "+8613856780001"}
NEW_MAIL, NEW_MOBILE = "zhang.min@example.cn", "+8613900010002"
MAIL: Mapping[str, Value] = {**ENTERPRISE, "contacts.email": NEW_MAIL}
BOTH: Mapping[str, Value] = {**MAIL, "contacts.mobile": NEW_MOBILE}
LATER = NOW + timedelta(days=1)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """An SMS gateway is set up."""
    monkeypatch.setattr(addresses, "asks_mobiles", lambda: True)


def enter(session: Session, invited: Invitation, answers: Mapping[str, Value]) -> list[Address]:
    """All addresses that are kept then."""
    addresses.enter(session.connection(), opened(session, invited), answers, "en", NOW)
    return list(session.scalars(select(Address).order_by(Address.id)))


def mobile(session: Session) -> Address:
    [address] = enter(session, invitation(session), {**HELD, "contacts.mobile": NEW_MOBILE})
    return address


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize(
    "answered",
    [HELD, {}, {"contacts.email": None, "contacts.mobile": None}, {"contacts.email": "zhangmin@EXAMPLE.com"}],
    ids=["the same", "not asked", "emptied", "the domain in capitals"],
)
def test_what_is_not_new_costs_nothing(session: Session, answered: Mapping[str, Value]) -> None:
    link = opened(session, invitation(session))
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    addresses.enter(session.connection(), link, answered, "en", NOW)
    session.flush()
    assert statements == []


def test_a_new_mail_address_gets_a_link_and_the_old_one_is_told(session: Session) -> None:
    made = invitation(session)
    [address] = enter(session, made, MAIL)
    assert (address.kind, address.address, address.confirmed_at) == (AddressKind.EMAIL, NEW_MAIL, None)
    [asks], [tells] = sent(session, "confirm-address"), sent(session, "address-changed")
    assert (asks.recipient, tells.recipient) == (NEW_MAIL, "zhangmin@example.com")
    assert (asks.content["language"], tells.content["language"]) == ("en", "zh_CN")  # the page's, the customer's
    assert f"http://formsvc.test/confirm/{addresses.token(address.id)}" in str(asks.content)
    assert [text for text in ("合肥云盾", "张敏", "/q/") if text in str(asks.content)] == []
    assert "z•••@example.cn" in str(tells.content)
    assert NEW_MAIL not in str(tells.content)


def test_the_first_mail_address_tells_nobody(session: Session) -> None:
    enter(session, invitation(session, customer(session, values={"contacts.email": None})), MAIL)
    assert len(sent(session, "confirm-address")) == 1
    assert sent(session, "address-changed") == []


def test_the_local_part_in_capitals_is_another_address(session: Session) -> None:
    assert enter(session, invitation(session), {"contacts.email": "ZhangMin@example.com"})


def test_retry_duplicates_a_later_revision_with_the_same_address_does_nothing(session: Session) -> None:
    made = invitation(session)
    for answered in (MAIL, MAIL, HELD, MAIL):
        rows = enter(session, made, answered)
    assert len(rows) == len(sent(session, "confirm-address")) == len(sent(session, "address-changed")) == 1


def test_a_link_asks_five_addresses_and_no_more(session: Session) -> None:
    made = invitation(session)
    for number in range(addresses.MOST + 2):
        rows = enter(session, made, {"contacts.email": f"{number}@example.cn"})
    assert len(rows) == addresses.MOST + 2
    assert len(sent(session, "confirm-address")) == len(sent(session, "address-changed")) == addresses.MOST


def test_without_a_gateway_a_mobile_is_not_asked_about(session: Session) -> None:
    assert [row.kind for row in enter(session, invitation(session), BOTH)] == [AddressKind.EMAIL]


@pytest.mark.usefixtures("gateway")
def test_a_new_mobile_is_kept_and_nothing_sent_yet(session: Session) -> None:
    address = mobile(session)
    assert (address.kind, address.address) == (AddressKind.MOBILE, NEW_MOBILE)
    assert sent(session, "mobile-code") == []


@pytest.mark.usefixtures("gateway")
def test_a_mobile_is_confirmed_by_the_code_that_was_sent_there(session: Session) -> None:
    address = mobile(session)
    addresses.send_code(session, address, "en", NOW)
    [message] = sent(session, "mobile-code")
    assert message.recipient == NEW_MOBILE
    assert not addresses.confirm_by_code(session, address, wrong(code_in(message)), NOW)
    assert addresses.confirm_by_code(session, address, code_in(message), NOW)
    session.refresh(address)
    assert address.confirmed_at == NOW


@pytest.mark.usefixtures("gateway")
def test_foreign_id_the_code_for_one_mobile_confirms_no_other(session: Session) -> None:
    made = invitation(session)
    mine, theirs = (enter(session, made, {"contacts.mobile": f"+861390001000{n}"})[-1] for n in (2, 3))
    addresses.send_code(session, mine, "en", NOW)
    assert not addresses.confirm_by_code(session, theirs, code_in(sent(session, "mobile-code")[0]), NOW)


@pytest.mark.usefixtures("gateway")
def test_a_link_sends_to_five_mobiles_and_no_more(session: Session) -> None:
    made = invitation(session)
    rows = [enter(session, made, {"contacts.mobile": f"+861390001000{n}"})[-1] for n in range(addresses.MOST + 1)]
    for row in rows[:-1]:
        addresses.send_code(session, row, "en", NOW)
    with pytest.raises(codes.TooMany):
        addresses.send_code(session, rows[-1], "en", NOW)


def test_to_confirm_twice_is_one_fact_without_the_address(session: Session) -> None:
    made = invitation(session)
    [address] = enter(session, made, MAIL)
    for at in (NOW, LATER):
        addresses.confirm(session, address, at)
    session.refresh(address)
    session.flush()
    assert address.confirmed_at == NOW
    rows = select(audit.AuditFact).where(audit.AuditFact.subject == address.subject).order_by(audit.AuditFact.id)
    facts = session.scalars(rows).all()
    assert [(fact.actor, fact.action) for fact in facts] == [
        (made.customer.subject, "address.entered"),
        (made.customer.subject, "address.confirmed"),
    ]
    assert NEW_MAIL not in str([fact.detail for fact in facts])


@pytest.mark.usefixtures("gateway")
def test_the_status_of_an_answer_says_what_is_new_and_what_is_confirmed(session: Session) -> None:
    made = invitation(session)
    enter(session, made, {"contacts.email": "former@example.cn"})
    _, email, _ = enter(session, made, BOTH)
    answer = submission(session, made, BOTH)
    assert addresses.status(session, answer) == {"contacts.email": False, "contacts.mobile": False}
    addresses.confirm(session, email, NOW)
    session.expire_all()
    assert addresses.status(session, answer) == {"contacts.email": True, "contacts.mobile": False}


def test_what_is_held_has_no_status(session: Session) -> None:
    assert addresses.status(session, submission(session)) == {}


def test_each_link_asks_for_itself(session: Session) -> None:
    addresses.confirm(session, enter(session, invitation(session), MAIL)[0], NOW)
    made = invitation(session)
    enter(session, made, MAIL)
    assert addresses.status(session, submission(session, made, MAIL)) == {"contacts.email": False}


def test_unverified_token_only_ours_for_an_address_are_read(session: Session) -> None:
    token = addresses.token(7)
    assert addresses.read(token) == 7
    payload, _, signature = token.rpartition(".")
    links = current_app.extensions["links"]
    for other in (
        payload,
        f"{payload}.",
        token[:-1],
        f"{token}A",
        f"OA.{signature}",
        links.dumps(7),
        "",
        "7",
        "\ud800",
    ):
        assert addresses.read(other) is None, other


def test_an_older_key_verifies(session: Session) -> None:
    var = current_app.extensions["config"].var
    with running(config_for("sqlite://", var, secret_keys=KEYS[1:])) as older, older.app_context():
        token = addresses.token(7)
    assert addresses.read(token) == 7


@pytest.mark.parametrize(
    ("address", "mask"),
    [("z@example.com", "z•••@example.com"), ("a@b@example.com", "a•••@example.com"), (NEW_MOBILE, "••••••0002")],
)
def test_a_mask_keeps_little(address: str, mask: str) -> None:
    assert addresses.mask(address) == mask
