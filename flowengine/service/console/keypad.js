// The telephone's keys.

import { make } from "./dom.js";

const LETTERS = { 2: "abc", 3: "def", 4: "ghi", 5: "jkl", 6: "mno", 7: "pqrs", 8: "tuv", 9: "wxyz" };

/** Fills `root` with the twelve keys; `press(digit)` is called for a click, or a key typed while the pad has focus. */
export function fillKeypad(root, press) {
  const keys = [..."123456789*0#"].map((digit) => {
    const key = make("button", "", digit, make("small", "", LETTERS[digit] ?? ""));
    key.type = "button";
    key.setAttribute("aria-label", { "*": "star", "#": "hash" }[digit] ?? digit);
    key.addEventListener("click", () => press(digit));
    return key;
  });
  root.replaceChildren(...keys);
  root.addEventListener("keydown", (event) => {
    if (!event.altKey && !event.ctrlKey && !event.metaKey && /^[0-9*#]$/.test(event.key)) press(event.key);
  });
}
