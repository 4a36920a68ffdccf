"""What the command line's commands do: call the library, show what came of it."""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..errors import PlanOutdated, SchemaToolsError
from ..plan import ClonePlan, Phase, Proof
from .data import data_choice
from .display import Display, human_bytes, say, warn
from .files import read_file, replace_file

if TYPE_CHECKING:
    from psycopg import Connection


class Misuse(SchemaToolsError):
    """The command line asks for something that makes no sense."""


def plan(connection: "Connection[Any]", options: argparse.Namespace) -> bool:
    """Compile, keep the plan where asked, and show it."""
    made = _compile(connection, options)
    if options.output:
        replace_file(options.output, made.to_json())
    return tell_plan(made, options)


def tell_plan(made: ClonePlan, options: argparse.Namespace) -> bool:
    """Show a plan as asked."""
    if options.json:
        say(made.to_json())
    elif options.sql:
        say(made.as_script(options.sql))
    else:
        _show_plan(made)
    return True


def clone(connection: "Connection[Any]", options: argparse.Namespace) -> bool:
    """Clone with a kept plan or a fresh one; a kept one that no longer fits is compiled again."""
    if options.jobs < 1 or (options.jobs > 1 and not options.other_url):
        raise Misuse("--jobs takes a number above zero, and needs --to-database-url above one")
    chosen, is_kept = _choose_plan(connection, options)
    if options.dry_run:
        return _rehearse(connection, options, chosen, is_kept)
    with Display(quiet=options.quiet or options.json) as display:
        try:
            report = _run(connection, options, chosen, display)
        except PlanOutdated:
            if options.no_recompile or not is_kept:
                raise
            chosen = _recompile(connection, options)
            report = _run(connection, options, chosen, display)
    rows = sum(report.rows.values())
    if options.json:
        say(json.dumps({**asdict(report), "warnings": [asdict(w) for w in chosen.warnings]}))
        return True
    _show_warnings(chosen)
    say(
        f"{report.source} → {report.target}: {len(report.rows)} tables,"
        f" {rows:,} rows in {report.seconds * 1000:,.0f} ms"
    )
    return True


def verify(connection: "Connection[Any]", options: argparse.Namespace) -> bool:
    """Compare two schemas; false when they differ."""
    if options.other_url:
        from .across import prove_there

        manifest = prove_there(connection, options)
    else:
        from ..proof.verify import prove

        manifest = prove(connection, options.source, options.target, keep_ties=options.keep_ties)
    if options.json:
        say(manifest.to_json())
        return not manifest.differences
    for difference in manifest.differences:
        say(str(difference))
    rows = sum(table.rows for table in manifest.tables.values())
    if not manifest.differences:
        say(
            f"{options.target} is an exact clone of {options.source}:"
            f" {len(manifest.tables)} tables, {rows:,} rows, {len(manifest.sequences)} sequences,"
            f" fingerprint {manifest.source_fingerprint[:16]}"
        )
    return not manifest.differences


def restore(connection: "Connection[Any]", options: argparse.Namespace) -> bool:
    """Bring a clone's rows back to its source's."""
    from ..restore import restore_rows

    if options.lock_timeout <= 0:
        raise Misuse("--lock-timeout takes a number above zero")
    report = restore_rows(
        connection,
        options.source,
        options.target,
        lock_timeout=options.lock_timeout,
        compare_all=options.compare_all,
    )
    if options.json:
        say(json.dumps(asdict(report)))
        return True
    say(
        f"{report.clone} has the rows of {report.source} again: {report.updated:,} updated,"
        f" {report.deleted:,} deleted, {report.inserted:,} inserted, {report.sequences} sequences,"
        f" {report.views} materialised views in {report.seconds * 1000:,.0f} ms"
    )
    return True


def drop(connection: "Connection[Any]", options: argparse.Namespace) -> bool:
    """Drop a schema of ours; false when there is none, unless that is fine."""
    from ..drop import drop_schema

    if options.lock_timeout <= 0 or options.attempts < 1:
        raise Misuse("--lock-timeout and --attempts take numbers above zero")
    was_there = drop_schema(
        connection, options.name, lock_timeout=options.lock_timeout, attempts=options.attempts
    )
    if options.json:
        say(json.dumps({"name": options.name, "dropped": was_there}))
    else:
        say(f"{options.name}: {'dropped' if was_there else 'was not there'}")
    return was_there or options.if_exists


def bench(_: "Connection[Any]", options: argparse.Namespace) -> bool:
    """Measure cloning beside the other ways."""
    from pathlib import Path

    from ..bench import Options, run_benchmarks

    wanted = options.size or ([] if options.source else ["10:1", "30:30"])
    sizes = [_size(text) for text in wanted]
    live = (10, 300, 1000) if options.full else (10, 100)
    if options.full:
        sizes = [(tables, size) for tables in (10, 30, 100) for size in (1.0, 30.0, 300.0)]
    chosen = Options(
        url=options.url,
        sources=tuple(options.source),
        sizes=tuple(sizes),
        rounds=options.rounds,
        at_once=(1, 2, 4),
        live=live,
        bindir=Path(options.bindir) if options.bindir else None,
        clone_schema_sql=(Path(options.clone_schema_sql) if options.clone_schema_sql else None),
        output=Path(options.output),
    )
    results = run_benchmarks(chosen, (lambda _: None) if options.json else say)
    say(json.dumps(results) if options.json else f"written to {options.output}")
    return True


