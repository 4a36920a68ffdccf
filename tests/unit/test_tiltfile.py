"""The Tiltfile names existing chart values, image folders and roles."""

import ast
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
TILTFILE = ast.parse((ROOT / "Tiltfile").read_text(encoding="utf-8"))
"""Starlark's syntax is a part of Python's, so Python can parse the file."""


def constant(name):
    """Return the value of a top-level name of the Tiltfile."""
    for node in TILTFILE.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return node.value
    raise AssertionError(f"the Tiltfile has no {name}")


def test_the_tiltfiles_values_are_values_of_the_chart():
    chart = ROOT / ast.literal_eval(constant("CHART"))
    values = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
    named = [key.value for key in constant("VALUES").keys]
    assert len(named) > 5
    for name in named:
        place = values
        for part in name.partition("[")[0].split("."):
            assert part in place, f"the chart has no value {name}"
            place = place[part]


def test_what_is_changed_in_place_is_in_the_image():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for folder in ast.literal_eval(constant("SERVED")):
        assert (ROOT / folder).is_dir()
        assert f"COPY {folder.split('/')[0]} " in dockerfile


def test_the_image_goes_to_the_jobs_that_clone():
    values = constant("VALUES")
    given = dict(zip([key.value for key in values.keys], values.values, strict=True))
    assert given["extraEnv[0].name"].value == "CLONE_JOB_IMAGE"
    assert given["extraEnv[0].value"].id == given["image.repository"].id == "IMAGE"
    build = next(
        node
        for node in ast.walk(TILTFILE)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "docker_build"
    )
    assert ast.literal_eval({k.arg: k.value for k in build.keywords}["match_in_env_vars"]) is True
