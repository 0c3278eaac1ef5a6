// The models that this browser keeps.

import { bytes, plural } from "./grammar.ts";

export const panel = {
  title: "Library",
  summary: "models that this browser keeps",
  models: (models: number) => plural(models, "model"),
  declined: (what: string, reason: string) => `${what}: ${reason}.`,
  failed: "The library cannot go on",
  empty: "The library is empty.",
  keeping: {
    elsewhere: "The page that is the aggregator keeps its run.",
    before: "A run is kept in this browser after every round: a page that is closed or crashes goes on where it was.",
    not: (reason: string) => `This run is not kept: ${reason}.`,
    nothing: "This run has learnt nothing yet that could be lost.",
    after: (rounds: number) => `This run is kept in this browser as it is after ${plural(rounds, "round")}.`,
  },
  compare: "Compare the two that are ticked",
  compareHelp: "On all test digits, label by label.",
  used: (used: number, quota: number) => `${bytes(used)} of ${bytes(quota)} that this browser allows are used.`,
  local: "Nothing of it leaves this browser, unless you download it.",
  forget: "Forget everything",
  sure: "Remove all models, runs and workers’ half trainings in this browser?",
  remove: "Remove everything",
  keep: "Keep it",
};

export const add = {
  name: "Name of the model",
  save: "Save this model",
  upload: "Upload a model",
  drop: "or drop a .safetensors file here",
};

export const model = {
  unusable: (problem: string) => `A model cannot be used: ${problem}.`,
  compare: (name: string) => `Compare ${name}`,
  read: "Read with it",
  reads: "Reads your digits",
  readWith: (name: string) => `Read digits with ${name}`,
  train: "Train on",
  trainFrom: (name: string) => `Train on from ${name}`,
  download: "Download",
  downloadIt: (name: string) => `Download ${name}`,
  rename: "Rename",
  renameIt: (name: string) => `Rename ${name}`,
  delete: "Delete",
  deleteIt: (name: string) => `Delete ${name}`,
  newName: "New name",
  round: (round: number) => `round ${round}`,
  untrained: "not trained here",
  autosaved: "saved by the page",
};

export const comparison = {
  reading: "Both models read the test digits.",
  progress: "Digits read",
  label: "Comparison",
  caption: "Test digits read right, percent",
  digit: "Label",
  difference: "difference",
  all: "all",
};
