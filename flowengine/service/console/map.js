// The flow's graph: shows the drawing, lights up where the call is and the move it took last, keeps it in view.

import { byId, make, prefersStill } from "./dom.js";

const CALL_SCALE = 0.82;
const SMALLEST = 0.25;
const LARGEST = 2;
const PADDING = 8; // The canvas's, as map.css has it.

export class GraphMap {
  #canvas = byId("canvas");
  #svg = null;
  #scale = 1;
  #sheet = null;
  #kept = null; // What stays in the middle while the drawing grows into its size, or the canvas changes its own.
  #growing = new ResizeObserver(() => this.#keepInView());

  constructor() {
    for (const button of document.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.#zoom(button.dataset.zoom));
    }
    this.#canvas.addEventListener("keydown", (event) => this.#walk(event));
    // Whoever looks elsewhere is not fetched back before the call moves on.
    for (const act of ["wheel", "pointerdown", "keydown"]) {
      this.#canvas.addEventListener(act, () => (this.#kept = null), { passive: true, capture: true });
    }
    new ResizeObserver(() => {
      this.#scaled();
      this.#keepInView();
    }).observe(this.#canvas);
  }

  /** Shows a drawing. Its style goes into an adopted sheet: the page's policy allows no style element in the text. */
  show(text) {
    const [style, rules] = /<style>(.*?)<\/style>/s.exec(text) ?? ["", ""];
    if (!this.#sheet) {
      this.#sheet = new CSSStyleSheet();
      this.#sheet.replaceSync(rules);
      document.adoptedStyleSheets = [this.#sheet];
    }
    const parsed = new DOMParser().parseFromString(text.replace(style, ""), "image/svg+xml");
    this.#svg = document.importNode(parsed.documentElement, true);
    this.#canvas.replaceChildren(this.#svg);
    this.#growing.disconnect();
    this.#growing.observe(this.#svg);
    for (const [index, state] of this.#states().entries()) state.setAttribute("tabindex", index === 0 ? "0" : "-1");
    this.whole();
  }

  empty(sentence) {
    this.#svg = null;
    this.#kept = null;
    this.#growing.disconnect();
    this.#canvas.replaceChildren(make("p", "", sentence));
  }

  /** All of it in view, nothing lit. */
  whole() {
    this.reset();
    this.#scale = 0;
    this.#scaled();
    this.#canvas.scrollTo(0, 0);
  }

  reset() {
    this.#kept = null;
    for (const lit of this.#all(".is-live, .is-past, .is-last")) lit.classList.remove("is-live", "is-past", "is-last");
    for (const lit of this.#all("[aria-current]")) lit.removeAttribute("aria-current");
  }

  /** What the outcome of this name means to the dialler: success, retry, suppress, or "". */
  disposition(outcome) {
    return this.#one(`.pill[data-outcome="${CSS.escape(outcome)}"]`)?.dataset.disposition ?? "";
  }

  /** The call is in `state` now, come from `previous` by `by`. */
  enter({ state, previous, by }) {
    this.#past();
    const live = this.#one(`.state[data-state="${CSS.escape(state)}"]`);
    live?.classList.add("is-live");
    live?.setAttribute("aria-current", "step");
    const edge = previous && this.#one(`.edge[data-source="${CSS.escape(previous)}"][data-target="${CSS.escape(state)}"]`);
    const handler = this.#all(".handler").find(({ dataset }) => dataset.target === state && dataset.by.includes(by));
    (edge ?? handler)?.classList.add("is-last");
    if (this.#scale < CALL_SCALE) this.#zoomTo(CALL_SCALE);
    this.#bringIntoView(live);
  }

  /** The call ended in `state` with `outcome`. */
  end(state, outcome) {
    const name = CSS.escape(outcome);
    const pill = state && this.#one(`.pill[data-source="${CSS.escape(state)}"][data-outcome="${name}"]`);
    this.#past();
    if (!pill) return;
    pill.classList.add("is-live");
    this.#one(`.edge[data-source="${CSS.escape(state)}"][data-outcome="${name}"]`)?.classList.add("is-last");
    this.#bringIntoView(pill);
  }

  #past() {
    for (const old of this.#all(".is-live")) {
      old.classList.replace("is-live", "is-past");
      old.removeAttribute("aria-current");
    }
    for (const old of this.#all(".is-last")) old.classList.remove("is-last");
  }

  #zoom(way) {
    if (way === "fit") {
      this.#scale = 0;
      this.#scaled();
    } else this.#zoomTo(this.#scale * (way === "in" ? 1.25 : 0.8));
  }

  #zoomTo(scale) {
    this.#scale = Math.min(LARGEST, Math.max(SMALLEST, scale));
    this.#scaled();
  }

  /** Scale 0 stands for "the whole width". */
  #scaled() {
    if (!this.#svg || this.#canvas.clientWidth === 0) return;
    const { width, height } = this.#svg.viewBox.baseVal;
    if (this.#scale === 0) {
      const wide = (this.#canvas.clientWidth - 2 * PADDING) / width;
      const whole = Math.min(wide, (this.#canvas.clientHeight - 2 * PADDING) / height);
      this.#svg.style.width = `${width * Math.min(1, Math.max(whole, Math.min(wide, 0.62)))}px`;
      this.#svg.style.height = "auto";
      return;
    }
    this.#svg.style.width = `${width * this.#scale}px`;
    this.#svg.style.height = `${height * this.#scale}px`;
  }

  /** At once: the next change of size may come with the next frame. */
  #keepInView() {
    if (this.#kept) this.#centre(this.#kept, "auto");
  }

  #bringIntoView(element) {
    this.#kept = element;
    this.#centre(element, prefersStill() ? "auto" : "smooth");
  }

  #centre(element, behavior) {
    if (!element || this.#canvas.clientWidth === 0) return;
    const box = element.getBoundingClientRect();
    const view = this.#canvas.getBoundingClientRect();
    this.#canvas.scrollBy({
      left: box.left + box.width / 2 - (view.left + view.width / 2),
      top: box.top + box.height / 2 - (view.top + view.height / 2),
      behavior,
    });
  }

  /** Arrow keys go from state to state; one tab stop for them all. */
  #walk(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const states = this.#states();
    const at = states.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = states[(at + step + states.length) % states.length];
    states[at].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus({ preventScroll: true });
    this.#bringIntoView(next);
  }

  #states() {
    return this.#all(".state");
  }

  #all(selector) {
    return this.#svg ? [...this.#svg.querySelectorAll(selector)] : [];
  }

  #one(selector) {
    return this.#svg?.querySelector(selector) ?? null;
  }
}
