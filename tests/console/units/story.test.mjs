// What the page makes of the server's facts, run by node: `node --test tests/console/units/`.

import assert from "node:assert/strict";
import test from "node:test";

import { inputFor, labelFor, sampleFor } from "../../../flowengine/service/console/samples.js";
import { asText, clock, latestSteps, median, milliseconds, newStory, tell, waterfall } from "../../../flowengine/service/console/story.js";

const TUESDAY = new Date(2026, 10, 24);

const told = (...facts) => facts.reduce(tell, newStory());
const agent = (speech_id, text) => ({ event: "agent", at: 1, speech_id, text });
const heard = (speech_id, text, complete) => ({ event: "heard", at: 2, speech_id, text, complete });
const phases = (story) => story.entries.map(({ phase }) => phase);

test("of a turn's sentences the first not yet heard is the one being spoken", () => {
  assert.deepEqual(phases(told(agent("u1", "Hello."), agent("u2", "Is it you?"))), ["speaking", "queued"]);
  assert.deepEqual(phases(told(agent("u1", "Hello."), agent("u2", "Is it you?"), heard("u1", "Hello.", true))), [
    "heard",
    "speaking",
  ]);
});

test("a sentence cut off shows what was heard and what was not", () => {
  const [entry] = told(agent("u1", "It ends on Friday."), heard("u1", "It ends", false)).entries;
  assert.deepEqual([entry.phase, entry.text, entry.rest], ["cut", "It ends", " on Friday."]);
});

test("a sentence nobody heard is not said", () => {
  const story = told(agent("u1", "Hello."), heard("u1", "", false));
  assert.deepEqual([story.entries[0].phase, story.entries[0].rest], ["unsaid", "Hello."]);
  assert.equal(asText(story), "\n");
});

test("a partial grows in place and gives way to what was understood", () => {
  const story = told({ event: "partial", text: "yes" }, { event: "partial", text: "yes sp" });
  assert.deepEqual(story.entries.map(({ kind, text }) => [kind, text]), [["partial", "yes sp"]]);
  tell(story, { event: "caller", at: 3, text: "Yes, speaking.", intent: "agree", score: 1, tier: "phrase" });
  assert.deepEqual(story.entries.map(({ kind }) => kind), ["caller"]);
});

test("entries keep their id, and a new rev tells of a change", () => {
  const story = told(agent("u1", "Hello."));
  const before = { ...story.entries[0] };
  tell(story, heard("u1", "Hello.", true));
  assert.equal(story.entries[0].id, before.id);
  assert.notEqual(story.entries[0].rev, before.rev);
});

test("the path, the slots and the reply times are kept", () => {
  const story = told(
    { event: "entered", at: 0, state: "start", previous: null, by: "start" },
    { event: "slot", at: 1, name: "day", value: "2026-12-01" },
    { event: "slot", at: 2, name: "day", value: "2026-12-02" },
    { event: "latency", at: 2, ms: 700 },
  );
  assert.equal(story.state, "start");
  assert.deepEqual([...story.slots], [["day", "2026-12-02"]]);
  assert.deepEqual(story.latencies, [{ ms: 700, answer: 700 }]);
});

test("a live call shows the latest steps of its path, one that is over all of them", () => {
  const entered = ["a", "b", "c"].map((state) => ({ event: "entered", at: 1, state }));
  const shown = (story, most) => {
    const { earlier, steps } = latestSteps(story, most);
    return [earlier, steps.map(({ state }) => state).join("")];
  };
  assert.deepEqual(shown(told(...entered), 2), [1, "bc"]);
  assert.deepEqual(shown(told(...entered), 3), [0, "abc"]);
  assert.deepEqual(shown(told(...entered, { event: "ended", at: 2, outcome: "done" }), 2), [0, "abc"]);
  assert.deepEqual(shown(told(...entered, { event: "broken" }), 2), [0, "abc"]);
});

test("the end settles what was still open", () => {
  const story = told(agent("u1", "Bye."), agent("u2", "Now."), { event: "partial", text: "b" }, { event: "ended", at: 9, outcome: "done", reason: "" });
  assert.deepEqual(phases(story), ["heard", "unsaid"]);
  assert.equal(story.ended.outcome, "done");
});

