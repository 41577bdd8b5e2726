// Beside the call: how fast it answers, what it has learnt, where it has been.

import { byId, make, parted, show } from "./dom.js";
import { labelFor } from "./samples.js";
import { clock, latestSteps, median, milliseconds, waterfall } from "./story.js";

const BARS = 12;
const STEPS = 6;

export function showFacts(story) {
  showLatency(story.latencies, story.turn);
  showSlots(story.slots);
  showSummary(story.summary);
  showPath(story);
}

function showLatency(latencies, turn) {
  const last = latencies.at(-1);
  byId("latency").textContent = last === undefined ? "–" : milliseconds(last.ms);
  byId("latency-note").textContent = latencyNote(latencies);
  byId("latency-bars").replaceChildren(...latencies.slice(-BARS).map(latencyBar));
  showParts(turn);
}

function latencyNote(latencies) {
  const last = latencies.at(-1);
  const silences = latencies.map(({ ms }) => ms);
  const usual = latencies.length > 1 ? `median ${milliseconds(median(silences))} over ${latencies.length} replies` : "";
  if (last === undefined || (last.answer === last.ms && !usual)) return "from your last word to the first of the answer";
  if (last.answer === last.ms) return usual;
  const bridged = last.answer === null ? "to a filler, no answer yet" : `to a filler, the answer after ${milliseconds(last.answer)}`;
  return usual ? `${bridged}; ${usual}` : bridged;
}

/** As high as the wait for the answer; solid up to the first sound of ours. */
function latencyBar({ ms, answer }, _, shown) {
  const bar = make("i");
  const top = Math.max(1000, ...shown.map((each) => each.answer ?? each.ms));
  const whole = answer ?? ms;
  bar.style.height = `${Math.max(6, (whole / top) * 100)}%`;
  bar.style.setProperty("--heard", `${(ms / whole) * 100}%`);
  return bar;
}

function showParts(turn) {
  const parts = waterfall(turn);
  byId("latency-strip").replaceChildren(
    ...parts.map(({ part, ms }) => {
      const piece = make("i", `is-${part}`);
      piece.style.flexGrow = ms;
      return piece;
    }),
  );
  byId("latency-parts").replaceChildren(
    ...parts.map(({ part, name, ms }) => make("div", `is-${part}`, make("dt", "", name), make("dd", "", milliseconds(ms)))),
  );
}

function showSlots(slots) {
  show(byId("slots-empty"), slots.size === 0);
  byId("slots").replaceChildren(
    ...[...slots].map(([name, value]) => make("div", "", make("dt", "", labelFor(name)), make("dd", "", shown(value)))),
  );
}

/** What is kept of the call; a field without a value may be one that a model fills in when the page has gone. */
function showSummary(summary) {
  show(byId("summary-fact"), summary !== null);
  byId("summary").replaceChildren(
    ...Object.entries(summary ?? {}).map(([name, value]) =>
      make("div", "", make("dt", "", labelFor(name)), make("dd", "", value === null ? "–" : shown(value))),
    ),
  );
}

/** A time without its idle seconds: `10:30`, not `10:30:00`. */
function shown(value) {
  return String(value).replace(/(\d\d:\d\d):00$/, "$1");
}

function showPath(story) {
  show(byId("path-empty"), story.path.length === 0);
  const { earlier, steps } = latestSteps(story, STEPS);
  const items = steps.map((step, index) => {
    const isLive = index === steps.length - 1 && !story.isOver;
    const item = make("li", isLive ? "is-live" : "", make("b", "", ...parted(step.state)), make("time", "", clock(step.at)));
    if (step.by && step.previous) item.append(make("small", "", step.by));
    if (isLive) item.setAttribute("aria-current", "step");
    return item;
  });
  if (earlier) items.unshift(make("li", "is-earlier", `${earlier} earlier`));
  if (story.ended) items.push(make("li", "is-end", make("b", "", ...parted(story.ended.outcome)), make("time", "", clock(story.ended.at))));
  byId("path").replaceChildren(...items);
}
