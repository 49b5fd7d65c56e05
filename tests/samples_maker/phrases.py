"""What the agent says, in several wordings each, so that a run reads like one and not like a form."""

from __future__ import annotations

from tests.samples_maker.dice import Dice

_SAYINGS: dict[str, tuple[str, ...]] = {
    "plan": (
        "{n} new tickets. {first} first: it blocks people, the others only annoy them.",
        "I take {first} before the rest; {reporter} has been waiting longest.",
        "{first} looks like the one with the largest table, so it pays most. Then the others in order.",
        "{n} complaints, perhaps fewer causes. Start with {first} and see what falls out for the rest.",
        "Nothing here is on fire. {first} first, because its table is already known.",
    ),
    "start": (
        "{id} is about {name}. Read the query, then ask the planner; no guessing before that.",
        "Now {id}. {reporter} may be right about the symptom and wrong about the cause, so: query and plan first.",
        "{name} next. Two things at once: the text of the query and what indexes {table} has.",
        "On to {id}. I want to see {name} as it is today, not as anybody remembers it.",
        "{id}, {name}: if the table lost an index in the night, the plan will tell in one line.",
    ),
    "wrong_path": (
        "No such query, so {name} must be a job. List the jobs.",
        "{name} is not among the queries. Look in app/jobs.",
    ),
    "scan": (
        "The plan says SCAN {table}: all {rows} rows are read to find a few.",
        "{rows} rows of {table} examined for one answer. No index is used at all.",
        "A full scan of {table}. With {rows} rows that explains the wait.",
        "SCAN {table}, {rows} rows. Whatever index there was, this query cannot use it.",
    ),
    "sort": (
        "The rows are found by {index}, but then sorted. The index stops one column too early.",
        "No scan here, a sort: {index} does not carry the order that the query asks for.",
    ),
    "count": (
        "The small query inside {name} is answered by {index}. How often is it asked? The check counts.",
        "Nothing wrong with this plan, so the number of statements is next. Let the check count them.",
    ),
    "loop": (
        "{n} statements for one run of {name}: there is a loop around a query.",
        "{n} times the database is asked. Not the query is slow, the number of them is.",
        "{name} asks {n} times, one small query for each row of another.",
    ),
    "fine": (
        "The plan is a search by {index}. Nothing is wrong with {name} now.",
        "{name} is answered by {index}. Whatever was slow at nine, it was not this query.",
    ),
    "shared": (
        "{name} is already quick: {index} from an earlier ticket serves it too.",
        "One cause, two tickets. {index} came with an earlier fix and answers {name} as well.",
    ),
    "invalid": (
        "It does not run at all: {problem}. A migration took the column away.",
        "The error is plain: {problem}. So this is no slow query but a broken one; the search can be short.",
    ),
    "blame": (
        "{migration} drops {table} and builds it anew; {lost_indexes} went with the old table.",
        "There it is: {migration} rebuilds {table}. {lost_indexes} existed before, and it brings {kept} back.",
        "{migration} is the night's change to {table}: {lost_indexes} before, {kept} after.",
    ),
    "blame_drop": (
        "{migration} drops an index of {table} that others lived on.",
        "{migration} took an index of {table} away for a good reason, and did not ask who else uses it.",
    ),
    "innocent": (
        "No migration of the night rebuilt {table}. The cause must be in the query.",
        "{table} was left alone in the night, so I look at how the query is written.",
    ),
    "spread": (
        "{rows} rows, {distinct} different values in {column}: an index would pay.",
        "{column} has {distinct} values over {rows} rows. Selective enough.",
        "About {each_rows} per value of {column}. Worth an index, if the query lets it be used.",
    ),
    "locked": (
        "Locked: the nine o'clock backup, most likely. It is only a count, ask again.",
        "The database is busy for a moment. Again.",
    ),
    "hits": (
        "\u201c{title}\u201d ranks first with {score}. Read it before anything else.",
        "{count} documents fit; \u201c{title}\u201d fits best. Does its advice apply to {name}?",
        "Best hit: \u201c{title}\u201d. I try its advice on {name} first.",
        "The search points to \u201c{title}\u201d ({score}).",
    ),
    "timeout": (
        "Search gave no answer in time. Once more; the request is harmless to repeat.",
        "The search is down or busy. I ask again instead of guessing.",
        "A timeout says nothing about the question. Same query again.",
    ),
    "no_fit": (
        "\u201c{title}\u201d does not help: {why}.",
        "Not this one: {why}. Next hit.",
        "I leave \u201c{title}\u201d aside, {why}.",
    ),
    "learned": (
        "\u201c{title}\u201d proposes what failed before on such a query. Not again.",
        "Its advice did not help last time with the same symptom; skip \u201c{title}\u201d.",
    ),
    "same": (
        "\u201c{title}\u201d says the same in other words. That was tried.",
        "The same advice again, in \u201c{title}\u201d.",
    ),
    "refine": (
        "None of the hits led anywhere. Ask again in the words of the symptom.",
        "I searched for the wrong thing. Once more, with what the plan really says.",
    ),
    "try": (
        "Advice taken from \u201c{title}\u201d: {what}.",
        "This should do it: {what} (\u201c{title}\u201d).",
        "As \u201c{title}\u201d has it: {what}. The check for {name} will tell.",
    ),
    "half": (
        "The answer is right, but there is still no index to search by. The second half: {what}.",
        "Better, not done: the condition is bare now and finds no index. Add one: {what}.",
    ),
    "failed": (
        "The check fails: {problem}. Take it back.",
        "Not it: {problem}. Undo and try the next.",
        "Rejected by the check ({problem}). The workspace goes back to what it was.",
    ),
    "passed": (
        "Passes. Look at the plan once more before I say so to {reporter}.",
        "The check for {name} is green. What does the planner do now?",
        "Green, and the answer is unchanged. Ask for the new plan.",
    ),
    "passed_job": (
        "The check for {name} is green: the same answer with a handful of statements.",
        "Passes, with two statements where there was one for each row.",
    ),
    "close": (
        "{before_rows} examined before, {after} now. {id} can be closed.",
        "The plan is {plan} now. Done with {id}.",
        "From {before_rows} to {after}. That is what {reporter} will feel.",
    ),
    "give_up": ("Nothing that is written down helps with {name}. A person should look at {id}.",),
    "suite": (
        "Before the next tickets: does everything that was closed still pass?",
        "One more batch done. Run all of their checks together, fixes can get in each other's way.",
        "Check the work so far as a whole, with the limit on indexes.",
    ),
    "suite_good": (
        "All {passed} pass. On with it, {clock} on the clock.",
        "{passed} of {passed}. No fix broke another one.",
        "Nothing broke: {passed} checks, no failure. {clock} used.",
    ),
    "suite_bad": ("{passed} pass, not all. What fails is noted and goes to a person.",),
    "too_many": (
        "{problem}. One of them must be redundant: look for an index that begins another.",
        "The limit bites: {problem}. Which of them does nobody need?",
    ),
    "redundant": ("{name} is the beginning of {other}. Whatever it can do, the longer one can.",),
    "try_drop": ("The quickest way would be to drop {name} on staging.",),
    "denied_drop": ("Not mine to drop, and rightly so. The file that creates it is mine: remove that.",),
    "try_migration": ("The missing index belongs into {migration}, where it was lost. Put it back there.",),
    "denied_migration": ("Applied migrations stay as they are. Then a file of its own in ops/.",),
    "try_analyze": ("Statistics first, it costs nothing: ANALYZE {table} right away.",),
    "denied_analyze": ("Read only. The same statement can go through ops/ and be checked there.",),
    "spot": (
        "Spot check: {name} was closed early. Is it still answered by an index?",
        "Before I hand over, {name} once more, with everything else in place.",
        "Look at {name} again; it shares {table} with later fixes.",
        "One of the quiet ones: does {name} still do what I promised?",
    ),
    "close_job": (
        "Two statements now, whatever the number of rows. {id} can be closed.",
        "{name} asks twice and no more. Closed.",
    ),
    "close_sort": (
        "No SORT in the plan any more: {plan}. {id} is done.",
        "{index} hands the rows out in order. Close {id}.",
    ),
    "reply_sort": (
        "{name} comes in the right order straight from {index} now, nothing is sorted any more.",
        "Fixed in {target}: the rows of {name} are found in their order. Please look again, {reporter}.",
    ),
    "close_broken": ("{name} runs again, by {index}. {id} is done.", "It answers, and by {index} at that. Close {id}."),
    "reply_job": (
        "{name} asks two queries now instead of one for each row. Fixed in {target}.",
        "{name} should be through in a second tomorrow: one grouped query instead of a loop.",
    ),
    "reply_broken": (
        "{why} {name} asks for the new one now; note that amounts are in cents.",
        "{name} works again. {why} The page must divide by 100.",
    ),
    "reply": (
        "{name} is quick again: {before_rows} were read for each call, now {after}. Please try.",
        "Found it. {why} Fixed in {target}; the check for {name} passes.",
        "Done, {reporter}. {why} {name} reads {after_rows} instead of {before} now.",
        "{id} is fixed in {target} and waits for review. {why}",
    ),
    "reply_fine": (
        "I cannot see anything wrong with {name} any more: it is answered by {index}. Tell me if it comes back.",
        "{name} is quick when I ask it ({index}). If it happens again, note the time, please.",
    ),
    "reply_give_up": ("I could not find a safe fix for {name}. What I know is in the notes of {id}.",),
    "thanks": (
        "Works, thank you! Down to {p95} ms here.",
        "Much better. {p95} ms on my side.",
        "I did not believe it, but yes: {p95} ms.",
        "That was quick. {p95} ms, closing from my side.",
        "Confirmed, {p95} ms at the 95th percentile.",
    ),
    "end": (
        "{closed} tickets closed, {open} handed over, {patches} patches in review. Most of it was one thing: tables "
        "that were rebuilt in the night without their indexes. The rest were queries that hid a column from its index.",
    ),
}


def say(saying: str, about: str, **facts: object) -> str:
    """One of the wordings of a saying; which one hangs on `about`. A number n is also there as n_rows and n_indexes."""
    shown = {key: f"{value:,}" if isinstance(value, int) else value for key, value in facts.items()}
    for key, value in facts.items():
        if isinstance(value, int):
            shown[f"{key}_rows"] = f"{value:,} row{'s' * (value != 1)}"
            shown[f"{key}_indexes"] = f"{value:,} index{'es' * (value != 1)}"
    return Dice(f"{saying} {about}").pick(_SAYINGS[saying]).format(**shown)
