// The transcript: one element an utterance, made once and brought up to date when it changes.

import { make } from "./dom.js";
import { clock } from "./story.js";

const NEAR_END = 80;
const ANSWERS = { slot: "answers the question", key: "pressed" };

export class Transcript {
  #root;
  #shown = new Map();

  #follows = true;

  constructor(root) {
    this.#root = root;
    root.addEventListener("scroll", () => {
      this.#follows = root.scrollHeight - root.scrollTop - root.clientHeight < NEAR_END;
    });
    // The keypad and the outcome take room from below: the last words stay in view.
    new ResizeObserver(() => this.#toEnd()).observe(root);
  }

  clear() {
    this.#follows = true;
    this.#shown.clear();
    this.#root.replaceChildren();
  }

  show(entries) {
    const kept = new Set(entries.map(({ id }) => id));
    for (const [id, { element }] of this.#shown) {
      if (!kept.has(id)) {
        element.remove();
        this.#shown.delete(id);
      }
    }
    for (const entry of entries) {
      const before = this.#shown.get(entry.id);
      if (before?.rev === entry.rev) continue;
      const element = before?.element ?? this.#root.appendChild(make("article"));
      draw(element, entry);
      this.#shown.set(entry.id, { element, rev: entry.rev });
    }
    this.#toEnd();
  }

  #toEnd() {
    if (this.#follows) this.#root.scrollTop = this.#root.scrollHeight;
  }
}

function draw(element, entry) {
  element.className = `said is-${entry.kind}${entry.phase ? ` is-${entry.phase}` : ""}`;
  // A partial changes with each word; read aloud it would never end.
  if (entry.kind === "partial") element.setAttribute("aria-hidden", "true");
  element.replaceChildren(...parts(entry));
}

function parts(entry) {
  const time = make("time", "", clock(entry.at));
  switch (entry.kind) {
    case "agent": {
      const words = make("p", "words", entry.text);
      if (entry.rest) words.append(make("s", "", entry.rest));
      const told = { cut: "cut off", unsaid: "not said" }[entry.phase];
      const cut = told ? [make("span", "chip is-cut", told)] : [];
      return [make("span", "sr", "Agent: "), words, make("p", "under", time, ...cut)];
    }
    case "caller":
      return [make("span", "sr", "Caller: "), make("p", "words", entry.text), make("p", "under", ...meant(entry), time)];
    case "partial":
      return [make("p", "words", entry.text, make("span", "dots"))];
    case "key":
      return [make("span", "sr", "Caller pressed "), make("p", "words", make("kbd", "", entry.text)), make("p", "under", time)];
    default:
      return [make("p", "words", entry.text)];
  }
}

function meant({ intent, score, tier }) {
  if (!intent) return [make("span", `chip is-${tier in ANSWERS ? "answer" : "none"}`, ANSWERS[tier] ?? "nothing matched")];
  const chip = make("span", "chip", make("b", "", intent));
  chip.title = intent;
  if (typeof score === "number") {
    const meter = make("meter");
    Object.assign(meter, { min: 0, max: 1, value: score, title: "how sure the match is" });
    chip.append(meter, score.toFixed(2));
  }
  if (tier) chip.append(make("small", "", `by ${tier}`));
  return [chip];
}
