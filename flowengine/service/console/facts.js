// Beside the call: how fast it answers, what it has learnt, where it has been.

import { byId, make, show } from "./dom.js";
import { labelFor } from "./samples.js";
import { clock, median, waterfall } from "./story.js";

const BARS = 12;

export function showFacts(story) {
  showLatency(story.latencies, story.turn);
  showSlots(story.slots);
  showSummary(story.summary);
  showPath(story);
}

function showLatency(latencies, turn) {
  const last = latencies.at(-1);
  byId("latency").textContent = last === undefined ? "–" : `${last} ms`;
  byId("latency-note").textContent =
    latencies.length > 1
      ? `median ${median(latencies)} ms over ${latencies.length} replies`
      : "from your last word to the first of the answer";
  byId("latency-note").title = waterfall(turn);
  const shown = latencies.slice(-BARS);
  const top = Math.max(1000, ...shown);
  byId("latency-bars").replaceChildren(
    ...shown.map((ms) => {
      const bar = make("i");
      bar.style.height = `${Math.max(6, (ms / top) * 100)}%`;
      return bar;
    }),
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
  const steps = story.path.map((step, index) => {
    const isLive = index === story.path.length - 1 && !story.ended;
    const item = make("li", isLive ? "is-live" : "", make("b", "", step.state), make("time", "", clock(step.at)));
    if (step.by && step.previous) item.append(make("small", "", step.by));
    if (isLive) item.setAttribute("aria-current", "step");
    return item;
  });
  if (story.ended) steps.push(make("li", "is-end", make("b", "", story.ended.outcome), make("time", "", clock(story.ended.at))));
  byId("path").replaceChildren(...steps);
  byId("path").lastElementChild?.scrollIntoView({ block: "nearest" });
}
