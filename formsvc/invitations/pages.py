"""Staff pages: invite a customer, see invitations, issue a link again, revoke it."""

from collections.abc import Sequence
from typing import Any

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from formsvc.customers import reach
from formsvc.customers.models import Customer
from formsvc.db import db, transaction
from formsvc.invitations import forms, letters, links, verbs
from formsvc.invitations.last_links import names as state_names
from formsvc.invitations.models import LIVE, Invitation, InvitationState
from formsvc.invitations.moves import NotPossible
from formsvc.invitations.schedule import DAYS, MAX_DAYS, MIN_DAYS
from formsvc.questionnaires.definition import Definition
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import DEFAULT_KEY, NoQuestionnaire, definition_of, published
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web import language
from formsvc.web.show import now
from formsvc.web.urls import row_id

blueprint = Blueprint("invitations", __name__)
PAGE = 50
PANEL = 10  # on a customer's page, besides those that are live


@blueprint.get("/invitations/")
@requires(Permission.READ_ANSWERS)
def index() -> str:
    state = request.args.get("state", "")
    before = request.args.get("before", type=row_id)
    found = _visible().order_by(Invitation.id.desc()).limit(PAGE + 1)
    if state in InvitationState.__members__.values():
        found = found.where(Invitation.state == InvitationState(state))
    if before:
        found = found.where(Invitation.id < before)
    rows = db.session.scalars(found).all()
    return render_template(
        "invitations/index.html", invitations=rows[:PAGE], more=len(rows) > PAGE, state=state, now=now(),
        states=list(InvitationState), state_names=state_names(), paged=bool(before),
        titles=_titles(published(db.session)),
    )  # fmt: skip


@blueprint.post("/customers/<number>/invite")
@requires(Permission.INVITE)
def invite(number: str) -> Response:
    days, key = request.form.get("days", type=int) or DAYS, request.form.get("questionnaire", DEFAULT_KEY)
    try:
        with transaction() as session:
            customer = reach.find(session, me(), number) or abort(404)
            with_form = "with_form" in request.form
            invitation = verbs.issue(session, customer, me().actor, me().id, now(), days, key, with_form)
            has_mail = bool(customer.email)
    except verbs.AlreadyInvited:
        flash(_("This customer has an open invitation already. You can issue its link again below."), "problem")
    except verbs.Archived:
        flash(_("Nobody was invited: this record is archived, or was merged into another one."), "problem")
    except (verbs.NothingAsked, NoQuestionnaire):
        flash(_("Choose a questionnaire that asks something of this customer."), "problem")
    except ValueError:
        flash(_("Choose a deadline of %(least)s to %(most)s working days.", least=MIN_DAYS, most=MAX_DAYS), "problem")
    else:
        _flash_link(_("The invitation is made."), has_mail)
        return redirect(url_for("customers.show", number=number, _anchor=f"invitation-{invitation.id}"), 303)
    return redirect(url_for("customers.show", number=number), 303)


@blueprint.post("/invitations/<int:id_>/reissue")
@requires(Permission.INVITE)
def reissue(id_: int) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            invitation = _find(session, id_)
            verbs.reissue(session, invitation, me().actor, now())
            number, has_mail = invitation.customer.number, bool(invitation.customer.email)
    except NotPossible:
        return _too_late(id_)
    _flash_link(_("The link is issued again; the old link is dead."), has_mail)
    return redirect(url_for("customers.show", number=number, _anchor=f"invitation-{id_}"), 303)


@blueprint.post("/invitations/<int:id_>/revoke")
@requires(Permission.INVITE)
def revoke(id_: int) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            invitation = _find(session, id_)
            verbs.revoke(session, invitation, me().actor, now())
            number = invitation.customer.number
    except NotPossible:
        return _too_late(id_)
    flash(_("The link is revoked: it cannot be opened any more."), "done")
    return redirect(url_for("customers.show", number=number, _anchor=f"invitation-{id_}"), 303)


