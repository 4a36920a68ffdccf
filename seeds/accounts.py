"""The public demo accounts: whoever logs in with one opens a session of its template."""

from dataclasses import dataclass
from uuid import uuid5

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.control.models import User
from seeds.catalogue.kinds import Profile
from seeds.locks import ensure_control, lock
from seeds.templates import PROFILES
from seeds.values import NAMESPACE

HASHER = PasswordHasher()


@dataclass(frozen=True)
class LoadedAccount:
    """What became of one demo account."""

    email: str
    account_type: str
    changed: bool


def ensure_accounts(engine: Engine) -> list[LoadedAccount]:
    """Make the demo accounts what the catalogue says; an account that is right is not written.

    Raises:
        ControlSchemaMissing: the control tables are not there.
    """
    with Session(engine) as session, session.begin():
        ensure_control(session.connection())
        lock(session.connection(), "users")
        return [_ensure_account(session, profile) for profile in PROFILES]


def _ensure_account(session: Session, profile: Profile) -> LoadedAccount:
    account_type = profile.account_type.value
    owner = profile.users[0].full_name
    user = session.scalars(select(User).where(User.account_type == account_type)).one_or_none()
    if user is None:
        user = User(id=uuid5(NAMESPACE, profile.owner_email), account_type=account_type)
        session.add(user)
    user.email = profile.owner_email
    user.full_name = owner
    # A hash is salted: written again without need it would differ on every run.
    if not _verifies(user.password_hash, profile.password):
        user.password_hash = HASHER.hash(profile.password)
    changed = session.is_modified(user) or user in session.new
    session.flush()
    return LoadedAccount(profile.owner_email, account_type, changed)


def _verifies(password_hash: str | None, password: str) -> bool:
    if password_hash is None:
        return False
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
