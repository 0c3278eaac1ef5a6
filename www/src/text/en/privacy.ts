// What the aggregator sees of updates, what an attack makes of it, and what noise leaves to be learnt.

import { html, type TemplateResult } from "lit";

import { count, plural, workerName } from "./grammar.ts";

export const sum = {
  title: "What the aggregator sees",
  toggle: "Secure aggregation",
  off: html`Off: <strong>the aggregator reads every update</strong>, and with it what a worker’s digits look like. A change of
    this switch begins a new run.`,
  now: (round: number, doing: string) => `Round ${round}: ${doing}.`,
  /** What it is doing, as the end of a sentence. */
  doing: {
    training: (here: number, all: number) => `${here} of ${all} workers have trained`,
    sharing: (here: number, all: number) => `${here} of ${all} have shared the secrets behind their masks`,
    masking: (here: number, all: number) => `${here} of ${all} masked updates are in`,
    confirming: (here: number, all: number) => `${here} of ${all} have confirmed who is still here`,
    unmasking: (here: number, all: number) => `${here} of ${all} have opened shares of what is left of the masks`,
  },
  graph: (neighbours: number, threshold: number, bits: number) =>
    `Each shares masks with ${neighbours}; ${threshold} must stay to the end; ${bits} bits a number.`,
  summed: (round: number, updates: number) => `Round ${round}: the sum of ${plural(updates, "update")} is known, and no single one.`,
  repaired: (workers: number) => `${plural(workers, "worker")} left in the middle; what was left of their masks was repaired.`,
  lacking: (workers: number) => `${plural(workers, "more worker")} and the sum is secure.`,
  idle: "The aggregator will see noise from each worker, and the sum of all.",
  arrive: "As they arrive: noise",
  elsewhere: (slot: number) =>
    `What ${workerName(slot)} knows of its masks is in its own tab: there it shows one number of its update, addition by addition.`,
  masked: (slot: number) => `The masked update of ${workerName(slot)}: noise`,
  more: (updates: number) => `And ${plural(updates, "more")}.`,
  shown:
    "The first 1,024 numbers of each masked vector, as this page received it. Choose one to follow a number of it; a worker’s own tab shows all that is under the masks.",
  picture: "Their sum",
  open: "The sum of the updates",
  closed: "The sum, still under masks: noise",
  steps: "Steps of opening the sum",
  nothing: "Nothing yet.",
  added: (vectors: number) =>
    `${plural(vectors, "masked vector")} added up. The masks shared by pairs cancel; each worker’s own mask is left.`,
  repair: (slot: number) => `The masks that ${workerName(slot)} shared, who left, are taken out.`,
  own: (slot: number) => `The own mask of ${workerName(slot)} is taken away.`,
  last: "That was the last: this is the sum.",
  notLast: "Still noise: every mask hides all.",
};

export const attack = {
  invitation: (link: TemplateResult) =>
    html`What is in an update? ${link}: workers of a small network that take one step on one digit. The page opens anew with
      these settings; give it workers and train.`,
  link: "Try an attack",
  title: "A digit read out of each update",
  how: html`A first layer moves by its input times one number a row, and its bias by that number alone:
    <strong>one divided by the other is the worker’s own training digit</strong>. Find it in the worker’s tab.`,
  maskedTitle: "The same attack on what arrives",
  maskedHow:
    "Under masks the attack finds noise. From the sum it gets the digits of all on top of one another: with many workers and steps, less and less of each.",
  sum: "The sum",
  readFrom: (whom: string) => `Read from ${whom}`,
  of: (whom: string, label: number) => `${whom}: a ${label}`,
};

export const noise = {
  title: "What the model gives away",
  toggle: "Differential privacy",
  off: "Off: even a sum, and the model itself, may tell of a single digit. With noise, each tab trains many virtual clients by themselves, shortens what each learnt, and adds its part of the noise before anything leaves.",
  after: (rounds: number, tries: number) =>
    tries > rounds ? `after ${plural(rounds, "round")}, in ${tries} tries` : `after ${plural(rounds, "round")}`,
  planned: (rounds: number) => `for the ${plural(rounds, "round")} planned`,
  end: (now: string, epsilon: string, rounds: number) => `${now}, ${epsilon} after all ${rounds}`,
  aggregator: "The aggregator, which sees who takes part",
  noBound: "no bound",
  unknown: (alone: string) =>
    `The run began with a model of which nobody knows what it gives away. This run alone adds at most ε = ${alone}.`,
  trusted: "It adds the noise itself, and so has the sum without it: it must be trusted with that.",
  delta: (delta: number) => `At δ = ${delta}.`,
  forOne: "Counted for one worker until there are some.",
  examples: {
    model: "Whoever sees the model learns of one digit at most",
    from: "from each update",
    guess: (percent: string) => `Asked whether a digit took part, the best attacker is right at most ${percent} % of the time.`,
    how: (population: number, rate: string, clip: string, noise: string) =>
      `Each worker takes each of its digits, ${count(population)} at most, into a step with probability ${rate}, by a coin that only it knows; a digit’s gradient is shortened to ${clip}; the noise on every step reaches ${noise} times that far. Digits are protected one by one, not who wrote them all.`,
  },
  clients: {
    model: "Whoever sees the model learns of one client at most",
    from: "if it knew who is in each round",
    guess: (percent: string) => `Asked whether a client took part, the best attacker is right at most ${percent} % of the time.`,
    how: (population: number, rate: string, clip: string, noise: string) =>
      `${plural(population, "virtual client")}, each in a round with probability ${rate} by a coin that only its tab knows; what it learnt is shortened to ${clip}; the noise reaches ${noise} times that far. A client is protected, not a tab: a tab knows its own.`,
  },
};
