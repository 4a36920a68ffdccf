"""What can go wrong with the local stack, each with a sentence that says how to mend it."""

from pathlib import Path

LOG_LINES_SHOWN = 20


class LocalStackError(Exception):
    """The local stack cannot do what was asked."""


class AlreadyRunning(LocalStackError):
    """Another process runs the stack of this state directory."""


class PortTaken(LocalStackError):
    """Another program listens on the port that was asked for."""


class ServerFailed(LocalStackError):
    """A server did not start, did not stop or ended by itself."""

    @classmethod
    def with_log(cls, message: str, log: Path) -> "ServerFailed":
        """The message, followed by the end of the server's log."""
        lines = last_lines(log)
        return cls("\n".join([message, f"The end of {log}:", *(f"  {line}" for line in lines)]))


def last_lines(log: Path, count: int = LOG_LINES_SHOWN) -> list[str]:
    """The last lines of a log, none when there is no log."""
    try:
        return log.read_text(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        return []
