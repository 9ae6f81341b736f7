"""formsvc keeps a company's customer records true; data goes one way through the rooms in ROOMS."""

from importlib import import_module

from flask import Flask

from config import ROOT, Config
from formsvc import crypto, db, queue, schema

ROOMS = (
    "web",
    "staff",
    "mail",
    "fields",
    "questionnaires",  # above customers: a record is described in its terms
    "customers",
    "invitations",
    "submissions",
    "review",
    "rounds",
    "reports",
    "cli",
)


def create_app(config: Config | None = None) -> Flask:
    """The application of one installation. Raises ConfigError for settings that cannot be used."""
    config = config or Config.from_environment()
    config.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    app = Flask("formsvc", static_folder="web/static", template_folder=str(ROOT / "templates"))
    app.extensions["config"] = config
    crypto.init_app(app, config.secret_keys)
    db.init_app(app, config.database_url)
    schema.init_app(app, ROOT / "migrations")
    queue.init_app(app, config)
    for name in ROOMS:
        room = import_module(f"formsvc.{name}")
        if hasattr(room, "init_app"):
            room.init_app(app, config)
    return app
