// The library of models: what it shows, as a pure function of the events so far, and the role behind it.

import { dataUrl, startLibrary, type RoleLink } from "../roles/start";
import type { Failed } from "../roles/serve";
import type { LibraryCommand, LibraryEvent, MeasuredModel, SavedModel } from "../../wasm/sotto.js";
import { text } from "../text";

export type TakenModel = Extract<LibraryEvent, { type: "taken" }>;

export interface LibraryShow {
  /** Absent until the shelf was read. */
  models?: SavedModel[];
  /** Bytes that the site uses and may use, where the browser says so. */
  used?: number;
  quota?: number;
  comparing?: { done: number; all: number };
  results?: [MeasuredModel, MeasuredModel];
  /** Of the last command that was not obeyed. */
  declined?: { what: string; reason: string };
}

export const UNREAD: LibraryShow = {};

export function reduceLibrary(show: LibraryShow, event: LibraryEvent): LibraryShow {
  switch (event.type) {
    case "models": {
      const { type: _, ...shelf } = event;
      const { used: _used, quota: _quota, ...rest } = show;
      return { ...rest, ...shelf };
    }
    case "comparing": {
      const { type: _, ...comparing } = event;
      return { ...show, comparing };
    }
    case "compared": {
      const { comparing: _, ...rest } = show;
      return { ...rest, results: event.results };
    }
    case "declined": {
      const { comparing: _, ...rest } = show;
      return { ...rest, declined: { what: event.what, reason: event.reason } };
    }
    case "failed":
      return { ...show, declined: { what: text.library.panel.failed, reason: event.reason } };
    case "file":
    case "taken":
    case "forgotten":
      return show;
  }
}

/** The library of a page. Its role is started when somebody first looks. */
export class Library {
  show: LibraryShow = UNREAD;
  private role?: RoleLink<LibraryCommand>;

  constructor(
    private readonly changed: () => void,
    private readonly taken: (model: TakenModel) => void,
    private readonly forgotten: () => void,
  ) {}

  send(command: LibraryCommand): void {
    // What went wrong before is past.
    const { declined: _, ...rest } = this.show;
    this.show = command.type === "list" ? this.show : rest;
    this.open().send(command);
    this.changed();
  }

  /** Something may have been added, by this page or another. */
  look(): void {
    this.role?.send({ type: "list" });
  }

  open(): RoleLink<LibraryCommand> {
    if (!this.role) {
      this.role = startLibrary((event) => this.heard(event));
      this.role.send({ type: "open", data: dataUrl() });
    }
    return this.role;
  }

  private heard(event: LibraryEvent | Failed): void {
    this.show = reduceLibrary(this.show, event);
    if (event.type === "file") offer(event.name, event.bytes);
    if (event.type === "taken") this.taken(event);
    if (event.type === "forgotten") this.forgotten();
    this.changed();
  }
}

/** Hands a file to the person. */
function offer(name: string, bytes: Uint8Array): void {
  const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "application/octet-stream" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  // The browser has begun to read by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
