"""The command line: plan, clone, verify, restore, drop and bench.

Exit codes: 0 when all is well, 1 on a difference or a failure, 2 on misuse.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from ..errors import InvalidName, SchemaToolsError
from . import commands
from .data import add_data_options

OK, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130

Command = Callable[[Any, argparse.Namespace], bool]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code. Errors are one sentence on standard error."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        return OK if _run(parser, options) else FAILED
    except (InvalidName, commands.Misuse) as error:
        return _complain(error, MISUSED)
    except (SchemaToolsError, OSError) as error:
        return _complain(error, FAILED)
    except KeyboardInterrupt:
        return _complain("interrupted: the transaction was rolled back", INTERRUPTED)


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> bool:
    """Run a command; psycopg is imported only for one that asks a server."""
    if options.run is commands.plan and options.plan:
        from .kept import show_kept

        return show_kept(options)
    url = options.database_url or os.environ.get("DATABASE_URL")
    if not url:
        parser.error("no database: give --database-url URL or set DATABASE_URL")
    options.url = _for_libpq(url)
    other = getattr(options, "to_database_url", None)
    options.other_url = _for_libpq(other) if other else None
    options.clone_schema_sql = os.environ.get("PG_CLONE_SCHEMA_SQL")
    from .connected import run_connected

    return run_connected(options)


def _for_libpq(url: str) -> str:
    """Return the URL for libpq: one for SQLAlchemy, such as postgresql+psycopg://, will do."""
    return re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", url)


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options; the documentation is tested against it."""
    parser = argparse.ArgumentParser(prog="schema_tools", description=__doc__.splitlines()[0])
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, help=text, description=text)
        sub.add_argument("--database-url", metavar="URL", help="default: $DATABASE_URL")
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        sub.set_defaults(run=run)
        return sub

    _add_plan(command("plan", commands.plan, "Compile a schema and show how it is cloned."))
    _add_clone(command("clone", commands.clone, "Clone a schema, in one transaction."))
    sub = command("verify", commands.verify, "Prove that a clone is exact, or tell how it differs.")
    sub.add_argument("source", help="the schema that was cloned")
    sub.add_argument("target", help="its clone")
    _add_keep_ties(sub)
    _add_other_database(sub)
    _add_restore(command("restore", commands.restore, "Bring a clone's rows back to its source's."))
    sub = command("drop", commands.drop, "Drop a schema that carries our mark.")
    sub.add_argument("name", help="the schema to drop")
    sub.add_argument("--if-exists", action="store_true", help="exit 0 when there is no such schema")
    sub.add_argument(
        "--lock-timeout",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="how long one attempt waits for a lock (2)",
    )
    sub.add_argument(
        "--attempts", type=int, default=5, metavar="N", help="how often to try for the locks (5)"
    )
    _add_bench(command("bench", commands.bench, "Measure cloning beside other ways to copy."))
    return parser


def _add_keep_ties(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--keep-ties",
        action="store_true",
        help="allow what the clone shares with its source by way of other schemas",
    )


def _add_other_database(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--to-database-url", metavar="URL", help="the database that the clone is in, if another"
    )


def _add_untested_server(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--untested-server",
        action="store_true",
        help="allow a major version of Postgres that was never tested",
    )


def _add_bench(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--source", action="append", default=[], metavar="SCHEMA", help="a schema to clone too"
    )
    sub.add_argument(
        "--size",
        action="append",
        default=[],
        metavar="TABLES:MB",
        help="a template to generate (10:1 and 30:30)",
    )
    sub.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each way (5)")
    sub.add_argument(
        "--full", action="store_true", help="10, 30, 100 tables of 1, 30, 300 MB; 1,000 schemas"
    )
    sub.add_argument("--bindir", metavar="DIR", help="where pg_dump and psql are (else $PATH)")
    sub.add_argument(
        "--output", default="build/bench", metavar="DIR", help="where the JSON goes (build/bench)"
    )


def _add_plan(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("source", help="the schema to compile")
    sub.add_argument("--sql", metavar="TARGET", help="print the script that makes this schema")
    sub.add_argument("--output", metavar="FILE", help="keep the plan, for clone --plan")
    sub.add_argument("--plan", metavar="FILE", help="show the plan kept here, and ask no server")
    _add_keep_ties(sub)
    _add_untested_server(sub)


def _add_clone(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("source", help="the schema to clone")
    sub.add_argument("target", help="the schema to make")
    sub.add_argument(
        "--plan", metavar="FILE", help="replay the plan kept here; it is made where it is missing"
    )
    sub.add_argument(
        "--no-recompile",
        action="store_true",
        help="refuse a kept plan that no longer fits, instead of compiling again",
    )
    sub.add_argument(
        "--dry-run", action="store_true", help="tell what would be done, and do nothing"
    )
    sub.add_argument(
        "--no-statistics", action="store_true", help="leave the planner's statistics to autovacuum"
    )
    sub.add_argument("--quiet", action="store_true", help="show no progress")
    add_data_options(sub)
    _add_other_database(sub)
    sub.add_argument(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="pairs of connections that copy to another database side by side (1)",
    )
    sub.add_argument(
        "--older-server",
        action="store_true",
        help="allow another database on a server of an older major version",
    )
    _add_keep_ties(sub)
    _add_untested_server(sub)


def _add_restore(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("source", help="the schema that was cloned")
    sub.add_argument("target", metavar="clone", help="its clone, whose rows change")
    sub.add_argument(
        "--lock-timeout",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="how long to wait for each lock (2)",
    )
    sub.add_argument(
        "--compare-all", action="store_true", help="compare every row, not only changed ones"
    )


def _complain(error: object, code: int) -> int:
    refusals = getattr(error, "refusals", ())
    errors = (
        [error]
        if len(refusals) < 2
        else [f"nothing is cloned, for {len(refusals)} objects cannot be:", *refusals]
    )
    with suppress(OSError):
        for one in errors:
            sys.stderr.write(f"schema_tools: {' '.join(str(one).split())}\n")
    return code
