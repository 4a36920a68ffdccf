"""The example of docs/gateway.md, as it is printed there, in front of its own app."""

import re
from datetime import timedelta
from pathlib import Path

from werkzeug.test import Client

from gateway import RedisSessions, SessionRecord
from gateway.records import utc_now

PAGE = Path(__file__).parents[3] / "docs" / "gateway.md"


def test_the_example_puts_a_gateway_in_front_of_an_app(world, redis_url, code):
    (example,) = re.findall(r"<!-- example -->\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    record = world.record(expires_at=utc_now() + timedelta(minutes=5))
    rows: dict[str, SessionRecord] = {record.session_id: record}
    names = {"__name__": "example", "find_in_database": rows.get, "secret": "s" * 32}
    exec(example.replace("redis://localhost", redis_url), names)
    client = Client(names["application"], use_cookies=False)

    token = names["tokens"].issue(record.session_id, record.expires_at)
    bearer = {"Authorization": f"Bearer {token}"}
    answer = client.get("/notes", headers=bearer | {"X-Tenant-Id": "another's"})

    assert (answer.status_code, answer.text) == (200, f"notes of {record.tenant_id}")
    assert answer.headers["RateLimit"].startswith('"requests";r=')
    assert code(client.get("/notes")) == "session_required"
    assert code(client.post("/notes", headers=bearer)) == "demo_restriction"
    RedisSessions(names["redis"]).forget(record.session_id)
    assert code(client.get("/notes", headers=bearer)) == "session_destroyed"
    names["redis"].close()
