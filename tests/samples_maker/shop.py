"""The shop's database: its migrations, which really run, and its rows."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

from tests.samples_maker.dice import Dice

BASE = """\
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, name TEXT, country TEXT, created_at TEXT);
CREATE TABLE products (id INTEGER PRIMARY KEY, sku TEXT, title TEXT, category TEXT, active INTEGER);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, ref TEXT, status TEXT, placed_at TEXT, total REAL);
CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER, product_id INTEGER, quantity INTEGER, price REAL);
CREATE TABLE shipments (id INTEGER PRIMARY KEY, order_id INTEGER, carrier TEXT, tracking TEXT, shipped_at TEXT);
CREATE TABLE refunds (id INTEGER PRIMARY KEY, order_id INTEGER, reason TEXT, amount REAL, created_at TEXT);
CREATE TABLE audit_log (id INTEGER PRIMARY KEY, entity TEXT, entity_id INTEGER, action TEXT, at TEXT);
CREATE TABLE stock (id INTEGER PRIMARY KEY, product_id INTEGER, warehouse TEXT, quantity INTEGER);
CREATE TABLE sessions (id INTEGER PRIMARY KEY, token TEXT, customer_id INTEGER, started_at TEXT);
CREATE TABLE coupons (id INTEGER PRIMARY KEY, code TEXT, percent INTEGER, valid_until TEXT);
CREATE INDEX ix_customers_email ON customers (email);
CREATE INDEX ix_products_sku ON products (sku);
CREATE INDEX ix_products_category ON products (category);
CREATE INDEX ix_orders_customer ON orders (customer_id, placed_at);
CREATE INDEX ix_orders_ref ON orders (ref);
CREATE INDEX ix_orders_status ON orders (status, placed_at);
CREATE INDEX ix_items_order ON order_items (order_id);
CREATE INDEX ix_items_product ON order_items (product_id);
CREATE INDEX ix_shipments_order ON shipments (order_id);
CREATE INDEX ix_shipments_tracking ON shipments (tracking);
CREATE INDEX ix_refunds_order ON refunds (order_id);
CREATE INDEX ix_audit_entity ON audit_log (entity, entity_id);
CREATE INDEX ix_stock_product ON stock (product_id);
CREATE INDEX ix_sessions_token ON sessions (token);
CREATE INDEX ix_sessions_customer ON sessions (customer_id);
CREATE INDEX ix_coupons_code ON coupons (code);
"""

# What ran in the night before the tickets came. Rebuilding a table drops its indexes with it; that is the story.
MIGRATIONS: dict[str, str] = {
    "0041_orders_channel.sql": """\
-- Where an order came from: web, app or phone.
ALTER TABLE orders ADD COLUMN channel TEXT DEFAULT 'web';
""",
    "0042_orders_cents.sql": """\
-- Money in whole cents. SQLite cannot change a column's type, so the table is rebuilt.
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, customer_id INTEGER, ref TEXT, status TEXT, placed_at TEXT,
    total_cents INTEGER, channel TEXT);
INSERT INTO orders_new SELECT id, customer_id, ref, status, placed_at, CAST(total * 100 AS INTEGER), channel
    FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
""",
    "0043_items_cents.sql": """\
-- The same for the lines of an order.
CREATE TABLE items_new (id INTEGER PRIMARY KEY, order_id INTEGER, product_id INTEGER, quantity INTEGER,
    price_cents INTEGER);
INSERT INTO items_new SELECT id, order_id, product_id, quantity, CAST(price * 100 AS INTEGER) FROM order_items;
DROP TABLE order_items;
ALTER TABLE items_new RENAME TO order_items;
CREATE INDEX ix_items_order ON order_items (order_id);
""",
    "0044_shipments_carrier.sql": """\
-- Carriers by their short name; tracking numbers stay as they are.
CREATE TABLE shipments_new (id INTEGER PRIMARY KEY, order_id INTEGER, carrier TEXT, tracking TEXT, shipped_at TEXT);
INSERT INTO shipments_new SELECT id, order_id, lower(carrier), tracking, shipped_at FROM shipments;
DROP TABLE shipments;
ALTER TABLE shipments_new RENAME TO shipments;
CREATE INDEX ix_shipments_order ON shipments (order_id);
""",
    "0045_audit_by_time.sql": """\
