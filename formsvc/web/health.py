"""`/healthz`: the process answers. `/readyz`: its database answers, with the schema that the code expects (M57)."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from formsvc.db import alembic, db
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
        behind = alembic.needs_upgrade()
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    return (jsonify(status="migrate"), 503) if behind else (jsonify(status="ok"), 200)
