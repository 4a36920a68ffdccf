"""Cloning beside the other ways to copy a schema, on the bakery's templates and generated ones."""

from app.local.postgres import embedded_bindir
from schema_tools.cli import main
from tests.bench.system import servers

TEMPLATE = "template_individual_bakery"


def run(quick: bool, full: bool) -> None:
    """Print the table of `python -m schema_tools bench`, on a Postgres started for it.

    Raises:
        SystemExit: a way of copying that should have worked did not.
    """
    with servers() as system:
        command = ["bench", "--database-url", system.database_url, "--source", TEMPLATE]
        command += ["--bindir", str(embedded_bindir())]
        command += ["--size", "10:1", "--rounds", "3"] if quick else []
        code = main(command + (["--full"] if full else []))
    if code:
        raise SystemExit(code)
