"""The image holds what the roles need and nothing else, and its entry point becomes the role.

Its files are read as Docker reads them, and that packages can be left out is proven by importing
the rest while they cannot be imported. tests/image builds and runs it.
"""

import importlib.metadata
import importlib.util
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PACKAGES = ("app", "gateway", "jobs", "schema_tools", "seeds")
ROLES = {
    "web", "worker", "scheduler", "dashboard", "clone", "cleanup", "migrate", "seed",
    "visit",
}  # fmt: skip


# What enters


def ignored(path: str) -> bool:
    """Return True if .dockerignore excludes a file: the last pattern that matches decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        if re.fullmatch(as_expression(pattern) + "(/.*)?", path):
            out = not line.startswith("!")
    return out


def as_expression(pattern: str) -> str:
    """A pattern of Docker's as a regular expression; `**` stands for any number of folders."""
    parts = re.split(r"(\*\*/|\*\*|\*|\[[^]]*\])", pattern)
    known = {"**/": "(.*/)?", "**": ".*", "*": "[^/]*"}
    return "".join(p if p.startswith("[") else known.get(p, re.escape(p)) for p in parts)


def tracked() -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listing.returncode:
        pytest.skip("this is not a checkout: git does not know its files")
    return [name for name in listing.stdout.splitlines() if (ROOT / name).exists()]


def instructions(name: str) -> list[list[str]]:
    """The arguments of each instruction of that name in the Dockerfile."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    return [shlex.split(found) for found in re.findall(rf"^{name} +(.*)$", joined, re.MULTILINE)]


def argument(name: str) -> list[str]:
    """The words of an ARG's default."""
    values = dict(item[0].partition("=")[::2] for item in instructions("ARG"))
    return values[name].split()


LOCAL_ONLY = argument("LOCAL_ONLY")
UNLOADED = argument("UNLOADED")
MODULES = {"dnspython": "dns", "markdown-it-py": "markdown_it"}
"""Packages whose module has another name."""


def test_everything_that_a_role_needs_is_in_the_image():
    needed = [
        name
        for name in tracked()
        if name.startswith(tuple(f"{package}/" for package in PACKAGES))
        and not name.startswith("app/local/")
        and not name.endswith(("README.md", "pyproject.toml"))
    ]
    assert len(needed) > 200
    assert [name for name in [*needed, "demo.toml", "wsgi.py", "bin/role"] if ignored(name)] == []


@pytest.mark.parametrize(
    "name",
    [
        ".env", ".git/config", ".state/stack.env", ".venv/bin/python", "Makefile", "app/.env",
        "app/local/stack.py", "build/bench/cloning.json", "credentials.json", "docs/kubernetes.md",
        "helm/masa-madre/values.yaml", "id_rsa", "jobs/__pycache__/tasks.cpython-311.pyc",
        "kubeconfig", "requirements-dev.txt", "requirements.txt", "seeds/.cache/x",
        "tests/conftest.py", "bin/ensure-venv",
    ],
)  # fmt: skip
def test_everything_else_is_left_out_of_the_image(name):
    assert ignored(name)


def test_the_dockerfile_copies_all_that_is_let_in_and_only_that():
    copied = [
        source
        for arguments in instructions("COPY")
        if not arguments[0].startswith("--from")
        for source in arguments[:-1]
    ]
    assert [source for source in copied if ignored(source)] == []
    inside = [name for name in tracked() if not ignored(name)]
    assert [n for n in inside if n not in copied and n.split("/")[0] not in copied] == []


# What is installed


def requirements() -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def test_the_lock_has_the_same_versions_each_with_hashes():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9._-]+)==(\S+) \\$", lock, re.MULTILINE))
    assert locked == requirements(), "pip-compile --generate-hashes, as requirements.lock says"
    entries = re.split(r"\n(?=[a-z])", re.sub(r"^ *#.*\n", "", lock, flags=re.MULTILINE).strip())
    assert len(entries) == len(locked)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert "--require-hashes" in DOCKERFILE


def test_every_language_of_the_pages_has_its_locale_in_the_image():
    pages = {path.name for path in (ROOT / "app/web/translations").iterdir() if path.is_dir()}
    assert pages | {"es"} == set(argument("LOCALES"))


def test_what_is_left_out_is_pinned_and_nothing_else_needs_it():
    assert {*LOCAL_ONLY, *UNLOADED} <= set(requirements())
    for name in set(requirements()) - set(LOCAL_ONLY):
        wanted = importlib.metadata.requires(name) or []
        names = {re.split(r"[^\w.-]", one)[0].lower() for one in wanted if "extra ==" not in one}
        assert not names & set(LOCAL_ONLY), f"{name} needs {names & set(LOCAL_ONLY)}"


def test_what_is_removed_of_the_rest_is_there():
    for path in argument("UNUSED"):
        package, _, below = path.partition("/")
        found = importlib.util.find_spec(package)
        assert found is not None
        assert found.origin is not None
        assert (Path(found.origin).parent / below).is_dir()


IMPORT_ALL = """
import importlib, importlib.abc, pkgutil, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused or name in refused:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)

packages, refused = sys.argv[1].split(), set(sys.argv[2].split())
sys.meta_path.insert(0, Refuse())
import wsgi
for package in packages:
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if not found.name.startswith("app.local") and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
import authlib.integrations.flask_client, kubernetes.config, gunicorn.arbiter, seeds.__main__
"""


