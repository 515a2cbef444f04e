/** The sounds to choose from: notes of [pitch in Hz, begin in s, length in s], and the wave they are made of. */
const SOUNDS = {
  "Two notes": { wave: "sine", notes: [[660, 0, 0.16], [880, 0.18, 0.16]] },
  Bell: { wave: "sine", notes: [[1047, 0, 0.9], [2093, 0, 0.5], [3140, 0, 0.25]] },
  Marimba: { wave: "triangle", notes: [[523, 0, 0.18], [659, 0.12, 0.18], [784, 0.24, 0.22]] },
  Low: { wave: "triangle", notes: [[196, 0, 0.25], [147, 0.28, 0.35]] },
};
/** How a severity is heard: so often, so loud. */
const HEARD = {
  notice: { times: 1, loudness: 0.5 },
  warning: { times: 1, loudness: 1 },
  critical: { times: 2, loudness: 1 },
};
const REPEAT_S = 0.75;
const ATTACK_S = 0.02;
const MOST = 0.4;

export const NAMES = Object.keys(SOUNDS);

let audio = null;

/** Browsers let a page sound only after a click, a tap or a key: without one this is silent. */
export async function play(name, severity, volume) {
  audio ??= new AudioContext();
  await audio.resume();
  const { wave, notes } = SOUNDS[name] ?? SOUNDS[NAMES[0]];
  const { times, loudness } = HEARD[severity];
  for (let time = 0; time < times; time++) {
    for (const [pitch, begin, length] of notes) {
      note(wave, pitch, audio.currentTime + time * REPEAT_S + begin, length, (volume * loudness * MOST) / Math.sqrt(notes.length));
    }
  }
}

/** Whether a sound would be heard now. */
export function mayPlay() {
  return Boolean(navigator.userActivation?.hasBeenActive);
}

function note(type, frequency, from, length, loudness) {
  const tone = new OscillatorNode(audio, { type, frequency });
  const gain = new GainNode(audio, { gain: 0 });
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(loudness, from + ATTACK_S);
  gain.gain.linearRampToValueAtTime(0, from + length);
  tone.connect(gain).connect(audio.destination);
  tone.start(from);
  tone.stop(from + length);
}
