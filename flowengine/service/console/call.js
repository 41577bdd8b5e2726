// One call: its socket, its microphone, its loudspeaker. Facts go to `on.fact`; nothing here touches the page.

import { NoMicrophone, openMicrophone } from "./audio/microphone.js";
import { openSpeaker } from "./audio/speaker.js";

const STREAM = "/console/stream";

export class Call {
  #on;
  #socket = null;
  #context = null;
  #speaker = null;
  #microphone = null;
  #over = false;

  /** `on`: fact(fact), warning(sentence), over(sentence or null), level("agent" or "caller", 0..1). */
  constructor(on) {
    this.#on = on;
  }

  get hasMicrophone() {
    return this.#microphone !== null;
  }

  get isMuted() {
    return this.#microphone?.isMuted ?? false;
  }

  /** Opens sound and the line. Must be called from a click or key press: browsers let no sound begin otherwise. */
  async start({ flow, contact, microphone }) {
    this.#context = new AudioContext({ latencyHint: "interactive" });
    this.#speaker = await openSpeaker(this.#context, {
      marks: (names) => names.forEach((name) => this.#send({ event: "mark", name })),
      level: (level) => this.#on.level("agent", level),
    });
    if (this.#speaker.isSilent) this.#on.warning("No sound can be played here; the words appear as they are spoken.");
    if (microphone) await this.#listen();
    if (this.#over) return;
    this.#dial({ event: "start", flow, contact, microphone: this.hasMicrophone });
  }

  say(text) {
    this.#send({ event: "text", text });
  }

  press(digit) {
    this.#send({ event: "dtmf", digit });
  }

  mute(isMuted) {
    if (this.#microphone) this.#microphone.isMuted = isMuted;
  }

  /** Hangs up; the server answers with how the call ended. */
  hangUp() {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#send({ event: "stop" });
    else this.#finish(null);
  }

  async #listen() {
    try {
      this.#microphone = await openMicrophone(this.#context, {
        frame: (bytes) => this.#sendAudio(bytes),
        level: (level) => this.#on.level("caller", level),
      });
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      this.#on.warning(error.message);
    }
  }

  #dial(start) {
    const address = new URL(STREAM, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(address);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.#send(start);
    this.#socket.onmessage = ({ data }) => this.#received(data);
    this.#socket.onclose = () => this.#finish("The line to the server was lost, so the call is over.");
  }

  #received(data) {
    if (data instanceof ArrayBuffer) {
      this.#speaker.play(new Uint8Array(data));
      return;
    }
    const message = JSON.parse(data);
    switch (message.event) {
      case "mark":
        this.#speaker.mark(message.name);
        break;
      case "clear":
        this.#speaker.clear();
        break;
      case "ended":
        this.#on.fact(message);
        this.#finish(null);
        break;
      case "error":
        this.#on.warning(message.message);
        this.#refused = message.message;
        break;
      default:
        this.#on.fact(message);
    }
  }

  #refused = null;

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #sendAudio(bytes) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(bytes);
  }

  #finish(sentence) {
    if (this.#over) return;
    this.#over = true;
    this.#microphone?.close();
    this.#speaker?.close();
    this.#context?.close();
    this.#socket?.close();
    this.#on.over(sentence === null ? null : (this.#refused ?? sentence));
  }
}
