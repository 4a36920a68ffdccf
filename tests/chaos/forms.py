"""What a visitor sends as a browser does, without a script: the same writes as by the API.

A form carries its own key, so it is sent again until its answer is clear.
"""

from urllib.parse import urlencode

from tests.chaos.history import Visit
from tests.chaos.visitors import HTML, Visitor, record, tomorrow

READS_FIRST = 0.3
"""How often the page is read first, as a person does."""


def send(visitor: Visitor, visit: Visit, kind: str, path: str, fields: dict[str, object]) -> None:
    """Read the form's page at times, and send the form until its outcome is known."""
    if visitor.random.random() < READS_FIRST:
        cookie = HTML | {"Cookie": f"demo_session={visit.token}"}
        visitor.send("GET", path.removesuffix("/ajustes"), None, cookie, visit)
    body = urlencode(fields | {"clave": visitor.new_key()}).encode()
    record(visitor, visit, kind, path, body)


def sell(visitor: Visitor, visit: Visit) -> None:
    """Ring up one piece at the till's page."""
    if visitor.product:
        fields: dict[str, object] = {f"u-{visitor.product['id']}": 1, "pago": "card"}
        send(visitor, visit, "sale", "/demo/caja", fields)


def order(visitor: Visitor, visit: Visit) -> None:
    """Take an order by its form; its notes carry the canary."""
    if visitor.product and visitor.customer:
        fields = {
            "cliente": visitor.customer,
            "entrega": tomorrow(),
            "notas": visit.canary,
            f"u-{visitor.product['id']}": 1,
        }
        send(visitor, visit, "order", "/demo/pedidos", fields)


def adjust(visitor: Visitor, visit: Visit) -> None:
    """Put one unit of an ingredient on the shelf, from the list of ingredients."""
    if visitor.ingredient:
        fields = {"ingrediente": visitor.ingredient, "cantidad": 1, "motivo": visit.canary}
        send(visitor, visit, "adjustment", "/demo/inventario/ajustes", fields | {"desde": "lista"})
