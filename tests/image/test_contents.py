"""What is in the image: how much, in which layers, and nothing of the machine that built it."""

import io
import os
import shutil
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest

from app.version import VERSION
from tests.image.containers import Image, mounted, said

ROOT = Path(__file__).parents[2]
OURS = ("srv/venv", "srv/app")
BUDGET_MB = 120
CODE_TRANSFER_MB = 5

pytestmark = pytest.mark.timeout(600)


def files_of(image: Image) -> list[Path]:
    """The files that we add to the base."""
    folders = [image.root / folder for folder in OURS]
    return [path for folder in folders for path in folder.rglob("*") if not path.is_dir()]


def test_what_we_add_is_within_its_budget(image):
    sizes = dict.fromkeys(OURS, 0)
    for path in files_of(image):
        folder = "/".join(path.relative_to(image.root).parts[:2])
        sizes[folder] += path.lstat().st_size
    assert sum(sizes.values()) < BUDGET_MB * 10**6, sizes


def test_a_change_of_code_moves_little(image):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=6) as archive:
        archive.add(image.root / "srv/app", "srv/app")
    assert len(packed.getvalue()) < CODE_TRANSFER_MB * 10**6


def test_a_change_of_code_changes_the_last_layer_only(image, tmp_path):
    """The environment is found in the cache: building again takes seconds."""
    names = ["bin", "app", "gateway", "jobs", "schema_tools", "seeds", "Dockerfile", "LICENSE"]
    for name in [*names, "demo.toml", "wsgi.py", "requirements.lock", ".dockerignore"]:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    with (tmp_path / "wsgi.py").open("a", encoding="utf-8") as code:
        code.write("# changed\n")
    name = "masa-madre:test-changed"
    subprocess.run([tmp_path / "bin/image", name], check=True, capture_output=True)
    try:
        with mounted(name) as changed:
            assert changed.layers[:-1] == image.layers[:-1]
            assert changed.layers[-1] != image.layers[-1]
    finally:
        said("buildah", "rmi", name)


@pytest.mark.skipif(not os.environ.get("IMAGE_TWICE"), reason="IMAGE_TWICE=1 builds it again")
def test_two_builds_are_one_image(image):
    name = "masa-madre:test-again"
    environment = {**os.environ, "NO_CACHE": "1"}
    subprocess.run([ROOT / "bin/image", name], check=True, capture_output=True, env=environment)
    try:
        with mounted(name) as again:
            assert (again.layers, again.id) == (image.layers, image.id)
    finally:
        said("buildah", "rmi", name)


def test_nothing_of_the_builder_is_left(image):
    for path in ("etc/pip.conf", "run/secrets/ca", "root/.cache/pip", "build"):
        assert not (image.root / path).exists(), path
    config = said("buildah", "inspect", "--type", "image", "masa-madre:test")
    for word in ("PIP_CERT=", "index-url", "BEGIN CERTIFICATE"):
        assert f'"{word}' not in config, word


def test_no_file_of_ours_can_be_changed_by_the_role_or_gives_it_rights(image):
    for path in files_of(image):
        about = path.lstat()
        assert about.st_uid == 0, path
        if not stat.S_ISLNK(about.st_mode):
            assert not about.st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH), path
            assert about.st_mode & stat.S_IROTH, path


def test_every_module_is_compiled(image):
    sources = [path for path in files_of(image) if path.suffix == ".py"]
    assert len(sources) > 1000
    assert [
        path
        for path in sources
        if path.parent.name != "versions"
        and not (path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc").exists()
    ] == []
    assert not list((image.root / "srv/venv").rglob("kubernetes/**/*.py"))


def test_the_image_says_what_it_is_and_how_it_is_watched(image):
    labels = image.config["Labels"]
    assert labels["org.opencontainers.image.version"] == VERSION
    assert len(labels["org.opencontainers.image.revision"]) == 40
    assert image.config["User"] == "10001:10001"
    assert image.config["StopSignal"] == "SIGTERM"
    assert image.config["Healthcheck"]["Test"][0] == "CMD"
    assert not [name for name in image.config["Env"] if "SECRET" in name or "PASSWORD" in name]
