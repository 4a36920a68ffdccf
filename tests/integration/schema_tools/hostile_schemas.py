"""Random schemas that want a clone to bind a name wrongly: a dozen names for everything.

A schema has several parts, each with a dozen of its own: most of the work goes by the schema.
"""

from hypothesis import strategies as st

from tests.integration.schema_tools.examples import PARTS
from tests.integration.schema_tools.random_schemas import quoted

POOLS = [
    ["@SCHEMA@", "t", "f", "select", "cube", "a", "e", "text", "order", "User", "api", "lower"],
    ["@SCHEMA@.t", "T", "table", "left", "rollup", "all", "x", "name", "group", "row", "v", "now"],
    ["@schema@", "F", "values", "array", "sets", "user", "n", "any", "with", "of", "only", "max"],
]
TYPES = ["integer", "text", "varchar(20)", "char(3)", "name", "integer[]", "text[]", "int4range"]
LISTS = {
    "text": "{c} IN ('a', 'b')",
    "varchar(20)": "{c} IN ('a', 'b')",
    "char(3)": "{c} IN ('a', 'b')",
    "name": "{c} IN ('a', 'b')",
    "integer": "{c} IN (1, 2)",
    "integer[]": "{c} <> '{{1,2}}'",
    "text[]": "'x' <> ALL ({c})",
    "int4range": "NOT {c} @> 7",
}


