// A worker's page.

import { html, type TemplateResult } from "lit";

import { bytes, capital, count, plural } from "./grammar.ts";

export const page = {
  title: (what: string) => `${what} · Sotto`,
  doing: (name: string, phase: string) => `${name}: ${phase.toLowerCase()}`,
  share: (doing: string, percent: number) => `${doing} ${percent} %`,
  titleFailed: "Failed",
  unnamed: "Worker",
  failed: (reason: string) => html`<strong>This worker cannot go on.</strong> ${reason}`,
  reload: "Reload",
  attacks: (what: string) => html`<strong>This tab attacks.</strong> ${capital(what)}.`,
};

export const phase = {
  label: "This worker",
  unnamed: "A worker",
  phases: {
    searching: "Waiting for the aggregator page",
    loading: "Fetching its digits",
    idle: "Ready",
    training: "Training",
    summing: "In a secure sum",
    refused: "Not admitted",
    away: "Away",
    silent: "Silent",
  },
  inRound: {
    training: (round: number) => `Training in round ${round}`,
    summing: (round: number) => `In a secure sum of round ${round}`,
  },
  progress: "Steps of this round",
  searching: "This tab joins by itself as soon as that page is open in this browser.",
  open: "Open the aggregator page",
  noReason: "The aggregator gave no reason.",
  first: "The first step is under way.",
  step: (epoch: number, step: number, steps: number) => `Epoch ${epoch}, step ${step} of ${steps}`,
  resumed: (now: string, step: number, steps: number) => `${now}; resumed at step ${step} of ${steps}`,
  summing: "Its update stays here. What leaves is hidden under masks that cancel only in the sum of all.",
  unfetched: (reason: string) => `The digits cannot be fetched; it goes on trying. ${capital(reason)}`,
  offline:
    "This browser is offline, and this worker’s digits were never fetched before. It goes on by itself as soon as there is a network.",
  loading: "Only this worker’s part of the digits is downloaded.",
  away: "It takes no part for now, by its own verdict. Rounds go on without it.",
  silent: "It neither hears nor says anything for some seconds, on purpose, and comes back by itself.",
  rests: (seconds: number) => `Not needed this round; asked to come back in about ${seconds} s.`,
  waits: "It waits for the first round.",
  waitsAgain: (updates: number) => `Updates sent so far: ${updates}. It waits for the next round.`,
};

export const digits = {
  title: "Its digits",
  digits: (digits: number) => plural(digits, "digit"),
  none: "No digits",
  yet: "yet: the aggregator says which part of them is this worker’s.",
  mnist: "of MNIST",
  synthetic: "drawn by a program",
  what: (source: string, size: number, shown: number) =>
    html`${source}, ${bytes(size)} downloaded. Here are ${shown} of them. <strong>They never leave this tab.</strong>`,
  some: (labels: number[]) => `Some of its digits: ${labels.join(" ")}`,
  noneYet: "No digits yet",
  histogram: "How many of each",
  varied:
    "Some of what this round trains on. Digits are turned and bent differently each time, and some come from other people’s pens, as the settings say.",
  variedLabel: (labels: number[]) => `Some of what it trains on now: ${labels.join(" ")}`,
};

export const loss = {
  title: "How it learns",
  loss: "loss",
  now: (loss: TemplateResult, steps: number) => html`Loss of its last batch: ${loss}. Steps so far: ${count(steps)}.`,
  label: (now: string) => `Training loss, step by step. ${now}`,
  after: (steps: number, loss: string) => `After ${plural(steps, "step")} it is ${loss}.`,
  noSteps: "No steps yet.",
};

export const sent = {
  title: "What it sends",
  secureTitle: "What it learnt, and what it sends",
  round: "Round",
  size: "Size",
  norm: "Length of its step",
  time: "Trained in",
  picture: "The update as a picture: how far training moved each stretch of weights, and which way",
  numbers: (numbers: number) => `${count(numbers)} numbers, one a weight`,
  noNumbers: "One number a weight",
  what: (numbers: string) =>
    html`${numbers}: how far training moved it, <span class="up">up</span> or <span class="down">down</span>, times the number of
      digits.`,
  secure: html`<strong>This picture stays in this tab.</strong> What leaves is the same numbers under masks:`,
  open: html`<strong>The aggregator can read all of this</strong>, and the mean loss with it; the digits themselves stay here.
    Secure aggregation would hide it.`,
  masked: (numbers: number) => `The first ${count(numbers)} numbers that the aggregator receives: noise`,
};

