-- The rows of a tenant that due events may change, with every column that they change. They are locked, so that a visitor's sale waits;
-- rows that a visitor's request has locked are not waited for: time passes at a later read.

-- moment --
SELECT lived_until FROM business FOR UPDATE SKIP LOCKED

-- till_sessions --
SELECT id, location_id, closed_at, opening_cash, closing_cash, closing_card, closing_bizum
  FROM till_sessions
 WHERE closed_at IS NULL ORDER BY id FOR UPDATE NOWAIT

-- taken --
SELECT sale.till_session_id, sale.payment_method::text AS payment_method, sum(sale.total) AS total
  FROM sales AS sale JOIN till_sessions AS till ON till.id = sale.till_session_id
 WHERE till.closed_at IS NULL GROUP BY 1, 2

-- product_stock --
SELECT product_id, location_id, quantity FROM product_stock
 ORDER BY location_id, product_id FOR UPDATE NOWAIT

-- stock_lots --
SELECT id, ingredient_id, location_id, lot_code, quantity, unit_cost, expires_on
  FROM stock_lots WHERE quantity > 0 ORDER BY id FOR UPDATE NOWAIT

-- orders --
SELECT id, status::text AS status, total, updated_at, note_series, note_number, delivered_at
  FROM orders
 WHERE id = ANY (%(ids)s) ORDER BY id FOR UPDATE NOWAIT

-- production_batches --
SELECT id, batch_code, location_id, status::text AS status, quantity_produced, unit_cost,
       started_at, finished_at, notes
  FROM production_batches
 WHERE id = ANY (%(ids)s) ORDER BY id FOR UPDATE NOWAIT

-- purchase_orders --
SELECT id, status::text AS status FROM purchase_orders
 WHERE id = ANY (%(ids)s) ORDER BY id FOR UPDATE NOWAIT

-- products --
SELECT id, is_active FROM products WHERE id = ANY (%(ids)s) ORDER BY id FOR UPDATE NOWAIT

-- forecast_models --
SELECT id, version, trained_at FROM forecast_models ORDER BY id FOR UPDATE NOWAIT

-- document_series --
SELECT series, last_number FROM document_series ORDER BY series FOR UPDATE NOWAIT

-- ticket_numbers --
SELECT nextval('ticket_numbers') AS number FROM generate_series(1, %(count)s)

-- lived_until --
UPDATE business SET lived_until = %(moment)s
