"""The demo's data, in Spanish: the same rows for the same day, and their loading.

Start with `templates`, which builds the rows of one bakery, then `loading`, which writes them.
"""

from app.demo import SeedError
from seeds.errors import ControlSchemaMissing
from seeds.loading.load import LoadedTemplate, ensure_templates, ensure_tenants

__all__ = [
    "ControlSchemaMissing",
    "LoadedTemplate",
    "SeedError",
    "ensure_templates",
    "ensure_tenants",
]
