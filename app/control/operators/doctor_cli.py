"""`flask --app wsgi demo doctor`: what is wrong with this installation, and what repairs it."""

from collections import Counter
from collections.abc import Sequence

import click

from app.control.operators.command import as_json, command
from app.control.operators.display import show_json
from app.control.operators.doctor.examination import examine, is_healthy
from app.control.operators.doctor.finding import Check, Finding, Verdict
from app.control.services import ControlServices

MARKS = {
    Verdict.OK: ("ok", "green"),
    Verdict.WARNING: ("warning", "yellow"),
    Verdict.FAILED: ("FAILED", "red"),
    Verdict.SKIPPED: ("skipped", "cyan"),
}


def make_doctor(checks: Sequence[Check]) -> click.Command:
    """Make the command, for the engine's checks and these."""

    @click.command()
    @as_json
    @command
    def doctor(services: ControlServices, as_json: bool) -> None:
        """Say what is wrong with this installation, why it matters, and what repairs it."""
        found = []
        for finding in examine(services, checks):
            found.append(finding)
            if not as_json:
                _show(finding)
        if as_json:
            show_json([finding.as_dict() for finding in found])
        else:
            counts = Counter(finding.verdict for finding in found)
            click.echo(", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict))
        if not is_healthy(found):
            click.get_current_context().exit(1)

    return doctor


def _show(finding: Finding) -> None:
    mark, color = MARKS[finding.verdict]
    click.echo(f"{click.style(f'{mark:8}', fg=color)} {finding.check}: {finding.what}")
    if finding.why:
        click.echo(f"{'':8} why: {finding.why}")
    if finding.repair:
        click.echo(f"{'':8} fix: {finding.repair}")