def _size(text: str) -> tuple[int, float]:
    tables, _, megabytes = text.partition(":")
    if not tables.isdecimal() or not megabytes.isdecimal() or int(tables) == 0:
        raise Misuse(f"--size {text}: give the number of tables and of megabytes, such as 30:100")
    return int(tables), float(megabytes)


def _choose_plan(
    connection: "Connection[Any]", options: argparse.Namespace
) -> tuple[ClonePlan, bool]:
    """The plan to run, and whether it was kept rather than just compiled."""
    path = options.plan
    if not path:
        return _compile(connection, options), False
    try:
        kept = ClonePlan.from_json(read_file(path))
    except FileNotFoundError as error:
        if options.no_recompile:
            raise Misuse(
                f"no plan is kept in {path}: make it with plan --output, or allow compiling"
            ) from error
        return _recompile(connection, options), False
    except ValueError as error:
        if options.no_recompile:
            raise Misuse(f"{path}: {error}") from error
        return _recompile(connection, options), False
    if kept.source != options.source:
        raise Misuse(
            f"the plan in {path} clones {kept.source!r}, not {options.source!r}: name another file"
        )
    return kept, True


def _compile(connection: "Connection[Any]", options: argparse.Namespace) -> ClonePlan:
    from ..compiler.compiler import compile_plan

    return compile_plan(
        connection,
        options.source,
        keep_ties=options.keep_ties,
        untested_server=options.untested_server,
    )


def _recompile(connection: "Connection[Any]", options: argparse.Namespace) -> ClonePlan:
    made = _compile(connection, options)
    if not options.dry_run:
        replace_file(options.plan, made.to_json())
    return made


def _run(
    connection: "Connection[Any]", options: argparse.Namespace, chosen: ClonePlan, display: Display
) -> Any:
    progress = display.step if display.is_shown else None
    if options.other_url:
        from .across import run_there

        return run_there(chosen, connection, options, progress)
    statistics = not options.no_statistics
    return chosen.run(
        connection,
        options.target,
        progress=progress,
        statistics=statistics,
        data=data_choice(options),
    )


def _rehearse(
    connection: "Connection[Any]", options: argparse.Namespace, chosen: ClonePlan, is_kept: bool
) -> bool:
    """See that the clone could start, and tell what it would do."""
    try:
        _ensure_clonable(chosen, connection, options)
    except PlanOutdated:
        if options.no_recompile or not is_kept:
            raise
        chosen = _recompile(connection, options)
        _ensure_clonable(chosen, connection, options)
    if options.json:
        say(json.dumps(_summary(chosen) | {"target": options.target}))
    else:
        _show_plan(chosen)
        say(f"Nothing was done: {chosen.source} would become {options.target}.")
    return True


def _ensure_clonable(
    chosen: ClonePlan, connection: "Connection[Any]", options: argparse.Namespace
) -> None:
    if options.other_url:
        from .across import rehearse_there

        rehearse_there(chosen, connection, options)
    else:
        from ..execution.executor import ensure_clonable

        ensure_clonable(chosen, connection, options.target)


def _summary(made: ClonePlan) -> dict[str, Any]:
    phases = {
        phase.name.lower(): sum(1 for item in made.statements if item.phase is phase)
        for phase in Phase
    }
    return {
        "source": made.source,
        "fingerprint": made.fingerprint,
        "statements": len(made.statements),
        "phases": {name: count for name, count in phases.items() if count},
        "tables": len(made.tables),
        "bytes": sum(item.size for item in made.statements),
        "warnings": [asdict(warning) for warning in made.warnings],
        "extensions": made.extensions,
        "ties": made.ties,
        "proof": asdict(made.proof) if made.proof else None,
    }


def _show_plan(made: ClonePlan) -> None:
    summary = _summary(made)
    say(
        f"{made.source}: {summary['tables']} tables, {human_bytes(summary['bytes'])} of rows,"
        f" {summary['statements']} statements, Postgres {made.server_version // 10000},"
        f" fingerprint {made.fingerprint[:16]}"
    )
    for phase in Phase:
        items = [item for item in made.statements if item.phase is phase]
        if items:
            say(f"\n{phase.name.lower().replace('_', ' ')} ({len(items)})")
        for item in items:
            size = f"  {human_bytes(item.size)}" if item.size else ""
            say(f"  {item.kind:<24} {item.identity}{size}")
    if made.extensions:
        say(f"\nextensions used where they are: {', '.join(made.extensions)}")
    if made.proof:
        say(f"\n{_told(made.proof)}")
    _show_warnings(made)


def _told(proof: Proof) -> str:
    """Say what the rehearsal has shown."""
    told = (
        f"proven at {proof.at} on Postgres {proof.server_version // 10000}:"
        f" {proof.objects} objects, {proof.edges} dependencies, rows: {proof.rows}"
    )
    reprinted = ", ".join(proof.reprinted)
    return f"{told}; printed otherwise once read again: {reprinted}" if reprinted else told


def _show_warnings(made: ClonePlan) -> None:
    for warning in made.warnings:
        warn(f"{warning.kind} {warning.identity}: {warning.message}")
    for chain in made.ties:
        warn(f"the clone stays tied to its source: {chain}")
