"""A purchase order that is on its way, whatever the day: a demo's visitor may not send one."""

import psycopg
from psycopg import sql

SEND = """
WITH latest AS (
    SELECT * FROM purchase_orders WHERE sent_at IS NOT NULL ORDER BY id DESC LIMIT 1
), made AS (
    INSERT INTO purchase_orders (supplier_id, status, sent_at, expected_on, total)
    SELECT supplier_id, 'sent', sent_at, expected_on + 7, total FROM latest RETURNING id
)
INSERT INTO purchase_order_lines (purchase_order_id, ingredient_id, packs, quantity, unit_price)
SELECT made.id, ingredient_id, packs, quantity, unit_price
  FROM made, latest JOIN purchase_order_lines AS line ON line.purchase_order_id = latest.id
RETURNING purchase_order_id
"""


LAST_OPENED = """
SELECT tenant.schema_name FROM control.demo_sessions AS session
  JOIN control.tenants AS tenant ON tenant.id = session.virtual_tenant_id
 WHERE session.status = 'active' ORDER BY session.created_at DESC LIMIT 1
"""


def send_an_order(database_url: str) -> int:
    """Send the latest order of the session that was opened last once more; return its number."""
    with psycopg.connect(database_url) as owner:
        tenant = owner.execute(LAST_OPENED).fetchone()
        assert tenant is not None, "no session is open"
        owner.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(tenant[0])))
        made = owner.execute(SEND).fetchone()
        assert made is not None, "the story has sent no order yet"
        return int(made[0])
