import { expect, test } from "vitest";

import { reached, type Reached } from "./reached";

const before = { state: "lost", reason: "no route", guests: 3 } as const;

test.each<[Parameters<typeof reached>[1], Reached & { guests: number }]>([
  [
    { type: "broker", state: "connected" },
    { state: "connected", guests: 3 },
  ],
  [
    { type: "broker", state: "connecting" },
    { state: "connecting", guests: 3 },
  ],
  [
    { type: "broker", state: "refused", reason: "wrong password" },
    { state: "refused", reason: "wrong password", guests: 3 },
  ],
])("%j takes the place of an older failure, and of nothing else", (news, expected) => {
  expect(reached(before, news)).toEqual(expected);
});
