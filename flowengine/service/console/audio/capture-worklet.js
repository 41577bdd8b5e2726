// In the audio thread: the microphone's samples to 20 ms frames of mu-law at 8 kHz.

import { encode } from "./mulaw.js";
import { loudness } from "./play-queue.js";
import { Resampler } from "./resampler.js";

const FRAME = 160;

class Capture extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate, 8000);
  #frame = new Float32Array(FRAME);
  #filled = 0;

  process([input]) {
    const block = input[0] ?? new Float32Array(128);
    for (const sample of this.#resampler.process(block)) {
      this.#frame[this.#filled] = sample;
      this.#filled += 1;
      if (this.#filled === FRAME) {
        const bytes = encode(this.#frame);
        this.port.postMessage({ bytes, level: loudness(this.#frame) }, [bytes.buffer]);
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("capture", Capture);
