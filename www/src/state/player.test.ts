import { beforeEach, describe, expect, test, vi } from "vitest";

import { Player } from "./player";

const redraw = vi.fn();
let player: Player;

/** Whether the person wants no motion. */
const prefersStillness = (matches: boolean) => vi.stubGlobal("matchMedia", () => ({ matches }));

beforeEach(() => {
  vi.useFakeTimers();
  prefersStillness(false);
  player = new Player(100, redraw);
  return () => vi.useRealTimers();
});

describe("a player", () => {
  test("shows the first step at once, then one at a time, and stops at the last", () => {
    player.begin(3);
    expect([player.at, player.playing]).toEqual([1, true]);
    vi.advanceTimersByTime(100);
    expect([player.at, player.playing, player.done]).toEqual([2, true, false]);
    vi.advanceTimersByTime(1000);
    expect([player.at, player.playing, player.done]).toEqual([3, false, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("shows all at once to those who want no motion", () => {
    prefersStillness(true);
    player.begin(3);
    expect([player.at, player.playing, player.done]).toEqual([3, false, true]);
  });

  test("pauses, steps and goes on from where it is", () => {
    player.begin(5);
    player.pause();
    vi.advanceTimersByTime(1000);
    expect([player.at, player.playing]).toEqual([1, false]);
    player.step();
    expect(player.at).toBe(2);
    player.play();
    expect([player.at, player.playing]).toEqual([3, true]);
    player.play();
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
    expect([player.at, player.playing]).toEqual([5, false]);
  });

  test("plays once more from the start when it is done, and rewinds to nothing", () => {
    player.begin(2);
    vi.advanceTimersByTime(1000);
    player.play();
    expect([player.at, player.playing]).toEqual([1, true]);
    player.rewind();
    expect([player.at, player.playing]).toEqual([0, false]);
  });

  test("with other steps begins before the first of them", () => {
    player.begin(5);
    player.load(2);
    expect([player.at, player.playing, player.done]).toEqual([0, false, false]);
    vi.advanceTimersByTime(1000);
    expect(player.at).toBe(0);
  });

  test.each<[string, (player: Player) => void]>([
    ["begins", (player) => player.begin(5)],
    ["has other steps", (player) => player.load(5)],
    ["steps", (player) => player.step()],
    ["plays", (player) => player.play()],
    ["pauses", (player) => player.pause()],
    ["rewinds", (player) => player.rewind()],
  ])("asks for what it shows to be drawn when it %s", (_, act) => {
    player.load(3);
    let drawn: [number, boolean] | undefined;
    redraw.mockReset().mockImplementation(() => (drawn = [player.at, player.playing]));
    act(player);
    expect(drawn).toEqual([player.at, player.playing]);
  });

  test("has nothing to play of nothing", () => {
    player.begin(0);
    expect([player.at, player.playing, player.done]).toEqual([0, false, true]);
    player.play();
    expect([player.at, player.playing]).toEqual([0, false]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("of one step shows it and is done", () => {
    player.begin(1);
    expect([player.at, player.playing, player.done]).toEqual([1, false, true]);
  });
});
