"""The public accounts of a demo: logging in with one opens a session of its template."""

from dataclasses import dataclass
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.control.models import User
from app.demo import Account, Demo
from app.errors import Unauthorized


@dataclass(frozen=True, slots=True)
class LoadedAccount:
    """The result for one public account."""

    email: str
    account_type: str
    changed: bool


_HASHER = PasswordHasher()
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('masa-madre: accounts', 0))")
_NOBODY = _HASHER.hash("nobody has this password")
"""Checked when the address is unknown, so that the answer takes as long as for a known one."""


def ensure_accounts(engine: Engine, demo: Demo) -> list[LoadedAccount]:
    """Bring the accounts in the database up to date; one that is right is not written.

    Of two runs at the same time the second waits for the first.
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
    if not _verifies(user.password_hash, account.password):
        user.password_hash = _HASHER.hash(account.password)
    changed = session.is_modified(user) or user in session.new
    session.flush()
    return LoadedAccount(account.email, account.account_type, changed)


def _verifies(password_hash: str | None, password: str) -> bool:
    if password_hash is None:
        return False
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def authenticate(engine: Engine, email: str, password: str) -> User:
    """The account with this address and password.

    Raises:
        Unauthorized: there is none; which of the two was wrong is not told.
    """
    with Session(engine, expire_on_commit=False) as session:
        user = session.scalars(
            select(User).where(User.email == email.strip().lower())
        ).one_or_none()
    try:
        _HASHER.verify(user.password_hash if user else _NOBODY, password)
    except VerificationError:
        user = None
    if user is None:
        raise Unauthorized(
            "El correo o la contraseña no son correctos.", code="invalid_credentials"
        )
    return user
