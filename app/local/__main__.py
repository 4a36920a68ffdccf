"""The command line of the local stack: `python -m app.local [run|clean]`."""

import os
import signal
from pathlib import Path

import click

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
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends an import without a traceback
    from rich.console import Console

    from app.demo import load_demo
    from app.local import LocalStackError
    from app.local.demo import Demo, StopSignal
    from app.local.stack import clean
    from app.local.steps import Steps
    from app.settings.table import ConfigurationError

    home, steps = state_dir.absolute(), Steps(Console())
    try:
        if command == "run":
            demo = load_demo(os.environ.get("DEMO_FILE") or "demo.toml")
            accounts = {one.account_type: f"{one.email} / {one.password}" for one in demo.accounts}
            Demo(home, port, dict(os.environ), steps, StopSignal(), accounts).run(echo=verbose)
        else:
            removed = clean(home)
            steps.say(f"Removed the stack of {home}." if removed else f"{home}: nothing there.")
    except (ConfigurationError, LocalStackError, OSError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
