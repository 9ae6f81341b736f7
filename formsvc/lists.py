"""Lists as one JSON value of a statement, into it and out of it: of any length by the same text, on both engines."""

from typing import Any

from sqlalchemy import JSON, Boolean, SQLColumnExpression, TableValuedAlias, bindparam, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class json_rows(FunctionElement[list[list[Any]]]):
    """All rows of a subquery as one JSON value, a list for each row: what belongs together comes in one statement.

    Instants come as ISO 8601 text, and on SQLite without their zone, which is UTC.
    """

    name = "json_rows"
    inherit_cache = True
    type = JSON()


@compiles(json_rows, "postgresql")
def _json_agg(element: json_rows, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **options)}))"


@compiles(json_rows, "sqlite")
def _json_group_array(element: json_rows, compiler: SQLCompiler, **options: Any) -> str:
    texts = [(compiler.process(column, **options), isinstance(column.type, JSON)) for column in element.clauses]
    columns = ", ".join(f"json({text})" if is_json else text for text, is_json in texts)
    return f"json_group_array(json_array({columns}))"


class is_among(FunctionElement[bool]):
    """Whether a text is one of a list that is one value of the statement: of any length, by the same statement."""

    name = "is_among"
    inherit_cache = True
    type = Boolean()

    def __init__(self, text: SQLColumnExpression[str], given: str) -> None:
        super().__init__(text, bindparam(given, type_=JSON()))


@compiles(is_among, "postgresql")
def _json_any(element: is_among, compiler: SQLCompiler, **options: Any) -> str:
    text, given = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{text} = ANY (ARRAY(SELECT json_array_elements_text({given})))"


@compiles(is_among, "sqlite")
def _json_each(element: is_among, compiler: SQLCompiler, **options: Any) -> str:
    text, given = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{text} IN (SELECT value FROM json_each({given}))"  # noqa: S608 - a placeholder


class as_json(FunctionElement[Any]):
    """A text that is JSON as a value of a JSON column; NULL where it is."""

    name = "as_json"
    inherit_cache = True
    type = JSON()


@compiles(as_json, "postgresql")
def _cast_json(element: as_json, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS JSON)"


@compiles(as_json, "sqlite")
def _text_json(element: as_json, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


class each_of(FunctionElement[Any]):
    """The items of a list that is one value of the statement, as a table: what its rows need for themselves."""

    name = "each_of"
    inherit_cache = True

    def __init__(self, given: str) -> None:
        super().__init__(bindparam(given, type_=JSON()))


@compiles(each_of, "postgresql")
def _json_array_elements(element: each_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements({compiler.process(element.clauses, **options)})"


@compiles(each_of, "sqlite")
def _json_each_item(element: each_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


def items_of(given: str) -> TableValuedAlias:
    """The table of `each_of` with its one column, `value`: each item is a list, and `value[0]` its first element."""
    return each_of(given).table_valued(column("value", JSON()))
