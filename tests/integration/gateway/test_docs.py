"""The examples of docs/gateway.md run as they are printed there."""

import re
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from werkzeug.test import Client

from gateway import RedisSessions, SessionRecord
from gateway.sessions.record import utc_now

PAGE = Path(__file__).parents[3] / "docs" / "gateway.md"
DJANGO_PROJECT = "project_of_the_page"


def example(name):
    (found,) = re.findall(rf"<!-- {name} -->\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return found


@pytest.fixture
def page(world, redis_url):
    """The first example's application, and a session that it knows."""
    record = world.record(expires_at=utc_now() + timedelta(minutes=5))
    rows: dict[str, SessionRecord] = {record.session_id: record}
    names = {"__name__": "example", "find_in_database": rows.get, "secret": "s" * 32}
    exec(example("example").replace("redis://localhost", redis_url), names)
    yield names, record
    names["redis"].close()


def django_app(gateway):
    """The second example's application, in a Django project with only its view."""
    if not settings.configured:
        settings.configure(
            ROOT_URLCONF=DJANGO_PROJECT, ALLOWED_HOSTS=["localhost"], SECRET_KEY="s" * 50
        )
    project = ModuleType(DJANGO_PROJECT)
    sys.modules[DJANGO_PROJECT] = project
    project.gateway = gateway
    exec(example("django"), project.__dict__)
    return project.application


@pytest.mark.parametrize("framework", ["flask", "django"])
def test_the_example_puts_a_gateway_in_front_of_an_app(page, code, framework):
    names, record = page
    gateway = names["application"]
    client = Client(gateway if framework == "flask" else django_app(gateway), use_cookies=False)

    token = names["tokens"].issue(record.session_id, record.expires_at)
    bearer = {"Authorization": f"Bearer {token}"}
    answer = client.get("/notes", headers=bearer | {"X-Tenant-Id": "another's"})

    assert (answer.status_code, answer.text) == (200, f"notes of {record.tenant_id}")
    assert answer.headers["RateLimit"].startswith('"requests";r=')
    assert code(client.get("/notes")) == "session_required"
    assert code(client.post("/notes", headers=bearer)) == "demo_restriction"
    RedisSessions(names["redis"]).forget(record.session_id)
    assert code(client.get("/notes", headers=bearer)) == "session_destroyed"
