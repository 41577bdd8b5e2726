// In the audio thread: mu-law from the server to the loudspeaker, telling each mark when its sample has been played.

import { decode } from "./mulaw.js";
import { PlayQueue, loudness } from "./play-queue.js";
import { Resampler } from "./resampler.js";

const LEVEL_EVERY = 16;

class Playback extends AudioWorkletProcessor {
  #queue = new PlayQueue();
  #resampler = new Resampler(8000, sampleRate);
  #blocks = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#told(data);
  }

  process(_, [output]) {
    const marks = this.#queue.pull(output[0]);
    for (const other of output.slice(1)) other.set(output[0]);
    if (marks.length > 0) this.port.postMessage({ marks });
    this.#blocks += 1;
    if (this.#blocks % LEVEL_EVERY === 0) this.port.postMessage({ level: loudness(output[0]) });
    return true;
  }

  #told({ audio, mark, clear }) {
    if (audio !== undefined) this.#queue.push(this.#resampler.process(decode(audio)));
    if (mark !== undefined) this.#queue.mark(mark);
    if (clear) {
      this.#resampler = new Resampler(8000, sampleRate);
      this.port.postMessage({ marks: this.#queue.clear() });
    }
  }
}

registerProcessor("playback", Playback);
