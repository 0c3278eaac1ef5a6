// Classification on secret shares: what went where, what it cost, and what can be tried.

import { html, nothing, type TemplateResult } from "lit";

import { bytes, count, percent, plural, seconds, sentence } from "./grammar.ts";

export const panel = {
  title: "Classify in secret",
  /** Roles that live elsewhere, in the middle of a sentence. */
  apart: (roles: string[]) => `, ${roles.join(" and ")} in tabs of their own`,
  /** Those that came by a link. */
  far: (roles: string[]) => `, ${roles.join(" and ")} on ${roles.length > 1 ? "other machines" : "another machine"}`,
  starting: (apart: string) => `The roles are getting ready${apart}.`,
  ended: "The session has ended.",
  ready: (apart: string, model: string, fraction: number | undefined) =>
    `Ready${apart}. Model ${model}, ${fraction ?? ""} fractional bits.`,
  after: (model: string, round: number) => `${model} after ${plural(round, "round")}`,
  notice: (what: string) => `Not everything could be done: ${what}`,
  silentTab: (role: string) => `The tab of ${role} does not answer.`,
  shares: "Two shares, one drawing",
  scalar: "One pixel of it",
  numbers: "What it took",
  layers: "What alice sees",
  layersLead:
    "The network, layer by layer, as alice computes it: uniform noise, whatever you draw. Draw the same again, and nothing repeats. Bob sees the same masked numbers; the masks are shared between them.",
  wire: "What goes over the wires",
  parties: "Who computes",
  evaluation: "Test digits on shares",
  evaluationSummary: "how accurate, and how fast",
  right: (share: number, digits: number) => `${percent(share)} % of ${digits} right`,
  precision: "Fixed precision",
  bits: (bits: number) => plural(bits, "fractional bit"),
  fits: { always: "", onSample: ": every number fits so far", never: ": numbers overflow" },
};

export const failure = {
  what: (role: string | undefined, step: string | undefined) =>
    html`The session ended${role ? `: ${role} is to blame` : nothing}${step ? html` at <code>${step}</code>` : nothing}.`,
  why: (reason: string) => sentence(reason),
  next: {
    ended: "Sessions failed too often in a row: reload the page to try again.",
    starting: "A new session begins, with new keys.",
    ready: "A new session is ready: draw again.",
  },
};

export const shares = {
  alice: "Alice’s share",
  bob: "Bob’s share",
  drawing: "The drawing",
  noise: "noise",
  seen: "what the network sees, centred in 28 by 28 pixels",
  nothing: "nothing yet",
  label: (which: string, what: string) => `${which}: ${what}`,
  note: html`Each share alone is <strong>uniform noise</strong>, drawn afresh every time; only their sum modulo 2<sup>32</sup> is
    the drawing. The pictures show the highest 8 bits of each number.`,
};

export const scalar = {
  row: "Row",
  column: "Column",
  sum: html`sum, modulo 2<sup>32</sup>`,
  ink: (fraction: number | undefined) => html`divided by 2<sup>${fraction ?? "f"}</sup>: its ink`,
};

export const numbers = {
  online: { name: "On shares", note: "from the drawing to the answer" },
  plain: { name: "In the clear", note: "the same image, with nothing hidden" },
  rounds: { name: "Rounds", note: "messages one after the other" },
  sent: { name: "Sent", note: "by alice and bob, for one drawing" },
  dealt: { name: "Dealt", note: "random numbers, used once" },
  dealing: { name: "Dealing", note: "the dealer’s work, done ahead" },
  preparing: { name: "Preparing", note: "alice’s work, done ahead" },
  stock: {
    name: "In stock",
    note: (drawings: number, target: number, size: number) => `for ${drawings} of ${target} drawings, ${bytes(size)}`,
    label: (drawings: number, target: number) => `Material for ${drawings} of ${target} drawings`,
  },
  saving: {
    name: "Save",
    bytes: "dealt bytes",
    rounds: "rounds",
    note: "A ReLU, or a maximum in a pool, takes two rounds; or one, with a key two or three times as long. Rounds are what takes time when alice and bob are far from each other, on lines that are not slow.",
  },
  millis: "ms",
};

export const layers = {
  apart: html`Alice lives in a tab of her own:<br />what she sees stays there.`,
  waiting: (party: string) => html`Draw a digit on shares:<br />what ${party} sees of it appears here.`,
  bits: (bits: number) => `${bits} bits`,
  title: (layer: string, shape: string) => `${layer}, ${shape}`,
  noise: (title: string) => `${title}: noise`,
  nothing: "Nothing yet",
  what: (title: string, numbers: number, bits: number) =>
    html`<strong>${title}</strong>: ${count(numbers)} numbers of ${bits} bits, each behind a mask of its own. Shown are their
      highest 8 bits.`,
};

export const wire = {
  dashed: "Dashed: sent before you drew, random numbers by the dealer and shares of the model by its owner.",
  links: (links: string[]) => `Bytes between the roles. ${links.join("; ")}.`,
  link: (one: string, other: string, amount: string) => `${one} and ${other}: ${amount}`,
  nothing: "nothing yet",
  log: "Messages of the last classification",
  after: "ms",
  ends: "from, to",
  step: "step",
  size: "size",
  replay: "Replay",
  pause: "Pause",
  forward: "Step",
  position: (shown: number, all: number) => `${shown} of ${plural(all, "message")}`,
  none: "Every message is listed here, with the step that it belongs to.",
  before: "before",
  to: "to",
  messages: (messages: number, size: number) => `${plural(messages, "message")}, ${bytes(size)}`,
  choose: (all: string) => `${all}. Choose a layer above to mark its messages.`,
  silent: (layer: string, all: string) => `${layer} needs no message: each party computes it alone. In all ${all}.`,
  layer: (layer: string, here: string, all: string) => `${layer}: ${here}. In all ${all}.`,
};

