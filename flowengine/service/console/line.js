// The live call on the page: the head with its meter, the desk with its controls, the outcome at the end.

import { byId, make, setIcon, show } from "./dom.js";
import { fillKeypad } from "./keypad.js";
import { clock } from "./story.js";

const MEANINGS = {
  success: "A success.",
  retry: "To be tried again.",
  suppress: "Never to be called again.",
};

const KINDS = {
  date: "a date",
  digits: "digits",
  number: "a number",
  postcode: "a postcode",
  text: "a few words",
  time: "a time of day",
};
const INTENTS_SHOWN = 6;

export class Line {
  #bars = [...byId("face").children];
  #levels = { agent: 0, caller: 0 };
  #ticking = null;

  /** `on`: say(text), press(digit), mute(bool), hangUp(), again(), other(), copy(). */
  constructor(on) {
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = byId("words").value.trim();
      if (text) on.say(text);
      byId("words").value = "";
    });
    byId("mute").addEventListener("click", () => this.#mute(on.mute));
    byId("keypad").addEventListener("click", () => this.#keypad());
    byId("hang-up").addEventListener("click", () => on.hangUp());
    byId("call-again").addEventListener("click", () => on.again());
    byId("call-other").addEventListener("click", () => on.other());
    byId("copy").addEventListener("click", async () => {
      byId("copy").textContent = (await on.copy()) ? "Copied" : "Not allowed";
    });
    fillKeypad(byId("keys"), on.press);
  }

  /** A new call to `flow` is being made. */
  begin(flow) {
    byId("call-title").textContent = flow.title || flow.name;
    byId("call-engines").textContent = "Connecting…";
    byId("timer-text").textContent = "0:00";
    byId("copy").textContent = "Copy";
    byId("mute").setAttribute("aria-pressed", "false");
    byId("keypad").setAttribute("aria-expanded", "false");
    show(byId("keys"), false);
    show(byId("outcome"), false);
    show(byId("desk"), true);
    this.hears(null, []);
    this.warn(null);
    this.#paintMute(false);
    for (const control of byId("desk").querySelectorAll("button, input")) control.disabled = control.id !== "hang-up";
    byId("call-title").focus({ preventScroll: true });
  }

  /** The server has answered. */
  answered({ recogniser, synthesiser }, hasMicrophone) {
    const hears = hasMicrophone ? `Recogniser: ${recogniser}` : "You type";
    byId("call-engines").replaceChildren(make("span", "", `Voice: ${synthesiser}`), make("span", "", hears));
    for (const control of byId("desk").querySelectorAll("button, input")) control.disabled = false;
    byId("mute").disabled = !hasMicrophone;
    if (!hasMicrophone) byId("words").focus({ preventScroll: true });
    const began = performance.now();
    this.#ticking = setInterval(() => {
      byId("timer-text").textContent = clock((performance.now() - began) / 1000);
    }, 250);
  }

  /** What the flow waits for: a kind of answer, and names of intents. */
  hears(expecting, intents) {
    const few = intents.slice(0, INTENTS_SHOWN).join(", ");
    const more = intents.length > INTENTS_SHOWN ? ` and ${intents.length - INTENTS_SHOWN} more` : "";
    const kind = KINDS[expecting];
    byId("hears").textContent = kind ? `Waits for ${kind}${few && ", or "}${few}${more}` : `Waits for ${few}${more}`;
    byId("hears").title = intents.join(", ");
    show(byId("hears"), Boolean(kind || few));
  }

  level(who, level) {
    this.#levels[who] = level;
    const loud = Math.min(1, Math.max(this.#levels.agent, this.#levels.caller) * 5);
    byId("face").dataset.who = this.#levels.agent >= this.#levels.caller ? "agent" : "caller";
    const shape = [0.45, 0.75, 1, 0.75, 0.45];
    this.#bars.forEach((bar, index) => bar.style.setProperty("--level", (0.16 + 0.84 * loud * shape[index]).toFixed(2)));
  }

  warn(sentence) {
    byId("call-problem").textContent = sentence ?? "";
    show(byId("call-problem"), Boolean(sentence));
  }

  /** The call is over; `ended` null: the line was lost, which `warn` has told. */
  end(ended, disposition) {
    clearInterval(this.#ticking);
    this.level("agent", 0);
    this.level("caller", 0);
    this.hears(null, []);
    show(byId("desk"), false);
    show(byId("outcome"), true);
    byId("outcome").className = `outcome is-${disposition || "plain"}`;
    setIcon(byId("outcome-seal").firstElementChild, ended ? disposition || "dash" : "alert");
    byId("outcome-name").textContent = ended ? ended.outcome.replaceAll("_", " ") : "The call broke off";
    const length = ended ? `It took ${clock(ended.at)}.` : "";
    byId("outcome-reason").textContent = [MEANINGS[disposition], ended?.reason && sentence(ended.reason), length].filter(Boolean).join(" ");
    byId("outcome-name").focus({ preventScroll: true });
  }

  #mute(tell) {
    const isMuted = byId("mute").getAttribute("aria-pressed") !== "true";
    byId("mute").setAttribute("aria-pressed", String(isMuted));
    this.#paintMute(isMuted);
    tell(isMuted);
  }

  #paintMute(isMuted) {
    setIcon(byId("mute").querySelector("svg"), isMuted ? "mic-off" : "mic");
    byId("mute").querySelector("span").textContent = isMuted ? "Muted" : "Mute";
  }

  #keypad() {
    const opens = byId("keys").hidden;
    show(byId("keys"), opens);
    byId("keypad").setAttribute("aria-expanded", String(opens));
    if (opens) byId("keys").firstElementChild.focus();
  }
}

function sentence(words) {
  const text = words.trim();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
