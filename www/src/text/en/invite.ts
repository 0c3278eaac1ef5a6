// Those who are elsewhere: the link by which they come, the door, and what a guest's page says.

import { html } from "lit";

import { plural } from "./grammar.ts";

const claims = {
  worker: "a worker",
  alice: "alice",
  bob: "bob",
  dealer: "the dealer",
  client: "the client, who draws",
};

export const invite = {
  claims,
  brokenOff: (count: number) =>
    `${count === 1 ? "An attempt to connect was" : `${count} attempts to connect were`} broken off before words could be shown, or begun anew after: somebody may be in between. Compare the words once more.`,
  refused: {
    host: (id: string) =>
      `Somebody who has the link (${id.slice(0, 8)}) says that theirs is the room’s page. It is not the one that this link is for, and was refused.`,
    key: (id: string) => `Somebody who has the link (${id.slice(0, 8)}) announced a key that protects nothing, and was refused.`,
  },
  panel: {
    title: "Invite",
    summary: "Phones and friends join by a link, and privacy becomes real: the parties on different machines.",
    lead: html`Tabs of this browser find each other without any server. Others are reached through a <em>message broker</em>: a
      NATS server with a WebSocket listener, yours or anybody’s. All that it carries is sealed end to end, under the secret in
      the link and keys that each page draws anew. It learns who talks when, and how much; never what.`,
    local: html`To try it out on this computer: <code>./build.sh relay</code> starts a broker.`,
    broker: "Broker",
    placeholder: "wss://broker.example.org",
    credentials: {
      title: "Credentials for the broker, if it asks for some",
      own: "Of this page",
      guests: "In links, for guests",
      note: html`<code>user:name:password</code>, <code>token:…</code>, <code>nkey:SU…</code>, or what stands in a
        <code>.creds</code> file. Whoever has a link has what it carries: give guests credentials of their own, or none.`,
      wrong: "These credentials cannot be read.",
    },
    notBroker: "An address of a broker begins with ws:// or wss://.",
    open: "Open the door",
    close: "Close, and make old links void",
    states: {
      connecting: (address: string) => `Reaching ${address} …`,
      connected: (address: string) => `Open at ${address}.`,
      lost: (address: string) => `${address} is out of reach. Trying again; rounds under way wait or are done again.`,
      refused: (address: string) => `${address} refuses the credentials, or asks for some. Close the door to name others.`,
    },
    reason: (reason: string) => `It says: ${reason}`,
    as: "The link is for",
    link: "Link",
    copy: "Copy",
    copied: "Copied",
    copyRefused: "This browser does not let the page copy. Select the link, and copy it yourself.",
    qr: (claim: string) => `A QR code of the link by which ${claim} joins`,
    noQr: (reason: string) => `The QR code could not be drawn (${reason}). The link works all the same.`,
    share:
      "Whoever has the link can come in as a worker; other roles wait here until you let them in. Its secret stands behind the #, which browsers send to no server.",
    onlyHere:
      "The link names this computer as localhost: it works in other browsers here. For other machines open this page, and the broker, by an address that they can reach.",
    lock: "Locked: nobody else comes in, but who was in comes back",
    guests: "At the door and inside",
    nobody: "Nobody has come by the link yet.",
    admission: { waits: "waits to be let in", in: "in", out: "turned away" },
    workers: (count: number) => plural(count, "worker"),
    letIn: "Let in",
    turnAway: "Turn away",
    takeBack: "Take the role back",
    compare:
      "Read the words to each other, by phone or across the table: if they agree, nobody stands between you, not even somebody who has the link.",
  },
  visit: {
    unread: {
      broken: "This link is not whole: copy it again, or scan its code once more.",
      old: "This link comes from an older version of this page: it does not say which room’s page it leads to. Ask for a new link.",
      new: "This link comes from a newer version of this page. Reload this page; if that does not help, its site has an older version.",
    },
    seeks: {
      connecting: (broker: string) => `Reaching ${broker} …`,
      connected: () => "The broker answers. Looking for the room’s page: it may be closed.",
      lost: (broker: string) => `${broker} is out of reach. Trying again.`,
      refused: (broker: string) => `${broker} refuses the credentials in this link, or asks for some: ask for another link.`,
    },
    waits: (claim: string) => `At the door as ${claim}. Somebody at the room’s page has to let you in; the room may be locked.`,
    in: (claim: string) => `Joined by a link as ${claim}. All that leaves this machine is sealed end to end.`,
    cut: "The broker is out of reach: what is under way goes on when it is back.",
    out: "The room’s page has turned this guest away.",
    words: (words: string[]) => html`Words to compare: <strong data-testid="visit-words">${words.join(" · ")}</strong>.`,
    wordsWith: (claim: string, words: string[]) => html`With ${claim}: <strong data-testid="other-words">${words.join(" · ")}</strong>.`,
    rtt: (time: string) => `${time} there and back.`,
    reason: (reason: string) => `It says: ${reason}`,
    searching: "Waiting for the room’s page.",
  },
};
