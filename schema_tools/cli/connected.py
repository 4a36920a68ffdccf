"""Runs a command on a connection, and tells the server's errors as ours."""

import argparse
from contextlib import ExitStack
from typing import Any

import psycopg
from psycopg import Connection

from ..errors import SchemaToolsError
from ..execution.waiting import LockWatch
from .display import warn


def run_connected(options: argparse.Namespace) -> bool:
    """Run a command with its connections.

    Raises:
        SchemaToolsError: as the command raises it, and for what the server says.
    """
    try:
        with ExitStack() as stack:
            connection = stack.enter_context(connect(options.url))
            stack.enter_context(LockWatch(connection, warn))
            if options.other_url:
                options.other = stack.enter_context(connect(options.other_url))
            return bool(options.run(connection, options))
    except psycopg.Error as error:
        raise SchemaToolsError(str(error)) from error


def connect(url: str) -> "Connection[Any]":
    """Open a connection for commands.

    Raises:
        SchemaToolsError: there is no such server, database or role.
    """
    try:
        return psycopg.connect(
            url, autocommit=True, prepare_threshold=None, application_name="schema_tools"
        )
    except psycopg.Error as error:
        message = " ".join(str(error).split())
        raise SchemaToolsError(
            f"cannot connect: {message}: check --database-url or DATABASE_URL"
        ) from error
