"""The part of the API's table that is about calling people: the queue, the rules, and the lists."""

from __future__ import annotations

from flowengine.service.api import call_queue, outbound_call, regulations
from flowengine.service.api.endpoint import Endpoint
from flowengine.store.decision_body import DecisionBody

NUMBER = {"phone_number": "a telephone number in any usual spelling; a leading space stands for +"}

CALLING: tuple[Endpoint, ...] = (
    Endpoint(
        "POST",
        "/api/outbound-call",
        outbound_call.outbound_call,
        role="operator",
        subject="calls",
        summary="Call somebody, as soon as the rules allow it; 409: they forbid it, and nothing is queued",
        asks=outbound_call.OutboundCall,
        answers={200: outbound_call.OutboundCallQueued, 409: DecisionBody},
        errors=(503,),
    ),
    Endpoint(
        "GET",
        "/api/call-queue",
        call_queue.call_queue,
        role="viewer",
        subject="calls",
        summary="The calls that wait, in the order in which they will be made",
        query=call_queue.QueuePage,
        answers={200: call_queue.CallQueueView},
        errors=(503,),
    ),
    Endpoint(
        "DELETE",
        "/api/call-queue/{call_id}",
        call_queue.cancel,
        role="operator",
        subject="calls",
        summary="Take back a call that waits",
        answers={200: call_queue.CallCancelled},
        path_words={"call_id": "what POST /api/outbound-call answered"},
        errors=(409, 503),
    ),
    Endpoint(
        "GET",
        "/api/uk-regulations/can-call/{phone_number}",
        regulations.can_call,
        role="viewer",
        subject="uk-regulations",
        summary="May this number be called? Every reason against it, and when they have gone",
        query=regulations.WhatIf,
        answers={200: DecisionBody, 503: regulations.Undecided},
        path_words=NUMBER,
        away=regulations.undecided,
    ),
    Endpoint(
        "GET",
        "/api/uk-regulations/call-history/{phone_number}",
        regulations.history,
        role="viewer",
        subject="uk-regulations",
        summary="What has passed between a number and us, newest first",
        query=regulations.HistoryPage,
        answers={200: regulations.CallHistory},
        path_words=NUMBER,
        errors=(503,),
    ),
)
