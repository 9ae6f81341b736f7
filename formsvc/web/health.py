"""`/healthz`: the process answers. `/readyz`: its database answers, with the schema that the code expects (M57)."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from formsvc.db import db
from formsvc.schema import is_current
from formsvc.web.access import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    try:
        db.session.scalar(select(1))
        is_ready = is_current()
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    return (jsonify(status="ok"), 200) if is_ready else (jsonify(status="migrate"), 503)
