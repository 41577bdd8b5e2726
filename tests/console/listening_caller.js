// A caller who listens, put into the page before the page's own script: getUserMedia gives the voice of somebody who
// answers each question once it has been asked, and says the answer again when it is asked again. Nothing goes by the
// clock: the agent has finished when the page shows that each of its sentences was heard.
//
// `answers`: what each question's words are ([asked], lower case), and the answer as a WAV in base64 ([wav]).

((answers, most) => {
  const caller = { said: [], problem: null };
  window.listeningCaller = caller;

  // The voice comes from the page's own audio context. In one of its own it would run on another clock, and a busy
  // machine would tear holes into it.
  const contexts = [];
  window.AudioContext = class extends window.AudioContext {
    constructor(...settings) {
      super(...settings);
      contexts.push(this);
    }
  };

  navigator.mediaDevices.getUserMedia = async ({ audio }) => {
    if (!audio) throw new DOMException("only a voice is to be had here", "NotFoundError");
    const context = contexts.at(-1);
    const clips = await Promise.all(answers.map(({ wav }) => context.decodeAudioData(bytesOf(wav))));
    const mouth = context.createMediaStreamDestination();
    listen((number) => say(context, mouth, clips[number]));
    return mouth.stream;
  };

  function bytesOf(base64) {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
  }

  function say(context, mouth, clip) {
    return new Promise((done) => {
      const voice = new AudioBufferSourceNode(context, { buffer: clip });
      voice.connect(mouth);
      voice.onended = done;
      voice.start();
    });
  }

  /** Answers whenever the agent has asked something, was heard to the end, and has not been answered yet. */
  function listen(say) {
    const heard = () => document.querySelectorAll("#transcript .is-agent.is-heard").length;
    let answered = 0;
    let speaks = false;
    const look = async () => {
      const speaksStill = document.querySelector("#transcript :is(.is-speaking, .is-queued)");
      if (speaks || speaksStill || heard() === answered || phase() !== "live") return;
      const number = answerTo(question());
      answered = heard();
      if (number === -1) return;
      if (caller.said.filter((each) => each === number).length === most) {
        caller.problem ??= `asked more than ${most} times: ${answers[number].asked.join(", ")}`;
        return;
      }
      caller.said.push(number);
      speaks = true;
      await say(number);
      speaks = false;
      // What was said meanwhile has had its answer.
      answered = heard();
    };
    new MutationObserver(look).observe(document.getElementById("transcript"), {
      attributes: true,
      childList: true,
      subtree: true,
    });
  }

  function phase() {
    return document.querySelector(".stage").dataset.phase;
  }

  /** What the agent has said since the caller was last understood, one sentence an entry. */
  function question() {
    const said = [...document.querySelectorAll("#transcript :is(.is-agent, .is-caller)")];
    const last = said.findLastIndex((entry) => entry.classList.contains("is-caller"));
    return said.slice(last + 1).map((entry) => entry.innerText.toLowerCase());
  }

  /** The number of the answer to the last of these sentences that one is known to; -1: to none. */
  function answerTo(sentences) {
    for (const sentence of sentences.reverse()) {
      const number = answers.findIndex(({ asked }) => asked.some((words) => sentence.includes(words)));
      if (number !== -1) return number;
    }
    return -1;
  }
})
