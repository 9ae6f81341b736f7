"""The language of a page: `?lang=`, then the choice of this session, then the browser's, then Chinese."""

from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, current_app, has_request_context, redirect, request, session
from flask_babel import Babel, Domain, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from formsvc.web.access import public
from formsvc.web.urls import local_path

LANGUAGES = {"zh_CN": "中文", "en": "English"}
CATALOGUES = Path(__file__).parent.parent / "translations"


class Catalogue(Domain):
    """The messages of one language, read from its .po file once: nothing to compile, nothing to go stale."""

    def get_translations(self) -> NullTranslations:
        language = current()
        if language not in self.cache:
            self.cache[language] = read_catalogue(language)
        translations: NullTranslations = self.cache[language]
        return translations


def init_app(app: Flask) -> None:
    babel = Babel(app, default_locale="zh_CN", locale_selector=lambda: _locale(choose()))
    babel.domain_instance = Catalogue()
    app.add_url_rule("/language", view_func=set_language, methods=["POST"])
    app.context_processor(lambda: {"language": current(), "languages": LANGUAGES})


def choose() -> str:
    """The language to answer in, one of LANGUAGES."""
    if not has_request_context():
        return "zh_CN"
    asked = request.args.get("lang") or session.get("language")
    if asked in LANGUAGES:
        return str(asked)
    return _best(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=256)
def _best(accepts: str) -> str:
    """The language for a header that thousands of browsers send alike."""
    return parse_accept_header(accepts, LanguageAccept).best_match(list(LANGUAGES)) or "zh_CN"


@cache
def _locale(language: str) -> Locale:
    """Babel looks a language's file up on disk each time."""
    return Locale.parse(language)


def current() -> str:
    """The language of the page or mail that is being made, one of LANGUAGES. Babel calls Chinese zh_Hans_CN."""
    locale = get_locale()
    return "zh_CN" if locale is None or locale.language == "zh" else "en"


@public
def set_language() -> Response:
    """Keep the language of the staff pages for this session."""
    if request.form.get("language") in LANGUAGES:
        session["language"] = request.form["language"]
    return current_app.make_response(redirect(local_path(request.form.get("next")), 303))


def read_catalogue(language: str) -> NullTranslations:
    """The messages of `language`; English needs none, as it is the language of the source."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
