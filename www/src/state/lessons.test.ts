import { beforeEach, expect, test, vi } from "vitest";

import type { LessonCommand, LessonEvent } from "../../wasm/sotto.js";
import { fixed } from "../testing/events";
import { forgetRoles, lastOf, rolesOf, type PlayedRole } from "../testing/roles";
import { Lessons } from "./lessons";

vi.mock("../roles/start", () => import("../testing/roles"));

const clock = (a: number): LessonCommand => ({ type: "clock", a, b: 1, hours: 12 });
const split: LessonCommand = { type: "split", value: 7, modulus: "word" };
const alone = (values: number[], counts: number[][]): LessonEvent => ({ type: "alone", values, counts });

let lessons: Lessons;
const redraw = vi.fn();
const role = (): PlayedRole<LessonCommand, LessonEvent> => lastOf("lesson");

beforeEach(() => {
  forgetRoles();
  redraw.mockReset();
  lessons = new Lessons(redraw);
});

test("what is asked before anybody looks waits, the last of each lesson", () => {
  lessons.ask(clock(1));
  lessons.ask(split);
  lessons.ask(clock(2));
  expect(rolesOf("lesson")).toHaveLength(0);
  lessons.begin();
  lessons.begin();
  expect(rolesOf("lesson")).toHaveLength(1);
  expect(role().told).toEqual([clock(2), split]);
  lessons.ask(clock(3));
  expect(role().told.at(-1)).toEqual(clock(3));
});

test("each lesson says by itself why it could not be done, until it is", () => {
  lessons.begin();
  const declined = (lesson: LessonCommand["type"]): LessonEvent => ({ type: "declined", lesson, reason: `no ${lesson}` });
  for (const lesson of ["clock", "split", "calculate", "fix", "alone"] as const) role().say(declined(lesson));
  const place = { text: "7", turn: 0 };
  const pair = { alice: place, bob: place, opened: place };
  const answers: [LessonCommand["type"], LessonEvent][] = [
    ["clock", { type: "clock", left: 1, turns: 0 }],
    ["split", { type: "split", modulus: "word", value: place, alice: place, bob: place }],
    ["calculate", { type: "calculated", operation: "add", modulus: "word", x: pair, y: pair, z: pair, result: "7" }],
    ["fix", fixed],
    ["alone", alone([1], [[1]])],
  ];
  for (const [lesson, answer] of answers) {
    const others = Object.entries(lessons.show.declined).filter(([name]) => name !== lesson);
    expect(lessons.show.declined[lesson]).toBe(`no ${lesson}`);
    role().say(answer);
    expect(lessons.show.declined[lesson], lesson).toBeUndefined();
    expect(Object.entries(lessons.show.declined).filter(([name]) => name !== lesson)).toEqual(others);
    expect(lessons.show).toHaveProperty(answer.type, answer);
  }
  role().say({ type: "failed", reason: "no memory" });
  expect(lessons.show.failure).toBe("no memory");
  expect(redraw).toHaveBeenCalledTimes(11);
});

test("shares of the same numbers are counted up, those of others from nothing", () => {
  lessons.begin();
  role().say(
    alone(
      [1, 2],
      [
        [1, 0],
        [0, 1],
      ],
    ),
  );
  role().say(
    alone(
      [1, 2],
      [
        [2, 2],
        [3, 3],
      ],
    ),
  );
  expect(lessons.show.alone?.counts).toEqual([
    [3, 2],
    [3, 4],
  ]);
  role().say(
    alone(
      [1, 3],
      [
        [1, 1],
        [1, 1],
      ],
    ),
  );
  expect(lessons.show.alone).toMatchObject({
    values: [1, 3],
    counts: [
      [1, 1],
      [1, 1],
    ],
  });
  role().say(alone([13], [[1]]));
  expect(lessons.show.alone?.counts).toEqual([[1]]);
});

test("another clock forgets what was counted on the one before", () => {
  lessons.begin();
  role().say(alone([1], [[5]]));
  lessons.choose("prime");
  expect(lessons.show.modulus).toBe("prime");
  expect(redraw).toHaveBeenCalledTimes(2);
  expect(lessons.show.alone).toBeUndefined();
});
