// The aggregator page's life: it takes the room or watches it, and passes on what it hears.

import { detach } from "../errors";
import { dataUrl, startAggregator, type RoleLink } from "../roles/start";
import type { AggregatorCommand, AggregatorEvent } from "../../wasm/sotto.js";
import { changed, spoken, type Change } from "./address";
import { Classifier } from "./classifier";
import { Company } from "./company";
import { forgetHosted } from "./invite";
import { Library, type TakenModel } from "./library";
import { Mirror, released, watch } from "./mirror";
import { Remote } from "./remote";
import { BEFORE, reduce, type Show } from "./show";
import { fetchStarter, type Starter } from "./starter";
import { companyOf, forgetTab, remember } from "./tab";

type ModelEvent = Extract<AggregatorEvent, { type: "model" }>;

/** A first visitor's company: as many as a secure sum needs. */
const COMPANY = 3;
/** The most workers that an address may ask for. */
const COMPANY_MAX = 20;

export class Session {
  show: Show = BEFORE;
  readonly classifier: Classifier;
  /** The way to those who are elsewhere. */
  readonly remote: Remote;
  readonly library: Library;
  /** The model of the library that reads digits in place of the run's. */
  borrowed?: TakenModel;
  /** The model that came with the page, while it reads digits because the run's has learnt nothing. */
  starter?: Starter;
  watching = false;
  /** The page that had the room is gone. */
  vacant = false;
  /** Workers that must be ready before training starts by itself. */
  awaited = 0;
  /** The room that another page has. */
  private taken = "";
  private model?: ModelEvent;
  /** Workers inside of this page. */
  readonly company: Company;
  private mirror?: Mirror;
  private readonly aggregator: RoleLink<AggregatorCommand>;
  /** Fetched beside the digits. A page without one reads with what it has. */
  private readonly fetched = fetchStarter(dataUrl()).catch((error: unknown) => {
    console.warn("drawings are read without a starting model:", error);
    return undefined;
  });

  /** `built`: when all of the page is there. */
  constructor(
    private readonly redraw: () => void,
    private readonly built: Promise<void>,
  ) {
    addEventListener("popstate", () => this.reread());
    this.remote = new Remote(redraw);
    this.classifier = new Classifier(redraw, this.remote);
    this.company = new Company((text) => this.heard({ type: "notice", level: "warning", text }), redraw);
    this.library = new Library(
      redraw,
      (model) => this.took(model),
      () => {
        forgetTab();
        forgetHosted();
        location.reload();
      },
    );
    this.aggregator = startAggregator((event) => this.heard(event));
    this.aggregator.send({ type: "open", query: location.search, data: dataUrl() });
  }

  start(): void {
    this.expect(0);
    this.aggregator.send({ type: "start" });
  }

  stop(): void {
    this.expect(0);
    this.aggregator.send({ type: "stop" });
    this.redraw();
  }

  configure(changes: Change[]): void {
    const query = changes.reduce((query, { name, value }) => changed(query, name, value), location.search);
    this.aggregator.send({ type: "configure", query });
  }

  /** The same run from its first weights on. */
  startOver(): void {
    this.configure([]);
  }

  /** Keeps the newest model in the library. */
  save(name: string): void {
    if (!this.model) return;
    const { preset, round, weights } = this.model;
    const { spent } = this.show.state;
    const point = this.show.curve.find((point) => point.round === round);
    this.library.send({ type: "save", name, preset, round, spent, weights, ...(point && { accuracy: point.accuracy }) });
  }

  /** The run's own model reads digits again. */
  giveBack(): void {
    delete this.borrowed;
    if (this.model) this.readWith(this.model);
    this.redraw();
  }

  /** Removes everything that is kept, once nobody is left to keep more. */
  forget(): void {
    this.aggregator.end();
    this.company.end();
    this.library.send({ type: "forget" });
  }

  private took(model: TakenModel): void {
    const { purpose, name: origin, preset, spent, weights } = model;
    if (purpose === "read") {
      this.borrowed = model;
      this.classifier.use({ ...model, type: "model" });
      this.redraw();
      return;
    }
    const query = changed(location.search, "model", preset);
    this.aggregator.send({ type: "continue", query, origin, spent, weights });
  }