@blueprint.get("/invitations/<int:id_>/form.xlsx")
@requires(Permission.INVITE)
def form(id_: int) -> Response:
    """The blank form, in the customer's language: to be handed on by chat."""
    invitation = _find(db.session, id_)
    customer = invitation.customer
    blank = forms.form(invitation.version_id, customer.audience, customer.situation, customer.language)
    return forms.download(blank)


def panel(customer: Customer) -> tuple[str, dict[str, Any]] | None:
    """What a customer's page shows of invitations: whoever cannot invite sees no link, as it opens the answers."""
    if not me().may(Permission.READ_ANSWERS):
        return None
    may_invite, versions, invitations = me().may(Permission.INVITE), published(db.session), _newest_of(customer)
    live = {invitation.questionnaire_id for invitation in invitations if _is_live(invitation)}
    asking = [definition_of(version) for version in versions if may_invite and version.questionnaire_id not in live]
    return "invitations/panel.html", {
        "invitations": invitations, "state_names": state_names(), "days": range(MIN_DAYS, MAX_DAYS + 1),
        "default_days": DAYS, "live": live, "titles": _titles(versions), "may_invite": may_invite,
        "offered": [definition for definition in asking if _asks(definition, customer)],
        "link": _link if may_invite else None, "qr_code": _qr_code, "now": now(),
        "sent_elsewhere": _sent_elsewhere(customer, invitations),
        "keys": {version.questionnaire_id: definition_of(version).key for version in versions},
    }  # fmt: skip


def _sent_elsewhere(customer: Customer, invitations: Sequence[Invitation]) -> dict[int, str]:
    """The addresses of the live links that went to another address than the one that is held now, by invitation."""
    asked = [each for each in invitations if _is_live(each) and each.contact == customer.primary_contact]
    sent = letters.sent_to(db.session, asked)
    return {id_: address for id_, address in sent.items() if address != customer.email}


def _link(invitation: Invitation) -> str:
    return links.url(invitation.id, invitation.link_number)


def _qr_code(link: str) -> tuple[str, int]:
    """A picture of `link` as an address, and how wide it is on a screen: half of its dots, the rest is for print."""
    code = segno.make_qr(link, error="m")
    return code.png_data_uri(scale=10), int(code.symbol_size(scale=5)[0])


def _newest_of(customer: Customer) -> Sequence[Invitation]:
    """The customer's newest invitations, and all that are live, newest first."""
    own = Invitation.customer_id == customer.id
    newest = select(Invitation.id).where(own).order_by(Invitation.id.desc()).limit(PANEL)
    shown = select(Invitation).where(own, or_(Invitation.id.in_(newest), Invitation.state.in_(LIVE)))
    return db.session.scalars(shown.order_by(Invitation.id.desc())).all()


def _titles(versions: Sequence[QuestionnaireVersion]) -> dict[int, str]:
    """What the questionnaires are called, by their ids; nothing where there is only one: then it needs no name."""
    named = {version.questionnaire_id: definition_of(version).title.in_(language.current()) for version in versions}
    return named if len(named) > 1 else {}


def _asks(definition: Definition, customer: Customer) -> bool:
    return customer.is_asked and bool(definition.asked(customer.audience, customer.situation))


def _is_live(invitation: Invitation) -> bool:
    """Whether a new invitation would be refused: the link still opens, or answers wait."""
    return invitation.state in LIVE and verbs.is_taking(invitation, now())


def _visible() -> Any:
    mine = reach.visible(me()).with_only_columns(Customer.id)
    return select(Invitation).where(Invitation.customer_id.in_(mine))


def _find(session: Session, id_: int) -> Invitation:
    invitation: Invitation | None = session.scalar(_visible().where(Invitation.id == id_))
    return invitation or abort(404)


def _too_late(id_: int) -> tuple[str, int]:
    db.session.rollback()  # what this session read before is out of date
    invitation = _find(db.session, id_)
    return render_template("invitations/too_late.html", invitation=invitation, state_names=state_names()), 409


def _flash_link(done: str, has_mail: bool) -> None:
    if has_mail:
        mail = _("A mail is on its way.")
    else:
        mail = _("No mail address is held: copy the link below and hand it over yourself.")
    flash(f"{done} {mail}", "done" if has_mail else "problem")
