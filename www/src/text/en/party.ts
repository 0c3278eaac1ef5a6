// A tab with one role of a classification.

import { html } from "lit";

export const party = {
  title: (role: string) => `${role} · Sotto`,
  which: "Which role?",
  choose: "This address names no role. Take one:",
  tasks: {
    alice: "This tab computes with bob on shares, and leads.",
    bob: "This tab computes with alice on shares, and follows.",
    dealer: "This tab deals randomness, and sees neither input nor wire.",
    client: "This tab has the pad, and alone learns what alice and bob make of its shares.",
  },
  room: (name: string) => html`Room <strong>${name}</strong>.`,
  note: "Its program runs in a memory of its own, and hears the others only over their links. It is still one browser on one computer: whoever controls it can look into every tab.",
  farNote:
    "Its program runs on this machine, and hears the others only over sealed links. Whoever controls this machine can look into this tab, and into no other party’s.",
  partiesAway: "The parties are not there yet.",
  searching: "Waiting for the room’s page: open Sotto in another tab of this browser.",
  working: {
    alice: "Computing whenever something is drawn.",
    bob: "Computing whenever something is drawn.",
    dealer: "Dealing.",
    client: "Ready to share what you draw.",
  },
  failed: (reason: string) => `This session has ended: ${reason}. The page begins another one.`,
  noReason: "no reason was given",
  dismissed: "The role has gone elsewhere. Reload this tab to take it again.",
  classifications: "Classifications",
  stock: "Material in stock",
  online: "Last one online",
  sent: "Sent for it",
  seen: "What this tab sees of it",
  dealt: "Dealt",
  bytes: "Bytes",
  dealing: "The last took",
};
