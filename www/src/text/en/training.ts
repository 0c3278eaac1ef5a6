// The run: its controls, numbers, workers and curve.

import { html } from "lit";

import { capital, fixed, inWords, list, percent, plural, workerName } from "./grammar.ts";

export const panel = {
  title: "Train together",
  digitsCome: "The digits are on their way.",
  awaited: (workers: number) => `Digits are on their way to ${inWords(workers, "worker")}; training starts when all have theirs.`,
  lacking: (workers: number) =>
    `A secure sum needs ${plural(workers, "more worker")}: of fewer than three, each would know the others’ part.`,
  soon: "Training starts as soon as enough workers are ready.",
  round: (round: number) => `Round ${round}`,
  again: (round: number, attempt: number) => `Round ${round}, try ${attempt}`,
  summing: (round: string, doing: string) => `${round}: ${doing}.`,
  updates: (round: string, here: number, wanted: number) => `${round}: ${here} of ${wanted} updates are in.`,
  finished: (rounds: number) => `All ${plural(rounds, "round")} are done. Train on, or change a setting to begin a new run.`,
  ready: (workers: number) => `${plural(workers, "worker")} here. Start training when you like.`,
  fresh: "A fresh network knows nothing. Give it workers to learn from.",
  attackers: (workers: number, what: string) => `And ${inWords(workers, "worker")} here ${workers === 1 ? "attacks" : "attack"} (${what}).`,
};

export const controls = {
  add: "Add a worker here",
  together: (workers: number) => `Start ${inWords(workers, "worker")} here and train`,
  more: (workers: number) => `Add ${inWords(workers, "worker")} here and train`,
  open: "Open a worker tab",
  start: "Start training",
  trainOn: "Train more rounds",
  stop: "Stop",
  startOver: "Start over",
};

export const stats = {
  accuracy: "Test accuracy",
  pens: "Unseen pens",
  pensHelp: "The same model on digits as other countries write them, drawn by a program; no worker has drawn their like",
  workers: "Workers",
  round: "Round",
  rounds: (round: number, rounds: number) => `${round} of ${rounds}`,
  sent: "Sent",
  received: "Received",
  hash: "Model’s hash",
  hashHelp: (hash: string) => `SHA-256 of the weights: ${hash}`,
};

export const roster = {
  label: "Workers of this room",
  look: (place: number) => `${workerName(place)}: follow its update`,
  worker: "Worker",
  state: "State",
  labels: "Labels",
  digits: "Digits",
  loss: "Loss",
  sent: "Sent",
  states: {
    loading: "loading digits",
    idle: "ready",
    training: "training",
    summing: "has trained",
    reported: "update is in",
    silent: "silent",
    away: "away",
    distrusted: "stopped a sum",
  },
  named: (slot: number, id: string) => `${workerName(slot)}, ${id}`,
  flow: (here: number, wanted: number) => `${here} of ${wanted} updates have reached the aggregator`,
  noFlow: "No round is under way",
  none: "No workers yet.",
  what: "A worker is another tab, or a thread inside this page. Each has digits of its own, and sends only what it learned from them.",
  more: "Open more worker tabs: each brings digits of its own, and the model learns from all of them.",
};

/** Which labels a worker has. */
export const labels = {
  unknown: "digits not known",
  all: (which: string, digits: number) => `${which}, ${plural(digits, "digit")}`,
  only: (labels: number[]) => `only ${list(labels)}`,
  without: (labels: number[]) => `no ${list(labels)}`,
  mostly: (labels: number[]) => `mostly ${list(labels)}`,
  alike: "all labels alike",
};

export const curve = {
  accuracy: "accuracy",
  loss: "loss",
  caption: html`<span class="accuracy">Test accuracy</span>, percent`,
  dashed: "test loss (dashed)",
  label: (points: string[]) => `Test accuracy and loss by round. ${points.join(" ")}`,
  point: (round: number, accuracy: number, loss: number) => `Round ${round}: ${percent(accuracy)} percent, loss ${fixed(loss, 3)}.`,
  empty: "Every round adds a point here.",
};

export const notices = {
  label: "What happened, newest first",
  none: "Who leaves, what is refused and what is tried again is told here.",
  told: (what: string) => capital(what),
  ofWorker: (slot: number, what: string) => `${workerName(slot)} ${what}`,
  resumed: (round: number) => `resumed at round ${round}`,
  begins: (model: string) => `the run begins with “${model}” from the library`,
  workerUnfetched: (reason: string, online: boolean) =>
    online
      ? `A worker in this page cannot fetch its digits, and goes on trying: ${reason}`
      : "This browser is offline, and the digits of a worker in this page were never fetched before. It goes on as soon as there is a network.",
  workerFailed: (reason: string) => `A worker in this page failed: ${reason}`,
  attackers: (known: string[]) => `attackers is ${known.join(", ")}, a colon and how many, such as attackers=sign:2`,
};
