// The parts of a browser that the page's state asks for, as far as it asks. A test puts them in with `vi.stubGlobal`.

import { vi } from "vitest";

/** Storage in memory. As in a browser, what is kept is among its own keys. */
export class MemoryStorage {
  [key: string]: unknown;

  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? String(this[key]) : null;
  }

  setItem(key: string, value: string): void {
    this[key] = String(value);
  }

  removeItem(key: string): void {
    delete this[key];
  }

  clear(): void {
    for (const key of Object.keys(this)) delete this[key];
  }
}

/** Storage of a browser that forbids it: every use throws. */
export const refusingStorage: Storage = new Proxy({} as Storage, {
  get: () => {
    throw new DOMException("forbidden", "SecurityError");
  },
  ownKeys: () => {
    throw new DOMException("forbidden", "SecurityError");
  },
});

interface Waiting {
  shared: boolean;
  begin: () => void;
}

/** Web Locks: a lock is held until the promise of its callback settles. */
export class Locks {
  private readonly held = new Map<string, { shared: boolean; holders: number }>();
  private readonly queues = new Map<string, Waiting[]>();

  async request<T>(name: string, ...rest: [() => T] | [{ mode?: LockMode; signal?: AbortSignal }, () => T]): Promise<Awaited<T>> {
    const [options, action] = rest.length === 1 ? [{}, rest[0]] : rest;
    const shared = options.mode === "shared";
    await new Promise<void>((resolve, reject) => {
      if (options.signal?.aborted) return reject(options.signal.reason);
      const waiting = { shared, begin: resolve };
      this.queues.set(name, [...(this.queues.get(name) ?? []), waiting]);
      options.signal?.addEventListener("abort", () => {
        const queue = this.queues.get(name) ?? [];
        if (!queue.includes(waiting)) return;
        this.queues.set(
          name,
          queue.filter((one) => one !== waiting),
        );
        reject(options.signal?.reason);
      });
      this.grant(name);
    });
    try {
      return await action();
    } finally {
      this.free(name);
    }
  }

  /** Lets go of a lock, as when the tab that holds it closes. */
  free(name: string): void {
    const held = this.held.get(name);
    if (held && held.holders > 1) held.holders -= 1;
    else this.held.delete(name);
    this.grant(name);
  }

  /** The locks that are held. */
  names(): string[] {
    return [...this.held.keys()];
  }

  private grant(name: string): void {
    const [next, ...rest] = this.queues.get(name) ?? [];
    const held = this.held.get(name);
    if (!next || (held && !(held.shared && next.shared))) return;
    this.queues.set(name, rest);
    this.held.set(name, { shared: next.shared, holders: (held?.holders ?? 0) + 1 });
    next.begin();
    this.grant(name);
  }
}

/** Broadcast channels of one browser: a message reaches all others of its name, as a copy and later. */
export class Channel extends EventTarget {
  static readonly all = new Set<Channel>();
  onmessage?: (event: { data: unknown }) => void;

  constructor(readonly name: string) {
    super();
    Channel.all.add(this);
  }

  postMessage(message: unknown): void {
    const copy = structuredClone(message);
    for (const other of Channel.all) {
      if (other !== this && other.name === this.name) queueMicrotask(() => other.onmessage?.({ data: structuredClone(copy) }));
    }
  }

  close(): void {
    Channel.all.delete(this);
  }
}

/** What a page listens to on its window. */
export class Window {
  private readonly target = new EventTarget();
  readonly addEventListener = this.target.addEventListener.bind(this.target);
  readonly dispatch = (event: string | Event): boolean => this.target.dispatchEvent(typeof event === "string" ? new Event(event) : event);
}

export interface Browser {
  locks: Locks;
  localStorage: MemoryStorage;
  sessionStorage: MemoryStorage;
  window: Window;
  location: { pathname: string; search: string; hash: string; href: string; reload: () => void };
}

/** A page at this address, with all that the state asks of its browser. */
export function openPage(address = "https://sotto.example/"): Browser {
  Channel.all.clear();
  const { pathname, search, hash, href } = new URL(address);
  const browser: Browser = {
    locks: new Locks(),
    localStorage: new MemoryStorage(),
    sessionStorage: new MemoryStorage(),
    window: new Window(),
    location: { pathname, search, hash, href, reload: vi.fn() },
  };
  const { location, window } = browser;
  const goTo = (_: unknown, _title: string, to: string) => {
    const { pathname, search, hash, href } = new URL(to, location.href);
    Object.assign(location, { pathname, search, hash, href });
  };
  vi.stubGlobal("location", location);
  vi.stubGlobal("history", { pushState: goTo, replaceState: goTo });
  vi.stubGlobal("document", {
    documentElement: { lang: "en" },
    baseURI: new URL(".", address).href,
    visibilityState: "visible",
    addEventListener: window.addEventListener,
  });
  vi.stubGlobal("navigator", { locks: browser.locks, onLine: true });
  vi.stubGlobal("localStorage", browser.localStorage);
  vi.stubGlobal("sessionStorage", browser.sessionStorage);
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.stubGlobal("addEventListener", window.addEventListener);
  return browser;
}

/** Lets everything run that waits for no clock. */
export const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
