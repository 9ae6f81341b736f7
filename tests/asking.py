"""A questionnaire of a company's own beside the default: it asks for no address, and promises a reward."""

from typing import Any

from formsvc.fields import Value
from formsvc.questionnaires.definition import default_data

KEY, TITLE = "visit-feedback", "拜访反馈"
REWARD = {"zh": "赠送一年延保", "en": "a year of warranty on us"}
ANSWERED: dict[str, Value] = {"visit.score": 4, "visit.topics": ["price", "quality"], "needs.special": "周五送货"}


def second(**other: Any) -> dict[str, Any]:
    """Its data, with `other` instead or besides."""
    return {
        "key": KEY, "title": {"zh": TITLE, "en": "Your visit"}, "grace_days": 5, "reward": REWARD,
        "privacy": default_data()["privacy"],
        "modules": [module("visit", "拜访", score(), topics()), module("needs", "需求", special())],
    } | other  # fmt: skip


def module(key: str, title: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "title": {"zh": title, "en": key}, "fields": list(fields)}


def field(key: str, kind: str, label: str, **other: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "label": {"zh": label, "en": key}} | other


def score() -> dict[str, Any]:
    return field("visit.score", "scale", "整体评价", min="1", max="5", required=True)


def topics(**other: Any) -> dict[str, Any]:
    options = [
        {"code": "price", "label": {"zh": "价格", "en": "Price"}},
        {"code": "quality", "label": {"zh": "质量", "en": "Quality"}},
    ]
    return field("visit.topics", "multi-select", "关心的话题", options=options) | other


def special() -> dict[str, Any]:
    """A field of the default questionnaire."""
    return field("needs.special", "long-text", "还有什么要求")
