"""What commands do where `--to-database-url` names another database."""

import argparse
from typing import Any

from psycopg import Connection

from ..execution.executor import CloneReport, Progress
from ..plan import ClonePlan
from ..proof.verify import Manifest
from ..transfer import prove_across, rehearse_across
from .data import data_choice


def run_there(
    chosen: ClonePlan,
    connection: "Connection[Any]",
    options: argparse.Namespace,
    progress: Progress | None,
) -> CloneReport:
    """Clone into the other database."""
    return chosen.run_across(
        connection,
        options.other,
        options.target,
        jobs=options.jobs,
        progress=progress,
        statistics=not options.no_statistics,
        older_server=options.older_server,
        data=data_choice(options),
    )


def rehearse_there(
    chosen: ClonePlan, connection: "Connection[Any]", options: argparse.Namespace
) -> None:
    """See that the other database takes the definitions."""
    rehearse_across(
        chosen, connection, options.other, options.target, older_server=options.older_server
    )


def prove_there(connection: "Connection[Any]", options: argparse.Namespace) -> Manifest:
    """Compare with the clone in the other database."""
    return prove_across(
        connection, options.other, options.source, options.target, keep_ties=options.keep_ties
    )
