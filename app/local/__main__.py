"""The command line of the local stack: `python -m app.local [run|stop|status|clean]`."""

import argparse
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from rich.console import Console

from app.local.clean import clean
from app.local.errors import LocalStackError
from app.local.lock import StateLock
from app.local.steps import Steps

STOP_SECONDS = 60
COMMANDS = ("run", "stop", "status", "clean")
COMMAND_HELP = """
run: start everything and serve until Ctrl-C (the default);
stop: stop what runs in the state directory;
status: say whether it runs, and where, and exit 1 when it does not;
clean: remove its data, logs and secrets
"""


def main() -> int:
    """Run one command; 0 when it did what it says, 1 when it could not, 2 on misuse."""
    options = _parser().parse_args()
    home = options.state_dir.absolute()
    steps = Steps(Console())
    try:
        match options.command:
            case "run":
                _run(home, options, steps)
            case "stop":
                _stop(home, steps)
            case "status":
                return _show_status(home, steps)
            case "clean":
                removed = clean(home)
                steps.say(f"Removed the stack of {home}." if removed else f"{home}: nothing there.")
    except LocalStackError as error:
        Steps(Console(stderr=True)).say(str(error))
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app.local",
        description="The whole system on this machine, with Postgres and Valkey of its own.",
        epilog="DATABASE_URL and REDIS_URL, where set, replace the Postgres and the Valkey.",
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        default=os.environ.get("STATE_DIR") or ".state",
        help="where the data lives (STATE_DIR; default %(default)s)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=os.environ.get("PORT") or "8000",
        help="port of the web server (PORT; default %(default)s)",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show what processes log")
    parser.add_argument("command", nargs="?", choices=COMMANDS, default="run", help=COMMAND_HELP)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 1 to 65535")
    return int(text)


def _run(home: Path, options: argparse.Namespace, steps: Steps) -> None:
    # These take a second to import: not for other commands.
    from app.config import ConfigurationError
    from app.demo import load_demo
    from app.local.demo import Demo
    from app.local.fill import fill_database, list_accounts

    try:
        demo = load_demo(os.environ.get("DEMO_FILE") or "demo.toml")
    except ConfigurationError as error:
        raise LocalStackError(str(error)) from None
    Demo(
        home,
        options.port,
        dict(os.environ),
        steps,
        partial(fill_database, demo=demo),
        list_accounts(demo),
        verbose=options.verbose,
    ).run()


def _stop(home: Path, steps: Steps) -> None:
    holder = StateLock(home).find_holder()
    if holder is None:
        steps.say(f"Nothing runs in {home}.")
        return
    os.kill(holder.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while StateLock(home).find_holder() is not None:
        if time.monotonic() > deadline:
            raise LocalStackError(f"Process {holder.pid} does not stop.")
        time.sleep(0.1)
    steps.say(f"Stopped process {holder.pid}.")


def _show_status(home: Path, steps: Steps) -> int:
    holder = StateLock(home).find_holder()
    if holder is None:
        steps.say(f"Nothing runs in {home}.")
        return 1
    steps.say(f"Process {holder.pid} runs the stack of {home}: {holder.url or 'no pages'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
