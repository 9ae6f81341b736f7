"""The form of a follow-up: what was said, when and how, and what is to be done next (M35)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from formsvc.customers.channels import TALKS, channel
from formsvc.customers.colleagues import step_takers
from formsvc.customers.editing.form import RecordForm
from formsvc.customers.follow_ups.listing import Open
from formsvc.customers.follow_ups.verbs import FollowUp, NextStep, proposed
from formsvc.customers.held import held_values
from formsvc.customers.models import Channel, Customer
from formsvc.customers.modules import may_change
from formsvc.customers.worksheet.columns import NEXT_ON, NEXT_STEP, SAID, TALKED_ON, record_fields
from formsvc.db import db
from formsvc.fields import Value, Wrong, clean, clean_line
from formsvc.staff.models import Staff
from formsvc.web.urls import row_id

URGENCY = "record.urgency"
MAX_KEY = 40


@dataclass
class Talk:
    """One form as it stands. `owners` may take the next step, and `owner` is chosen; `open` is the step that is open,
    and `done` the version that set it, where it is ticked off; `soon` are the dates that an empty one stands for;
    `taken` is what becomes of it where nothing is wrong.
    """

    form: RecordForm
    owners: Sequence[Staff]
    owner: int
    open: Open | None
    soon: dict[str, date | None]
    key: str
    channel: Channel | None = None
    done: int | None = None
    errors: dict[str, str] = field(default_factory=dict)
    taken: FollowUp | None = None


def opened(customer: Customer, who: Staff, open_: Open | None, today: date) -> Talk:
    """The form before anything is typed."""
    talk = _talk(customer, who, open_, today, None)
    talk.form.put({TALKED_ON: today.isoformat()})
    return talk


def taken(customer: Customer, number: str, who: Staff, open_: Open | None, today: date, posted: Any) -> Talk:
    """What was `posted` to the record with `number`, with all that is wrong with it.

    Where that was merged into `customer` meanwhile, the step that was to be ticked off is another record's.
    """
    talk = _talk(customer, who, open_, today, posted)
    talk.key = clean_line(posted.get("form", ""))[:MAX_KEY]
    talk.channel = channel(posted.get("channel", ""))
    talk.done = posted.get("done", type=row_id) if customer.number == clean(number) else None
    talk.owner = posted.get("owner", type=row_id) or who.id
    values = talk.form.changed(today)
    if talk.channel not in TALKS:
        talk.errors["channel"] = _("Choose how you spoke with the customer.")
    step = _next(talk, values, today)
    if talk.channel and not (talk.errors or talk.form.wrong):
        besides = {URGENCY: values[URGENCY]} if URGENCY in values else {}
        said = str(values[TALKED_ON]), talk.channel, str(values[SAID])
        talk.taken = FollowUp(*said, step, talk.done, besides, talk.key)
    return talk


def _next(talk: Talk, values: dict[str, Value], today: date) -> NextStep | None:
    """The next step, with what is missing of it said in its place; without a date the one that its urgency asks for."""
    what, on = values.get(NEXT_STEP), values.get(NEXT_ON)
    if what is None:
        if on is not None:
            label = talk.form.fields[NEXT_ON].label
            wrong = Wrong("together", other_zh=label.zh, other_en=label.en)
            talk.form.refuse(NEXT_STEP, talk.form.controls[NEXT_STEP].message(wrong))
        return None
    day = proposed(values.get(URGENCY, talk.form.held.get(URGENCY)), today)
    if on is None and day is None:
        talk.form.refuse(
            NEXT_ON, _("Enter a date, or choose a high or medium urgency: then the date is set by itself.")
        )
    owner = next((each for each in talk.owners if each.id == talk.owner), None)
    if owner is None:
        talk.errors["owner"] = _("Choose who takes the next step.")
        return None
    return NextStep(str(what), owner, str(on or day))


def _talk(customer: Customer, who: Staff, open_: Open | None, today: date, posted: Any) -> Talk:
    known = record_fields({})
    asked = {
        TALKED_ON: known[TALKED_ON],
        SAID: replace(known[SAID], rules=("follow-up",)),  # a worksheet may hold less
        NEXT_STEP: known[NEXT_STEP],
        NEXT_ON: replace(known[NEXT_ON], min=today.isoformat()),
        URGENCY: known[URGENCY],
    }
    fields = [each for key, each in asked.items() if key != URGENCY or may_change(who.role, URGENCY)]
    held = held_values(db.session, customer, fields=[URGENCY])
    form = RecordForm(fields, held, customer.audience, posted, needed=(TALKED_ON, SAID))
    soon = {code: proposed(code, today) for code in known[URGENCY].by_code}
    return Talk(form, step_takers(db.session, customer), who.id, open_, soon, secrets.token_urlsafe(12))
