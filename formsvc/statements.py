"""Statements of the hot paths: compiled once, and handed to the driver without what SQLAlchemy does at each `execute`.

That is a cache key, a context, a result and their events, together about twice as much work as the statement itself.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.orm import Session

Convert = Callable[[Any], Any]


def execute(connection: Connection, text: str, given: Any = (), is_many: bool = False) -> Any:
    """The driver's cursor after `text`, with `is_many` for each of the sets of values that are `given`. Who listens to
    the connection's statements hears of it.
    """
    cursor = connection.connection.cursor()
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, cursor, text, given, None, is_many)
    (cursor.executemany if is_many else cursor.execute)(text, given)
    return cursor


def begun(given: Session | Connection) -> Connection:
    """The connection of a transaction, which begins with this unless it has begun before."""
    if isinstance(given, Session):
        return given.connection()
    if not given.in_transaction():
        given.begin()
    return given


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Statements of which nobody asks a result before the end: to PostgreSQL they go at once, and `run` says -1."""
    driver: Any = connection.connection.dbapi_connection
    with driver.pipeline() if connection.dialect.name == "postgresql" else nullcontext():
        yield


class Statement:
    """A SELECT, INSERT, UPDATE or DELETE in SQLAlchemy's terms, with values as its types take and give them.

    It runs in the transaction of the connection that it is given, on both engines. An INSERT names its columns: their
    defaults in Python are not filled in. Instead of `IN` it has `OR`: the text must be known once and for all. Errors
    are the driver's own.
    """

    def __init__(self, query: Select[Any] | Insert | Update | Delete, *columns: str) -> None:
        self._query, self.columns = query, columns or None
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """How many rows it made or changed."""
        return self.bound(connection.dialect, values).run(connection)

    def run_for(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """`run` it for each of `rows`, which go to the driver together."""
        bound = [self.bound(connection.dialect, values) for values in rows]
        if len(bound) == 1:
            bound[0].sent(connection).close()
        elif bound:
            execute(connection, bound[0].compiled.text, [each.given for each in bound], is_many=True).close()

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The first row, with its columns by name; None where there is none."""
        return self.bound(connection.dialect, values).first(connection)

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """All rows, with their columns by name."""
        return self.bound(connection.dialect, values).all(connection)

    def bound(self, dialect: Dialect, values: Mapping[str, Any]) -> "Bound":
        """The statement with its values, converted and encrypted before it is anyone's turn."""
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _compiled(self._query, self.columns, dialect)
        compiled = self._compiled[dialect.name]
        return Bound(compiled, compiled.given(values))


class Bound(NamedTuple):
    """A statement that is ready to run."""

    compiled: "_Compiled"
    given: Any

    def run(self, connection: Connection) -> int:
        """How many rows it made or changed."""
        cursor = self.sent(connection)
        rows = int(cursor.rowcount)
        cursor.close()
        return rows

    def first(self, connection: Connection) -> Any:
        """The first row, with its columns by name; None where there is none."""
        cursor = self.sent(connection)
        row = cursor.fetchone()
        cursor.close()
        return row and self.compiled.row(row)

    def all(self, connection: Connection) -> list[Any]:
        """All rows, with their columns by name."""
        cursor = self.sent(connection)
        rows = cursor.fetchall()
        cursor.close()
        return [self.compiled.row(row) for row in rows]

    def sent(self, connection: Connection) -> Any:
        """The cursor, which knows the number of rows once those `together` are done."""
        return execute(connection, self.compiled.text, self.given)


class _Compiled(NamedTuple):
    """A statement as one engine's driver takes it: `fixed` are the values that it has itself."""

    text: str
    fixed: Mapping[str, Any]
    takes: Mapping[str, Convert]
    order: Callable[[Mapping[str, Any]], Any]
    gives: tuple[tuple[int, Convert], ...]
    make: Callable[[Any], Any]

    def given(self, values: Mapping[str, Any]) -> Any:
        """What the driver is given besides the text."""
        named = {**self.fixed, **values}
        for name, convert in self.takes.items():
            named[name] = convert(named[name])
        return self.order(named)

    def row(self, row: Any) -> Any:
        cells = list(row)
        for place, convert in self.gives:
            cells[place] = convert(cells[place])
        return self.make(cells)


def _compiled(query: Any, columns: tuple[str, ...] | None, dialect: Dialect) -> _Compiled:
    compiled = query.compile(dialect=dialect, column_keys=columns)
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    into = {name: _of_type(bind, dialect).bind_processor(dialect) for name, bind in binds.items()}
    fixed = {name: bind.value for name, bind in binds.items() if not bind.required}
    out = [_of_type(column, dialect).result_processor(dialect, None) for column in query.exported_columns]
    names = compiled.positiontup
    return _Compiled(
        text=compiled.string,
        fixed={name: convert(value) if (convert := into[name]) else value for name, value in fixed.items()},
        takes={name: convert for name, convert in into.items() if convert and name not in fixed},
        order=_in_order(names) if names is not None else dict,
        gives=tuple((place, convert) for place, convert in enumerate(out) if convert),
        make=_maker(query.exported_columns.keys()),
    )


def _maker(names: Sequence[str]) -> Callable[[Any], Any]:
    row: Any = namedtuple("Row", names)  # type: ignore[misc] # the names are known to the statement alone
    return row._make


def _in_order(names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    return lambda values: tuple([values[name] for name in names])


def _of_type(element: Any, dialect: Dialect) -> Any:
    """The type of `element` as the engine has it."""
    return element.type.dialect_impl(dialect)