  private expect(awaited: number): void {
    this.awaited = awaited;
    this.rememberCompany();
  }

  private rememberCompany(): void {
    const room = this.show.run?.room;
    if (room !== undefined) remember(room, { workers: this.company.size, awaited: this.awaited });
  }

  /** A new run with all settings of another address of this page. */
  adopt(query: string): void {
    history.pushState(null, "", location.pathname + query);
    this.reread();
  }

  private reread(): void {
    this.expect(0);
    this.company.turn();
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
    this.startWorkers(Math.max(1, missing));
    this.redraw();
  }

  private startWorkers(count: number): void {
    this.company.start(count);
    this.rememberCompany();
  }

  /** Those who lived in this page before it was reloaded. */
  private bringBack(room: string): void {
    if (this.company.size > 0) return;
    const { workers, awaited } = companyOf(room);
    this.awaited = awaited;
    this.startWorkers(workers);
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
    if (this.vacant) this.awaitRelease();
    this.redraw();
  }

  private awaitRelease(): void {
    this.vacant = false;
    const free = released(this.taken).then(() => {
      this.vacant = true;
      this.redraw();
    });
    detach(free, "waiting for the page that has the room to close");
  }

  private heard(event: AggregatorEvent): void {
    this.show = reduce(this.show, event);
    switch (event.type) {
      case "opened":
        history.replaceState(null, "", location.pathname + spoken(location.search, event.settings) + location.hash);
        this.bringBack(event.room);
        // These are many, and the page has its own beginning to make first.
        detach(
          this.built.then(() => whenWanted(() => this.openRest(event.room))),
          "opening the rest of the page",
        );
        this.mirror ??= new Mirror(event.room, () => ({ show: this.show, ...(this.model && { model: this.model }) }));
        break;
      case "occupied":
        this.taken = event.room;
        this.awaitRelease();
        break;
      case "model":
        this.learn(event);
        break;
      case "resumed":
        if (this.model && !this.borrowed) this.readWith(this.model);
        break;
      case "state":
        this.startWhenReady();
        break;
    }
    this.mirror?.tell(event);
    this.redraw();
  }

  private openRest(room: string): void {
    this.classifier.parties.open(room);
    this.remote.begin(room);
    this.library.look();
    this.aggregator.send({ type: "ready" });
  }

  private startWhenReady(): void {
    const ready = this.show.state.workers.filter((worker) => worker.state !== "loading");
    if (this.awaited > 0 && ready.length >= this.awaited) this.start();
  }

  private learn(event: ModelEvent): void {
    this.model = event;
    if (!this.borrowed) this.readWith(event);
  }

  /** Drawings are read with the run's model, or, before it has learnt anything, with the page's own. */
  private readWith(model: ModelEvent): void {
    const isFresh = model.round === 0 && this.show.origin === undefined;
    if (!isFresh) return this.readInstead(model);
    detach(
      this.fetched.then((starter) => this.readInstead(model, starter)),
      "reading drawings with the starting model",
    );
  }

  private readInstead(model: ModelEvent, starter?: Starter): void {
    if (this.model !== model || this.borrowed) return;
    if (starter?.preset === model.preset) this.starter = starter;
    else delete this.starter;
    this.classifier.use(this.starter ? { ...model, ...this.starter } : model);
    this.redraw();
  }
}

/** What shows that somebody is there. */
const SIGNS = ["pointermove", "pointerdown", "keydown", "scroll"];
/** How long nobody has to be there. */
const ALONE_MS = 1500;

/** As soon as somebody is there, and soon in any case. */
function whenWanted(action: () => void): void {
  const waiting = new AbortController();
  const begin = () => {
    if (waiting.signal.aborted) return;
    waiting.abort();
    action();
  };
  for (const sign of SIGNS) addEventListener(sign, begin, { signal: waiting.signal, passive: true });
  setTimeout(begin, ALONE_MS);
}
