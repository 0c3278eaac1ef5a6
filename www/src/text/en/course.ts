// Training on secret shares.

import { html, type TemplateResult } from "lit";

import { bytes, count, fixed, millis, percent, plural, seconds, sentence } from "./grammar.ts";

export const course = {
  title: "Train in secret",
  lead: html`Alice and bob can also <strong>train</strong> a model that is never opened: neither of them sees the digits it learns
    from, the weights or a gradient. Data owners share their digits; alice and bob compute every step of the training on shares; the
    result reads your drawings as it is, in shares. Its answers still say something of the digits.`,
  lost: "The session ended, and with it what was being trained: its shares are gone. Digits that were shared from here are shared again.",
  notice: (why: string) => sentence(why),
  status: {
    starting: "The roles are getting ready.",
    none: (digits: number) =>
      digits === 0
        ? "No digits are shared yet."
        : `${plural(digits, "digit")} ${digits === 1 ? "is" : "are"} shared. Nothing has been trained.`,
    running: (step: number, steps: number) => `Training: ${count(step)} of ${plural(steps, "step")}.`,
    paused: (step: number, steps: number) => `Paused after ${count(step)} of ${plural(steps, "step")}.`,
    done: (steps: number) => `Trained: ${plural(steps, "step")}.`,
    reading: " Drawings are read with it.",
  },
  claim: {
    who: (alice: TemplateResult, bob: TemplateResult, dealer: TemplateResult) => [
      html`${alice} and ${bob}: they add up their shares of digits, labels and weights`,
      html`${dealer} with either of them: it knows every mask`,
      "any script of this site that listens: a data owner’s shares for alice and for bob both go over channels that all of its pages can hear",
      "a data owner that shares wrong digits spoils the model, and nobody notices",
    ],
    otherwise:
      "As long as all follow the protocol, each of them alone sees noise, and of the digits only how many there are. Losses are opened only where you ask for it.",
    wire: "Sizes, times and what each step says: on both wires together both shares, unless each is sealed.",
  },
  data: {
    title: "Digits to train on",
    count: "How many",
    share: "Share them with alice and bob",
    drawing: "What is drawn on the pad is a",
    shareDrawing: "Share it, too",
    tab: "Open a data owner’s tab",
    tabNote:
      "Each tab is a data owner of its own; the first ten have digits that no other has. They train one model together, and neither averages anything nor sees another’s digits.",
    here: (digits: number, size: number) => `From this page: ${plural(digits, "digit")}, ${bytes(size)} to each party.`,
    nothingHere: "From this page: none yet.",
    all: (digits: number, times: number) => `Alice and bob have shares of ${plural(digits, "digit")}, in ${plural(times, "part")}.`,
    first: (label: number) => `The first of them, a ${label}. It stays here.`,
    noneElse: "MNIST training digits, cut so that every data owner has others.",
  },
  settings: {
    title: "The training",
    network: "Network",
    networks: {
      linear: "linear: 784 to 10",
      tutorial: "tutorial: 784 to 128 to 64 to 10",
      network1: "network1: 784 to 128 to 128 to 10",
      lenet5: "lenet5: two convolutions",
    },
    loss: "Loss",
    losses: { entropy: "cross-entropy", squares: "squared error" },
    epochs: "Epochs",
    watch: "Open the loss of every",
    watches: (every: number) => (every === 0 ? "no step" : every === 1 ? "step" : `${every}th step`),
    watchNote: "An opened loss is known to alice and bob, and shown here. Nothing else is opened.",
    start: "Train on shares",
    again: "Train anew",
    pause: "Pause",
    resume: "Go on",
    how: (batch: number, rate: number, momentum: number) =>
      html`${plural(batch, "digit")} a step, learning rate 2<sup>−${rate}</sup>${momentum > 0 ? html`, momentum 1 − 2<sup>−${momentum}</sup>` : ""}.`,
  },
  progress: {
    label: "Steps taken",
    loss: "Opened losses, by steps: the mean squared difference of answers and labels",
    losses: (said: string) => `Opened losses by step. ${said}`,
    point: (step: number, loss: number) => `Step ${step}: ${fixed(loss, 3)}.`,
    noLoss: "No loss has been opened.",
    step: "A step takes",
    waiting: (ms: number) => `of that ${millis(ms)} in waiting for bob`,
    rounds: "Exchanges in a step",
    between: "Between alice and bob, a step",
    dealt: "Dealt for a step",
    all: "In all",
    allWords: (sent: number, dealt: number, ms: number) => `${bytes(sent)} between them, ${bytes(dealt)} dealt, ${seconds(ms)}`,
    wire: "What alice and bob said to each other in the last step",
  },
  result: {
    title: "What came of it",
    take: "Read drawings with it",
    takeAgain: "Read drawings with it as it is now",
    giveBack: "Read with the room’s model again",
    taken: (step: number) =>
      `Drawings are read with the model after ${plural(step, "step")} on shares. Nobody has opened it: its shares were rounded from a training’s precision to a reading’s, on shares.`,
    test: (digits: number) => `Test it on ${plural(digits, "digit")}`,
    testNote: "The client shares test digits, learns the answers alone, and counts.",
    shares: "Trained on shares",
    right: (share: number, of: number) => `${percent(share)} % of ${count(of)} test digits`,
    plain: "Trained in the clear",
    plainButton: "Train the same in the clear",
    plainNote: "In floating point on what this page has shared, for comparison.",
    plainBusy: (step: number, steps: number) => (steps === 0 ? "beginning" : `${count(step)} of ${plural(steps, "step")}`),
    plainRight: (share: number, ms: number) => `${percent(share)} % of all test digits, in ${seconds(ms)}`,
    room: "Trained together",
    roomRight: (share: number, round: number) => `${percent(share)} % of all test digits, after ${plural(round, "round")}`,
    roomNote: "The room’s own model, by averaging: its workers keep their digits, and whoever has the model sees it.",
    nothing: "not yet",
  },
  tab: {
    task: "This tab has digits of its own, and lets alice and bob train on them without showing them to either.",
    searching: "Waiting for the room’s page: open Sotto in another tab of this browser.",
    ready: "Alice and bob are there.",
  },
};