export const masks = {
  title: "One number under its masks",
  note: (round: number, bits: number) =>
    html`The first number of the vector of round ${round}, modulo 2<sup>${bits}</sup> = ${count(2 ** bits)}. Each worker named
      here has the same mask with the opposite sign: in the sum of all they cancel.`,
  label: "The masks of one number",
  kept: "its own number, which stays here",
  own: "+ its own mask",
  pair: (worker: string) => html`+ the mask shared with worker <code>${worker}</code>`,
  left: "= what leaves",
};

export const conditions = {
  title: "Does it take part?",
  paused: "It is paused.",
  willing: "It takes part.",
  rests: "It rests for now.",
  pause: "Pause",
  resume: "Resume",
  note: "This tab judges by itself. It tells others whether it takes part, never why.",
  verdicts: {
    ok: "fine",
    hinders: "rests for it",
    ignored: "ignored",
    unknown: "not told by this browser",
  },
  ignore: "ignore",
  ignoreIt: (label: string) => `Ignore: ${label}`,
  askIdle: "Let the browser tell",
  idle: {
    unable: "This browser cannot tell whether somebody uses the machine.",
    forbidden: "The browser was not allowed to tell.",
    failed: (reason: string) => `The browser does not tell: ${reason}`,
  },
};

export const dials = {
  title: "Trouble on purpose",
  none: "none",
  slowBy: (seconds: number) => `slow by ${seconds} s`,
  silentIn: (percent: number) => `silent in ${percent} % of rounds`,
  attacks: "attacks",
  note: html`To see what a run withstands. The address of this tab may say it too:
    <code>?slow=3&amp;flaky=0.2&amp;attack=sign</code>`,
  slow: "Slow, in seconds",
  slowHelp: "All that this tab sends is held back so long.",
  flaky: "Flaky, from 0 to 1",
  flakyHelp: "How likely it falls silent for 5 s in a round.",
  attack: "Attack",
  attackHelp: "What a dishonest worker does.",
};

export const handwriting = {
  title: "Your handwriting",
  pad: "Pad for your handwriting. Draw, then press the digit that it is meant to be",
  meant: "Which digit is it?",
  clear: "Clear",
  export: "Export",
  import: "Import",
  unread: (reason: string) => `The file could not be read: ${reason}`,
  removeAll: "Remove all",
  sure: (digits: number) => `Remove all ${digits} for good`,
  note: html`They are kept in this browser, for this worker’s place in the room, until you remove them. Only the update leaves the
    tab, masked where sums are secure. Still, a model that learns from few digits can tell something of them:
    <strong>do not write here what nobody may know.</strong>`,
  soon: "You can write as soon as this worker has its place and its digits.",
  invitation: "Draw digits as you write them, the odd ones above all, and say what they are. The next round learns from them.",
  yours: (digits: number) => html`<strong>${plural(digits, "digit")} of yours</strong>`,
  copied: (digits: TemplateResult, copies: number) => html`${digits}, each ${copies} times so that they have some weight,`,
  among: (digits: TemplateResult, all: number) => html`${digits} among the ${count(all)} that this worker trains on from its next task.`,
  sheet: "Your digits",
  digit: (label: number) => `Your ${label}`,
  remove: "Remove it",
  removeIt: (number: number, label: number) => `Remove digit ${number}, a ${label}`,
  /** "3 × 1, 8 × 7": how many there are of each label. */
  counts: (counts: number[]) => counts.flatMap((many, label) => (many > 0 ? [`${many} × ${label}`] : [])).join(", "),
  reads: (round: number, correct: number, digits: number) =>
    html`The global model after round ${round} reads <strong>${correct} of ${digits}</strong> of your digits`,
  before: (correct: number, digits: number, round: number) => `(${correct} of ${digits} after round ${round})`,
  reading: (round: number, correct: number, digits: number) => `round ${round}: ${correct} of ${digits}`,
  readings: (readings: string[]) => readings.join(", "),
  curve: (readings: string) => `Your digits read right, ${readings}`,
};
