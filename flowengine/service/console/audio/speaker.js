// The call's loudspeaker. Where no sound can be played, a silent one keeps time, so that the call still goes on.

import { PlayQueue } from "./play-queue.js";

const SILENT_STEP_MS = 20;
const START_LIMIT_MS = 2000;

/** A speaker for this audio context. `on.marks(names)` and `on.level(0..1)` are called while it plays. */
export async function openSpeaker(context, on) {
  try {
    await within(START_LIMIT_MS, context.resume());
    await within(START_LIMIT_MS, context.audioWorklet.addModule("/console/audio/playback-worklet.js"));
    return new Speaker(context, on);
  } catch {
    return new SilentSpeaker(on);
  }
}

class Speaker {
  isSilent = false;
  #node;

  constructor(context, on) {
    this.#node = new AudioWorkletNode(context, "playback", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#node.port.onmessage = ({ data }) => {
      if (data.marks?.length > 0) on.marks(data.marks);
      if (data.level !== undefined) on.level(data.level);
    };
    this.#node.connect(context.destination);
  }

  play(bytes) {
    this.#node.port.postMessage({ audio: bytes }, [bytes.buffer]);
  }

  mark(name) {
    this.#node.port.postMessage({ mark: name });
  }

  clear() {
    this.#node.port.postMessage({ clear: true });
  }

  close() {
    this.#node.disconnect();
  }
}

/** Plays into nothing at the speed of sound heard, by the wall clock: marks come when they would have. */
class SilentSpeaker {
  isSilent = true;
  #queue = new PlayQueue();
  #on;
  #timer;
  #last = performance.now();

  constructor(on) {
    this.#on = on;
    this.#timer = setInterval(() => this.#step(), SILENT_STEP_MS);
  }

  play(bytes) {
    this.#queue.push(new Float32Array(bytes.length));
  }

  mark(name) {
    this.#queue.mark(name);
  }

  clear() {
    this.#tell(this.#queue.clear());
  }

  close() {
    clearInterval(this.#timer);
  }

  #step() {
    const samples = Math.floor((performance.now() - this.#last) * 8);
    this.#last += samples / 8;
    this.#tell(this.#queue.pull(new Float32Array(samples)));
  }

  #tell(names) {
    if (names.length > 0) this.#on.marks(names);
  }
}

function within(limit, promise) {
  return Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error("too late")), limit))]);
}
