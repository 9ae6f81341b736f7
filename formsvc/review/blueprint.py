"""The routes of the review, which stand in several files."""

from flask import Blueprint

blueprint = Blueprint("review", __name__, url_prefix="/review")
