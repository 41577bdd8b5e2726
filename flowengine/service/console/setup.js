// Before a call: which flow, whom it calls, and how the caller answers.

import { byId, icon, make, show } from "./dom.js";
import { inputFor, labelFor, sampleFor } from "./samples.js";

const REMEMBERED = "flowengine.";

export class Setup {
  #flows = [];
  #on;

  /** `on`: chosen(flow), call({flow, contact, microphone}). */
  constructor(on) {
    this.#on = on;
    byId("setup").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#call();
    });
    for (const radio of document.querySelectorAll("[name=mode]")) {
      radio.checked = radio.value === (recall("mode") ?? "voice");
      radio.addEventListener("change", () => remember("mode", radio.value));
    }
  }

  get flow() {
    const name = document.querySelector("[name=flow]:checked")?.value;
    return this.#flows.find((flow) => flow.name === name) ?? null;
  }

  show(flows) {
    this.#flows = flows;
    const last = recall("flow");
    const first = flows.find(({ name, valid }) => name === last && valid) ?? flows.find(({ valid }) => valid) ?? flows[0];
    byId("flow-cards").replaceChildren(...flows.map((flow) => this.#card(flow, flow === first)));
    if (first) this.#choose();
    else this.problem("There are no flows here; start the server with --flows and a folder of .flow files.");
  }

  problem(sentence) {
    byId("setup-problem").textContent = sentence ?? "";
    show(byId("setup-problem"), Boolean(sentence));
  }

  #card(flow, isChosen) {
    const radio = Object.assign(make("input"), { type: "radio", name: "flow", value: flow.name, checked: isChosen });
    radio.addEventListener("change", () => this.#choose());
    const states = flow.states === 1 ? "1 state" : `${flow.states} states`;
    const facts = flow.valid
      ? [icon(flow.direction), `${flow.direction} · ${states}`]
      : [icon("alert"), "has errors and cannot run"];
    const face = make("span", "", make("b", "", flow.title || flow.name), make("small", "", ...facts));
    return make("label", flow.valid ? "" : "is-broken", radio, face);
  }

  #choose() {
    const flow = this.flow;
    this.problem(null);
    remember("flow", flow.name);
    byId("call-start").disabled = !flow.valid;
    byId("trouble-text").textContent = flow.problem ?? "";
    show(byId("trouble"), Boolean(flow.problem));
    byId("trouble").open = !flow.valid;
    show(byId("contact"), flow.valid && flow.contact.length > 0);
    byId("contact").querySelector("legend").textContent = flow.direction === "inbound" ? "Who is calling" : "Who is called";
    const kept = JSON.parse(recall(`contact.${flow.name}`) ?? "{}");
    byId("contact-fields").replaceChildren(...(flow.contact ?? []).map((field) => fieldFor(field, kept[field.name])));
    this.#on.chosen(flow);
  }

  #call() {
    const flow = this.flow;
    if (!flow?.valid) return;
    const form = byId("setup");
    const wrong = [...form.querySelectorAll("#contact-fields :invalid")][0];
    if (wrong) {
      this.problem(`${wrong.dataset.label}: ${wrong.validationMessage}`);
      wrong.focus();
      return;
    }
    this.problem(null);
    const contact = {};
    for (const input of form.querySelectorAll("#contact-fields [name]")) {
      const value = input.type === "checkbox" ? input.checked : input.value.trim();
      if (value !== "") contact[input.name] = value;
    }
    remember(`contact.${flow.name}`, JSON.stringify(contact));
    const microphone = document.querySelector("[name=mode]:checked").value === "voice";
    this.#on.call({ flow, contact, microphone });
  }
}

function fieldFor(field, kept) {
  const value = kept ?? sampleFor(field, new Date());
  const input = field.choices?.length > 0 ? selectFor(field.choices) : Object.assign(make("input"), inputFor(field));
  input.name = field.name;
  input.id = `contact-${field.name}`;
  input.autocomplete = "off";
  input.dataset.label = labelFor(field.name);
  if (input.type === "checkbox") input.checked = String(value) === "true";
  else {
    input.value = value;
    input.required = field.required;
  }
  const label = make("label", "", labelFor(field.name), ...(field.required ? [] : [make("small", "", "optional")]));
  label.htmlFor = input.id;
  return make("div", input.type === "checkbox" ? "field is-check" : "field", label, input);
}

function selectFor(choices) {
  return make("select", "", ...choices.map((choice) => new Option(choice, choice)));
}

function remember(key, value) {
  try {
    localStorage.setItem(REMEMBERED + key, value);
  } catch {
    // Private windows may keep nothing; the page works without.
  }
}

function recall(key) {
  try {
    return localStorage.getItem(REMEMBERED + key);
  } catch {
    return null;
  }
}