def test_every_module_of_the_image_is_imported_without_what_is_left_out(tmp_path):
    left_out = [MODULES.get(name, name.replace("-", "_")) for name in [*LOCAL_ONLY, *UNLOADED]]
    removed = [path.replace("/", ".") for path in argument("UNUSED") if "static" not in path]
    refused = [*left_out, *removed]
    assert all(importlib.util.find_spec(name) for name in left_out), "the list names nothing"
    settings = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1",
        "JWT_SECRET": "a secret for tests, at least 32 bytes long",
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [
            sys.executable, "-c", IMPORT_ALL, " ".join(PACKAGES),
            " ".join([*refused, "app.local", "tests"]),
        ],
        cwd=tmp_path,
        env=settings,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def test_nothing_of_the_image_imports_the_local_stack_not_even_late():
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        if path.is_relative_to(ROOT / "app" / "local"):
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(from|import) app\.local|from app import .*\blocal\b", text), path


# How it is run


def test_bases_are_pinned_and_the_user_is_a_number_that_is_not_root():
    bases = [words[0].replace("$BASE", *argument("BASE")) for words in instructions("FROM")]
    stages = {words[2] for words in instructions("FROM") if len(words) == 3}
    outside = [base for base in bases if base not in stages]
    assert outside
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", base) for base in outside)
    uid, _, gid = instructions("USER")[-1][0].partition(":")
    assert int(uid) > 0
    assert int(gid) > 0
    assert instructions("STOPSIGNAL") == [["SIGTERM"]]


def test_the_base_can_be_pinned_by_its_digest(monkeypatch):
    program = runpy.run_path(str(ROOT / "bin" / "image"))
    assert program["read_base"]() == argument("BASE")[0]
    pinned = f"{argument('BASE')[0]}@sha256:{'0' * 64}"
    monkeypatch.setenv("BASE", pinned)
    assert program["read_base"]() == pinned


def test_compiled_files_are_found_where_the_interpreter_looks():
    version = re.findall(r"^python:(3\.\d+)\.", *argument("BASE"))
    assert f"/srv/venv/lib/python{version[0]}/site-packages" in DOCKERFILE


PROGRAM = """#!/bin/sh
echo "$$ $(basename "$0") $* TZ=$TZ"
"""


@pytest.fixture
def image(tmp_path):
    """A folder like the image's, whose programs say how they were started."""
    for name in ("srv/bin/role", "programs/python", "programs/gunicorn", "programs/flask"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PROGRAM)
        path.chmod(0o755)
    shutil.copy(ROOT / "bin" / "role", tmp_path / "srv/bin/role")
    return tmp_path


def started(image, *arguments, **settings):
    """Return the program that was started, its process id, and whether that is our process."""
    process = subprocess.Popen(
        [image / "srv/bin/role", *arguments],
        cwd="/",
        env={"PATH": f"{image / 'programs'}:/usr/bin:/bin", "TZ": "Europe/Madrid", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said, complained = process.communicate()
    number, _, command = said.strip().partition(" ")
    assert not number or int(number) == process.pid, "a signal would reach a shell"
    return process.returncode, command, complained


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["worker"], "python -m jobs.worker TZ=Europe/Madrid"),
        (["scheduler"], "python -m jobs.scheduler TZ=UTC"),
        (["clone", "clone-0a1b"], "python -m jobs.clone_pod clone-0a1b TZ=Europe/Madrid"),
        (["cleanup"], "flask --app wsgi demo cleanup --json TZ=Europe/Madrid"),
        (["migrate", "--json"], "flask --app wsgi demo migrate --json TZ=Europe/Madrid"),
        (["seed", "users"], "python -m seeds users TZ=Europe/Madrid"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)  # fmt: skip
def test_a_role_becomes_its_program(image, arguments, command):
    assert started(image, *arguments) == (0, command, "")


def test_the_web_server_listens_on_all_addresses_and_reads_its_size_from_the_environment(image):
    _, command, _ = started(image, "web")
    assert "--bind 0.0.0.0:8000" in command
    assert "--workers 2 --threads 8 --graceful-timeout 25" in command
    assert "--no-control-socket wsgi:application" in command
    _, command, _ = started(
        image, "web", PORT="9", WEB_CONCURRENCY="3", WEB_THREADS="4", WEB_GRACEFUL_SECONDS="5"
    )
    assert "--bind 0.0.0.0:9" in command
    assert "--workers 3 --threads 4 --graceful-timeout 5" in command


def test_the_dashboard_is_the_same_server_with_fewer_threads(image):
    _, web, _ = started(image, "web")
    _, dashboard, _ = started(image, "dashboard")
    assert dashboard == web.replace("--workers 2 --threads 8", "--workers 1 --threads 4")


@pytest.mark.parametrize("arguments", [[], ["barista"], ["clone"], ["clone", "a", "b"]])
def test_an_unknown_role_lists_the_roles(image, arguments):
    code, command, complained = started(image, *arguments)
    assert (code, command) == (2, "")
    sentence, listing = complained.strip().splitlines()
    assert sentence.endswith(".")
    assert set(re.findall(r"[a-z]+", listing.lower())) >= ROLES


def test_a_checkout_uses_its_own_programs(image):
    own = image / "srv/.venv/bin/python"
    own.parent.mkdir(parents=True)
    own.write_text("#!/bin/sh\necho $$ own\n")
    own.chmod(0o755)
    assert started(image, "worker")[1] == "own"


def test_the_page_lists_the_roles_that_there_are():
    page = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")
    assert (
        set(re.findall(r"^\| `([a-z]+)[^`]*` \|", page.partition("## On kind")[0], re.M)) == ROLES
    )
