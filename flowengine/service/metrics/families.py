"""Every metric of the service that is counted as things happen, declared once: name, meaning, labels, buckets.

Label values come from small fixed sets: no number, no name, no call, no flow. What is read at the moment of a scrape is
in `gathered`.
"""

from __future__ import annotations

from flowengine.service.metrics.exposition import Counter, Family, Histogram

SECONDS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
"""From a prepared line that leaves at once to an answer that nobody waits for."""
LAG_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
CALL_SECONDS = (5, 10, 20, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600)


class Families:
    """Those of one process. Each is counted where its docstring in `watching`, `calls`, `loop_lag` or `stalls` says."""

    def __init__(self) -> None:
        self.started = Counter(
            "flowengine_calls_started_total", "Calls whose session began, by direction.", ["direction"]
        )
        self.ended = Counter(
            "flowengine_calls_ended_total",
            "Calls that ended, by the disposition that the flow gives their outcome (none: it gives none); abnormal: "
            "a broken line, lost speech, a defect.",
            ["result"],
        )
        self.refused = Counter(
            "flowengine_calls_refused_total",
            "Calls that were not taken, and why: stopping, max_calls, loop_lag, no_speech, not_valid (the flow or its "
            "inputs), no_flow (nobody's number), signature, no_start, closed_early (before its start) or token (of a "
            "stream).",
            ["reason"],
        )
        self.call_seconds = Histogram("flowengine_call_seconds", "How long calls lasted.", CALL_SECONDS)
        self.turn_seconds = Histogram(
            "flowengine_turn_seconds",
            "The parts of callers' turns: endpointing, waiting (for a line that must be heard out, or for more keys), "
            "understanding, deciding, acting (an action, the guard, a model, a colleague), voicing, playing.",
            SECONDS,
            ["part"],
        )
        self.reply_seconds = Histogram(
            "flowengine_reply_seconds",
            "From the end of the caller's voice (voice), typed line (text) or key (keys) to the first audio of the "
            "answer.",
            SECONDS,
            ["by"],
        )
        self.voice_to_voice_seconds = Histogram(
            "flowengine_voice_to_voice_seconds",
            "From the same to the first audio of ours that it led to: of a filler where one bridged the wait, else of "
            "the answer.",
            SECONDS,
            ["by"],
        )
        self.unanswered = Counter(
            "flowengine_turns_unanswered_total",
            "Turns without a first audio of their own: overtaken, hung up, or answered behind a line that went on.",
            ["by"],
        )
        self.wait_seconds = Histogram(
            "flowengine_wait_seconds",
            "How long a turn waited for another: meaning, intent, value, model (its first sentence), action, guard.",
            SECONDS,
            ["what"],
        )
        self.mark_late_seconds = Histogram(
            "flowengine_mark_late_seconds",
            "How long after the first sentence of an answer must have been played its mark came back.",
            SECONDS,
        )
        self.underruns = Counter("flowengine_underruns_total", "Gaps in the audio of answers, since it came too late.")
        self.cut = Counter(
            "flowengine_answers_cut_total", "Answers that were stopped, or whose end was not proved by a mark."
        )
        self.interruptions = Counter(
            "flowengine_interruptions_total",
            "How often a caller's voice stopped the agent; in_earnest false: by a cough or a noise of listening.",
            ["in_earnest"],
        )
        self.failed = Counter(
            "flowengine_errands_failed_total",
            "What calls asked for and did not get: model, action, guard, recording; understanding: likeness, or a "
            "model that was to choose an intent or read a value.",
            ["what"],
        )
        self.speech_lost = Counter(
            "flowengine_speech_lost_total",
            "Calls that were ended since nobody could hear (recogniser) or speak (voice) any more.",
            ["engine"],
        )
        self.blocked = Counter(
            "flowengine_sentences_blocked_total",
            "Sentences that the in-call guard kept from being said, by rule.",
            ["rule"],
        )
        self.loop_lag_seconds = Histogram(
            "flowengine_loop_lag_seconds", "How late the event loop woke, twenty times a second.", LAG_SECONDS
        )
        self.loop_stalls = Counter(
            "flowengine_loop_stalls_total",
            "How often the event loop was held up for more than 20 ms: by the garbage collector (garbage), by what it "
            "had to do (work), or since its thread did not run (waiting: other programs, a lock, a disk).",
            ["cause"],
        )
        self.garbage_seconds = Histogram(
            "flowengine_garbage_seconds",
            "How long a pass of the garbage collector held the process up.",
            LAG_SECONDS,
            ["generation"],
        )

    @property
    def all(self) -> tuple[Family, ...]:
        """In the order of the page."""
        return tuple(vars(self).values())
