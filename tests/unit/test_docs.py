"""The documents agree with the code."""

import re
from pathlib import Path

import pytest

from app.demo import demo_table
from app.settings.document import settings_table
from app.settings.table import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_readme_lists_the_settings_that_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert settings_table() in readme, "run bin/update-docs"


def test_the_page_lists_the_keys_of_a_demo_that_exist():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert demo_table() in page, "run bin/update-docs"


def test_every_setting_says_what_it_is():
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no help"
        assert field.description.endswith("."), f"{name}: {field.description}"


def test_every_make_command_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE))
        assert named <= targets, f"{page.name} names {named - targets}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_work(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page):
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:app|gateway|jobs|schema_tools|seeds|tests|bin)/[\w./-]+)`", text)
    for name in named:
        assert (ROOT / name).exists(), f"{page.name} names {name}"
