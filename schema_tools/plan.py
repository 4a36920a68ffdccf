"""The clone plan: a template's catalog as an ordered list of statements, made once, run often."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from .errors import InvalidName, SchemaToolsError
from .text import (
    BARE_SOURCE,
    BARE_TARGET,
    NAME,
    SOURCE,
    SOURCE_TEXT,
    TARGET,
    TARGET_IN_TEXT,
    TARGET_TEXT,
    bare,
    ident,
    literal,
)

if TYPE_CHECKING:
    from psycopg import Connection

    from .execution.executor import CloneReport, Progress
    from .execution.selection import DataChoice

FORMAT = 2
"""Version of the serialised form; a kept plan of another format is compiled again."""


STATISTICS = "planner statistics"
"""The kind of the statements that a run may leave out."""


class Phase(IntEnum):
    """When a statement runs, unless a dependency moves it: rows first, then keys, then links.

    Owners and rights come last, for the role may lose by them what the rest needs.
    """

    DEFINE = 1
    ROWS = 2
    KEYS = 3
    FOREIGN_KEYS = 4
    VIEWS = 5
    REFRESH = 6
    LOGIC = 7
    STATISTICS = 8
    POSITIONS = 9
    RIGHTS = 10
    FUTURE_RIGHTS = 11


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, with the object that it makes.

    `sql` has the holes `TARGET` and `SOURCE`. `size` is the number of bytes of rows that the
    statement copies, as far as the source's statistics knew when the plan was compiled.
    """

    phase: Phase
    kind: str
    identity: str
    sql: str
    size: int = 0

    @property
    def meaning(self) -> str:
        """The text for comparing with another schema's: how a hole is quoted means nothing."""
        return self.sql.replace(BARE_TARGET, TARGET)

    def render(self, source: str, target: str) -> str:
        """The statement's text for one pair of schemas."""
        return render([self.sql], source, target)


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """Something that a person should look at: the clone is exact, and may still surprise."""

    kind: str
    identity: str
    message: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a rehearsal has shown of a plan.

    The plan was run at `at` (UTC) on a server of `server_version`, and what it made had the
    source's catalog rows and dependencies: so many `objects` and `edges`, none of them into the
    source. `rows` says how many rows were copied too: `all`, a `sample`, or `none`. `locks` is the
    number of locks that the transaction held. `reprinted` names the objects that the server prints
    otherwise once their text was read again, though they are the same.
    """

    at: str
    server_version: int
    rows: str
    objects: int
    edges: int
    locks: int
    reprinted: tuple[str, ...]


@dataclass(frozen=True)
class ClonePlan:
    """How to rebuild `source` under another name.

    `fingerprint` says what the source is: two schemas with equal fingerprints have equal
    definitions, though not the same names and rows. `stamp` says cheaply whether the source's
    catalog rows are still those that were read. `role` compiled the plan and has to run it: who
    owns what a statement makes depends on it. `comment` is the source's own. `extensions` are those
    whose objects in the source the clone uses there, `ties` are the ways through other schemas in
    which the clone stays tied to its source, because that was asked for. `by_path` tells that the
    names in it are bound by the search path, for the role may not rename the source. A plan without
    a `proof` can be looked at, and neither run nor kept.
    """

    source: str
    server_version: int
    role: str
    fingerprint: str
    stamp: str
    statements: tuple[Statement, ...]
    tables: tuple[str, ...]
    comment: str | None = None
    by_path: bool = False
    extensions: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()
    warnings: tuple[PlanWarning, ...] = field(default=())
    proof: Proof | None = None

    def run(
        self,
        connection: "Connection[Any]",
        target: str,
        *,
        progress: "Progress | None" = None,
        check: bool = True,
        comment: str | None = None,
        statistics: bool = True,
        data: "DataChoice | None" = None,
    ) -> "CloneReport":
        """Clone the source into the new schema `target`, in one transaction.

        See `schema_tools.executor.run_plan` for the parameters and the errors.
        """
        from .execution.executor import run_plan

        return run_plan(
            self,
            connection,
            target,
            progress=progress,
            check=check,
            comment=comment,
            statistics=statistics,
            data=data,
        )

    def run_across(
        self,
        source: "Connection[Any]",
        target: "Connection[Any]",
        name: str,
        *,
        jobs: int = 1,
        progress: "Progress | None" = None,
        check: bool = True,
        comment: str | None = None,
        statistics: bool = True,
        older_server: bool = False,
        data: "DataChoice | None" = None,
    ) -> "CloneReport":
        """Clone the source into the new schema `name` of another database.

        See `schema_tools.transfer.run_across` for the parameters and the errors.
        """
        from .transfer import run_across

        return run_across(
            self,
            source,
            target,
            name,
            jobs=jobs,
            progress=progress,
            check=check,
            comment=comment,
            statistics=statistics,
            older_server=older_server,
            data=data,
        )

    def script(self, target: str) -> Iterator[str]:
        """The plan's statements for one target, one at a time."""
        for item in self.statements:
            yield item.render(self.source, target) + ";"

    def as_script(self, target: str) -> str:
        """All that `run` sends, as SQL for a person to review or for psql to run."""
        from .execution.executor import opening

        begin = ";\n".join(["BEGIN", *opening(self, target)])
        notes = [f"-- {w.kind} {w.identity}: {w.message}".replace("\n", " ") for w in self.warnings]
        return "\n".join([*notes, f"{begin};", *self.script(target), "COMMIT;"])

    def to_json(self) -> str:
        """Serialise, for `from_json`.

        Raises:
            SchemaToolsError: the plan is not proven.
        """
        if self.proof is None:
            raise SchemaToolsError("this plan is not proven, so it is not kept: compile it again")
        return json.dumps({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, text: str | bytes) -> "ClonePlan":
        """Read a serialised plan.

        Raises:
            ValueError: the text is not a plan, or one of another version of this package.
        """
        try:
            data = json.loads(text)
            if data.pop("format") != FORMAT:
                raise ValueError("another format")
            return cls(
                **{
                    **data,
                    "statements": tuple(_statement(item) for item in data["statements"]),
                    "tables": tuple(data["tables"]),
                    "extensions": tuple(data["extensions"]),
                    "ties": tuple(data["ties"]),
                    "proof": _proof(data["proof"]),
                    "warnings": tuple(PlanWarning(**item) for item in data["warnings"]),
                }
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError("not a clone plan of this version: compile it again") from error


def _proof(data: dict[str, Any]) -> Proof:
    return Proof(**{**data, "reprinted": tuple(data["reprinted"])})


def render(statements: list[str], source: str, target: str) -> str:
    """Return statements as one script, with the holes filled for one pair of schemas.

    Raises:
        InvalidName: a constant in a statement holds the name deep in quotes, where this one cannot
            stand.
    """
    script = ";\n".join(statements)
    if NAME in script and re.search(r"""["'\\]""", target):
        raise InvalidName(
            f"schema name {target!r} has quotes or a backslash, and a constant in the source holds"
            " the schema's name within quotes of its own: choose another name"
        )
    return (
        script.replace(TARGET, ident(target))
        .replace(TARGET_IN_TEXT, ident(target).replace("'", "''"))
        .replace(NAME, target)
        .replace(TARGET_TEXT, literal(target))
        .replace(BARE_TARGET, bare(target))
        .replace(SOURCE, ident(source))
        .replace(BARE_SOURCE, source)
        .replace(SOURCE_TEXT, literal(source))
    )


def fingerprint(server_version: int, comment: str | None, statements: tuple[Statement, ...]) -> str:
    """Return the SHA-256 of what the statements say, without the sizes of their rows."""
    import hashlib  # here, for a kept plan has its fingerprint

    digest = hashlib.sha256(repr((server_version // 10000, comment)).encode())
    for item in statements:
        digest.update(repr((int(item.phase), item.kind, item.identity, item.meaning)).encode())
    return digest.hexdigest()


def _statement(data: dict[str, Any]) -> Statement:
    return Statement(
        Phase(data["phase"]), data["kind"], data["identity"], data["sql"], data["size"]
    )
