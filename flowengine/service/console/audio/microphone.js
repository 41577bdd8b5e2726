// The caller's microphone as 20 ms frames of mu-law at 8 kHz.

import { SILENCE } from "./mulaw.js";

const WANTED = { audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };

const REASONS = {
  NotAllowedError: "The browser was not allowed to use the microphone, so this call is typed.",
  NotFoundError: "No microphone was found, so this call is typed.",
  NotReadableError: "Another program holds the microphone, so this call is typed.",
};

/** Why there is no microphone, in a sentence for the caller. */
export class NoMicrophone extends Error {}

/** Opens the microphone; `on.frame(bytes)` and `on.level(0..1)` are called while it is open. Throws NoMicrophone. */
export async function openMicrophone(context, on) {
  if (!navigator.mediaDevices || !context.audioWorklet) {
    throw new NoMicrophone("Browsers give the microphone to https and localhost pages only, so this call is typed.");
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(WANTED);
  } catch (error) {
    throw new NoMicrophone(REASONS[error.name] ?? "The microphone could not be opened, so this call is typed.");
  }
  await context.audioWorklet.addModule("/console/audio/capture-worklet.js");
  return new Microphone(context, stream, on);
}

class Microphone {
  isMuted = false;
  #stream;
  #source;
  #node;

  constructor(context, stream, on) {
    this.#stream = stream;
    this.#source = context.createMediaStreamSource(stream);
    this.#node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0 });
    this.#node.port.onmessage = ({ data }) => {
      // A muted line still sends silence: the recogniser's clock is the audio itself.
      if (this.isMuted) data.bytes.fill(SILENCE);
      on.frame(data.bytes);
      on.level(this.isMuted ? 0 : data.level);
    };
    this.#source.connect(this.#node);
  }

  close() {
    this.#source.disconnect();
    this.#node.disconnect();
    for (const track of this.#stream.getTracks()) track.stop();
  }
}
