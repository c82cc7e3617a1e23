/* SHA-256 (FIPS 180-4) of short texts: `crypto.subtle` is not there for pages over plain http. */

const ROUNDS = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
  0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
  0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
  0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
  0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
  0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];
const START = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
  0x1f83d9ab, 0x5be0cd19,
];
const KEPT_BYTES = 16;

/**
 * The first half of an entity ref's SHA-256, as base64url: by which open pages know what a signal is
 * about, and others do not without guessing the ref.
 *
 * @public
 */
export function digestEntityRef(entityRef: string): string {
  const state = new Uint32Array(START);
  const words = pad(toBytes(entityRef));
  for (let at = 0; at < words.length; at += 16) {
    addBlock(state, words.subarray(at, at + 16));
  }
  const bytes = [...state].flatMap(word =>
    [24, 16, 8, 0].map(by => (word >>> by) & 255),
  );
  return btoa(String.fromCharCode(...bytes.slice(0, KEPT_BYTES)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}

/** UTF-8. */
function toBytes(text: string): number[] {
  const binary = encodeURIComponent(text).replace(/%(..)/g, (_, hex) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return [...binary].map(character => character.charCodeAt(0));
}

/** Section 5.1.1: one bit, zeros, and the length in bits. */
function pad(bytes: number[]): Uint32Array {
  const words = new Uint32Array(Math.ceil((bytes.length + 9) / 64) * 16);
  [...bytes, 128].forEach((byte, index) => {
    words[index >> 2] |= byte << (24 - (index % 4) * 8);
  });
  words[words.length - 1] = bytes.length * 8;
  return words;
}

/** Section 6.2.2. */
function addBlock(state: Uint32Array, block: Uint32Array): void {
  const schedule = new Uint32Array(64);
  schedule.set(block);
  for (let t = 16; t < 64; t++) {
    const late = schedule[t - 2];
    const early = schedule[t - 15];
    schedule[t] =
      (turn(late, 17) ^ turn(late, 19) ^ (late >>> 10)) +
      schedule[t - 7] +
      (turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)) +
      schedule[t - 16];
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const first =
      h +
      (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
      ((e & f) ^ (~e & g)) +
      ROUNDS[t] +
      schedule[t];
    const second =
      (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [
      g,
      f,
      e,
      (d + first) | 0,
      c,
      b,
      a,
      (first + second) | 0,
    ];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    state[index] += word;
  });
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
