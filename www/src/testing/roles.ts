// Roles that a test plays, in place of workers. A test file takes them by
//
//   vi.mock("../roles/start", () => import("../testing/roles"));

import type { RoleLink } from "../roles/start";

/** One role: what it was told, and what the test has it say. */
export class PlayedRole<Command = { type: string }, Event = { type: string }> implements RoleLink<Command> {
  readonly told: Command[] = [];
  readonly handedOver: Transferable[] = [];
  ended = false;

  constructor(
    readonly name: string,
    private readonly show: (event: Event) => void,
  ) {}

  send(command: Command, transfer: Transferable[] = []): void {
    this.told.push(command);
    this.handedOver.push(...transfer);
  }

  end(): void {
    this.ended = true;
  }

  say(event: Event): void {
    this.show(event);
  }

  /** The commands of one kind, in their order. */
  of<Type extends Command extends { type: infer Each } ? Each : never>(type: Type): Extract<Command, { type: Type }>[] {
    return this.told.filter((command): command is Extract<Command, { type: Type }> => (command as { type: Type }).type === type);
  }
}

const started: PlayedRole[] = [];

/** Forgets all roles. */
export function forgetRoles(): void {
  started.length = 0;
}

/** Every role of this name that was started, in their order. */
export const rolesOf = <Command, Event>(name: string): PlayedRole<Command, Event>[] =>
  started.filter((role) => role.name === name) as unknown as PlayedRole<Command, Event>[];

/** The one that was started last. */
export function lastOf<Command, Event>(name: string): PlayedRole<Command, Event> {
  const role = rolesOf<Command, Event>(name).at(-1);
  if (!role) throw new Error(`no ${name} was started`);
  return role;
}

function starter(name: string) {
  return (show: (event: { type: string }) => void): PlayedRole => {
    const role = new PlayedRole(name, show);
    started.push(role);
    return role;
  };
}

export const startAggregator = starter("aggregator");
export const startWorker = starter("worker");
export const startLesson = starter("lesson");
export const startClient = starter("client");
export const startParty = starter("party");
export const startDealer = starter("dealer");
export const startOwner = starter("owner");
export const startSilo = starter("silo");
export const startLibrary = starter("library");
export const startBridge = starter("bridge");

export const dataUrl = (): string => "https://sotto.example/data/";
