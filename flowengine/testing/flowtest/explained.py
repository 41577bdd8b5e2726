"""What the diagnostics of test files mean, for `flowengine explain`; the page of the test language lists them too."""

from __future__ import annotations

from flowengine.graph.checks.catalogue import Entry


def _entry(code: str, name: str, text: str) -> Entry:
    return Entry(code, name, "error", text)


EXPLAINED: tuple[Entry, ...] = (
    _entry(
        "FL851",
        "unknown-line",
        "No line of a test begins with this word. The lines are `flow`, `contact`, `now`, `guard`, `agent:`, "
        "`caller:`, `expect`, `ends` and those that the page of the test language lists.",
    ),
    _entry(
        "FL852",
        "misplaced-line",
        "A line of a test stands at the margin, or a `test` stands inside another. A test's lines are indented under "
        "its name.",
    ),
    _entry(
        "FL853",
        "bad-line",
        "A line begins as one of a test and goes wrong further on: a quote that is not closed, a missing colon, words "
        "where none belong. The remedy shows the line's form.",
    ),
    _entry(
        "FL854",
        "unknown-cue",
        "Brackets after `caller:` hold what the caller does instead of speaking: `(silence 6s)`, `(press 1)`, "
        "`(hangs up)`. These hold none of it.",
    ),
    _entry(
        "FL856",
        "bad-indentation",
        "A line is indented as no line above it. All lines of a test stand alike; only those under `contact` are "
        "deeper.",
    ),
    _entry("FL857", "given-twice", "What can be given once, such as `flow`, `now` or a contact field, is given again."),
    _entry(
        "FL858",
        "duplicate-test",
        "Two tests of a file have the same name, so that a report could not say which of them failed.",
    ),
    _entry(
        "FL859",
        "incomplete-test",
        "A test names no flow, or checks nothing: it would pass whatever the flow did.",
    ),
    _entry("FL860", "no-tests", "A file holds no test. It was meant to check something, and would pass unseen."),
    _entry(
        "FL861", "after-end", "A line stands after `ends`. The call is over there, so the line would never be played."
    ),
    _entry("FL862", "bad-value", "A date or a time that no calendar or clock has, such as 30 February."),
    _entry("FL863", "unknown-action", "The test says what an action does that the flow does not have."),
    _entry(
        "FL864",
        "action-misfit",
        "The test gives a result that the action does not have, leaves one out, or gives one of another type. A real "
        "action could not answer so.",
    ),
    _entry("FL865", "unknown-exit", "The test sends the model through an exit that no `llm` of the flow has."),
    _entry("FL866", "unknown-variant", "The test picks a variant that the `split` does not have, or names no split."),
    _entry(
        "FL867",
        "never-asked",
        "The test says what the model or a transfer does, and the flow asks for neither: the line has no effect.",
    ),
    _entry("FL868", "unknown-intent", "`expect understood` names an intent that the flow does not have."),
    _entry(
        "FL869",
        "unknown-summary-field",
        "The summary of the flow has no field of this name, or has one that no model is asked for.",
    ),
    _entry(
        "FL870",
        "unknown-flow",
        "There is no such flow near the test: it is looked for beside the test file and in the folder above.",
    ),
    _entry("FL871", "unknown-contact-field", "The flow's `contact` block has no field of this name."),
    _entry(
        "FL872",
        "missing-contact-field",
        "The flow requires a contact field that the test does not give. A call request without it would be refused, so "
        "no such call can take place.",
    ),
    _entry("FL873", "unknown-outcome", "`ends` names an outcome that the flow does not have."),
    _entry("FL874", "unknown-state", "`expect state` names a state that the flow does not have."),
    _entry("FL875", "unknown-value", "`expect` names a slot or variable that the flow does not have."),
    _entry("FL876", "unknown-guard", "The test answers for a guard that the flow never asks."),
    _entry(
        "FL877", "contact-misfit", "A contact value does not fit its field's type: it would be refused before dialling."
    ),
    _entry(
        "FL878",
        "flow-not-valid",
        "The flow has errors and cannot be played. They follow in the same report; mend them first.",
    ),
    _entry(
        "FL879",
        "not-played",
        "The test has mistakes, so it was not played. In JUnit and JSON this stands in place of a result.",
    ),
    _entry("FL880", "summary-value-misfit", "A field of the summary can never hold this value: it is of another type."),
)
