// What was measured round by round, in the run under way and in those before, and as files.

import type { Cost, Setting } from "../../wasm/sotto.js";
import { text } from "../text";

/** The global model after a round, measured on the test digits. */
export interface Point extends Cost {
  round: number;
  /** Percent. */
  accuracy: number;
  /** Nats. */
  loss: number;
}

/** A run with what it measured. */
export interface History {
  /** From 1, in the order of this visit. */
  number: number;
  /** Its settings, by their names in the address. */
  settings: Record<string, string>;
  /** Those that are not the usual ones, in words. */
  summary: string;
  curve: Point[];
}

/** All bytes that a model took, both ways. */
export const traffic = ({ bytesUp, bytesDown }: Point): number => bytesUp + bytesDown;

/** The first point with at least the target accuracy. */
export const reached = (curve: Point[], target: number): Point | undefined => curve.find(({ accuracy }) => accuracy >= target);

/** The settings that are not the usual ones, in words. */
export function summaryOf(settings: Setting[]): string {
  const words = text.room.settings;
  const other = settings.filter((setting) => setting.value !== setting.default);
  return other.length > 0 ? words.all(other.map(({ label, value }) => words.changed(label, value))) : words.defaults;
}

export const historyOf = (number: number, settings: Setting[], curve: Point[]): History => ({
  number,
  settings: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
  summary: summaryOf(settings),
  curve,
});

/** A point as files name its parts; bytes up are those from the workers. */
const row = ({ round, accuracy, loss, bytesUp, bytesDown, workers, seconds }: Point) => ({
  round,
  accuracy,
  loss,
  bytes_up: bytesUp,
  bytes_down: bytesDown,
  workers,
  seconds,
});

const COLUMNS = ["round", "accuracy", "loss", "bytes_up", "bytes_down", "workers", "seconds"] as const;

/** A line a round, after a line with the names. */
export function toCsv({ curve }: History): string {
  const lines = curve.map(row).map((cells) => COLUMNS.map((column) => cells[column]).join(","));
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

export const toJson = ({ settings, curve }: History): string => `${JSON.stringify({ settings, rounds: curve.map(row) }, null, 2)}\n`;
