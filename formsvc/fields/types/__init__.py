"""The types of question (spec row M5). A new type is one new module in this package: it is found by itself."""

from importlib import import_module
from inspect import isabstract, isclass
from pkgutil import iter_modules

from formsvc.fields.types.base import FieldType, OneLine, Raw, Value

__all__ = ["TYPES", "FieldType", "OneLine", "Raw", "Value", "discovered"]


def discovered() -> dict[str, FieldType]:
    """One of each type that a module of this package defines, by name. Raises ValueError for a name used twice."""
    found: dict[str, FieldType] = {}
    for info in iter_modules(__path__):
        module = import_module(f"{__name__}.{info.name}")
        for kind in vars(module).values():
            if not isclass(kind) or not issubclass(kind, FieldType) or isabstract(kind):
                continue
            if type(found.setdefault(kind.name, kind())) is not kind:
                raise ValueError(f"two field types are named {kind.name}")
    return found


TYPES: dict[str, FieldType] = discovered()
