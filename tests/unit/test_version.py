"""One place owns the version; what else shows it agrees."""

import io
import json
import re
import sys
import tomllib
from pathlib import Path

import structlog
import yaml
from prometheus_client import CollectorRegistry, generate_latest

from app.http.metrics.build import BuildCollector
from app.logs import init_logs
from app.version import VERSION

ROOT = Path(__file__).parents[2]


def test_the_chart_and_the_pages_name_the_version():
    chart = yaml.safe_load((ROOT / "helm/masa-madre/Chart.yaml").read_text(encoding="utf-8"))
    assert (chart["version"], chart["appVersion"]) == (VERSION, VERSION)
    for page in ("docs/kubernetes.md", "helm/masa-madre/README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        named = set(re.findall(r"masa-madre:(\d[\w.-]*)|image\.tag=(\d[\w.-]*)", text))
        assert VERSION in {one or other for one, other in named}, page


def test_the_package_and_the_image_are_given_it():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "app.version.VERSION"}
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert VERSION not in dockerfile
    assert 'org.opencontainers.image.version="$VERSION"' in dockerfile


def test_metrics_and_every_log_line_have_it(monkeypatch):
    registry = CollectorRegistry(auto_describe=False)
    registry.register(BuildCollector())
    assert f'demo_build_info{{version="{VERSION}"}} 1.0' in generate_latest(registry).decode()

    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    kept = structlog.get_config()
    try:
        init_logs("INFO")
        structlog.get_logger().info("a line")
    finally:
        structlog.configure(**kept)
    assert json.loads(said.getvalue())["version"] == VERSION
