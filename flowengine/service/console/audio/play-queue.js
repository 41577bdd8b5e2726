// What is to be played, in order, with the marks between: a mark passes when the last sample before it has been played.

export class PlayQueue {
  #blocks = [];
  #offset = 0;
  #pushed = 0;
  #played = 0;
  #marks = [];

  get isEmpty() {
    return this.#blocks.length === 0;
  }

  push(samples) {
    if (samples.length === 0) return;
    this.#blocks.push(samples);
    this.#pushed += samples.length;
  }

  mark(name) {
    this.#marks.push({ name, at: this.#pushed });
  }

  /** Fill `out` with what comes next, silence where nothing does; the names of the marks passed by now. */
  pull(out) {
    let filled = 0;
    while (filled < out.length && this.#blocks.length > 0) {
      const block = this.#blocks[0];
      const count = Math.min(block.length - this.#offset, out.length - filled);
      out.set(block.subarray(this.#offset, this.#offset + count), filled);
      filled += count;
      this.#offset += count;
      if (this.#offset === block.length) {
        this.#blocks.shift();
        this.#offset = 0;
      }
    }
    out.fill(0, filled);
    this.#played += filled;
    return this.#passed();
  }

  /** Drop what has not been played; all marks that waited, in order. */
  clear() {
    this.#blocks = [];
    this.#offset = 0;
    this.#played = this.#pushed;
    return this.#passed();
  }

  #passed() {
    const names = [];
    while (this.#marks.length > 0 && this.#marks[0].at <= this.#played) names.push(this.#marks.shift().name);
    return names;
  }
}

/** How loud samples are: the root of their mean square. */
export function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(samples.length, 1));
}
