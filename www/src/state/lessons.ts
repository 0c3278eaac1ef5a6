// What the lessons show, and the role that computes it.

import type { LessonCommand, LessonEvent, Modulus } from "../../wasm/sotto.js";
import { startLesson, type RoleLink } from "../roles/start";

type Of<Type extends LessonEvent["type"]> = Extract<LessonEvent, { type: Type }>;

export interface LessonsShow {
  modulus: Modulus;
  clock?: Of<"clock">;
  split?: Of<"split">;
  calculated?: Of<"calculated">;
  fixed?: Of<"fixed">;
  /** Shares of each number, counted so far. */
  alone?: Of<"alone">;
  /** Why the latest command of a lesson was not obeyed. */
  declined: Partial<Record<LessonCommand["type"], string | undefined>>;
  failure?: string;
}

export const LESSONS_BEFORE: LessonsShow = { modulus: "word", declined: {} };

export class Lessons {
  show: LessonsShow = LESSONS_BEFORE;
  private role?: RoleLink<LessonCommand>;
  /** What was asked before anybody looked: the last of each lesson. */
  private readonly early = new Map<LessonCommand["type"], LessonCommand>();

  constructor(private readonly redraw: () => void) {}

  /** Starts the role: the lessons are looked at. */
  begin(): void {
    if (this.role) return;
    this.role = startLesson((event) => this.heard(event));
    for (const command of this.early.values()) this.role.send(command);
    this.early.clear();
  }

  ask(command: LessonCommand): void {
    if (this.role) this.role.send(command);
    else this.early.set(command.type, command);
  }

  choose(modulus: Modulus): void {
    this.show = { ...this.show, modulus };
    this.recount();
  }

  /** Forgets the shares that were counted. */
  recount(): void {
    const { alone: _, ...rest } = this.show;
    this.show = rest;
    this.redraw();
  }

  private heard(event: LessonEvent): void {
    this.show = reduce(this.show, event);
    this.redraw();
  }
}

function reduce(show: LessonsShow, event: LessonEvent): LessonsShow {
  switch (event.type) {
    case "clock":
    case "split":
      return { ...show, [event.type]: event, declined: { ...show.declined, [event.type]: undefined } };
    case "calculated":
      return { ...show, calculated: event, declined: { ...show.declined, calculate: undefined } };
    case "fixed":
      return { ...show, fixed: event, declined: { ...show.declined, fix: undefined } };
    case "alone":
      return { ...show, alone: added(show.alone, event), declined: { ...show.declined, alone: undefined } };
    case "declined":
      return { ...show, declined: { ...show.declined, [event.lesson]: event.reason } };
    case "failed":
      return { ...show, failure: event.reason };
  }
}

/** More shares of the same numbers are added, those of others begin anew. */
function added(before: Of<"alone"> | undefined, event: Of<"alone">): Of<"alone"> {
  if (before?.values.join() !== event.values.join()) return event;
  const counts = event.counts.map((bins, which) => bins.map((count, bin) => count + (before.counts[which]?.[bin] ?? 0)));
  return { ...event, counts };
}
