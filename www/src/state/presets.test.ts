import { describe, expect, test } from "vitest";

import { addressOf, PRESETS } from "./presets";

test("each has a name of its own and says what to look for", () => {
  const names = PRESETS.map(({ name }) => name);
  expect(new Set(names).size).toBe(PRESETS.length);
  for (const { sentence } of PRESETS) expect(sentence).toMatch(/[.?]$/);
});

describe.each(PRESETS)("$name", (preset) => {
  const query = new URLSearchParams(preset.query);

  test("says each setting once, and has a worker for each shard, or as many as a sum needs", () => {
    const names = [...query.keys()];
    expect(new Set(names).size).toBe(names.length);
    expect([...query.values()]).not.toContain("");
    expect(preset.workers).toBeGreaterThanOrEqual(3);
    if (preset.workers === 10) expect(query.get("shards")).toBe("10");
  });

  test("lets workers attack only where the aggregator reads updates", () => {
    if (query.has("attackers")) expect(query.get("secagg")).toBe("off");
  });

  test("is an address that keeps the room, whatever it is called, and nothing else", () => {
    const there = new URLSearchParams(addressOf(preset, `?${new URLSearchParams({ room: "a b&c=#d", seed: "3" })}`));
    expect(there.get("room")).toBe("a b&c=#d");
    expect(there.get("workers")).toBe(String(preset.workers));
    expect(there.has("seed")).toBe(query.has("seed"));
    for (const [name, value] of query) expect(there.get(name)).toBe(value);
    expect(addressOf(preset, "?seed=3")).not.toContain("room");
  });
});
