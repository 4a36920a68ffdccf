"""A release is made in a scratch clone: version, changelog, tag, and what is published."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WHO = {
    f"GIT_{role}_{part}": "release@example.com"
    for role in ("AUTHOR", "COMMITTER")
    for part in ("NAME", "EMAIL")
}


def git(folder, *words):
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def make_release(clone, version, **settings):
    return subprocess.run(
        [sys.executable, clone / "bin/release", version],
        cwd=clone,
        env={**os.environ, **WHO, "NO_IMAGE": "1", **settings},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def clone(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a checkout")
    git(tmp_path, "clone", "--quiet", "--no-hardlinks", "--depth=1", ROOT.as_uri(), "clone")
    (tmp_path / "clone/.venv").symlink_to(sys.prefix)
    return tmp_path / "clone"


def test_a_release_sets_tags_and_builds_its_version(clone):
    done = make_release(clone, "7.8.9")
    assert done.returncode == 0, done.stderr
    assert git(clone, "describe", "--exact-match") == "v7.8.9"
    assert git(clone, "status", "--porcelain", "--untracked-files=no") == ""
    assert 'VERSION = "7.8.9"' in (clone / "app/version.py").read_text()
    assert "masa-madre:7.8.9" in (clone / "docs/kubernetes.md").read_text()
    changelog = (clone / "CHANGELOG.md").read_text()
    assert re.search(r"^## 7\.8\.9 \(\d{4}-\d\d-\d\d\)$", changelog, re.MULTILINE)

    dist = {path.name: path for path in (clone / "dist").iterdir()}
    (wheel,) = [path for name, path in dist.items() if name.startswith("schema_tools-")]
    assert "schema_tools/py.typed" in zipfile.ZipFile(wheel).namelist()
    with tarfile.open(dist["masa-madre-7.8.9.tgz"]) as chart:
        described = yaml.safe_load(chart.extractfile("masa-madre/Chart.yaml").read())
    assert (described["version"], described["appVersion"]) == ("7.8.9", "7.8.9")
    assert dist["NOTES.md"].read_text().startswith("- ")
    sums = dict(line.split()[::-1] for line in dist["SHA256SUMS"].read_text().splitlines())
    assert sums == {
        name: sha256(path.read_bytes()).hexdigest()
        for name, path in dist.items()
        if name != "SHA256SUMS"
    }
    again = make_release(clone, "7.8.9")
    assert (again.returncode, "tagged already" in again.stderr) == (1, True)


def test_a_rehearsal_leaves_nothing_but_what_it_built(clone):
    before = git(clone, "rev-parse", "HEAD")
    done = make_release(clone, "7.8.9", DRY="1")
    assert done.returncode == 0, done.stderr
    assert (git(clone, "rev-parse", "HEAD"), git(clone, "tag")) == (before, "")
    assert (clone / "dist/masa-madre-7.8.9.tgz").exists()


def test_a_release_is_refused_before_anything_is_changed(clone):
    path = clone / "CHANGELOG.md"
    text = path.read_text()
    assert "semantic version" in make_release(clone, "7.8").stderr
    path.write_text("a change")
    assert "not committed" in make_release(clone, "7.8.9").stderr
    path.write_text(re.sub(r"(\(unreleased\)\n).*", r"\1", text, flags=re.DOTALL))
    subprocess.run(["git", "commit", "-qam", "x"], cwd=clone, env={**os.environ, **WHO}, check=True)
    assert "the changelog has no" in make_release(clone, "7.8.9").stderr
    assert git(clone, "tag") == ""
    assert not (clone / "dist").exists()
