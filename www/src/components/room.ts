import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import type { Course, LayerView, LessonCommand, LibraryCommand, Modulus, Reader, Saving, Setting } from "../../wasm/sotto.js";
import { detach } from "../errors";
import { missingFeature } from "../roles/start";
import type { Change } from "../state/address";
import type { Helper, TabRole } from "../state/control";
import type { Stroke } from "../state/drawing";
import { Lessons } from "../state/lessons";
import { Session } from "../state/session";
import type { Access } from "../state/invite";
import { hiddenBy, PARTS, type Part } from "../state/hidden";
import { latest } from "../state/show";
import { shared } from "../styles/shared";
import { text } from "../text";
import type { Act } from "./acts";
import "./acts";
import "./banner";
import "./draw-panel";
import "./run-line";

const words = text.room.page;

/** The aggregator's page. */
@customElement("sotto-room")
export class Room extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        min-height: 200vh;
      }
      .stage {
        display: grid;
        grid-template-columns: 23rem minmax(0, 1fr);
        gap: var(--space-4);
        margin-block: var(--space-1) var(--space-4);
      }
      sotto-results,
      sotto-invite,
      sotto-preset-links,
      sotto-secure-sum,
      sotto-privacy,
      sotto-lessons,
      sotto-library,
      sotto-settings-form,
      sotto-secret-panel,
      sotto-course {
        display: block;
        margin-bottom: var(--space-4);
        /* What nobody sees yet is not laid out. */
        content-visibility: auto;
        contain-intrinsic-block-size: auto 40rem;
      }
      .single {
        grid-template-columns: minmax(0, 1fr);
      }
      @media (max-width: 62rem) {
        .stage {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  private readonly missing = missingFeature();
  /** Says that all of the page is there. */
  private done?: () => void;
  private readonly whole = new Promise<void>((done) => (this.done = done));
  private readonly session = this.missing ? undefined : new Session(() => this.requestUpdate(), this.whole);
  /** How many parts of the page are there: one more after every turn, so that nothing waits for all of it. */
  @state() private built = 0;
  /** Why the rest of the page is not there. */
  @state() private unbuilt = "";
  /** The worker whose update is followed, by its id. */
  @state() private looked = "";
  private readonly leftOut = hiddenBy(location.search);
  private readonly lessons = new Lessons(() => this.requestUpdate());

  /** Many roles tell of what they do: once a frame is often enough. Hidden pages have titles too, and no frames. */
  protected override async scheduleUpdate(): Promise<void> {
    await new Promise(nextFrame);
    await super.scheduleUpdate();
  }

  protected override updated(): void {
    const point = this.session && latest(this.session.show);
    if (point && point.round > 0) document.title = words.title(point.accuracy, point.round);
  }

  protected override render() {
    if (!this.session) return html`<sotto-banner level="warning" data-testid="failed">${this.missing}</sotto-banner>`;
    const { session } = this;
    const { show, classifier, starter } = session;
    return html`
      ${this.banner(session)} ${this.reader(session)} ${this.unkept(session)} ${this.unheard()} ${this.incomplete()}
      <sotto-acts ?hidden=${this.hides("acts")} @act=${({ detail }: CustomEvent<Act>) => this.goTo(detail)}></sotto-acts>
      <sotto-run-line .run=${show.run}></sotto-run-line>
      <div class="stage ${this.hides("draw") || this.hides("train") ? "single" : ""}">
        <sotto-draw-panel
          ?hidden=${this.hides("draw")}
          .drawing=${classifier.pad.drawing}
          .round=${show.model?.round}
          .starter=${starter?.accuracy}
          .failure=${classifier.pad.failure ?? ""}
          .reader=${classifier.pad.reader}
          ?label=${classifier.pad.label}
          .waiting=${classifier.waiting()}
          @begin=${() => classifier.pad.begin()}
          @strokes=${(event: CustomEvent<Stroke[]>) => classifier.pad.draw(event.detail)}
          @undo=${() => classifier.pad.undo()}
          @reader=${({ detail }: CustomEvent<Reader>) => classifier.choose(detail, classifier.pad.label)}
          @label=${({ detail }: CustomEvent<boolean>) => classifier.choose(classifier.pad.reader, detail)}
        ></sotto-draw-panel>
        ${this.built < 1 ? nothing : this.training(session)}
      </div>
      ${this.below.slice(0, Math.max(0, this.built - 1)).map((part) => part(session))}
    `;
  }

  private training({ show, watching, awaited, missing, company }: Session) {
    return html`
      <sotto-training-panel
        ?hidden=${this.hides("train")}
        .show=${show}
        ?watching=${watching}
        .awaited=${awaited}
        .missing=${missing}
        .attackers=${company.attackers}
        .looked=${this.looked}
        @look=${this.look}
        @start=${() => this.session?.start()}
        @stop=${() => this.session?.stop()}
        @start-over=${() => this.session?.startOver()}
        @company=${() => this.session?.addWorkers()}
      ></sotto-training-panel>
    `;
  }

  /** What a first look need not wait for. Each part has a turn of its own. */
  private readonly below: ((session: Session) => TemplateResult)[] = [
    ({ show }) => html`
      <sotto-results ?hidden=${this.hides("results")} .show=${show}></sotto-results>
    `,
    ({ show, remote }) => html`
      <sotto-invite
        ?hidden=${this.hides("invite") || show.room === "taken"}
        .show=${remote.show}
        @open-door=${({ detail }: CustomEvent<Access>) => remote.open(detail)}
        @close-door=${() => remote.close()}
        @lock-door=${({ detail }: CustomEvent<boolean>) => remote.lock(detail)}
        @decide=${({ detail }: CustomEvent<{ guest: string; comesIn: boolean }>) => remote.decide(detail.guest, detail.comesIn)}
      ></sotto-invite>
    `,
    ({ show }) => html`
      <sotto-preset-links
        ?hidden=${this.hides("experiments")}
        .show=${show}
        ?fixed=${show.room !== "ours"}
        @adopt=${({ detail }: CustomEvent<string>) => this.session?.adopt(detail)}
      ></sotto-preset-links>
    `,
    ({ show, company }) => html`
      <sotto-secure-sum
        ?hidden=${this.hides("sum")}
        .show=${show}
        .looked=${this.looked}
        .followed=${company.sentBy(this.looked)}
        @look=${this.look}
        ?fixed=${show.room !== "ours"}
        @configure=${({ detail }: CustomEvent<Change[]>) => this.session?.configure(detail)}
      ></sotto-secure-sum>
    `,
    ({ show }) => html`
      <sotto-privacy
        ?hidden=${this.hides("privacy")}
        .show=${show}
        ?fixed=${show.room !== "ours"}
        @configure=${({ detail }: CustomEvent<Change[]>) => this.session?.configure(detail)}
      ></sotto-privacy>
    `,
    () => html`
      <sotto-lessons
        ?hidden=${this.hides("lessons")}
        .show=${this.lessons.show}
        @looked-at=${() => this.lessons.begin()}
        @ask=${({ detail }: CustomEvent<LessonCommand>) => this.lessons.ask(detail)}
        @modulus=${({ detail }: CustomEvent<Modulus>) => this.lessons.choose(detail)}
        @recount=${() => this.lessons.recount()}
      ></sotto-lessons>
    `,
    ({ show, classifier }) => html`
      <sotto-secret-panel
        ?hidden=${this.hides("secret")}
        .show=${classifier.secret}
        .layers=${show.run?.layers ?? NO_LAYERS}
        .digits=${show.run?.source.test ?? 0}
        @evaluate=${({ detail }: CustomEvent<{ count: number }>) => classifier.parties.evaluate(detail.count)}
        @pause=${() => classifier.parties.pause(true)}
        @resume=${() => classifier.parties.pause(false)}
        @halt=${() => classifier.parties.halt()}
        @fraction=${({ detail }: CustomEvent<number>) => classifier.parties.precise(detail)}
        @saving=${({ detail }: CustomEvent<Saving>) => classifier.parties.save(detail)}
        @fix=${({ detail }: CustomEvent<{ value: number; fraction: number }>) => classifier.parties.fix(detail.value, detail.fraction)}
        @garble=${({ detail }: CustomEvent<"alice" | "bob">) => classifier.parties.garble(detail)}
        @kill=${({ detail }: CustomEvent<Helper>) => classifier.parties.kill(detail)}
        @open-party=${({ detail }: CustomEvent<TabRole>) => classifier.parties.openTab(detail)}
      ></sotto-secret-panel>
    `,
    ({ show, classifier: { secret, parties, pad } }) => html`
      <sotto-course
        ?hidden=${this.hides("course")}
        .show=${secret}
        .room=${latest(show)}
        .silo=${parties.silo.show}
        ?open=${parties.silo.open}
        ?drawn=${pad.drawing.strokes.length > 0}
        @share-digits=${({ detail }: CustomEvent<number>) => parties.silo.shareDigits(detail)}
        @share-drawing=${({ detail }: CustomEvent<number>) => parties.silo.shareDrawing(pad.drawing.strokes, detail)}
        @train=${({ detail }: CustomEvent<Course>) => parties.train(detail)}
        @pause-training=${({ detail }: CustomEvent<boolean>) => parties.pauseTraining(detail)}
        @take=${({ detail }: CustomEvent<boolean>) => parties.readTrained(detail)}
        @plain=${({ detail }: CustomEvent<Course>) => parties.silo.trainPlain(detail)}
        @evaluate=${({ detail }: CustomEvent<{ count: number }>) => parties.evaluate(detail.count)}
        @open-silo=${() => parties.openTab("silo")}
      ></sotto-course>
    `,
    ({ show, borrowed, library }) => html`
      <sotto-library
        ?hidden=${this.hides("library")}
        .library=${library.show}
        .run=${show}
        ?watching=${show.room !== "ours"}
        .borrowed=${borrowed?.id ?? ""}
        @look=${() => this.session?.library.send({ type: "list" })}
        @library=${({ detail }: CustomEvent<LibraryCommand>) => this.session?.library.send(detail)}
        @save=${({ detail }: CustomEvent<string>) => this.session?.save(detail)}
        @forget=${() => this.session?.forget()}
      ></sotto-library>
    `,
    ({ show }) => html`
      <sotto-settings-form
        ?hidden=${this.hides("settings")}
        .settings=${show.run?.settings ?? NO_SETTINGS}
        .problems=${show.problems}
        ?fixed=${show.room !== "ours"}
        @configure=${({ detail }: CustomEvent<Change[]>) => this.session?.configure(detail)}
      ></sotto-settings-form>
    `,
    ({ show }) => html`<sotto-proof ?hidden=${this.hides("proof")} .room=${show.run?.room ?? ""}></sotto-proof>`,
  ];

  protected override firstUpdated(): void {
    document.querySelector(".essay")?.toggleAttribute("hidden", this.hides("essay"));
    const act = location.hash.slice(1);
    // The first frame is of what is seen first.
    requestAnimationFrame(() =>
      setTimeout(() =>
        detach(this.build(act), "loading the rest of the page", (reason) => {
          this.unbuilt = reason;
          // What is there works without the rest.
          this.done?.();
        }),
      ),
    );
  }

  private async build(act: string): Promise<void> {
    await import("./below");
    while (this.built <= this.below.length) {
      this.built += 1;
      await this.updateComplete;
      await turn();
    }
    this.done?.();
    if (act in PLACES) this.goTo(act as Act, "auto");
  }

  private readonly look = ({ detail }: CustomEvent<string>) => {
    this.looked = detail;
  };

  private hides(part: Part): boolean {
    return this.leftOut.parts.has(part);
  }

  /** An act that was asked for before it was there is gone to when all is. */
  private goTo(act: Act, behavior: ScrollBehavior = STILL.matches ? "auto" : "smooth"): void {
    const place = () => this.renderRoot.querySelector(PLACES[act]);
    const go = () => place()?.scrollIntoView({ behavior });
    if (place()) go();
    else detach(this.whole.then(go), "going to an act");
  }

  private incomplete() {
    if (!this.unbuilt) return nothing;
    return html`<sotto-banner level="warning" data-testid="incomplete">
      ${words.incomplete(this.unbuilt)}
      <button slot="action" @click=${reload}>${words.reload}</button>
    </sotto-banner>`;
  }

  /** The address leaves out what is not there. */
  private unheard() {
    const { unknown } = this.leftOut;
    if (unknown.length === 0) return nothing;
    return html`<sotto-banner level="warning" data-testid="unknown-parts">${words.unknownParts(unknown, PARTS)}</sotto-banner>`;
  }

  /** Another model than the run's reads the drawing. */
  private reader({ borrowed }: Session) {
    if (!borrowed) return nothing;
    return html`<sotto-banner data-testid="borrowed">
      ${words.borrowed(borrowed.name)}
      <button slot="action" data-testid="give-back" @click=${() => this.session?.giveBack()}>${words.giveBack}</button>
    </sotto-banner>`;
  }

  private unkept({ show }: Session) {
    if (show.room !== "ours" || !show.keeping || show.keeping.kept) return nothing;
    return html`<sotto-banner level="warning" data-testid="unkept">
      ${words.unkept(show.keeping.reason)}
    </sotto-banner>`;
  }

  private banner({ show, watching, vacant }: Session) {
    if (show.failure) {
      return html`<sotto-banner level="warning" data-testid="failed">
        ${words.failed(show.failure)}
        <button slot="action" @click=${reload}>${words.reload}</button>
      </sotto-banner>`;
    }
    if (show.misread.length > 0) {
      return html`<sotto-banner level="warning" data-testid="misread">
        <strong>${words.misread}</strong>
        ${show.misread.map((problem) => html`<br />${words.problem(problem.setting, problem.text)}`)}
      </sotto-banner>`;
    }
    if (show.room !== "taken") return nothing;
    if (vacant) {
      return html`<sotto-banner data-testid="vacant">
        ${words.vacant}
        <button slot="action" class="primary" data-testid="take-over" @click=${reload}>${words.takeOver}</button>
      </sotto-banner>`;
    }
    return html`<sotto-banner data-testid="occupied">
      ${watching ? words.watching : words.occupied}
      ${
        watching
          ? nothing
          : html`<button slot="action" class="primary" data-testid="watch" @click=${() => this.session?.watch()}>${words.watch}</button>`
      }
    </sotto-banner>`;
  }
}

const turn = () => new Promise((done) => setTimeout(done));

const FRAME_MS = 100;

/** The next frame, or the time of some of them when none comes, as in a hidden page. */
function nextFrame(turn: (value: unknown) => void): void {
  requestAnimationFrame(turn);
  setTimeout(turn, FRAME_MS);
}

/** Where each act begins. */
const PLACES: Record<Act, string> = { train: "sotto-training-panel", share: "sotto-lessons", classify: "sotto-secret-panel" };
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const NO_SETTINGS: Setting[] = [];
const NO_LAYERS: LayerView[] = [];
const reload = () => location.reload();