-- The nightly export reads the audit log by time.
DROP INDEX ix_audit_entity;
CREATE INDEX ix_audit_at ON audit_log (at, entity);
""",
    "0046_coupons_case.sql": """\
-- Coupon codes are compared without case from now on (see T-2164).
DROP INDEX ix_coupons_code;
""",
}

COUNTRIES = ("DE", "AT", "CH", "NL", "FR", "DK", "PL", "IT")
STATUSES = ("paid", "packed", "shipped", "delivered", "returned", "open", "cancelled")
CARRIERS = ("DHL", "UPS", "GLS", "DPD")
CATEGORIES = ("lamps", "chairs", "tables", "rugs", "mirrors", "shelves")
WAREHOUSES = ("north", "south", "harbour")
REASONS = ("damaged", "late", "wrong item", "changed mind")
GIVEN = ("Ada", "Bela", "Carl", "Dora", "Emil", "Frida", "Gero", "Hanna", "Ivo", "Jana", "Karl", "Lena", "Milo", "Nora")
FAMILY = ("Adler", "Brandt", "Conrad", "Drexler", "Ebert", "Falk", "Graf", "Holm", "Imhof", "Jansen", "Keller")
WOODS = ("oak", "ash", "birch", "walnut", "brass", "linen", "steel", "cork")
THINGS = ("lamp", "chair", "table", "rug", "mirror", "shelf", "stool", "bench")
ROWS = {
    "customers": 900, "products": 240, "orders": 4000, "order_items": 9000, "shipments": 3000,
    "refunds": 420, "audit_log": 6000, "stock": 720, "sessions": 2600, "coupons": 260,
}  # fmt: skip
LAST_DAY = datetime(2026, 11, 19, tzinfo=UTC)


def build(connection: sqlite3.Connection, seed: str) -> None:
    """Makes the tables, fills them and runs the migrations."""
    connection.executescript(BASE)
    dice = Dice(seed)
    for table, count in ROWS.items():
        rows = [_row(table, n, dice) for n in range(1, count + 1)]
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    for script in MIGRATIONS.values():
        connection.executescript(script)
    connection.executescript(
        "UPDATE orders SET channel = CASE id % 5 WHEN 0 THEN 'app' WHEN 3 THEN 'phone' ELSE 'web' END"
    )
    connection.commit()


def _moment(dice: Dice, days: int = 300) -> str:
    at = LAST_DAY - timedelta(days=dice.between(0, days), seconds=dice.between(0, 86399))
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _row(table: str, n: int, dice: Dice) -> tuple[object, ...]:
    order, customer, product = dice.between(1, 4000), dice.between(1, 900), dice.between(1, 240)
    match table:
        case "customers":
            given, family = dice.pick(GIVEN), dice.pick(FAMILY)
            return n, f"{given}.{family}{n}@example.org", f"{given} {family}", dice.pick(COUNTRIES), _moment(dice, 900)
        case "products":
            title = f"{dice.pick(WOODS).title()} {dice.pick(THINGS)} {n}"
            return n, f"SKU-{n:05}", title, dice.pick(CATEGORIES), int(dice.chance(0.8))
        case "orders":
            total = dice.between(900, 90000) / 100
            return n, customer, f"R{n * 7919 % 100000:05}", dice.pick(STATUSES), _moment(dice), total
        case "order_items":
            return n, order, product, dice.between(1, 6), dice.between(300, 30000) / 100
        case "shipments":
            return n, order, dice.pick(CARRIERS), f"TRK{n * 104729 % 1000000:06}", _moment(dice)
        case "refunds":
            return n, order, dice.pick(REASONS), dice.between(300, 9000) / 100, _moment(dice)
        case "audit_log":
            entity = dice.pick(("order", "customer", "product"))
            return n, entity, order, dice.pick(("create", "update", "export", "view")), _moment(dice)
        case "stock":
            return n, product, dice.pick(WAREHOUSES), dice.skewed(0, 400)
        case "sessions":
            return n, f"{n * 2654435761 % 2**32:08x}", customer, _moment(dice, 60)
        case _:
            day = LAST_DAY + timedelta(days=dice.between(-200, 60))
            return n, f"{dice.pick(WOODS).upper()}{n:03}", dice.between(5, 40), day.strftime("%Y-%m-%d")
