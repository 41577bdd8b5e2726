"""The API, as a table: from it follow the routes, who may use them, OpenAPI, `schemas/` and the reference.

A new endpoint is one entry here, its handler in the file of its subject, and a test. Its request type forbids unknown
fields (`class X(msgspec.Struct, forbid_unknown_fields=True)`) and is read with `read_body` or `read_query`.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.routing import Route

from flowengine.service.api import audit, calls, flows, health, keys, labels, llm_action, metrics, openapi, session
from flowengine.service.api.call_view import Call
from flowengine.service.api.calling import CALLING
from flowengine.service.api.endpoint import Endpoint, Media
from flowengine.service.api.listing import LISTING
from flowengine.service.api.serving import Served
from flowengine.service.metrics.exposition import MEDIA_TYPE

TURN = {
    "sid": "Twilio's CallSid, or our call_id (of a conversation its beginning will do)",
    "turn": "which of the caller's turns, from 1, as the transcript counts them",
}

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/api/flows",
        flows.flows,
        role="viewer",
        subject="flows",
        summary="The flows, with the inputs that each asks for",
        answers={200: flows.FlowList},
    ),
    Endpoint(
        "GET",
        "/api/flows/{name}/graph.svg",
        flows.graph,
        role="viewer",
        subject="flows",
        summary="A flow, drawn",
        answers={200: Media("image/svg+xml", "the drawing")},
        path_words={"name": "the flow's name"},
    ),
    Endpoint(
        "GET",
        "/api/active-calls",
        calls.active_calls,
        role="viewer",
        subject="calls",
        summary="The live calls",
        answers={200: calls.ActiveCalls},
    ),
    Endpoint(
        "GET",
        "/api/call/{sid}",
        calls.call,
        role="viewer",
        subject="calls",
        summary="One call that waits, is live or is over",
        answers={200: Call},
        path_words={"sid": "Twilio's CallSid, or our call_id (of a conversation its beginning will do)"},
    ),
    Endpoint(
        "PUT",
        "/api/call/{sid}/turns/{turn}/label",
        labels.put,
        role="operator",
        subject="calls",
        summary="Say what a turn of the caller's really meant, or that it was understood right",
        asks=labels.LabelGiven,
        answers={200: labels.TurnLabel},
        path_words=TURN,
        errors=(409, 503),
    ),
    Endpoint(
        "DELETE",
        "/api/call/{sid}/turns/{turn}/label",
        labels.remove,
        role="operator",
        subject="calls",
        summary="Take the label of a turn back",
        answers={204: None},
        path_words=TURN,
        errors=(503,),
    ),
    Endpoint(
        "GET",
        "/api/labels",
        labels.listed,
        role="viewer",
        subject="calls",
        summary="What reviewers said of the turns of a flow's calls",
        query=labels.LabelsOf,
        answers={200: labels.LabelList},
        errors=(503,),
    ),
    *CALLING,
    *LISTING,
    Endpoint(
        "POST",
        "/api/llm-action",
        llm_action.llm_action,
        role="operator",
        subject="calls",
        summary="Act in a live call: end it, say something, go to a state, put the caller through, fill a slot, note",
        asks=llm_action.LlmAction,
        answers={200: llm_action.LlmActionResult},
        errors=(404, 503),
    ),
    Endpoint(
        "GET",
        "/health/live",
        health.live,
        role=None,
        subject="health",
        summary="The process runs, whether or not calls can be taken: the body is that of `/health/ready`",
        answers={200: health.Readiness},
    ),
    Endpoint(
        "GET",
        "/health/ready",
        health.ready,
        role=None,
        subject="health",
        summary="Calls can be taken; 503: not now, and why",
        answers={200: health.Readiness, 503: health.Readiness},
    ),
    Endpoint(
        "GET",
        "/metrics",
        metrics.metrics,
        role="viewer",
        subject="health",
        summary="The process in numbers, as Prometheus reads them",
        answers={200: Media(MEDIA_TYPE, "the metrics")},
    ),
    Endpoint(
        "GET",
        "/api/openapi.json",
        openapi.openapi,
        role="viewer",
        subject="service",
        summary="This description of the API, in OpenAPI 3.1",
        answers={200: Media("application/json", "the description")},
    ),
    Endpoint(
        "POST",
        "/api/session",
        session.sign_in,
        role=None,
        subject="access",
        summary="Sign in with a key; the answer sets a cookie",
        asks=session.SignIn,
        answers={200: session.SignedIn},
        errors=(401, 403, 429, 503),
        body_limit=4096,
    ),
    Endpoint(
        "DELETE",
        "/api/session",
        session.sign_out,
        role=None,
        subject="access",
        summary="Sign out",
        answers={204: None},
        errors=(403,),
    ),
    Endpoint(
        "GET",
        "/api/session",
        session.who,
        role="viewer",
        subject="access",
        summary="Who asks, with which role",
        answers={200: session.SignedIn},
    ),
    Endpoint(
        "GET",
        "/api/keys",
        keys.keys,
        role="admin",
        subject="access",
        summary="All keys, without their secrets",
        answers={200: keys.KeyList},
    ),
    Endpoint(
        "POST",
        "/api/keys",
        keys.create,
        role="admin",
        subject="access",
        summary="Make a key; its secret is in this answer and nowhere else",
        asks=keys.NewKey,
        answers={201: keys.CreatedKey},
    ),
    Endpoint(
        "DELETE",
        "/api/keys/{key_id}",
        keys.revoke,
        role="admin",
        subject="access",
        summary="Revoke a key; it opens nothing from a few seconds later",
        answers={204: None},
        path_words={"key_id": "the key's id"},
    ),
    Endpoint(
        "GET",
        "/api/audit",
        audit.entries,
        role="admin",
        subject="access",
        summary="The audit log, the newest first",
        query=audit.Page,
        answers={200: audit.AuditEntries},
    ),
)
"""In the order of the reference. Addresses with a `{name}` come after those that they would swallow."""


def routes(endpoints: Iterable[Endpoint] = ENDPOINTS) -> list[Route]:
    """One route an address, which knows its methods."""
    by_path: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, []).append(endpoint)
    return [Served(methods).route() for methods in by_path.values()]
