// What all texts of all languages have in common, and what those say that have to choose their words.

import { html } from "lit";
import { describe, expect, test } from "vitest";

import { read } from "../testing/markup";
import { LANGUAGES, text } from ".";

type Said = (...given: unknown[]) => unknown;

/** Every text of a language by its name; some are functions of what they speak of. */
function* textsOf(part: unknown, name: string): Generator<[string, string | Said]> {
  if (typeof part === "function") yield [name, part as Said];
  else if (typeof part === "object" && part !== null && !("strings" in part)) {
    for (const [key, value] of Object.entries(part)) yield* textsOf(value, name === "" ? key : `${name}.${key}`);
  } else yield [name, read(part)];
}

/** What a text says of some kind of value in every place, where it can speak of such. */
function spoken(name: string, said: string | Said, value: unknown): string | undefined {
  if (typeof said === "string") return said;
  if (name.startsWith("numbers.")) return undefined;
  try {
    return read(said(...Array.from({ length: said.length }, () => value)));
  } catch {
    // It asks for a value of another kind.
    return undefined;
  }
}

describe.each(Object.keys(LANGUAGES))("in %s", (language) => {
  const texts = [...textsOf(LANGUAGES[language], "")];

  test("there is something to say everywhere", () => {
    expect(texts.length).toBeGreaterThan(500);
    // What needs no remark has none.
    expect(texts.flatMap(([name, said]) => (said === "" ? [name] : []))).toEqual(["secret.panel.fits.always"]);
  });

  test("nothing is left open, and quotes and dots are those of print", () => {
    for (const [name, said] of texts) {
      for (const value of [2, "two", ["two", "three"]]) {
        const sentence = spoken(name, said, value);
        if (sentence === undefined) continue;
        expect(sentence, name).not.toMatch(/\b(undefined|null)\b|\[object|\.\.\.|'| ,|,,| \.(?=\s|$)/);
        if (typeof value !== "string" && !Array.isArray(value)) expect(sentence, name).not.toContain("NaN");
      }
    }
  });

  test("one thing is never said to be many", () => {
    const things = "digits|steps|rounds|workers|updates|clients|hours|messages|drawings|models|runs|attempts";
    // In "1 of 1 updates" the number is the whole's.
    const many = new RegExp(`(?<!of |first |− )\\b1 (?:\\w+ )?(?:${things})\\b`);
    for (const [name, said] of texts) expect(spoken(name, said, 1) ?? "", name).not.toMatch(many);
  });
});

test("a page without a language that there is speaks English", () => {
  expect(text).toBe(LANGUAGES["en"]);
});

describe("the run", () => {
  const { panel, controls, labels, notices, stats } = text.training;
  test.each([
    [panel.awaited(1), "Digits are on their way to one worker; training starts when all have theirs."],
    [panel.lacking(2), "A secure sum needs 2 more workers: of fewer than three, each would know the others’ part."],
    [panel.updates("Round 3", 1, 1), "Round 3: 1 of 1 updates are in."],
    [panel.again(3, 2), "Round 3, try 2"],
    [panel.attackers(1, "sends the opposite"), "And one worker here attacks (sends the opposite)."],
    [panel.attackers(2, "sends the opposite"), "And two workers here attack (sends the opposite)."],
    [controls.together(3), "Start three workers here and train"],
    [controls.more(1), "Add one worker here and train"],
    [labels.only([3]), "only 3"],
    [labels.without([3, 5, 7]), "no 3, 5 and 7"],
    [labels.all("mostly 3", 1), "mostly 3, 1 digit"],
    [notices.ofWorker(2, "left"), "Worker 3 left"],
    [notices.workerUnfetched("404", true), "A worker in this page cannot fetch its digits, and goes on trying: 404"],
    [stats.rounds(2, 10), "2 of 10"],
  ])("%s", (said, expected) => {
    expect(said).toBe(expected);
  });

  test("of an offline browser does not name a cause that is none", () => {
    expect(notices.workerUnfetched("404", false)).not.toContain("404");
  });
});

describe("privacy", () => {
  const { noise, sum } = text.privacy;
  test.each([
    [noise.after(1, 1), "after 1 round"],
    [noise.after(3, 3), "after 3 rounds"],
    [noise.after(3, 5), "after 3 rounds, in 5 tries"],
    [noise.planned(1), "for the 1 round planned"],
    [sum.lacking(1), "1 more worker and the sum is secure."],
    [sum.repaired(2), "2 workers left in the middle; what was left of their masks was repaired."],
  ])("%s", (said, expected) => {
    expect(said).toBe(expected);
  });
});

describe("classification on shares", () => {
  const { panel, failure, wire, evaluation, disagreements } = text.secret;
  test.each([
    [panel.apart(["alice", "bob"]), ", alice and bob in tabs of their own"],
    [panel.far(["alice"]), ", alice on another machine"],
    [panel.far(["alice", "bob"]), ", alice and bob on other machines"],
    [panel.ready("", "lenet5", undefined), "Ready. Model lenet5,  fractional bits."],
    [panel.ready(", bob on another machine", "lenet5", 8), "Ready, bob on another machine. Model lenet5, 8 fractional bits."],
    [read(failure.what(undefined, undefined)), "The session ended."],
    [read(failure.what("Bob", undefined)), "The session ended: Bob is to blame."],
    [read(failure.what(undefined, "classify/1")), "The session ended at classify/1."],
    [read(failure.what("Bob", "classify/1")), "The session ended: Bob is to blame at classify/1."],
    [failure.why("cut short"), "Cut short."],
    [wire.messages(1, 1200), "1 message, 1.2 kB"],
    [
      wire.links([wire.link("alice", "bob", "3 B"), wire.link("dealer", "bob", "nothing yet")]),
      "Bytes between the roles. alice and bob: 3 B; dealer and bob: nothing yet.",
    ],
    [
      evaluation.phases.paused(evaluation.far(1000, 10_000), evaluation.timeOf(2000, 1)),
      "Paused at 1,000 of 10,000, 2.0 s, model after 1 round",
    ],
    [disagreements.none(1), "Nowhere, on 1 digit."],
  ])("%s", (said, expected) => {
    expect(said).toBe(expected);
  });
});

describe("training on shares", () => {
  const { status, settings, data, result } = text.course;
  test.each([
    [status.none(0), "No digits are shared yet."],
    [status.none(1), "1 digit is shared. Nothing has been trained."],
    [status.none(1000), "1,000 digits are shared. Nothing has been trained."],
    [data.here(1, 3136), "From this page: 1 digit, 3.1 kB to each party."],
    [data.all(1, 1), "Alice and bob have shares of 1 digit, in 1 part."],
    [settings.watches(0), "no step"],
    [settings.watches(1), "step"],
    [settings.watches(10), "10th step"],
    [read(settings.how(32, 5, 0)), "32 digits a step, learning rate 2−5."],
    [read(settings.how(32, 5, 3)), "32 digits a step, learning rate 2−5, momentum 1 − 2−3."],
    [result.plainBusy(0, 0), "beginning"],
    [result.plainBusy(3, 1000), "3 of 1,000 steps"],
  ])("%s", (said, expected) => {
    expect(said).toBe(expected);
  });
});

describe("a worker's page", () => {
  const { handwriting, phase, loss } = text.worker;
  test.each([
    [handwriting.counts([0, 3, 0, 1]), "3 × 1, 1 × 3"],
    [handwriting.counts([0, 0]), ""],
    [read(handwriting.yours(1)), "1 digit of yours"],
    [loss.after(1, "0.5"), "After 1 step it is 0.5."],
    [phase.unfetched("no route to the site."), "The digits cannot be fetched; it goes on trying. No route to the site."],
    [read(loss.now(html`<b>0.500</b>`, 12_000)), "Loss of its last batch: 0.500. Steps so far: 12,000."],
  ])("%s", (said, expected) => {
    expect(said).toBe(expected);
  });
});

describe("invitations", () => {
  const { brokenOff, visit, refused } = text.invite;
  test("count attempts that were broken off", () => {
    expect(brokenOff(1)).toMatch(/^An attempt to connect was broken off/);
    expect(brokenOff(3)).toMatch(/^3 attempts to connect were broken off/);
  });

  test("name somebody by the beginning of an id", () => {
    expect(refused.host("0123456789abcdef")).toContain("(01234567)");
  });

  test("say of every link that cannot be used what to do", () => {
    for (const words of Object.values(visit.unread)) expect(words).toMatch(/copy|ask|reload/i);
  });
});

describe("lessons", () => {
  const { clock } = text.lessons;
  test.each([
    [clock.said(9, 5, 12, 2), "9 + 5 = 14, and 14 mod 12 = 2"],
    [clock.turns(0), "The hand does not pass zero."],
    [clock.turns(1), "The hand passes zero once."],
    [clock.turns(3), "The hand passes zero 3 times."],
    [clock.drawn(9, 1, 12, 10), "A clock of 12 hours. The hand starts at 9, moves 1 hour on and stops at 10."],
  ])("%s", (said, expected) => {
    expect(said).toBe(expected);
  });
});
