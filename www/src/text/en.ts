// What the page says in English.

import { html } from "lit";

export const en = {
  acts: {
    label: "The story in three acts",
    each: {
      train: { title: "Train together", point: "Each tab learns from digits of its own. Only masked updates leave it, and only their sum can be read." },
      share: { title: "Share a secret", point: "A number becomes two random ones. Either alone says nothing; still one can calculate with them." },
      classify: { title: "Classify in secret", point: "Draw: alice and bob find your digit, and neither sees the drawing or the model." },
    },
  },
  hidden: {
    unknown: (names: string, parts: string) => `The page’s address leaves out what is not there: ${names}. Parts are ${parts}.`,
  },
  proof: {
    title: "Don’t trust us",
    summary: "look at the traffic with your browser’s own tools",
    origin: html`<strong>Nothing leaves this site.</strong> Open the developer tools (F12), Network, and reload: every request
      asks the address that the page came from for a file. The page’s Content-Security-Policy forbids it to reach any
      other.`,
    wire: html`<strong>Listen to the wire.</strong> Tabs talk by broadcast, so any page of this site can overhear them. Open the
      console, paste this, and train:`,
    wireSeen: html`With secure aggregation on, the long messages are masked updates, and look like noise. Switch it off,
      and the same bytes are numbers that anybody can read. Alice and bob talk over ports that no other page
      can overhear; what they say is listed above.`,
    offline: html`<strong>Pull the plug.</strong> Once the page says that it opens without a network, go offline and do all of it
      again.`,
    source: html`<strong>What this cannot show.</strong> On one computer, whoever controls it controls all parties: no tool can prove
      privacy from that person. The protocols, what each party would have to collude with, and how the code is tested are in
      the documentation beside the source.`,
  },
  offline: "Opens without a network, too.",
  draw: {
    eraser: "Eraser",
    starter: (accuracy: string) =>
      html`A small model that came with the page reads, ${accuracy} % right on test digits, until you train one. `,
  },
  lessons: {
    title: "Share a secret",
    lead: "Alice and bob compute with numbers that neither of them knows. Five small things to try show how. Each is the real arithmetic, with random numbers drawn as you look.",
    all: "Here one page plays every part, so that you can see it all. The real parties each see their own column, and nothing else.",
    modulus: "Numbers live on a clock with",
    moduli: { word: "2³² hours", prime: "2⁶¹ − 1 hours" },
    modulusHelp: {
      word: "As a computer’s 32-bit words do by themselves. The classification below computes so.",
      prime: "A prime: then whole numbers modulo it are a field, and every number but zero has an inverse.",
    },
    clock: {
      title: "Arithmetic on a clock",
      lead: "Add hours and you pass twelve, and begin again. All that follows happens on such a clock, only a larger one.",
      hours: "Hours on the clock",
      start: "It is",
      pass: "Hours that pass",
      said: (a: number, b: number, hours: number, left: number) => `${a} + ${b} = ${a + b}, and ${a + b} mod ${hours} = ${left}`,
      turns: (turns: number) =>
        turns === 0 ? "The hand does not pass zero." : turns === 1 ? "The hand passes zero once." : `The hand passes zero ${turns} times.`,
      drawn: (a: number, b: number, hours: number, left: number) =>
        `A clock of ${hours} hours. The hand starts at ${a}, moves ${b} hours on and stops at ${left}.`,
    },
    split: {
      title: "A secret in two shares",
      lead: "Alice gets a place on the clock drawn at random. Bob gets what is missing to the secret. Drag alice’s share: bob’s follows.",
      secret: "Secret number",
      drag: "Alice’s share",
      anew: "Draw another",
      alice: "alice has",
      bob: "bob has",
      sum: "together",
      mod: "the sum, modulo the clock’s hours, is the secret",
      drawn: (alice: string, bob: string, value: number) =>
        `Alice’s share ${alice} reaches so far round the clock, bob’s ${bob} from there to the secret, ${value}.`,
    },
    calculator: {
      title: "A calculator that does not know its numbers",
      lead: "Sums and differences each party finds alone. For a product, the crypto provider deals shares of random a, b and ab beforehand: Beaver’s trick.",
      first: "First number",
      second: "Second number",
      operation: "Operation",
      operations: { add: "+", subtract: "−", multiply: "×" },
      spoken: { add: "plus", subtract: "minus", multiply: "times" },
      go: "Calculate on shares",
      result: "Opened by the client",
      wire: "What goes over the wire",
      noise: "Every number on it is as likely as any other: whoever listens to one wire hears noise.",
      play: "Play",
      pause: "Pause",
      step: "Step",
      again: "From the start",
      position: (done: number, all: number) => `${done} of ${all} steps`,
      nothing: "Calculate something, and follow each message.",
      each: "alone",
      steps: {
        dealt: "shares of random a and b, and of their product c",
        shared: "a share of each number",
        opened: "its shares of d = x − a and e = y − b",
        product: "z = c + d·b + e·a on shares, and alice adds d·e",
        sum: "z = x + y on shares",
        difference: "z = x − y on shares",
        answered: "its share of the result",
      },
    },
    fix: {
      title: "Fractions as whole numbers",
      lead: "A clock has no fractions. So the point is fixed: the number is multiplied, rounded, and everybody remembers by how much.",
      number: "Number",
      base: "Base",
      digits: "Digits behind the point",
      scaled: "times",
      whole: "as a whole number",
      place: "its place on the clock",
      read: "read back",
      most: (most: string) => `On this clock, numbers up to ±${most} are read as themselves.`,
      overflow: "It went around the clock: what is read is another number. More hours or fewer digits would help.",
    },
    alone: {
      title: "One share says nothing",
      lead: "Split a number thousands of times and count where bob’s shares fall. Do the same with another number. Which picture is whose?",
      first: "First number",
      second: "Second number",
      draw: (count: string) => `Split each ${count} times more`,
      again: "Count anew",
      of: (value: number) => html`bob’s shares of <strong>${value}</strong>`,
      bars: (value: number, count: string) => `${count} shares of ${value} fall evenly over the whole clock.`,
      counted: (count: string) => `${count} shares each.`,
      zero: "0",
      end: "the clock’s end",
      why: "Both are flat, but for chance. Bob’s share is as likely to be any number, whatever the secret: to learn something, he needs alice’s.",
    },
  },
};
