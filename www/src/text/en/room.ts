// The aggregator's page around the run: the story, the pad, the run's line, banners, settings.

import { html, type TemplateResult } from "lit";

import { capital, count, fixed, percent, sentence } from "./grammar.ts";

export const page = {
  title: (accuracy: number, round: number) => `${percent(accuracy)} % after round ${round} · Sotto`,
  reload: "Reload",
  failed: (reason: string) => html`<strong>This page cannot go on.</strong> ${reason}`,
  incomplete: (reason: string) => html`<strong>A part of this page could not be loaded.</strong> ${sentence(reason)}`,
  unkept: (reason: string) =>
    html`<strong>This run is not kept.</strong> ${capital(reason)}. Training goes on, but a page that is reloaded begins anew.`,
  borrowed: (model: string) => html`<strong>“${model}” from the library reads your digits.</strong> The run goes on beside it.`,
  giveBack: "Read with the run’s model",
  misread: "The page’s address asked for settings that cannot be: the defaults are in force.",
  problem: (setting: string, what: string) => `${setting}: ${what}`,
  vacant: "The page that was the aggregator is closed.",
  takeOver: "Become the aggregator",
  watching: html`<strong>You are watching.</strong> Another tab of this browser is the aggregator of this room.`,
  occupied: html`<strong>Another tab of this browser is the aggregator of this room.</strong> There can be one at a time.`,
  watch: "Watch it here",
  unknownParts: (names: readonly string[], parts: readonly string[]) =>
    `The page’s address leaves out what is not there: ${names.join(", ")}. Parts are ${parts.join(", ")}.`,
};

export const acts = {
  label: "The story in three acts",
  each: {
    train: {
      title: "Train together",
      point: "Each tab learns from digits of its own. Only masked updates leave it, and only their sum can be read.",
    },
    share: {
      title: "Share a secret",
      point: "A number becomes two random ones. Either alone says nothing; still one can calculate with them.",
    },
    classify: {
      title: "Classify in secret",
      point: "Draw: alice and bob find your digit, and neither sees the drawing or the model.",
    },
  },
};

export const proof = {
  title: "Don’t trust us",
  summary: "look at the traffic with your browser’s own tools",
  origin: html`<strong>Nothing leaves this site.</strong> Open the developer tools (F12), Network, and reload: every request asks
    the address that the page came from for a file. The page’s Content-Security-Policy forbids it to fetch from any other. Only if you
    invite others, a worker of the page opens a WebSocket to the broker that you named; its frames are sealed.`,
  wire: html`<strong>Listen to the wire.</strong> Tabs talk by broadcast, so any page of this site can overhear them. Open the
    console, paste this, and train:`,
  wireSeen: html`With secure aggregation on, the long messages are masked updates, and look like noise. Switch it off, and the
    same bytes are numbers that anybody can read. Alice and bob talk over ports that no other page can overhear; what they say is
    listed above.`,
  offline: html`<strong>Pull the plug.</strong> Once the page says that it works offline, cut the network and do all of it
    again.`,
  source: html`<strong>What this cannot show.</strong> On one computer, whoever controls it controls all parties: no tool can prove
    privacy from that person. The protocols, what each party would have to collude with, and how the code is tested are in the
    documentation beside the source.`,
};

/** Why a role cannot run. */
export const trouble = {
  noWasm: "This browser has WebAssembly switched off.",
  noChannel: "This browser has no BroadcastChannel, by which tabs talk to each other.",
  noLocks: "This browser offers no Web Locks here. They need https or localhost.",
  script: "The script of this role could not be loaded.",
  curve: (reason: string) => `The curve could not be drawn: ${reason}`,
  program: (reason: string) => `The program of this role could not be loaded: ${reason}`,
  unsent: (reason: string) => `A message to this role could not be sent: ${reason}`,
};

export const runLine = {
  mnist: html`<strong>MNIST</strong>, the handwritten digits`,
  synthetic: html`<strong>Synthetic digits</strong>, drawn by a program because MNIST was not at hand`,
  digits: (which: TemplateResult, train: number, test: number) => html`${which}: ${count(train)} to train on, ${count(test)} to test.`,
  network: (name: string, weights: number) => html`Network <strong>${name}</strong>, ${count(weights)} weights.`,
  room: (name: string) => html`Room <strong>${name}</strong>.`,
  offline: "Works offline.",
  copy: "Copy link",
  copied: "Copied",
  forbidden: "This browser forbids copying; take the address above",
};

export const draw = {
  title: "Draw a digit",
  eraser: "Eraser",
  undo: "Undo",
  clear: "Clear",
  pad: "Drawing pad: draw a digit with mouse, finger or pen",
  invitation: html`Draw a digit here,<br />0 to 9`,
  samples: "Put a ready-made digit on the pad",
  take: "or take",
  onShares: "On secret shares",
  labelAlone: "Learn the digit alone",
  reads: "Reads as",
  took: (millis: number) => `${fixed(millis, millis < 9.95 ? 1 : 0)} ms`,
  probabilities: "Probability of each digit",
  probability: (digit: number, share: string) => `${digit}: ${share}`,
  share: (percent: number) => `${fixed(percent, 1)} %`,
  noProbabilities: "only the digit was learnt",
  seen: "Network sees",
  seenImage: "What the network sees: the drawing, centred in 28 by 28 pixels",
  failed: (reason: string) => `Drawings cannot be read: ${reason}`,
  unreadable: (reason: string) => `This drawing cannot be read: ${reason}`,
  modelComes: "The model is on its way.",
  partiesCome: "Alice, bob and the dealer are getting ready.",
  clientElsewhere: "The client lives in a tab of its own: draw there.",
  fresh: html`<strong>The model knows nothing yet</strong>: it guesses until you train it.`,
  starter: (accuracy: number) =>
    html`A small model that came with the page reads, ${percent(accuracy)} % right on test digits, until you train one.`,
  readOnShares: html`Read <strong>on secret shares</strong>: alice and bob computed the answer, and neither saw your drawing or
    the model. All of it runs in this browser, so it shows how, and protects from nobody who controls this computer.`,
  readInTheClear: html`Read <strong>in the clear</strong>, by the model in this page, to compare.`,
};

export const settings = {
  title: "Settings",
  note: "A change begins a new run with a new model. The page’s address holds every setting.",
  changed: (label: string, value: string) => `${label.toLowerCase()} ${value}`,
  all: (changed: string[]) => changed.join(", "),
  defaults: "defaults",
};
