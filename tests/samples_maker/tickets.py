"""The tickets of the morning: who complains about what, and the query or job behind it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Ticket:
    """One complaint.

    Attributes:
        name: of the query (app/queries/NAME.sql) or job (app/jobs/NAME.py) that it is about.
        table: the one whose access is to blame. ordered: the rows must come without a sorting step.
        source: the text of the query; of a job the outer and the inner query.
    """

    id: str
    reporter: str
    text: str
    name: str
    table: str
    source: tuple[str, ...]
    parameters: dict[str, object] = field(default_factory=dict)
    ordered: bool = False

    @property
    def is_job(self) -> bool:
        return len(self.source) == 2

    @property
    def path(self) -> str:
        return f"app/jobs/{self.name}.py" if self.is_job else f"app/queries/{self.name}.sql"


def _ticket(
    reporter: str, text: str, name: str, table: str, *source: str, ordered: bool = False, **parameters: object
) -> Ticket:
    return Ticket("", reporter, text, name, table, source, parameters, ordered)


_ORDERS = "SELECT id, ref, status, total_cents FROM orders WHERE"

_COMPLAINTS: tuple[Ticket, ...] = (
    _ticket("support", "When I open a customer from the chat, their orders come last and late.",
            "chat_orders", "orders", "SELECT id, ref FROM orders WHERE CAST(customer_id AS TEXT) = :customer",
            customer="417"),
    _ticket("support", "Looking an order up by its reference makes my screen freeze. Customers are on the phone!",
            "order_by_ref", "orders", f"{_ORDERS} ref = :ref", ref="R07919"),
    _ticket("jonas", "Sign-in is slow for everybody, not only for the big accounts.",
            "login_email", "customers", "SELECT id, name FROM customers WHERE lower(email) = lower(:email)",
            email="EMIL.BRANDT1@example.org"),
    _ticket("maria", "The order history page takes ages since this morning. It was instant yesterday.",
            "orders_history", "orders", f"{_ORDERS} customer_id = :customer ORDER BY placed_at DESC",
            ordered=True, customer=417),
    _ticket("finance", "The daily orders report timed out at 06:00. It never did before.",
            "orders_of_day", "orders", "SELECT id, total_cents FROM orders WHERE date(placed_at) = :day",
            day="2026-11-18"),
    _ticket("lena", "Who writes these tracking pages? Two seconds for one parcel.",
            "tracking_lookup", "shipments",
            "SELECT order_id, carrier, shipped_at FROM shipments WHERE tracking = :tracking",
            tracking="TRK314187"),
    _ticket("ops", "invoice_mail is still running, and it holds a read lock the whole time.",
            "invoice_mail", "order_items",
            "SELECT id FROM orders WHERE status = :status ORDER BY id LIMIT 120",
            "SELECT sum(quantity * price_cents) FROM order_items WHERE order_id = :id", status="packed"),
    _ticket("audit", "The trail of a single order needs longer than the export of the whole month.",
            "audit_trail", "audit_log",
            "SELECT action, at FROM audit_log WHERE entity = :entity AND entity_id = :id ORDER BY at",
            ordered=True, entity="order", id=1701),
    _ticket("marketing", "Coupons must work in lower case too. They do now, but the checkout crawls.",
            "coupon_check", "coupons", "SELECT id, percent FROM coupons WHERE code = :code COLLATE NOCASE",
            code="brass001"),
    _ticket("finance", "The totals report shows an error instead of numbers. Did a column go away?",
            "order_totals", "orders", "SELECT sum(total) FROM orders WHERE customer_id = :customer", customer=23),
    _ticket("warehouse", "The packing list for today loads row by row, we can watch it.",
            "open_orders", "orders",
            "SELECT id, ref, placed_at FROM orders WHERE status = :status AND placed_at >= :since ORDER BY placed_at",
            ordered=True, status="paid", since="2026-11-01"),
    _ticket("jonas", "Products of a category: the shop front waits for the database, the cache hides it for most.",
            "category_page", "products", "SELECT id, title FROM products WHERE +category = :category AND active = 1",
            category="lamps"),
    _ticket("maria", "Sales of one product: 9,000 lines are read for a sum of forty.",
            "product_sales", "order_items", "SELECT sum(quantity) FROM order_items WHERE product_id = :product",
            product=77),
    _ticket("sam", "Is it me, or do sessions of a user come back in a strange order, and slowly?",
            "recent_sessions", "sessions",
            "SELECT token, started_at FROM sessions WHERE customer_id = :customer ORDER BY started_at DESC",
            ordered=True, customer=31),
    _ticket("warehouse", "Counting what is low in the north hall takes as long as walking there.",
            "low_stock", "stock",
            "SELECT product_id, quantity FROM stock WHERE warehouse = :hall AND quantity < :least",
            hall="north", least=20),
    _ticket("lena", "The lines of an order felt slow at nine. Maybe somebody ran a backup?",
            "order_lines", "order_items",
            "SELECT product_id, quantity, price_cents FROM order_items WHERE order_id = :id",
            id=1204),
    _ticket("audit", "Yesterday's audit entries: I ask for one day and it reads two years.",
            "audit_of_day", "audit_log", "SELECT entity, action FROM audit_log WHERE date(at) = :day",
            day="2026-11-17"),
    _ticket("finance", "Refunds by reason: could you look why this needs a full minute in the dashboard?",
            "refunds_by_reason", "refunds",
            "SELECT id, amount FROM refunds WHERE reason = :reason AND created_at >= :since",
            reason="late", since="2026-10-01"),
    _ticket("ops", "The restock job fires hundreds of tiny queries. The pool is exhausted at 07:00 sharp.",
            "restock", "stock", "SELECT id FROM products WHERE category = :category ORDER BY id",
            "SELECT sum(quantity) FROM stock WHERE product_id = :id", category="chairs"),
    _ticket("jonas", "The session check is on every request. Please, please make it quick again.",
            "session_check", "sessions", "SELECT customer_id FROM sessions NOT INDEXED WHERE token = :token",
            token="9e3779b1"),
    _ticket("warehouse", "Late parcels by carrier: the list is right, only nobody waits for it any more.",
            "late_parcels", "shipments",
            "SELECT tracking FROM shipments WHERE carrier = :carrier AND shipped_at < :until ORDER BY shipped_at",
            ordered=True, carrier="gls", until="2026-03-01"),
    _ticket("maria", "App orders of this week: the number is right, the wait is not.",
            "channel_week", "orders", "SELECT count(*) FROM orders WHERE channel = :channel AND placed_at >= :since",
            channel="app", since="2026-11-12"),
    _ticket("finance", "The refunds of October, please, without a coffee break.",
            "refunds_of_month", "refunds",
            "SELECT id, amount FROM refunds WHERE strftime('%Y-%m', created_at) = :month", month="2026-10"),
    _ticket("sam", "The stock widget on the product page blinks in last.",
            "stock_widget", "stock", "SELECT warehouse, quantity FROM stock NOT INDEXED WHERE product_id = :product",
            product=181),
    _ticket("marketing", "Coupons that are still valid. I only need the list once, but I need it today.",
            "valid_coupons", "coupons", "SELECT code, percent FROM coupons WHERE valid_until >= :today",
            today="2026-11-20"),
    _ticket("ops", "loyalty went from four seconds to four minutes. Nobody touched the job.",
            "loyalty", "sessions", "SELECT id FROM customers WHERE country = :country ORDER BY id LIMIT 70",
            "SELECT count(*) FROM sessions WHERE customer_id = :id", country="DK"),
    _ticket("lena", "The price column on the order lines page is broken: no such column, it says.",
            "line_prices", "order_items", "SELECT product_id, price FROM order_items WHERE order_id = :id", id=377),
    _ticket("jonas", "Customers of a country, oldest first, for the newsletter. The export stops half-way.",
            "country_list", "customers", "SELECT id, name FROM customers WHERE country = :country ORDER BY created_at",
            ordered=True, country="NL"),
    _ticket("support", "Which parcel belongs to an order? I type the number in and go for lunch.",
            "parcel_of_order", "shipments",
            "SELECT carrier, tracking FROM shipments WHERE CAST(order_id AS TEXT) = :order", order="1306"),
    _ticket("maria", "Orders that were returned, by day. It was the fastest page we had.",
            "returns_by_day", "orders", "SELECT id, ref FROM orders WHERE status = :status ORDER BY placed_at",
            ordered=True, status="returned"),
    _ticket("warehouse", "Scanning a parcel label that is printed in lower case hangs the scanner.",
            "label_scan", "shipments", "SELECT id, order_id FROM shipments WHERE tracking = :label COLLATE NOCASE",
            label="trk209458"),
    _ticket("sam", "Who was active on Tuesday? The chart needs one number, the query reads everybody.",
            "active_on_day", "sessions", "SELECT count(*) FROM sessions WHERE date(started_at) = :day",
            day="2026-11-17"),
    _ticket("ops", "The digest job: same complaint as restock, same hour, other table.",
            "digest", "shipments", "SELECT id FROM orders WHERE channel = :channel ORDER BY id LIMIT 90",
            "SELECT max(shipped_at) FROM shipments WHERE order_id = :id", channel="phone"),
    _ticket("audit", "Everything that was done to one product, whoever did it.",
            "product_trail", "audit_log", "SELECT action, at FROM audit_log WHERE entity_id = :id", id=122),
    _ticket("jonas", "A product by its SKU. The page is slow, though I doubt that it is this query.",
            "product_by_sku", "products", "SELECT id, title FROM products WHERE sku = :sku", sku="SKU-00117"),
    _ticket("maria", "How many orders does a product appear in? The planner meeting needs it.",
            "orders_with_product", "order_items",
            "SELECT count(DISTINCT order_id) FROM order_items WHERE product_id = :product", product=12),
)  # fmt: skip

TICKETS: tuple[Ticket, ...] = tuple(
    replace(ticket, id=f"T-{number}") for number, ticket in enumerate(_COMPLAINTS, start=2201)
)
