"""The signed link: only what was made here is read (M10)."""

from collections.abc import Iterator
from pathlib import Path
from string import ascii_letters, digits

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from formsvc.invitations import links
from tests.installation import KEYS, config_for, running

IDS = st.integers(1, 2**31 - 1)
CHARACTERS = ascii_letters + digits + "-_.=!é\0"


@pytest.fixture(autouse=True, scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with running(config_for("sqlite://", tmp_path_factory.mktemp("links"))) as made, made.app_context():
        yield made


@given(IDS, st.integers(1, 100_000))
@example(2**31 - 1, 100_000)
def test_a_token_is_read_as_it_was_made_and_its_path_is_short(invitation_id: int, link_number: int) -> None:
    token = links.token(invitation_id, link_number)
    assert links.read(token) == (invitation_id, link_number)
    assert len(links.PREFIX + token) < 90
    assert set(token) <= set(ascii_letters + digits + "-_.")


@given(IDS, st.data())
def test_unverified_token_one_with_another_character_is_none(invitation_id: int, data: st.DataObject) -> None:
    token = links.token(invitation_id, 1)
    place = data.draw(st.integers(0, len(token) - 1))
    put = data.draw(st.sampled_from(CHARACTERS))
    altered = token[:place] + put + token[place + data.draw(st.integers(0, 1)) :]
    assert links.read(altered) == ((invitation_id, 1) if altered == token else None)


def test_unverified_token_every_spelling_of_the_last_character_but_one_is_none() -> None:
    """Its last two bits are not part of the signature."""
    token = links.token(7, 1)
    assert [last for last in CHARACTERS if links.read(token[:-1] + last)] == [token[-1]]


@given(st.text(max_size=100))
@example("")
@example("WzEsMV0")
@example("WzEsMV0.")
@example("." * 80)
def test_unverified_token_what_was_not_made_here_is_none(token: str) -> None:
    assert links.read(token) is None


@pytest.mark.parametrize(
    ("keys", "is_read"),
    [
        (KEYS, True),
        (("a-key-that-came-later", *KEYS), True),  # the link in a mail outlives a change of keys
        (KEYS[1:], False),
        (("a-key-of-someone-else",), False),
    ],
)
def test_a_link_is_read_with_the_key_that_signed_it(tmp_path: Path, keys: tuple[str, ...], is_read: bool) -> None:
    token = links.token(7, 2)
    with running(config_for("sqlite://", tmp_path, secret_keys=keys)) as other, other.app_context():
        assert links.read(token) == ((7, 2) if is_read else None)


def test_host_header_a_link_begins_with_the_address_of_the_settings(app: Flask) -> None:
    with app.test_request_context(base_url="http://evil.test"):
        assert links.url(7, 1) == f"http://formsvc.test/q/{links.token(7, 1)}"