test("the summary is kept whole, with what is not known", () => {
  const story = told({ event: "summary", at: 9, fields: { booked: "true", reason: null } });
  assert.deepEqual(story.summary, { booked: "true", reason: null });
  assert.equal(newStory().summary, null);
});

test("the last answered turn says what it waited for", () => {
  const turn = { event: "turn", at: 3, endpointing: 480, waiting: 0, understanding: 0, deciding: 2, acting: 0, voicing: 12, playing: 900, reply: 494 };
  const story = told(turn, { ...turn, voicing: null, reply: null });
  assert.deepEqual(waterfall(story.turn), [
    { part: "endpointing", name: "hearing you out", ms: 480 },
    { part: "deciding", name: "deciding", ms: 2 },
    { part: "voicing", name: "voice", ms: 12 },
  ]);
  assert.deepEqual(waterfall(null), []);
  tell(story, { event: "latency", at: 9, ms: 500, filler: false });
  assert.equal(story.turn, null);
});

const caller = { event: "caller", at: 3, text: "yes", intent: "agree", score: 1, tier: "phrase" };
const latency = (ms, filler) => ({ event: "latency", at: 4, ms, filler });

test("a filler ends the silence, and the answer comes after it", () => {
  const story = told(caller, latency(700, true));
  assert.deepEqual(story.latencies, [{ ms: 700, answer: null }]);
  tell(story, latency(3200, false));
  assert.deepEqual(story.latencies, [{ ms: 700, answer: 3200 }]);
});

test("the answer to later words is not that of a filler before them", () => {
  const story = told(caller, latency(700, true), caller, latency(400, false));
  assert.deepEqual(story.latencies, [
    { ms: 700, answer: null },
    { ms: 400, answer: 400 },
  ]);
});

test("an action is one note, from its beginning to what came of it", () => {
  const begun = { event: "action", at: 3, request: "action-1", action: "book", result: null, reason: "" };
  const story = told(begun);
  assert.deepEqual(story.entries.map(({ text }) => text), ["action book: running…"]);
  tell(story, { ...begun, at: 6.24, result: "error", reason: "no such day" });
  assert.deepEqual(story.entries.map(({ text }) => text), ["action book: error (no such day), after 3.2 s"]);
  tell(story, { ...begun, at: 7, request: "action-2" });
  assert.equal(story.entries.length, 2);
});

test("a value is shown as the server reads it", () => {
  const story = told(
    { event: "slot", at: 1, name: "fee", value: "3.5", shown: "£3.50" },
    { event: "summary", at: 9, fields: { fee: "3.5" }, shown: { fee: "£3.50" } },
  );
  assert.deepEqual([...story.slots], [["fee", "£3.50"]]);
  assert.deepEqual(story.summary, { fee: "£3.50" });
});

test("milliseconds are grouped", () => assert.equal(milliseconds(3219), "3,219 ms"));

test("a fact from a later version changes nothing", () => {
  assert.deepEqual(told({ event: "weather", at: 1 }), newStory());
});

test("the transcript as text reads line by line", () => {
  const story = told(agent("u1", "Hello."), heard("u1", "Hello.", true), { event: "caller", at: 65, text: "Hi." });
  assert.equal(asText(story), "0:01  Agent: Hello.\n1:05  Caller: Hi.\n");
});

test("numbers are shown as people read them", () => {
  assert.deepEqual([clock(0), clock(65.2), clock(undefined)], ["0:00", "1:05", "0:00"]);
  assert.deepEqual([median([]), median([3, 1, 2]), median([100, 301])], [null, 2, 201]);
});

test("each field starts with a sensible value", () => {
  const sample = (name, type, rest = {}) => sampleFor({ name, type, default: null, choices: [], ...rest }, TUESDAY);
  assert.equal(sample("name", "text"), "Sam");
  assert.equal(sample("name", "text", { default: '""' }), "Sam");
  assert.equal(sample("plan", "text", { default: '"Essential"' }), "Essential");
  assert.equal(sample("renewal_date", "date"), "2026-12-01");
  assert.equal(sample("plan", "one_of", { choices: ["Basic", "Full"] }), "Basic");
  assert.equal(sample("home", "uk_postcode"), "LS1 4AP");
});

test("each type gets an input that suits it", () => {
  assert.equal(inputFor({ type: "date" }).type, "date");
  assert.equal(inputFor({ type: "text" }).type, "text");
  assert.equal(labelFor("renewal_date"), "Renewal date");
});
