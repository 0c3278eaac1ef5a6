// What a tab remembers over a reload: its name, the workers that live inside of it, its user's will.

const NAME = "sotto/tab";
const WILL = "sotto/will";

/** The tab's name. A duplicated tab has another one's, until a role says so. */
export function tabName(): string {
  const known = read(NAME);
  if (known) return known;
  const name = crypto.randomUUID();
  write(NAME, name);
  return name;
}

export const rename = (name: string): void => write(NAME, name);

/** Workers inside of the page. */
export interface Company {
  workers: number;
  /** Training starts when so many are ready; 0 when it does not start by itself. */
  awaited: number;
}

export function companyOf(room: string): Company {
  const [workers = 0, awaited = 0] = (read(companyKey(room)) ?? "").split("/").map(Number);
  const sane = (n: number) => (Number.isInteger(n) && n > 0 ? Math.min(n, COMPANY_MAX) : 0);
  return { workers: sane(workers), awaited: sane(awaited) };
}

export const remember = (room: string, { workers, awaited }: Company): void => write(companyKey(room), `${workers}/${awaited}`);

/** What the user of a worker's tab decided of its work. */
export interface Will {
  paused: boolean;
  /** Gates that are not to hold it back. */
  ignored: string[];
}

export function will(): Will {
  const [paused, ...ignored] = (read(WILL) ?? "").split("/");
  return { paused: paused === "paused", ignored };
}

export const rememberWill = ({ paused, ignored }: Will): void => write(WILL, [paused ? "paused" : "", ...ignored].join("/"));

/** Forgets all of it. */
export function forgetTab(): void {
  try {
    sessionStorage.clear();
  } catch {
    // There is nothing to forget.
  }
}

/** More than anybody starts by hand. */
const COMPANY_MAX = 100;

const companyKey = (room: string) => `sotto/company/${room}`;

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    // A browser that keeps nothing may refuse even to be asked.
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Then a reload finds nothing.
  }
}
