// The aggregator page's life: it takes the room or watches it, and passes on what it hears.

import { dataUrl, startAggregator, startWorker, type RoleLink } from "../roles/start";
import type { AggregatorCommand, AggregatorEvent } from "../../wasm/sotto.js";
import { changed, spoken, type Change } from "./address";
import { Classifier } from "./classifier";
import { Mirror, released, watch } from "./mirror";
import { BEFORE, reduce, type Show } from "./show";

type ModelEvent = Extract<AggregatorEvent, { type: "model" }>;

/** A first visitor's company: as many as a secure sum needs. */
const COMPANY = 3;
/** The most workers that an address may ask for. */
const COMPANY_MAX = 20;

export class Session {
  show: Show = BEFORE;
  readonly classifier: Classifier;
  watching = false;
  /** The page that had the room is gone. */
  vacant = false;
  /** Workers that must be ready before training starts by itself. */
  awaited = 0;
  /** The room that another page has. */
  private taken = "";
  private model?: ModelEvent;
  private mirror?: Mirror;
  private readonly aggregator: RoleLink<AggregatorCommand>;

  constructor(private readonly redraw: () => void) {
    addEventListener("popstate", () => this.reread());
    this.classifier = new Classifier(redraw);
    this.aggregator = startAggregator((event) => this.heard(event));
    this.aggregator.send({ type: "open", query: location.search, data: dataUrl() });
  }

  start(): void {
    this.awaited = 0;
    this.aggregator.send({ type: "start" });
  }

  stop(): void {
    this.awaited = 0;
    this.aggregator.send({ type: "stop" });
    this.redraw();
  }

  configure(changes: Change[]): void {
    const query = changes.reduce((query, { name, value }) => changed(query, name, value), location.search);
    this.aggregator.send({ type: "configure", query });
  }

  /** A new run with all settings of another address of this page. */
  adopt(query: string): void {
    history.pushState(null, "", location.pathname + query);
    this.reread();
  }

  private reread(): void {
    this.awaited = 0;
    this.aggregator.send({ type: "configure", query: location.search });
  }

  /**
   * Workers that are missing from the company that the address asks for, or that a first visitor
   * gets; they are started together, and training with them.
   */
  get missing(): number {
    if (this.awaited > 0) return 0;
    const asked = Math.trunc(Number(new URLSearchParams(location.search).get("workers")));
    const here = this.show.state.workers.length;
    if (asked >= 1) return Math.max(0, Math.min(asked, COMPANY_MAX) - here);
    return here === 0 ? COMPANY : 0;
  }

  /** The missing workers inside this page and a start, or one worker more. */
  addWorkers(): void {
    const { missing } = this;
    if (missing > 0) this.awaited = this.show.state.workers.length + missing;
    for (let n = 0; n < Math.max(1, missing); n += 1) {
      const worker = startWorker((event) => {
        if (event.type !== "failed") return;
        this.heard({ type: "notice", level: "warning", text: `A worker in this page failed: ${event.reason}` });
      });
      worker.send({ type: "open", query: location.search, data: dataUrl() });
    }
    this.redraw();
  }

  /** Shows what the page that has the room shows. */
  watch(): void {
    this.watching = true;
    // A session of its own: the tabs of the room's parties belong to the page that has the room.
    this.classifier.parties.open(`${this.taken}/${crypto.randomUUID()}`);
    watch(
      this.taken,
      (show, model) => {
        this.show = show;
        if (model) this.learn(model);
        this.seen();
      },
      (event) => {
        this.show = reduce(this.show, event);
        if (event.type === "model") this.learn(event);
        this.seen();
      },
    );
    this.redraw();
  }

  /** The page that is watched is there. */
  private seen(): void {
    this.show = { ...this.show, room: "taken" };
    if (this.vacant) void this.awaitRelease();
    this.redraw();
  }

  private async awaitRelease(): Promise<void> {
    this.vacant = false;
    await released(this.taken);
    this.vacant = true;
    this.redraw();
  }

  private heard(event: AggregatorEvent): void {
    this.show = reduce(this.show, event);
    switch (event.type) {
      case "opened":
        history.replaceState(null, "", location.pathname + spoken(location.search, event.settings) + location.hash);
        this.classifier.parties.open(event.room);
        this.mirror ??= new Mirror(event.room, () => ({ show: this.show, ...(this.model && { model: this.model }) }));
        break;
      case "occupied":
        this.taken = event.room;
        void this.awaitRelease();
        break;
      case "model":
        this.learn(event);
        break;
      case "state":
        this.startWhenReady();
        break;
    }
    this.mirror?.tell(event);
    this.redraw();
  }

  private startWhenReady(): void {
    const ready = this.show.state.workers.filter((worker) => worker.state !== "loading");
    if (this.awaited > 0 && ready.length >= this.awaited) this.start();
  }

  private learn(event: ModelEvent): void {
    this.model = event;
    this.classifier.use(event);
  }
}
