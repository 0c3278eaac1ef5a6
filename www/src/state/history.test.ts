import { describe, expect, test } from "vitest";

import { setting } from "../testing/events";
import { historyOf, reached, summaryOf, toCsv, toJson, traffic, type Point } from "./history";

const point = (round: number, accuracy: number): Point => ({
  round,
  accuracy,
  loss: 0.25,
  bytesUp: 10 * round,
  bytesDown: 1000 * round,
  workers: 3,
  seconds: 1.5,
});

describe("the first point that reaches a target", () => {
  const curve = [point(0, 10), point(1, 80), point(2, 79), point(3, 91)];
  test.each([
    [0, 0],
    [10, 0],
    [80, 1],
    [80.01, 3],
    [91, 3],
  ])("%d percent: round %d", (target, round) => {
    expect(reached(curve, target)?.round).toBe(round);
  });

  test("is nowhere if the target is not reached", () => {
    expect(reached(curve, 91.01)).toBeUndefined();
    expect(reached([], 0)).toBeUndefined();
  });
});

test("traffic is what went both ways", () => {
  expect(traffic(point(2, 0))).toBe(2020);
});

test("a run is summed up by what is not usual", () => {
  expect(summaryOf([])).toBe("defaults");
  expect(summaryOf([setting("rounds", "10", "10", "Rounds")])).toBe("defaults");
  const settings = [setting("rounds", "20", "10", "Rounds"), setting("seed", "1", "1", "Seed"), setting("dp", "central", "off", "Noise")];
  expect(summaryOf(settings)).toBe("rounds 20, noise central");
});

describe("as a file", () => {
  const history = historyOf(2, [setting("rounds", "20", "10"), setting("partition", 'a "b", c', "iid")], [point(0, 9.8), point(1, 80.5)]);

  test("CSV has a line with names and a line a round, each with all columns", () => {
    expect(toCsv(history)).toBe(
      "round,accuracy,loss,bytes_up,bytes_down,workers,seconds\r\n0,9.8,0.25,0,0,3,1.5\r\n1,80.5,0.25,10,1000,3,1.5\r\n",
    );
    expect(toCsv(historyOf(1, [], []))).toBe("round,accuracy,loss,bytes_up,bytes_down,workers,seconds\r\n");
  });

  test("JSON holds the settings as the address names them, and the same rounds", () => {
    expect(JSON.parse(toJson(history))).toEqual({
      settings: { rounds: "20", partition: 'a "b", c' },
      rounds: [
        { round: 0, accuracy: 9.8, loss: 0.25, bytes_up: 0, bytes_down: 0, workers: 3, seconds: 1.5 },
        { round: 1, accuracy: 80.5, loss: 0.25, bytes_up: 10, bytes_down: 1000, workers: 3, seconds: 1.5 },
      ],
    });
  });
});
