"""Staff pages: bring a worksheet, look at what it would do, decide, confirm, and see what it did (M43)."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as Answer

from formsvc.customers import colleagues
from formsvc.customers.imports import left, uploads, verbs
from formsvc.customers.imports.choosing import decisions
from formsvc.customers.imports.models import WORKING, Import
from formsvc.customers.imports.preview import preview, wording
from formsvc.customers.imports.sending import XLSX, kind_of, worksheet
from formsvc.customers.imports.template import write_template
from formsvc.customers.worksheet.columns import columns, reported
from formsvc.db import db, transaction
from formsvc.questionnaires.verbs import known_fields
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission, Staff
from formsvc.web import errors, language
from formsvc.web.show import now
from formsvc.web.urls import row_id

blueprint = Blueprint("imports", __name__, url_prefix="/customers/import")
blueprint.url_value_preprocessor(uploads.widen)
LAST = 20  # imports that are listed
SECONDS = 3  # until a page that shows progress is loaded again


@blueprint.get("")
@requires(Permission.MANAGE)
def index(problem: str | None = None) -> str:
    before = request.args.get("before", type=row_id)
    imports = verbs.visible(me()).order_by(Import.id.desc()).limit(LAST + 1)
    rows = db.session.scalars(imports.where(Import.id < before) if before else imports).all()
    return render_template(
        "customers/import_index.html", imports=rows[:LAST], more=len(rows) > LAST, paged=bool(before),
        owners=colleagues.of(db.session, me()), problem=problem, largest=uploads.MAX_FILE,
    )  # fmt: skip


@blueprint.post("")
@requires(Permission.MANAGE)
def upload() -> Answer | tuple[str, int]:
    file, wanted = uploads.taken(), request.form.get("owner", me().id, type=row_id)
    owner = colleagues.find(db.session, me(), wanted)
    if isinstance(file, str):
        return index(file), 422
    if owner is None:
        return index(_("Choose whose customers they become.")), 422
    db.session.rollback()
    with transaction() as session:
        id_ = verbs.upload(session, me(), uploads.name_of(file), file.stream, owner, language.current(), now()).id
    return redirect(url_for(".show", id_=id_), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Answer | tuple[str, int]:
    """It comes before the permission is asked for."""
    if request.endpoint == "imports.upload" and current_user.is_authenticated and me().may(Permission.MANAGE):
        return index(uploads.too_large()), 413
    return errors.on_http_error(error)


@blueprint.get("/template.xlsx")
@requires(Permission.MANAGE)
def template() -> Response:
    file = BytesIO()
    write_template(file, columns(known_fields(db.session)), language.current())
    file.seek(0)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=_("Customers") + ".xlsx")


@blueprint.get("/<int:id_>")
@requires(Permission.MANAGE)
def show(id_: int) -> Response:
    brought = _find(id_)
    is_working = brought.state in WORKING
    after, wanted = request.args.get("after", 0, type=row_id), request.args.get("show")
    shown = None if is_working else preview(db.session, brought, wanted, after)
    page = render_template(
        "customers/import.html", brought=brought, preview=shown, paged=bool(after), choices_of=verbs.choices_of,
        is_run=brought.confirmed_at is not None, can_go_on=not brought.forgotten_at,
        reasons=left.reasons(language.current()), **wording(),
    )  # fmt: skip
    answer = Response(page)
    if is_working:
        answer.headers["Refresh"] = str(SECONDS)
    return answer


@blueprint.post("/<int:id_>/choices")
@requires(Permission.MANAGE)
def choose(id_: int) -> Answer:
    action = request.form.get("action")
    made = decisions(request.form.items(), action if action in ("take", "keep") else None)
    with transaction() as session:
        brought = _find_in(session, id_)
        try:
            if action == "keep-all":
                flash(_said("keep", verbs.keep_all(session, brought, me(), now())), "done")
            else:
                kept = verbs.choose(session, brought, me(), made, now()).rows
                flash(_said(action, kept), "done" if kept else "late")
        except verbs.TooLate:
            flash(_too_late(), "late")
    return _back(id_, request.args.get("next" if action == "next" else "after"))


@blueprint.post("/<int:id_>/confirm")
@requires(Permission.MANAGE)
def confirm(id_: int) -> Answer:
    """What is chosen on the page is kept first. Where it changes a customer, that is shown before it is done."""
    made = decisions(request.form.items(), None)
    with transaction() as session:
        brought = _find_in(session, id_)
        try:
            if made and verbs.choose(session, brought, me(), made, now()).unseen:
                flash(_("Your choices are kept. Look at what these rows would change, then import."), "done")
                return _back(id_, request.args.get("after"))
            verbs.confirm(session, brought, me(), now())
        except verbs.OwnerGone as gone:
            said = _(
                "%(name)s can have no new customers any more: cancel, and upload the file for somebody else.",
                name=str(gone),
            )
            flash(said, "problem")
        except verbs.TooLate:
            flash(_too_late(), "late")
    return redirect(url_for(".show", id_=id_), 303)


@blueprint.post("/<int:id_>/cancel")
@requires(Permission.MANAGE)
def cancel(id_: int) -> Answer:
    return _act(id_, verbs.cancel)


@blueprint.post("/<int:id_>/continue")
@requires(Permission.MANAGE)
def go_on(id_: int) -> Answer:
    return _act(id_, verbs.go_on)


@blueprint.get("/<int:id_>/left")
@requires(Permission.MANAGE)
def download_left(id_: int) -> Response:
    """The rows that were refused or left, to be mended and brought in again."""
    brought = _find(id_)
    name = brought.file_name.rpartition(".")[0] or brought.file_name
    reader = language.current()
    rows = left.rows(db.session, brought, reader)
    return worksheet(kind_of(request.args.get("format")), "-".join((name, _("not imported"))), reported(reader), rows)


def _act(id_: int, verb: Callable[[Session, Import, Staff, datetime], None]) -> Answer:
    with transaction() as session:
        try:
            verb(session, _find_in(session, id_), me(), now())
        except verbs.TooLate:
            flash(_too_late(), "late")
    return redirect(url_for(".show", id_=id_), 303)


def _said(action: str | None, rows: int) -> str:
    """What was done with so many rows."""
    if not rows and action != "keep":
        return _("Nothing was chosen on this page.")
    if action == "keep":
        return _("What the record says is kept in %(count)s rows.", count=rows)
    if action == "take":
        return _("What the worksheet says is taken in %(count)s rows.", count=rows)
    return _("Your choices for %(count)s rows are kept.", count=rows)


def _back(id_: int, after: str | None) -> Answer:
    """To the rows that the page has shown, from `after` on."""
    return redirect(url_for(".show", id_=id_, show=request.args.get("show"), after=after), 303)


def _find(id_: int) -> Import:
    """The import, where the reader may see it; others are as if they did not exist."""
    return _find_in(db.session, id_)


def _find_in(session: Session, id_: int) -> Import:
    return session.scalar(verbs.visible(me()).where(Import.id == id_)) or abort(404)


def _too_late() -> str:
    return _("Someone was quicker: this is how things stand now.")
