"""The routes of the reports, which stand in several files."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)
