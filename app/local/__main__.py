"""The command line of the local stack: `python -m app.local [run|clean]`."""

import os
from pathlib import Path

import click
from rich.console import Console

from app.local import LocalStackError
from app.local.demo import Demo, StopSignal
from app.local.stack import clean
from app.local.steps import Steps

EPILOG = "DATABASE_URL and REDIS_URL, where set, replace the Postgres and the Valkey."
STATE_DIR = click.Path(file_okay=False, path_type=Path)


@click.command(context_settings={"show_default": True}, epilog=EPILOG)
@click.option("--state-dir", type=STATE_DIR, envvar="STATE_DIR", default=".state")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000)
@click.option("-v", "--verbose", is_flag=True, help="Show what processes log.")
@click.argument("command", type=click.Choice(["run", "clean"]), default="run")
def main(state_dir: Path, port: int, verbose: bool, command: str) -> None:
    """Run the whole system on this machine, with Postgres and Valkey of its own.

    run: start everything and serve until Ctrl-C (the default);
    clean: remove its data, logs and secrets.
    """
    home, steps = state_dir.absolute(), Steps(Console())
    try:
        if command == "run":
            stop_signal = StopSignal()
            from app.local.bootstrap import list_accounts  # takes a second

            accounts = list_accounts()
            Demo(home, port, dict(os.environ), steps, stop_signal, accounts).run(echo=verbose)
        else:
            removed = clean(home)
            steps.say(f"Removed the stack of {home}." if removed else f"{home}: nothing there.")
    except (LocalStackError, OSError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
