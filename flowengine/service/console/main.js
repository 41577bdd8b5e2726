// Joins the parts of the page: setup, call, transcript, graph, details.

import { NeedsKey, fetchFlows, fetchGraph } from "./api.js";
import { Call } from "./call.js";
import { byId, show } from "./dom.js";
import { showFacts } from "./facts.js";
import { Line } from "./line.js";
import { GraphMap } from "./map.js";
import { Setup } from "./setup.js";
import { chooseTab, getPhase, setPhase, startShell } from "./shell.js";
import { SignIn } from "./signin.js";
import { asText, newStory, tell } from "./story.js";
import { Transcript } from "./transcript.js";

const map = new GraphMap();
const transcript = new Transcript(byId("transcript"));
const setup = new Setup({ chosen: drawGraph, call: begin });
const line = new Line({
  say: (text) => call?.say(text),
  press: (digit) => {
    call?.press(digit);
    tellStory({ event: "pressed", digit, at: (performance.now() - began) / 1000 });
  },
  mute: (isMuted) => call?.mute(isMuted),
  hangUp: () => call?.hangUp(),
  again: () => begin(last),
  other: toSetup,
  copy: copyTranscript,
});

const signIn = new SignIn(loadFlows);

let call = null;
let last = null;
let story = newStory();
let began = 0;

function tellStory(fact) {
  tell(story, fact);
  transcript.show(story.entries);
  showFacts(story);
}

function begin(asked) {
  last = asked;
  story = newStory();
  transcript.clear();
  tellStory({});
  map.reset();
  show(byId("setup"), false);
  show(byId("call"), true);
  setPhase("connecting");
  chooseTab("talk");
  line.begin(asked.flow);
  byId("where").textContent = "";
  const mine = new Call({
    fact: (fact) => mine === call && heardFrom(fact),
    warning: (sentence) => mine === call && line.warn(sentence),
    over: (sentence) => mine === call && over(sentence),
    level: (who, level) => mine === call && line.level(who, level),
  });
  call = mine;
  mine
    .start({ flow: asked.flow.name, contact: asked.contact, microphone: asked.microphone })
    .catch(() => over("The browser could not open its sound system, so there is no call."));
}

function heardFrom(fact) {
  if (fact.event === "started") {
    began = performance.now();
    setPhase("live");
    line.answered(fact, call.hasMicrophone);
    return;
  }
  tellStory(fact);
  if (fact.event === "entered") {
    map.enter(fact);
    byId("where").textContent = fact.state;
  }
  if (fact.event === "listening") line.hears(story.expecting, story.intents);
}

function over(sentence) {
  setPhase("ended");
  if (sentence !== null) line.warn(sentence);
  if (!story.ended) {
    tellStory({ event: "broken" });
    signIn.check();
  }
  const outcome = story.ended?.outcome;
  line.end(story.ended, outcome ? map.disposition(outcome) : "");
  if (outcome) map.end(story.state, outcome);
  showFacts(story);
  call = null;
}

function toSetup() {
  show(byId("call"), false);
  show(byId("setup"), true);
  setPhase("idle");
  map.whole();
  byId("where").textContent = "";
  loadFlows();
  byId("call-start").focus({ preventScroll: true });
}

async function drawGraph(flow) {
  byId("map-heading").textContent = flow.title || flow.name;
  if (!flow.valid) {
    map.empty("A flow with errors has no graph yet.");
    return;
  }
  try {
    const text = await fetchGraph(flow.name);
    if (setup.flow === flow) map.show(text);
  } catch (error) {
    map.empty(error.message);
  }
}

async function loadFlows() {
  try {
    setup.show(await fetchFlows());
    setPhase("idle");
  } catch (error) {
    const isLocked = error instanceof NeedsKey;
    byId("flow-cards").replaceChildren();
    setPhase(isLocked ? "locked" : "error");
    if (isLocked) signIn.ask();
    else setup.problem(error.message);
  }
}

async function copyTranscript() {
  try {
    await navigator.clipboard.writeText(asText(story));
    return true;
  } catch {
    return false;
  }
}

function click(id) {
  const button = byId(id);
  if (!button.disabled && button.offsetParent !== null) button.click();
}

startShell({
  KeyC: () => click(getPhase() === "ended" ? "call-again" : "call-start"),
  KeyH: () => click("hang-up"),
  KeyM: () => click("mute"),
  KeyK: () => click("keypad"),
  KeyT: () => byId("words").focus(),
});
loadFlows();
signIn.check();
