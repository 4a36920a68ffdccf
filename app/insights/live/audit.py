"""What operators do is written down first, then with its outcome; who signed in, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Engine

from app.errors import AppError
from app.sql_blocks import load_statements

_SQL = load_statements("app.insights", "live")

KEEP_DAYS = 365


@contextmanager
def noted_action(
    engine: Engine, who: str, what: str, session: UUID | None, request: str
) -> Iterator[None]:
    """Note an action before it is done, and what came of it after."""
    noted = {"who": who, "what": what, "session": session, "request": request}
    with engine.begin() as connection:
        row = connection.execute(_SQL["note_action"], noted).scalar_one()
    outcome = "failed"
    try:
        yield
        outcome = "done"
    except AppError as error:
        outcome = error.error_code
        raise
    finally:
        with engine.begin() as connection:
            connection.execute(_SQL["note_outcome"], {"id": row, "outcome": outcome})


def purge_actions(engine: Engine) -> int:
    """Delete what is older than a year; return how many actions that were."""
    with engine.begin() as connection:
        return connection.execute(_SQL["purge_actions"], {"days": KEEP_DAYS}).rowcount


def note_sign_in(engine: Engine, who: str, outcome: str, request: str) -> None:
    """Write down that a person signed in, or was refused."""
    what = f"sign in: {outcome}"
    given = {"who": who, "what": what, "session": None, "request": request}
    with engine.begin() as connection:
        connection.execute(_SQL["note_action"], given)
