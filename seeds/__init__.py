"""Spanish demo data, deterministic and dated relative to today, and its loading."""

from app.demo import SeedError
from seeds.errors import ControlSchemaMissing
from seeds.load import LoadedTemplate, ensure_templates, ensure_tenants

__all__ = [
    "ControlSchemaMissing",
    "LoadedTemplate",
    "SeedError",
    "ensure_templates",
    "ensure_tenants",
]
