"""Which secrets are believed: the present ones, and those before their last change."""

from typing import Protocol


class Secrets(Protocol):
    """The settings that are secrets of ours."""

    @property
    def jwt_secret(self) -> str:
        """What signs for visitors."""

    @property
    def jwt_secret_previous(self) -> str | None:
        """The one before it."""

    @property
    def tenant_secret(self) -> str | None:
        """What tenants' keys are derived from; without it what signs is."""

    @property
    def tenant_secret_previous(self) -> str | None:
        """The one before it."""


def signing_secrets(settings: Secrets) -> tuple[str, ...]:
    """Return what is signed for visitors with: the first signs, all are believed."""
    return _with_previous(settings.jwt_secret, settings.jwt_secret_previous)


def deriving_secrets(settings: Secrets) -> tuple[str, ...]:
    """Return what tenants' keys are derived from: the present secret, then those before it."""
    if settings.tenant_secret is None:
        previous = settings.tenant_secret_previous or settings.jwt_secret_previous
        return _with_previous(settings.jwt_secret, previous)
    return _with_previous(settings.tenant_secret, settings.tenant_secret_previous)


def _with_previous(present: str, previous: str | None) -> tuple[str, ...]:
    return (present, previous) if previous else (present,)
