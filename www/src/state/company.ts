// The workers inside of the aggregator's page, honest or not.

import { dataUrl, startWorker, type RoleLink } from "../roles/start";
import type { WorkerCommand, WorkerEvent } from "../../wasm/sotto.js";
import { text } from "../text";
import type { LocalShow } from "./local";
import { tabName } from "./tab";

const words = text.training.notices;

type Masked = NonNullable<LocalShow["masked"]>;
type Dials = Extract<WorkerEvent, { type: "dials" }>;

export class Company {
  private readonly workers: RoleLink<WorkerCommand>[] = [];
  /** What dishonest ones do, in words, by their place. */
  private readonly attacks = new Map<number, string>();
  /** The names in the room of those who have one, by their place here. */
  private readonly ids: string[] = [];
  /** What each last sent under its masks, likewise. */
  private readonly masked: Masked[] = [];
  /** Those whose digits could not be fetched, by their place. */
  private readonly unfetched = new Set<number>();

  constructor(
    private readonly warn: (text: string) => void,
    private readonly redraw: () => void,
  ) {}

  get size(): number {
    return this.workers.length;
  }

  /** What each of the dishonest does. */
  get attackers(): string[] {
    return [...this.attacks.values()];
  }

  /** What a worker last sent under its masks, if it lives here. */
  sentBy(id: string): Masked | undefined {
    const place = this.ids.indexOf(id);
    return place < 0 ? undefined : this.masked[place];
  }

  start(count: number): void {
    for (let n = 0; n < count; n += 1) {
      const place = this.size;
      const worker = startWorker((event) => this.heard(place, event));
      worker.send({ type: "open", query: location.search, data: dataUrl(), tab: `${tabName()}-${place}` });
      this.workers.push(worker);
    }
    this.turn();
  }

  /** As the address says, `attackers=sign:2`: the first two attack so, all others are honest. */
  turn(): void {
    for (const [place, worker] of this.workers.entries()) {
      const value = attackOf(place);
      if (value !== HONEST || this.attacks.has(place)) worker.send({ type: "dial", name: "attack", value });
    }
  }

  end(): void {
    for (const worker of this.workers) worker.end();
  }

  private heard(place: number, event: WorkerEvent): void {
    if (event.type === "failed") this.warn(words.workerFailed(event.reason));
    // Its own page would show it; this one is the aggregator's.
    if (event.type === "notice") console.warn(`worker ${place} of this page:`, event.text);
    if (event.type === "unfetched" && !this.unfetched.has(place)) {
      // It goes on trying, and fails as often: once is enough.
      this.unfetched.add(place);
      this.warn(words.workerUnfetched(event.reason, navigator.onLine));
    }
    if (event.type === "shard") this.unfetched.delete(place);
    if (event.type === "dials") this.dialled(place, event);
    if (event.type === "state") this.ids[place] = event.id;
    if (event.type === "masked") {
      const { type: _, ...masked } = event;
      this.masked[place] = masked;
    }
  }

  private dialled(place: number, { attack, attacks }: Dials): void {
    const wanted = attackOf(place);
    const does = attacks.find(({ name }) => name === attack)?.words;
    if (attack === HONEST || does === undefined) this.attacks.delete(place);
    else this.attacks.set(place, does);
    if (place === 0 && (attack !== wanted || Number.isNaN(attackers().count))) {
      const known = attacks.map(({ name }) => name).filter((name) => name !== HONEST);
      this.warn(words.attackers(known));
    }
    this.redraw();
  }
}

const HONEST = "none";

/** Who the address says attacks: the first `count` workers, or not a number where it says none. */
function attackers(): { attack: string; count: number } {
  const [attack = HONEST, count = "1"] = (new URLSearchParams(location.search).get("attackers") ?? HONEST).split(":");
  return { attack, count: /^\d+$/.test(count) ? Number(count) : Number.NaN };
}

function attackOf(place: number): string {
  const { attack, count } = attackers();
  return place < count ? attack : HONEST;
}
