// G.711 mu-law, the telephone's bytes, to and from samples between -1 and 1.

const BIAS = 132;
const CLIP = 32635;

/** What a silent line sends. */
export const SILENCE = 0xff;

const DECODED = Float32Array.from({ length: 256 }, (_, byte) => decodeByte(byte) / 32768);

/** Mu-law bytes to samples. */
export function decode(bytes) {
  const samples = new Float32Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) samples[at] = DECODED[bytes[at]];
  return samples;
}

/** Samples to mu-law bytes; what is louder than 1 is clipped. */
export function encode(samples) {
  const bytes = new Uint8Array(samples.length);
  for (let at = 0; at < samples.length; at += 1) bytes[at] = encodeSample(samples[at]);
  return bytes;
}

function decodeByte(byte) {
  const flipped = ~byte & 0xff;
  const magnitude = (((flipped & 0x0f) << 3) + BIAS) << ((flipped & 0x70) >> 4);
  return flipped & 0x80 ? BIAS - magnitude : magnitude - BIAS;
}

function encodeSample(sample) {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.round(Math.abs(sample) * 32768), CLIP) + BIAS;
  const exponent = Math.max(0, 24 - Math.clz32(magnitude));
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}
