"""Spanish demo data, deterministic and dated relative to today, and its loading."""

from seeds.accounts import LoadedAccount, ensure_accounts
from seeds.errors import ControlSchemaMissing, SeedError
from seeds.load import LoadedTemplate, ensure_templates, ensure_tenants

__all__ = [
    "ControlSchemaMissing",
    "LoadedAccount",
    "LoadedTemplate",
    "SeedError",
    "ensure_accounts",
    "ensure_templates",
    "ensure_tenants",
]
