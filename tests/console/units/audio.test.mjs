// The page's audio arithmetic, run by node: `node --test tests/console/units/`.

import assert from "node:assert/strict";
import test from "node:test";

import { SILENCE, decode, encode } from "../../../flowengine/service/console/audio/mulaw.js";
import { PlayQueue, loudness } from "../../../flowengine/service/console/audio/play-queue.js";
import { Resampler } from "../../../flowengine/service/console/audio/resampler.js";

const sine = (hertz, rate, seconds) =>
  Float32Array.from({ length: rate * seconds }, (_, at) => 0.5 * Math.sin((2 * Math.PI * hertz * at) / rate));

function resampled(samples, from, to, block) {
  const resampler = new Resampler(from, to);
  const out = [];
  for (let at = 0; at < samples.length; at += block) out.push(...resampler.process(samples.subarray(at, at + block)));
  return Float32Array.from(out);
}

test("every mu-law byte comes back as itself, but for the second zero", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const back = encode(decode(bytes));
  for (const byte of bytes) assert.equal(back[byte], byte === 0x7f ? 0xff : byte);
});

test("mu-law's known values hold", () => {
  assert.equal(decode(Uint8Array.of(0x00))[0] * 32768, -32124);
  assert.equal(decode(Uint8Array.of(0x80))[0] * 32768, 32124);
  assert.deepEqual([...encode(Float32Array.of(0, 1, -1, 2))], [SILENCE, 0x80, 0x00, 0x80]);
});

test("resampling keeps length, pitch and loudness", () => {
  for (const [from, to] of [[48000, 8000], [44100, 8000], [8000, 48000], [8000, 44100]]) {
    const out = resampled(sine(1000, from, 1), from, to, 128);
    assert.ok(Math.abs(out.length - to) < to / 200, `${from} to ${to}: ${out.length} samples`);
    const middle = out.subarray(to / 4, (3 * to) / 4);
    assert.ok(Math.abs(loudness(middle) - 0.5 / Math.SQRT2) < 0.01, `${from} to ${to}: loudness ${loudness(middle)}`);
    const crossings = middle.reduce((count, sample, at) => count + (at > 0 && middle[at - 1] < 0 && sample >= 0), 0);
    assert.ok(Math.abs(crossings - 500) <= 1, `${from} to ${to}: ${crossings} periods in half a second`);
  }
});

test("what lies above the telephone's band does not fold back into it", () => {
  const out = resampled(sine(6000, 48000, 1), 48000, 8000, 128);
  assert.ok(loudness(out.subarray(1000)) < 0.001);
});

test("blocks of any size give the same samples", () => {
  const samples = sine(700, 48000, 0.2);
  assert.deepEqual(resampled(samples, 48000, 8000, 128), resampled(samples, 48000, 8000, 4096));
});

test("a mark passes with the last sample before it, not sooner", () => {
  const queue = new PlayQueue();
  queue.push(new Float32Array(200).fill(0.5));
  queue.mark("one");
  queue.push(new Float32Array(100).fill(0.5));
  queue.mark("two");
  assert.deepEqual(queue.pull(new Float32Array(199)), []);
  assert.deepEqual(queue.pull(new Float32Array(1)), ["one"]);
  assert.deepEqual(queue.pull(new Float32Array(128)), ["two"]);
});

test("a mark on an empty queue passes at once", () => {
  const queue = new PlayQueue();
  queue.mark("now");
  assert.deepEqual(queue.pull(new Float32Array(1)), ["now"]);
});

test("clear drops the audio and gives back the marks that waited, in order", () => {
  const queue = new PlayQueue();
  queue.push(new Float32Array(500).fill(0.5));
  queue.mark("one");
  queue.mark("two");
  queue.pull(new Float32Array(128));
  assert.deepEqual(queue.clear(), ["one", "two"]);
  const out = new Float32Array(128).fill(9);
  assert.deepEqual(queue.pull(out), []);
  assert.equal(loudness(out), 0);
});

test("after clear, marks count anew from what is pushed then", () => {
  const queue = new PlayQueue();
  queue.push(new Float32Array(500));
  queue.clear();
  queue.push(new Float32Array(10));
  queue.mark("later");
  assert.deepEqual(queue.pull(new Float32Array(9)), []);
  assert.deepEqual(queue.pull(new Float32Array(9)), ["later"]);
});

test("where nothing is queued, silence is played", () => {
  const queue = new PlayQueue();
  queue.push(Float32Array.of(0.5, 0.5));
  const out = new Float32Array(4).fill(9);
  queue.pull(out);
  assert.deepEqual([...out], [0.5, 0.5, 0, 0]);
});
