// Beside each privacy claim: who would have to collude to break it, and what the network shows.

import { html, type TemplateResult } from "lit";

export const trust = {
  who: "Who could break this",
  wire: "An observer of the network sees",
  /** Updates under masks. */
  sum: {
    who: [
      "the aggregator with more than a tenth of the workers: together they may open the masks of another",
      "the aggregator with all workers but one: they take their own updates away from the sum",
      "whoever opens enough tabs to be both",
    ],
    otherwise: "The aggregator alone sees noise, and the sum.",
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
      otherwise: "The sum itself comes with its noise: the aggregator never has it without.",
      wire: "What the aggregator sees: masked vectors, the noisy sum and the model.",
    },
    central: {
      who: ["the aggregator alone: it adds the noise, and has the sum without it"],
      otherwise: "Who sees nothing but the model is bounded by the noise.",
      wire: "The model, and what opens the sum, which has no noise yet: the bound is for those who see the model alone.",
    },
    examples: {
      who: ["nobody, even all together: each worker has added the whole noise before anything leaves its tab"],
      otherwise: "A worker that trains without noise protects nobody but is not noticed.",
      wire: "The model and the updates, or their masked vectors, noise and all.",
    },
  },
  /** A number in two shares. */
  shares: {
    who: ["whoever has both shares adds them up"],
    otherwise: "One share alone is as likely with any other number.",
    wire: "On one wire noise; on both wires both shares, unless each is sealed. Here nothing leaves the page.",
  },
  secret: {
    what: {
      page: oneComputer("All roles run in this browser, on one computer:"),
      tabs: oneComputer("Some roles run in tabs of their own, but all of them in this browser, on one computer:"),
      far: html`<strong>Some roles run on other machines.</strong> Nobody has both shares, as long as alice, bob and the dealer belong to
        different people who do not collude. Roles that nobody took run here, on one computer.`,
    },
    who: (alice: TemplateResult, bob: TemplateResult, dealer: TemplateResult) => [
      html`${alice} and ${bob}: they add up their shares`,
      html`${dealer} with either of them: it knows every mask`,
    ],
    otherwise: "Alone, each sees noise, as long as all follow the protocol.",
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
