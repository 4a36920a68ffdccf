"""The public accounts of a demo: logging in with one opens a session of its template."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import BoundedSemaphore
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.control.models import User
from app.demo import Account, Demo
from app.errors import Unauthorized, Unavailable


@dataclass(frozen=True, slots=True)
class LoadedAccount:
    """One public account, and whether its row had to change."""

    email: str
    account_type: str
    changed: bool


CHECKS_AT_ONCE = 1
"""Passwords that one process verifies at the same time; each takes memory and a processor."""

NICE = 10
"""The priority of the thread that verifies: other visitors' requests go first."""

# The passwords are public, so the parameters are chosen for cost: OWASP's least for Argon2id. A
# check takes 19 MiB and 41 ms of a processor; the library's default takes 64 MiB and 331 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_places = BoundedSemaphore(CHECKS_AT_ONCE)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('masa-madre: accounts', 0))")
_UNKNOWN_ACCOUNT = _HASHER.hash("no account has this password")
"""Verified for an unknown address, so that the answer takes as long as for a known one."""


def ensure_accounts(engine: Engine, demo: Demo) -> list[LoadedAccount]:
    """Make the accounts in the database what the demo says, and return them.

    A row that is right is not written. Two runs at the same time come one after the other.
    """
    with Session(engine) as session, session.begin():
        session.execute(_LOCK)
        return [_ensure_account(session, account) for account in demo.accounts]


def _ensure_account(session: Session, account: Account) -> LoadedAccount:
    known = select(User).where(User.account_type == account.account_type)
    user = session.scalars(known).one_or_none()
    if user is None:
        user = User(id=uuid4(), account_type=account.account_type)
        session.add(user)
    user.email = account.email
    user.full_name = account.owner
    # A hash is salted: written again without need it would differ on every run.
    if not _is_current(user.password_hash, account.password):
        user.password_hash = _HASHER.hash(account.password)
    changed = session.is_modified(user) or user in session.new
    session.flush()
    return LoadedAccount(account.email, account.account_type, changed)


def _is_current(password_hash: str | None, password: str) -> bool:
    """Return True for a hash of this password with the present parameters."""
    if password_hash is None:
        return False
    try:
        return _HASHER.verify(password_hash, password) and not _HASHER.check_needs_rehash(
            password_hash
        )
    except (VerificationError, InvalidHashError):
        return False


def authenticate(engine: Engine, email: str, password: str) -> User:
    """Return the account with this address and password.

    Raises:
        Unauthorized: there is none; the error does not tell which of the two was wrong.
        Unavailable: as many passwords are being verified as may be at once.
    """
    with Session(engine, expire_on_commit=False) as session:
        user = session.scalars(
            select(User).where(User.email == email.strip().lower())
        ).one_or_none()
    password_hash = user.password_hash if user else _UNKNOWN_ACCOUNT
    if not _verify(password_hash, password) or user is None:
        raise Unauthorized(
            "El correo o la contraseña no son correctos.", code="invalid_credentials"
        )
    return user


def _verify(password_hash: str, password: str) -> bool:
    if not _places.acquire(blocking=False):
        raise Unavailable(
            "Hay muchas entradas a la vez. Inténtalo en un segundo.",
            code="too_many_logins",
            headers={"Retry-After": "1"},
        )
    try:
        return _verifier.submit(_HASHER.verify, password_hash, password).result()
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _places.release()


def _give_way() -> None:
    """Lower the priority of this thread, where the system has priorities of threads: on Linux."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


# Its thread is started by the first login, so in the process that serves.
_verifier = ThreadPoolExecutor(CHECKS_AT_ONCE, "passwords", initializer=_give_way)
