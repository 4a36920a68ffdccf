"""Clones a schema into another database or server: rows by COPY from one connection to the other.

With one job all of it is one transaction of the target. With several, rows are loaded and keys are
built side by side in a schema of an unguessable name that is marked as unfinished; the last
transaction gives it its name, and does all that follows. What fails is dropped.
"""

import time
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import Connection

from ..catalog.reading import ensure_name
from ..drop import drop_schema
from ..errors import CloneFailed, SchemaToolsError
from ..execution.executor import CloneReport, Progress
from ..execution.locks import ensure_locks
from ..execution.selection import DataChoice, choose_rows
from ..plan import ClonePlan, Statement
from .lanes import Lane, open_lanes, work
from .parts import Keys, Part, Rows, cut
from .player import Player, errors_told
from .requirements import ensure_requirements
from .sessions import ensure_idle
from .snapshot import open_snapshot
from .staging import finish, scratch_lock, start, sweep


def run_across(
    plan: ClonePlan,
    source: "Connection[Any]",
    target: "Connection[Any]",
    name: str,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    check: bool = True,
    comment: str | None = None,
    statistics: bool = True,
    older_server: bool = False,
    data: DataChoice | None = None,
) -> CloneReport:
    """Clone `plan.source` into the new schema `name` of another database.

    The role that compiled the plan must exist there, and the target's login must be a member of it:
    what is made belongs to it, as in the source.

    Args:
        plan: what to replay.
        source: a connection to the source's database, in no transaction.
        target: a connection to the other database, in no transaction.
        name: the name of the schema to make; it may be the source's.
        jobs: how many pairs of connections copy rows and build keys side by side. With one, the
            two given connections do everything, and the target's part is one transaction.
        progress: is called after every statement, and while a table is copied.
        check: see that the source is still what was compiled.
        comment: follows the mark in the new schema's comment.
        statistics: bring the planner's statistics along.
        older_server: allow a target whose server is of an older major version.
        data: which rows to copy; all, when it is not given. The source's server notes the chosen
            ones in a temporary table, so it must take writes, and the role may make such tables.

    Raises:
        RequirementsMissing: the other database lacks something; all of it is in one list.
        PlanOutdated, TargetExists, SourceNotFound, InvalidName, PrivilegeMissing: as they say.
        DataRefused: the chosen rows could not stand without others.
        CloneFailed: a statement failed; nothing was left behind.
        SchemaToolsError: a connection is in a transaction, or the plan is not proven.
    """
    _ensure_ready(plan, source, target, name, jobs)
    started = time.perf_counter()
    with (
        errors_told(plan, name),
        open_snapshot(plan, source, check=check, chosen=data is not None) as snapshot,
    ):
        extensions_in = ensure_requirements(
            plan, snapshot.members, source, target, name, older_server=older_server
        )
        if data is not None:
            chosen = choose_rows(source, plan.source, plan.statements, data)
            plan = replace(plan, statements=tuple(chosen))
        player = Player(
            plan, snapshot, extensions_in, statistics=statistics, progress=progress, comment=comment
        )
        if jobs == 1:
            _at_once(player, Lane(source, target), name)
        else:
            _in_stages(player, Lane(source, target), name, jobs)
    player.report.target = name
    player.report.seconds = time.perf_counter() - started
    return player.report


def rehearse_across(
    plan: ClonePlan,
    source: "Connection[Any]",
    target: "Connection[Any]",
    name: str,
    *,
    older_server: bool = False,
) -> None:
    """Make the definitions in the other database, and undo it.

    Raises:
        SchemaToolsError: as `run_across` raises it.
    """
    _ensure_ready(plan, source, target, name, jobs=1)
    with errors_told(plan, name), open_snapshot(plan, source, check=True) as snapshot:
        extensions_in = ensure_requirements(
            plan, snapshot.members, source, target, name, older_server=older_server
        )
        player = Player(plan, snapshot, extensions_in, statistics=False)
        with target.transaction(force_rollback=True):
            player.begin(target, name)
            player.make_schema(target, name)
            player.play_definitions(target, name)


def _ensure_ready(
    plan: ClonePlan, source: "Connection[Any]", target: "Connection[Any]", name: str, jobs: int
) -> None:
    if plan.proof is None:
        raise SchemaToolsError("the plan is not proven: compile it with compile_plan")
    if jobs < 1:
        raise SchemaToolsError("a transfer takes at least one job")
    ensure_name(name)
    for connection in (source, target):
        ensure_idle(connection)
    ensure_locks(plan, target)


def _at_once(player: Player, lane: Lane, name: str) -> None:
    """Do everything in one transaction of the target."""
    with lane.target.transaction():
        player.begin(lane.target, name)
        player.make_schema(lane.target, name)
        for part in cut(player.plan, side_by_side=False):
            _play(player, lane, part, name)


def _in_stages(player: Player, main: Lane, name: str, jobs: int) -> None:
    """Load side by side under a name of its own, and rename it in the last transaction."""
    sweep(main.target, player.plan, player.snapshot.database, name)
    with (
        scratch_lock(main.target) as scratch,
        open_lanes(main.source, main.target, jobs, player.snapshot.join) as lanes,
    ):
        parts = cut(player.plan, side_by_side=True)
        made: list[Statement] = []
        try:
            start(player, main.target, scratch, name)
            while any(isinstance(part, Rows | Keys) for part in parts):
                part = parts.pop(0)
                _stage(player, main, lanes, part, scratch)
                made += part.statements
            with main.target.transaction():
                player.begin(main.target, scratch)
                finish(player, main.target, scratch, name, made)
                for part in parts:
                    _play(player, main, part, name)
        except Exception as error:
            if not _drop(main.target, scratch):
                raise CloneFailed(
                    f"{error}; schema {scratch!r} was left unfinished in the other database:"
                    " the next transfer to the same name drops it"
                ) from error
            raise
        except BaseException:
            _drop(main.target, scratch)
            raise


def _stage(player: Player, main: Lane, lanes: list[Lane], part: Part, scratch: str) -> None:
    """Do one part: side by side where it can be, each task in a transaction of its own."""
    if not isinstance(part, Rows | Keys):
        with main.target.transaction():
            player.begin(main.target, scratch)
            _play(player, main, part, scratch)
        return

    def do(lane: Lane, task: Part) -> None:
        with lane.target.transaction():
            player.begin(lane.target, scratch)
            lane.target.execute("SET LOCAL synchronous_commit = off")  # the last commit waits
            _play(player, lane, task, scratch)

    work(lanes, part.tasks(), do)


def _play(player: Player, lane: Lane, part: Part, name: str) -> None:
    if part.is_rows:
        for item in part.statements:
            player.copy(lane, item, name)
    else:
        player.play(lane.target, part.statements, name)


def _drop(target: "Connection[Any]", scratch: str) -> bool:
    """Drop what a transfer that failed has made; tell whether it is gone."""
    try:
        drop_schema(target, scratch)
    except (psycopg.Error, SchemaToolsError):
        return False
    return True
