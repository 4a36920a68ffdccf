"""Which secrets are believed: the present ones, and those before their last change."""


class Secrets:
    """The settings that are secrets of ours; the classes that read them have them as fields."""

    jwt_secret: str
    jwt_secret_previous: str | None
    tenant_secret: str | None
    tenant_secret_previous: str | None

    @property
    def jwt_secrets(self) -> tuple[str, ...]:
        """What is signed for visitors: by the first, and believed from the one before it, too."""
        return _with_previous(self.jwt_secret, self.jwt_secret_previous)

    @property
    def tenant_secrets(self) -> tuple[str, ...]:
        """What tenants' keys are derived from: the present secret, then those before it."""
        if self.tenant_secret is None:
            previous = self.tenant_secret_previous or self.jwt_secret_previous
            return _with_previous(self.jwt_secret, previous)
        return _with_previous(self.tenant_secret, self.tenant_secret_previous)


def _with_previous(present: str, previous: str | None) -> tuple[str, ...]:
    return (present, previous) if previous else (present,)
