// What came of a run, and of those before it.

import { html } from "lit";

import { fixed, percent, plural } from "./grammar.ts";

export const panel = {
  title: "Results",
  summary: "curves, hardest digits, who is served how well",
  after: (accuracy: number, rounds: number) => `${percent(accuracy)} % after ${plural(rounds, "round")}`,
  compared: (after: string, runs: number) => `${after}, ${plural(runs, "run")} to compare with`,
  compare: "Compare with",
  noOther: "no other run",
  files: "History of this run as a file",
  csv: "History as CSV",
  json: "as JSON",
  thisRun: "this run",
  run: (number: number) => `run ${number}`,
  past: (number: number, summary: string) => `run ${number}: ${summary}`,
};

export const curves = {
  show: "Show",
  by: "by",
  measures: { accuracy: "accuracy, percent", loss: "loss, nats" },
  axes: { rounds: "rounds", bytes: "bytes sent, both ways" },
  target: "target",
  round: (round: number) => `round ${round}`,
  accuracyAt: (place: string, accuracy: number) => `${place}: ${percent(accuracy)} percent`,
  lossAt: (place: string, loss: number) => `${place}: ${fixed(loss, 3)}`,
  points: (points: string[]) => points.join(", "),
  spoken: {
    accuracy: (points: string) => `This run’s test accuracy. ${points}.`,
    loss: (points: string) => `This run’s test loss. ${points}.`,
  },
  other: (mine: string, number: number, points: string) => `${mine} Run ${number}. ${points}.`,
};

export const target = {
  /** Around the field with the target. */
  before: "Rounds to",
  behind: "% accuracy",
  run: "Run",
  rounds: "Rounds",
  sent: "Sent",
  seconds: "Seconds",
  thisRun: "This run",
  other: (number: number) => `Run ${number}`,
  notYet: "not yet",
  never: "never",
};

export const served = {
  title: "How well it serves each worker",
  note: "The accuracy on each label, weighted by how often the worker’s shard has it. Both are public: no worker is asked, and no update is opened.",
  none: "No workers are here.",
};

export const hardest = {
  title: "Hardest test digits",
  note: "Where the model is most surely wrong: what it is, what is read, and the loss.",
  label: (index: number) => `Test digit ${index}`,
  read: (label: number, answer: number) => `a ${label}, read as ${answer}`,
  loss: (loss: number) => `loss ${fixed(loss, 1)}`,
};

export const confusion = {
  label: "Confusion matrix",
  caption: html`Read as <span>(columns), of each label (rows)</span>`,
};