class Writer:
    """Writes a part of a schema; every name is qualified, for the pool hides the others."""

    def __init__(self, draw, part: int) -> None:
        self.draw = draw
        self.part = part
        self.pool = POOLS[part % len(POOLS)]
        self.statements: list[str] = []
        self.tables: list[tuple[str, list[tuple[str, str]]]] = []
        self.relations: list[tuple[str, list[str]]] = []
        self.functions: list[tuple[str, str]] = []
        self.refreshes: list[str] = []

    def pick(self, *choices):
        return self.draw(st.sampled_from(choices))

    def name(self) -> str:
        return quoted(self.pick(*self.pool))

    def own(self, name: str) -> str:
        return f'"@SCHEMA@".{name}'

    def add(self, statement: str) -> None:
        self.statements.append(statement)

    def write_type(self) -> None:
        name = self.name()
        base = self.pick("varchar(9)", "char(4)", "name", "text")
        self.add(
            self.pick(
                f"CREATE TYPE {self.own(name)} AS ENUM ('a', '@SCHEMA@', 'select')",
                f"CREATE DOMAIN {self.own(name)} AS {base} CHECK (VALUE IN ('a', 'b'))",
                f"CREATE TYPE {self.own(name)} AS (a varchar(5), {self.name()} integer)",
                f"CREATE TYPE {self.own(name)} AS RANGE (SUBTYPE = integer)",
            )
        )

    def write_table(self) -> None:
        name = self.name()
        columns = {}
        for _ in range(self.draw(st.integers(1, 4))):
            columns[self.name()] = self.pick(*TYPES, self.own(self.name()))
        pieces = []
        for column, type_ in columns.items():
            check = LISTS.get(type_, "{c} IS NOT NULL OR true").format(c=column)
            pieces.append(
                self.pick(
                    f"{column} {type_}",
                    f"{column} {type_} CHECK ({check})",
                    f"{column} {type_} DEFAULT NULL",
                )
            )
        first, type_ = next(iter(columns.items()))
        check = LISTS.get(type_, "{c} IS NULL").format(c=first)
        pieces.append(f"{quoted('made')} boolean GENERATED ALWAYS AS ({check}) STORED")
        self.add(f"CREATE TABLE {self.own(name)} ({', '.join(pieces)})")
        self.add(f"INSERT INTO {self.own(name)} DEFAULT VALUES")
        self.tables.append((name, list(columns.items())))
        self.relations.append((name, list(columns)))

    def write_function(self) -> None:
        name, type_ = self.name(), self.pick("integer", "text", "varchar", "boolean")
        table = self.own(self.pick(*self.tables)[0]) if self.tables else "pg_catalog.pg_class"
        body = self.pick(
            "'SELECT $1'",
            f"'SELECT $1 FROM {table} LIMIT 1'",
            f"$$SELECT $1 FROM {table} AS {self.name()} LIMIT 1 -- @SCHEMA@.t$$",
        )
        self.add(
            f"CREATE FUNCTION {self.own(name)}({type_}, {type_}) RETURNS {type_}"
            f" LANGUAGE sql IMMUTABLE AS {body}"
        )
        self.functions.append((name, type_))
        if self.pick(True, False):
            self.add(
                f"CREATE AGGREGATE {self.own(self.name())}({type_})"
                f" (SFUNC = {self.own(name)}, STYPE = {type_})"
            )
        if self.pick(True, False):
            self.add(
                f"CREATE OPERATOR {self.own('<<<')} (FUNCTION = {self.own(name)},"
                f" LEFTARG = {type_}, RIGHTARG = {type_})"
            )

    def query(self) -> str:
        relation, columns = self.pick(*self.relations)
        column, alias, inner = self.pick(*columns), self.name(), self.name()
        source = self.own(relation)
        calls = [f"{self.own(name)}(NULL::{t}, NULL::{t})" for name, t in self.functions] or ["1"]
        call = self.pick(*calls)
        return self.pick(
            f"SELECT {alias}.{column} AS x FROM {source} AS {alias}",
            f"WITH {inner} AS (SELECT {column} FROM {source}) SELECT {column} AS x FROM {inner}",
            f"WITH {relation} AS (SELECT {column} FROM {source}) SELECT {column} AS x"
            f" FROM {relation} UNION ALL SELECT {column} FROM {source}",
            f"WITH RECURSIVE {inner} (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM {inner}"
            f" WHERE x < 3) SELECT {inner}.x FROM {inner}, {source} AS {alias}",
            f"SELECT {call} AS x FROM {source} GROUP BY {call}",
            f"SELECT {alias} AS x FROM {source} AS {alias}",
            f"SELECT (SELECT count(*) FROM {source} AS {inner} WHERE {inner} IS NOT NULL) AS x",
        )

    def write_view(self) -> None:
        name = self.name()
        kind = self.pick("VIEW", "VIEW", "MATERIALIZED VIEW")
        self.add(f"CREATE {kind} {self.own(name)} AS {self.query()}")
        self.relations.append((name, ["x"]))
        if kind == "MATERIALIZED VIEW":
            self.refreshes.append(f"REFRESH {kind} {self.own(name)}")

    def write_constant(self) -> None:
        """A view of what the server keeps as a number; none reads it, for a clone has another."""
        relation, _ = self.pick(*self.relations)
        constant = f"'{self.own(relation)}'::regclass"
        self.add(f"CREATE VIEW {self.own(self.name())} AS SELECT {constant} AS x")

    def write_far_view(self) -> None:
        """A view elsewhere over one of ours, and perhaps one of ours over that."""
        far = quoted(f"@SCHEMA@{self.part}{self.pick('1', '2')}")
        relation, columns = self.pick(*self.relations)
        self.add(f"CREATE VIEW far.{far} AS SELECT {columns[0]} AS x FROM {self.own(relation)}")
        if self.pick(True, *[False] * 11):
            self.add(f"CREATE VIEW {self.own(self.name())} AS SELECT x FROM far.{far}")

    def write_logic(self) -> None:
        table, columns = self.pick(*self.tables)
        column, type_ = self.pick(*columns)
        check = LISTS.get(type_, "{c} IS NOT NULL").format(c=column)
        query = self.query()
        self.add(
            self.pick(
                f"CREATE POLICY {self.name()} ON {self.own(table)} USING ({check})",
                f"CREATE POLICY {self.name()} ON {self.own(table)} USING (EXISTS ({query}))",
                f"CREATE INDEX {self.name()} ON {self.own(table)} ({column}) WHERE {check}",
                f"CREATE INDEX ON {self.own(table)} (({check}))",
                f"CREATE TRIGGER {self.name()} BEFORE UPDATE ON {self.own(table)} FOR EACH ROW"
                f" WHEN ({LISTS.get(type_, '{c} IS NOT NULL').format(c=f'NEW.{column}')})"
                " EXECUTE FUNCTION elsewhere.note()",
                f"CREATE RULE {self.name()} AS ON DELETE TO {self.own(table)} DO ALSO {query}",
                f"CREATE STATISTICS ON ({check}), ({column} IS NULL) FROM {self.own(table)}",
                f"COMMENT ON TABLE {self.own(table)} IS '@SCHEMA@.t'",
                f"ALTER TABLE {self.own(table)} ADD CONSTRAINT {self.name()} CHECK ({check})",
            )
        )


@st.composite
def schemas(draw) -> list[str]:
    """The statements of a schema; its own name is @SCHEMA@.

    At the end materialised views are filled again: parts that have the same names put rows into
    each other's tables, and of a view that is older than those a clone holds more than its source.
    """
    parts = [_part(draw, part) for part in range(PARTS)]
    statements = [statement for part in parts for statement in part.statements]
    return statements + [statement for part in parts for statement in part.refreshes]


def _part(draw, part: int) -> Writer:
    writer = Writer(draw, part)
    for kind, most in (
        ("type", 3),
        ("table", 3),
        ("function", 4),
        ("table", 1),
        ("view", 4),
        ("far_view", 1),
        ("view", 1),
        ("constant", 1),
        ("logic", 5),
    ):
        for _ in range(draw(st.integers(0, most))):
            if writer.tables or kind in ("type", "table"):
                getattr(writer, f"write_{kind}")()
    return writer
