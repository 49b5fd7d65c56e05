"""The documents that the agent can search: runbooks, notes of old incidents, house rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """`remedy` names the way out that the text proposes, "none" where it proposes none. `updated` is an ISO date."""

    name: str
    title: str
    remedy: str
    updated: str
    body: str

    @property
    def path(self) -> str:
        return f"docs/{self.name}.md"

    @property
    def text(self) -> str:
        return f"# {self.title}\nremedy: {self.remedy}\nupdated: {self.updated}\n\n{self.body}\n"


DOCUMENTS: tuple[Document, ...] = (
    Document("rebuilt-tables", "Indexes lost when a table is rebuilt", "index_equality_first", "2026-11-19",
        "A migration that rebuilds a table drops every index with the old one. A query that did a search before "
        "now does a full scan.\nCreate the missing index again: columns compared by equality first, then the "
        "range or the sort order."),
    Document("index-order", "The order of columns in an index", "index_equality_first", "2025-04-02",
        "Equality columns first, then one range, then the sort order. An index whose first column is compared by "
        "range cannot narrow by the second.\nA sort disappears when the index ends in the ORDER BY columns."),
    Document("sorting", "Queries that sort although an index exists", "index_equality_first", "2026-02-11",
        "A temporary sort shows that the rows were found by an index but not in their order. Extend the index by "
        "the ORDER BY column; the old shorter index is then redundant."),
    Document("first-aid", "First aid for a slow query", "analyze", "2024-09-30",
        "Slow query after a migration? Refresh the statistics first. It is cheap, safe, and often the missing "
        "piece when the planner picks a full scan."),
    Document("statistics", "Stale statistics and the planner", "analyze", "2025-08-14",
        "The planner chooses by sqlite_stat1. After bulk loads and rebuilds the statistics are stale: run "
        "ANALYZE on the table. It helps where two indexes compete, not where none exists."),
    Document("single-index", "Late lists: index for ORDER BY and carriers", "index_first", "2023-03-08",
        "Lists of late things by carrier or by country sort on each call. Create an index on the first column of "
        "the WHERE clause; small, quick to build, easy to reason about. (Advice from the first year of the shop.)"),
    Document("dates", "A function around a date column", "range", "2026-06-21",
        "date(x) = :day and strftime of a column hide the column from every index: full scan. Compare the bare "
        "column with a half-open range instead, from the first moment of the day or month to the first moment of "
        "the next."),
    Document("reports", "Daily and monthly reports that time out", "range", "2025-12-01",
        "Reports by day or month with date() or strftime() read the whole table. Rewrite the condition as a "
        "range of the bare column. Add an index on it if the table has none."),
    Document("lower-case", "Comparing with lower()", "expression_index", "2026-05-05",
        "lower(column) = lower(:value) cannot use the index on the column. Create an index on the expression "
        "lower(column); the query stays as it is."),
    Document("sign-in", "Sign-in and the email address", "expression_index", "2024-11-18",
        "Emails are compared with lower() since accounts were merged. An expression index on lower(email) keeps "
        "sign-in quick. Do not lower the stored value, invoices print it."),
    Document("nocase", "COLLATE NOCASE and indexes", "collate_index", "2026-11-12",
        "An index has a collation. A comparison COLLATE NOCASE only uses an index that was created COLLATE "
        "NOCASE; any other is ignored and the query does a full scan."),
    Document("codes", "Codes and labels without case", "lower_both", "2025-01-23",
        "Codes typed by people, in lower case or not: compare lower(code) with lower(:value) in the query and "
        "nothing else is needed. Works for coupons, labels, vouchers, tracking numbers COLLATE NOCASE."),
    Document("casts", "A cast hides the index", "drop_cast", "2026-10-09",
        "CAST(column AS TEXT) = :value looks harmless and reads every row. Compare the bare column; the column's "
        "affinity converts the value."),
    Document("types", "Numbers that arrive as text", "drop_cast", "2025-05-27",
        "The chat and the label printer send ids as text. Do not cast the column to text, the index is lost. Let "
        "the database convert the parameter."),
    Document("hints", "NOT INDEXED and other leftovers", "drop_hint", "2026-11-15",
        "NOT INDEXED was written into some queries for the load test in spring and forbids every index. Remove "
        "the hint, nothing else."),
    Document("plus", "The unary plus", "drop_plus", "2026-03-17",
        "+column is an old hint: it keeps the planner from using an index of that column. It was right for one "
        "release. Remove the plus."),
    Document("loops", "Many tiny queries in a loop", "batch_loop", "2026-09-01",
        "A job that runs one query for each row of another (N+1 statements) exhausts the pool. Fetch all in one "
        "grouped query and look the rows up in a map."),
    Document("loops-zero", "Counting in batches: what is not there", "batch_loop_zero", "2026-11-10",
        "A grouped query has no row for a group without members. A job that counts must answer 0 there, not "
        "nothing: give the lookup in the map a default of 0."),
    Document("pool", "The connection pool is exhausted", "batch_loop", "2025-10-06",
        "Check for jobs with statements in a loop before you raise the limit. One grouped query for the whole "
        "batch is nearly always possible."),
    Document("renamed", "No such column after a migration", "rename_column", "2026-11-19",
        "Migrations 0042 and 0043 renamed money columns: total is total_cents, price is price_cents, in whole "
        "cents. Queries with the old column fail at once. Use the new name; the page divides by 100."),
    Document("read-locks", "Long reads and locks", "none", "2025-02-19",
        "A long read holds a shared lock; writers wait. Backups run at nine. A query that is quick now may have "
        "waited then: look at the plan before you change anything."),
    Document("house-rules", "House rules for changes to the database", "none", "2026-01-12",
        "Applied migrations are never edited. New indexes go to ops/, one a file, numbered. At most four indexes "
        "a table. Nobody drops anything on staging by hand."),
    Document("incident-2025-03", "Incident of March 2025: audit log", "none", "2025-03-29",
        "The audit export blocked the checkout for eleven minutes. Cause: an index was replaced by one in "
        "another order. Lesson: look who else uses an index before it is dropped."),
    Document("covering", "Covering indexes", "none", "2024-06-02",
        "An index that holds every column of the query saves the visit to the table. Worth it for hot queries "
        "only, each index costs at every write."),
    Document("sessions", "The sessions table", "index_equality_first", "2025-07-07",
        "Sessions are looked up by token on each request and by customer for the account page, newest first. The "
        "second needs customer_id and started_at in one index."),
    Document("audit", "The audit log and its two readers", "index_equality_first", "2026-11-17",
        "The export reads audit_log by time, the trail by entity and entity_id. Both need their own index; one "
        "in the order of the other does a full scan."),
)  # fmt: skip
