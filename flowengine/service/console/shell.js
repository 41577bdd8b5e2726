// The frame of the page: the status line, the tabs of a narrow screen, shortcuts and their help.

import { byId } from "./dom.js";

const STATUS = {
  idle: "Ready",
  connecting: "Connecting",
  live: "On call",
  ended: "Call ended",
  error: "No connection",
  locked: "Signed out",
};
const STAGE = document.querySelector(".stage");

/** `idle`, `connecting`, `live`, `ended`, `error`, `locked`. */
export function setPhase(phase) {
  STAGE.dataset.phase = phase;
  document.body.dataset.phase = phase;
  byId("status-text").textContent = STATUS[phase];
}

export function getPhase() {
  return STAGE.dataset.phase;
}

export function startShell(shortcuts) {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => choose(tabs, tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      choose(tabs, next);
      next.focus();
    });
  });
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  // With Alt, as single letters would get in the way of typing and of screen readers.
  document.addEventListener("keydown", (event) => {
    const act = event.altKey && !event.ctrlKey && !event.metaKey && shortcuts[event.code];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

export function chooseTab(name) {
  choose([...document.querySelectorAll("[role=tab]")], byId(`tab-${name}`));
}

function choose(tabs, chosen) {
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
  }
  STAGE.dataset.tab = chosen.dataset.tab;
}
