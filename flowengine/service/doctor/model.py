"""The language model: whether it is there, and how soon it says its first sentence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace

from flowengine.adapters import registry
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.conversation.modelling import FILLER_AFTER_S
from flowengine.errors import MissingExtra, ModelError
from flowengine.runtime.ports import ModelRequest
from flowengine.service.doctor.finding import Case, Finding

ONE_WORD = ModelRequest(
    task='Say the single word "ready", and nothing else.',
    facts=(),
    never=(),
    exits=(),
    heard=(("caller", "Are you there?"),),
    call_id="doctor",
)


def check(case: Case) -> Iterator[Finding]:
    """Each model of the settings is asked for one word."""
    options = case.settings.model
    if options is None:
        return
    for endpoint in options.endpoints:
        if not case.reaches:
            yield Finding("model", "ok", f"{endpoint.place}; not asked (leave --offline out to ask it)")
            continue
        try:
            yield asyncio.run(_asked(endpoint, options))
        except MissingExtra as error:
            yield Finding("model", "warning", str(error), 'pip install "flowengine[model]"')
            return


async def _asked(endpoint: Endpoint, options: ModelOptions) -> Finding:
    """Raises MissingExtra."""
    model = registry.model_from(replace(options, first=endpoint, fallback=None))
    began, heard = time.monotonic(), []
    try:
        await model.answer(ONE_WORD, lambda _: heard.append(time.monotonic() - began))
    except ModelError as error:
        remedy = "see that FLOWENGINE_MODEL_URL, FLOWENGINE_MODEL and FLOWENGINE_MODEL_KEY are right and it is running"
        return Finding("model", "problem", f"{endpoint.place} does not answer ({error})", remedy)
    finally:
        await model.close()
    seconds = heard[0] if heard else time.monotonic() - began
    says = f"{endpoint.place} answered after {seconds:.1f} s"
    if seconds > FILLER_AFTER_S:
        remedy = "a smaller model, or one that does not reason before it speaks"
        return Finding("model", "warning", f'{says}: callers will often hear "one moment"', remedy)
    return Finding("model", "ok", says)
