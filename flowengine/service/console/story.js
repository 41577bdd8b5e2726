// What a call has come to, from the facts the server tells: pure, so that it is tested without a page.

/** An untold story. Entries are shown in order; each has an `id`, and a new `rev` when it has changed. */
export function newStory() {
  return { count: 0, entries: [], path: [], slots: new Map(), latencies: [], isBridged: false, turn: null, summary: null, state: null, expecting: null, intents: [], isOver: false, ended: null };
}

/** Adds one fact. Facts it does not know change nothing. */
export function tell(story, fact) {
  switch (fact.event) {
    case "entered":
      story.state = fact.state;
      story.path.push({ state: fact.state, previous: fact.previous ?? null, by: fact.by ?? "", at: fact.at });
      break;
    case "agent":
      add(story, { speech: fact.speech_id, kind: "agent", at: fact.at, text: fact.text, rest: "", phase: "queued" });
      speakNext(story);
      break;
    case "heard":
      heard(story, fact);
      break;
    case "partial":
      partial(story, fact);
      break;
    case "caller":
      story.isBridged = false;
      drop(story, "partial");
      add(story, {
        kind: "caller",
        at: fact.at,
        text: fact.text,
        intent: fact.intent,
        score: fact.score,
        tier: fact.tier,
      });
      break;
    case "pressed":
      add(story, { kind: "key", at: fact.at, text: fact.digit });
      break;
    case "note":
      add(story, { kind: "note", at: fact.at, text: fact.text });
      break;
    case "action":
      action(story, fact);
      break;
    case "listening":
      story.expecting = fact.expecting;
      story.intents = fact.intents ?? [];
      break;
    case "slot":
      story.slots.set(fact.name, fact.shown ?? fact.value);
      break;
    case "latency":
      latency(story, fact);
      break;
    case "turn":
      if (fact.reply !== null) story.turn = fact;
      break;
    case "broken":
      story.isOver = true;
      drop(story, "partial");
      break;
    case "summary":
      story.summary = fact.shown ?? fact.fields;
      break;
    case "ended":
      story.isOver = true;
      drop(story, "partial");
      for (const entry of story.entries) if (entry.phase === "speaking") change(entry, { phase: "heard" });
      for (const entry of story.entries) if (entry.phase === "queued") change(entry, { phase: "unsaid", text: "", rest: entry.text });
      story.ended = { outcome: fact.outcome, reason: fact.reason, at: fact.at };
      break;
    default:
  }
  return story;
}

/** The middle one of some numbers; null of none. */
export function median(numbers) {
  if (numbers.length === 0) return null;
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : Math.round((sorted[middle - 1] + sorted[middle]) / 2);
}

/** What the last answered turn waited for, in order; parts of no time are left out. */
export function waterfall(turn) {
  const named = {
    endpointing: "hearing you out",
    waiting: "waiting its turn",
    understanding: "understanding",
    deciding: "deciding",
    acting: "acting",
    voicing: "voice",
  };
  return Object.entries(named)
    .filter(([part]) => turn?.[part] > 0)
    .map(([part, name]) => ({ part, name, ms: turn[part] }));
}

/** Of a live call the latest steps of its path, so that the newest is in view, and how many came before; then all. */
export function latestSteps(story, most) {
  const earlier = story.isOver ? 0 : Math.max(0, story.path.length - most);
  return { earlier, steps: story.path.slice(earlier) };
}

/** `3,219 ms`. */
export function milliseconds(ms) {
  return `${ms.toLocaleString("en-GB")} ms`;
}

/** `1:05` from 65.2 seconds. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds ?? 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** The conversation as plain text, a line an utterance. */
export function asText(story) {
  const who = { agent: "Agent", caller: "Caller", key: "Caller pressed", note: "Note" };
  const lines = story.entries
    .filter((entry) => entry.kind in who && entry.text !== "")
    .map((entry) => `${clock(entry.at)}  ${who[entry.kind]}: ${entry.text}${entry.phase === "cut" ? " (cut off)" : ""}`);
  if (story.ended) lines.push(`${clock(story.ended.at)}  Ended: ${story.ended.outcome}`);
  return `${lines.join("\n")}\n`;
}

function heard(story, fact) {
  const entry = story.entries.find(({ speech }) => speech === fact.speech_id);
  if (!entry) return;
  if (fact.complete) change(entry, { phase: "heard" });
  else if (fact.text === "") change(entry, { phase: "unsaid", text: "", rest: entry.text });
  else {
    const rest = entry.text.startsWith(fact.text) ? entry.text.slice(fact.text.length) : "";
    change(entry, { phase: "cut", text: fact.text, rest });
  }
  speakNext(story);
}

/** The server tells all sentences of a turn at once; the first not yet heard is the one being spoken. */
function speakNext(story) {
  const waiting = story.entries.filter(({ phase }) => phase === "speaking" || phase === "queued");
  if (waiting[0]?.phase === "queued") change(waiting[0], { phase: "speaking" });
}

/** What is felt as silence ends with our next sound; where that is a filler's, the answer comes later. */
function latency(story, fact) {
  story.turn = null;
  if (story.isBridged && !fact.filler) story.latencies.at(-1).answer = fact.ms;
  else story.latencies.push({ ms: fact.ms, answer: fact.filler ? null : fact.ms });
  story.isBridged = fact.filler === true;
}

/** One entry an action, from its beginning to what came of it. */
function action(story, fact) {
  const told = fact.result === null ? "running…" : `${fact.result}${fact.reason ? ` (${fact.reason})` : ""}`;
  const text = `action ${fact.action}: ${told}`;
  const entry = story.entries.find(({ request }) => request === fact.request);
  if (!entry) return add(story, { request: fact.request, kind: "note", at: fact.at, text });
  if (fact.result === null) return undefined;
  const seconds = Math.max(0, fact.at - entry.at);
  return change(entry, { text: seconds < 0.05 ? text : `${text}, after ${seconds.toFixed(1)} s` });
}

function partial(story, fact) {
  const entry = story.entries.find(({ kind }) => kind === "partial");
  if (entry) change(entry, { text: fact.text });
  else add(story, { kind: "partial", at: fact.at, text: fact.text });
}

function add(story, entry) {
  story.count += 1;
  story.entries.push({ id: `e${story.count}`, rev: 0, ...entry });
}

function change(entry, changes) {
  Object.assign(entry, changes, { rev: entry.rev + 1 });
}

function drop(story, kind) {
  story.entries = story.entries.filter((entry) => entry.kind !== kind);
}
