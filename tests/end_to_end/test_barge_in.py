"""`barge-in` on Twilio's wire: the same words over two lines of one call send a `clear` for one of them only."""

from __future__ import annotations

from tests.end_to_end.live_flows import LONG_TALK, TERMS_LINE
from tests.end_to_end.running import Service


def test_a_line_that_may_never_be_cut_short_is_not_cleared_and_an_ordinary_one_is(service: Service) -> None:
    # The second time counts from the first words on: the terms are over by then.
    report, record = service.ring(
        "(interrupts after 0.5s) yes please", "(interrupts after 8s) yes please", query="flow=terms"
    )
    terms, first, offer, second, goodbye = record["transcript"]
    assert (terms["text"], terms["complete"]) == (TERMS_LINE, True)
    assert (offer["complete"], goodbye["complete"]) == (False, True)
    assert LONG_TALK.startswith(offer["text"])
    assert [first["speaker"], second["speaker"]] == ["caller", "caller"]
    # The first words were spoken while the terms were, and cleared nothing.
    over_terms, over_offer = report.caller
    assert over_terms.end < report.agent[0].end
    assert report.cleared_at
    assert min(report.cleared_at) > over_offer.start
    assert (record["outcome"], report.is_clean) == ("done", True)


def test_what_protects_the_caller_clears_it_all_the_same(service: Service) -> None:
    report, record = service.ring("(interrupts after 0.5s) stop calling me", query="flow=terms")
    assert not record["transcript"][0]["complete"]
    assert report.clears == 1
    assert record["outcome"] == "sent_away"
