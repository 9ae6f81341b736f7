"""The copy of what was sent that a customer may keep: a PDF (M18).

The words are made here and handed to the template as JSON. No network, no system font: Typst brings its own fonts, and
the Chinese one is a package. The first call of a process takes about 0.1 s and 50 MB, later ones 5 to 20 ms; answers as
long as the fields allow, all of different characters, 0.3 s.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc
import typst
from flask_babel import gettext as _

from config import ROOT
from formsvc.customers.manager import Contact, organisation
from formsvc.fields import Field, Value
from formsvc.questionnaires.definition import Definition
from formsvc.questionnaires.verbs import definition_of
from formsvc.submissions.models import Consent, ConsentKind, Submission, SubmissionState, Way
from formsvc.submissions.summary import shown
from formsvc.submissions.ways import way_names
from formsvc.web import language
from formsvc.web.show import instant

TEMPLATE = ROOT / "templates" / "submissions" / "copy.typ"
LANGUAGES = {"zh_CN": ("zh", "CN"), "en": ("en", "GB")}


def pdf(submission: Submission, contact: Contact, customer: str | None) -> bytes:
    """What was sent, in the reader's language: A4, text that can be searched, fonts embedded.

    Sensitive values are masked. `contact` is whom to ask, `customer` the name that is held: None for a reader who may
    not see what is held.
    """
    content, written = _content(submission, contact, customer), int(submission.submitted_at.timestamp())
    inputs = {"data": json.dumps(content)}
    return typst.compile(TEMPLATE, root=TEMPLATE.parent, font_paths=_fonts(), sys_inputs=inputs, timestamp=written)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[Path(noto_cjk_sans_otc.__file__).parent])


def _content(submission: Submission, contact: Contact, customer: str | None) -> dict[str, Any]:
    """All that the template says, as strings."""
    definition, here = definition_of(submission.invitation.version), language.current()
    answers = submission.all_answers
    lang, region = LANGUAGES[here]
    return {
        "lang": lang,
        "region": region,
        "organisation": organisation().name,
        "kind": _("Copy for your records"),
        "title": definition.title.in_(here),
        "facts": [
            *([(_("Customer"), customer)] if customer else []),
            *_came(submission),
        ],
        "modules": list(_modules(definition, answers, here)),
        "masked": _("Sensitive details are masked in this copy.") if submission.secrets else None,
        "consent_title": _("Your consent"),
        "consents": [_consent(definition, consent) for consent in submission.consents],
        "withdraw": definition.privacy.withdraw.in_(here),
        "steps_title": _("What happens next"),
        "steps": _steps(contact) if submission.state is SubmissionState.WAITING else [],
        "contact": _ask(contact),
    }


def _came(submission: Submission) -> list[tuple[str, str]]:
    """When the answers came, and how, where it was not by the link."""
    at, way = instant(submission.submitted_at, with_zone=True), way_names()[submission.channel]
    if submission.is_recorded:
        return [(_("Told us"), way), (_("Recorded at"), at)]
    return [(_("Sent at"), at)] if submission.channel is Way.LINK else [(_("Sent"), way), (_("Sent at"), at)]


def _modules(definition: Definition, answers: Mapping[str, Value], here: str) -> Iterator[dict[str, Any]]:
    """The modules with what was asked of this customer: a field that was left empty is among the answers, as None."""
    for module in definition.modules:
        asked = [field for field in module.fields if field.key in answers]
        if asked:
            rows = [(field.label.in_(here), _shown(field, answers[field.key], here)) for field in asked]
            yield {"title": module.title.in_(here), "rows": rows}


def _shown(field: Field, value: Value, here: str) -> str:
    return shown(field, value, here) or "—"


def _consent(definition: Definition, consent: Consent) -> dict[str, str]:
    """The wording that was agreed to, in the language in which it was read."""
    privacy = definition.privacy
    wording = privacy.consent if consent.kind is ConsentKind.PRIVACY else privacy.consent_sensitive
    given = _("Agreed on %(time)s to version %(version)s", time=instant(consent.given_at), version=consent.text_version)
    return {"wording": wording.in_(consent.language), "given": given}


def _steps(contact: Contact) -> list[str]:
    return [
        _("%(name)s checks your entries within 24 hours.", name=contact.name),
        _("What is accepted goes into our records; until then nothing is changed."),
        _("You get a mail when it is done, or if something is unclear."),
    ]


def _ask(contact: Contact) -> str:
    reach = _(", ").join(filter(None, (contact.email, contact.phone)))
    return _("Questions? %(name)s is glad to help: %(reach)s", name=contact.name, reach=reach)
