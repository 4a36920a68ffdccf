"""The demo that the engine serves, as `demo.toml` and its scenarios say it.

Start with `model`, which says what a demo is; `reading` reads and checks the files.
"""

from app.demo.entries import BringForward, DailyTask, LoadedTemplate, Seeds
from app.demo.model import Demo, DemoError, SeedError
from app.demo.reading import demo_of, demo_table, load_demo
from app.demo.scenarios import BASE, Scenario, account_type_in, template_key
from app.demo.templates import Account, Template, TenantTables

__all__ = [
    "BASE",
    "Account",
    "BringForward",
    "DailyTask",
    "Demo",
    "DemoError",
    "LoadedTemplate",
    "Scenario",
    "SeedError",
    "Seeds",
    "Template",
    "TenantTables",
    "account_type_in",
    "demo_of",
    "demo_table",
    "load_demo",
    "template_key",
]
