"""The benchmark of lists and writes measures each operation of the API."""

from apiflask import APIFlask

from app.bakery.api.operations import operation_of
from app.bakery.blueprints import register_blueprints
from tests.bench.endpoints import ENDPOINTS


def test_the_benchmark_has_every_operation_there_is():
    app = APIFlask("bakery")
    register_blueprints(app)
    found = {
        f"{method} {rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if operation_of(app.view_functions[rule.endpoint]) is not None
    }
    assert found == {endpoint.operation for endpoint in ENDPOINTS}
