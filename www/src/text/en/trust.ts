// Beside each privacy claim: who would have to collude to break it, and what the network shows.

import { html, type TemplateResult } from "lit";

export const trust = {
  who: "Who could break this",
  wire: "An observer of the network sees",
  /** Updates under masks. */
  sum: {
    who: [
      "the aggregator with more than a tenth of the workers: together they may unmask another worker",
      "the aggregator with all workers but one: they subtract their own updates from the sum",
      "an aggregator that cheats: it can make up all the other workers, or have the same model trained twice, once without you",
    ],
    otherwise:
      "An aggregator that follows the protocol, among workers that are real, sees noise and the sum. The sum itself says something of each worker.",
    wire: "The model, who takes part and when, how many digits each has; noise in place of updates, and what opens their sum.",
  },
  /** Updates as they are. */
  clear: {
    who: ["the aggregator alone: it reads every update, and what was trained on shows in it"],
    otherwise: "The digits themselves stay in each worker’s tab.",
    wire: "All that the aggregator sees: the model and every update.",
  },
  noise: {
    distributed: {
      who: ["workers that tell each other their parts of the noise: only what the others added still protects those"],
      otherwise: "The aggregator gets the sum with its noise, never without. Epsilon bounds what that says of one client.",
      wire: "What the aggregator sees: masked vectors, the noisy sum and the model.",
    },
    central: {
      who: ["the aggregator alone: it adds the noise, and has the sum without it"],
      otherwise: "For somebody who sees only the model, epsilon bounds what it says of one client.",
      wire: "The model, and what opens the sum, which has no noise yet: the bound is for those who see the model alone.",
    },
    examples: {
      who: ["whoever controls a worker’s browser: that worker’s digits are there, without noise"],
      otherwise:
        "What leaves a tab has all its noise already. Everybody else together can learn of one digit what epsilon allows, which is much where epsilon is large. How many digits a worker has is public.",
      wire: "The model and the updates, or their masked vectors, noise and all.",
    },
  },
  /** A number in two shares. */
  shares: {
    who: ["whoever has both shares adds them up"],
    otherwise: "With one share alone, every number is equally likely.",
    wire: "On one wire noise; on both wires both shares, unless each is sealed. Here nothing leaves the page.",
  },
  secret: {
    what: {
      page: oneComputer("All roles run in this browser, on one computer:"),
      tabs: oneComputer("Some roles run in tabs of their own, but all of them in this browser, on one computer:"),
      far: html`<strong>Some roles run on other machines.</strong> Nobody has both shares, as long as alice, bob and the dealer belong to
        different people who do not collude, each of whom loaded a page that they trust. Roles that nobody took run here, on one computer.`,
    },
    who: (alice: TemplateResult, bob: TemplateResult, dealer: TemplateResult) => [
      html`${alice} and ${bob}: they add up their shares`,
      html`${dealer} with either of them: it knows every mask`,
    ],
    otherwise:
      "As long as all follow the protocol, each of them alone sees only noise, sizes and times, and knows the shape of the network.",
    wire: {
      page: "Nothing: inside of this page each pair has a wire of its own. On a network it would see sizes and times, and contents unless they are sealed.",
      tabs: "Sizes, times and contents of what goes to other tabs: a script of this site that hears all wires can add the shares up.",
      far: "On the network sizes and times alone: each pair of machines has keys of its own. Inside of this browser a script of this site hears what goes between tabs.",
    },
  },
};

function oneComputer(where: string): TemplateResult {
  return html`<strong>${where}</strong> whoever controls it can add the shares up. What you see is how the protocol works; privacy
    begins when alice, bob and the dealer belong to different people who do not collude.`;
}