export const parties = {
  does: {
    alice: "Holds one share of the model and of each drawing, and leads the computation.",
    bob: "Holds the other share of both, and follows alice step by step.",
    dealer: "Deals random numbers that fit together, before there is a drawing. It never sees one.",
    client: "Has the pad, shares each drawing, and alone learns the answer.",
  },
  where: (state: TemplateResult, place: string) => html`${state}, ${place}`,
  tab: "in a tab of its own",
  far: "now on another machine",
  page: "in this page",
  blamed: "To blame",
  stopped: "Stopped",
  ready: "Ready",
  starting: "Starting",
  dealt: (size: number) => `In this session it has dealt ${bytes(size)}.`,
  share: (size: number) => `Its share of the model: ${bytes(size)}.`,
  open: "Open in its own tab",
  opened: "It has its own tab",
  farAway: "It came by a link",
  disturb: "Disturb them",
  disturbed:
    "A garbled message arrives cut short. Whoever waits for it names the sender and the step, all that was dealt for the session is thrown away, and a new session begins with new keys. What nobody checks are the numbers themselves: a party that computes wrongly, in silence, makes answers wrong.",
  garble: { alice: "Garble alice’s next message", bob: "Garble bob’s next message" },
  stop: { alice: "Stop alice", bob: "Stop bob", dealer: "Stop the dealer" },
};

export const evaluation = {
  /** Around the field with their count. */
  first: "The first",
  digits: "test digits",
  start: "Classify on shares",
  pause: "Pause",
  resume: "Resume",
  stop: "Stop",
  progress: "Test digits classified on shares",
  accuracy: "Accuracy on shares",
  agreement: "Same as in the clear",
  speed: "Images a second",
  nothing: "Nothing classified yet. Digits go through in batches, which is faster than one by one.",
  begun: "The first digits are under way.",
  far: (done: number, total: number) => `${count(done)} of ${count(total)}`,
  time: (millis: number) => seconds(millis),
  timeOf: (millis: number, round: number) => `${seconds(millis)}, model after ${plural(round, "round")}`,
  phases: {
    running: (far: string, time: string) => `${far}, ${time}`,
    paused: (far: string, time: string) => `Paused at ${far}, ${time}`,
    stopped: (far: string, time: string) => `Stopped at ${far}, ${time}`,
    finished: (far: string, time: string) => `Done: ${far}, ${time}`,
  },
};

export const disagreements = {
  title: "Where shares and clear disagree",
  label: (index: number, label: number) => `Test digit ${index}, a ${label}`,
  read: (label: number, onShares: number, inTheClear: number) => `${label}: shares ${onShares}, clear ${inTheClear}`,
  nothing: "Fixed precision can tip an answer that was a close call. Such digits are shown here.",
  none: (digits: number) => `Nowhere, on ${plural(digits, "digit")}.`,
  some: (digits: number, compared: number) => `${plural(digits, "digit")} of ${compared}`,
  shown: (some: string, shown: number) => `${some}, the first ${shown} shown`,
  why: (some: string) => `${some}. Fixed precision can tip a close call.`,
};

export const precision = {
  fraction: "Fractional bits",
  coarse: (bits: number) => `${bits}: coarse`,
  fine: (bits: number) => `${bits}: fine, and soon too large`,
  help: (bits: number) =>
    html`Shares are whole numbers. A weight or a pixel is multiplied by 2<sup>${bits}</sup> and rounded. A change shares the
      model anew.`,
  bits: "Bits",
  float: "Floating point",
  fixed: "Fixed point",
  unmeasured: "Accuracy in the clear, measured on test digits as soon as the model is shared.",
  measured: (digits: number) => `Accuracy in the clear, on the first ${count(digits)} test digits.`,
};

export const fix = {
  title: "What it does to a number",
  number: "Number",
  times: (bits: number) => html`times 2<sup>${bits}</sup>, rounded`,
  modulo: html`modulo 2<sup>32</sup>`,
  back: "and back",
  noNumber: "This is not a number.",
  overflow: "It does not fit: the ring wraps around, and another number comes back.",
  exact: "Nothing is lost: this number has a short binary fraction.",
  nearest: "What comes back is the nearest number that these bits can say.",
};

export const ranges = {
  title: "Do the numbers fit?",
  waiting: "The owner looks at every layer before it shares a model.",
  says: {
    always: "Every number fits, whatever is drawn.",
    onSample:
      "Every number fits on the images that were tried. Where the worst case passes the edge, no bound rules out that a strange image overflows; its answer would be wrong, without a sign of it.",
    never:
      "Too many bits: numbers overflow even on the images that were tried. Answers are wrong, without a sign of it. Choose fewer bits.",
  },
  short: { always: "fits", onSample: "so far", never: "overflows" },
  note: "Bits of the largest number: dark on the images that were tried, light for the worst that any image could cause, the edge is where the ring ends.",
  table: "Largest numbers, layer by layer",
  layer: "Layer",
  picture: "Picture",
  seen: "seen",
  worst: "worst",
  limit: "limit",
  verdict: "Verdict",
};
