import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";

import type { WorkerCommand } from "../../wasm/sotto.js";
import { dataUrl, missingFeature, startWorker, type RoleLink } from "../roles/start";
import { inviteFor } from "../state/invite";
import { NOTHING, reduceLocal, type LocalShow } from "../state/local";
import { Sensors } from "../state/sensors";
import { rememberWill, rename, tabName, will, type Will } from "../state/tab";
import { Visit } from "../state/visit";
import { shared } from "../styles/shared";
import { text } from "../text";
import { save } from "./results/save";
import "./banner";
import "./notices";
import "./visit-banner";
import "./worker-conditions";
import "./worker-dials";
import "./worker-digits";
import "./worker-handwriting";
import "./worker-loss";
import "./worker-masks";
import "./worker-phase";
import "./worker-sent";

const words = text.worker.page;
const FRAME_MS = 33;

/** A worker's page: joins by itself and shows what it does. */
@customElement("sotto-worker")
export class WorkerRoom extends LitElement {
  static override styles = [
    shared,
    css`
      .stage {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        grid-template-rows: auto auto;
        gap: var(--space-4);
        margin-block: var(--space-4);
      }
      sotto-worker-handwriting,
      sotto-worker-masks,
      sotto-worker-dials {
        margin-bottom: var(--space-4);
      }
      sotto-worker-digits {
        grid-row: span 2;
      }
      sotto-worker-conditions {
        grid-column: 1 / -1;
      }
      @media (max-width: 56rem) {
        .stage {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  private show: LocalShow = NOTHING;
  private link?: RoleLink<WorkerCommand>;
  private pending = false;
  private readonly missing = missingFeature();
  private sensors?: Sensors;
  private will = will();
  private readonly invite = inviteFor("worker");
  private visit?: Visit;

  constructor() {
    super();
    if (this.missing || typeof this.invite === "string") return;
    this.link = startWorker((event) => {
      this.show = reduceLocal(this.show, event);
      if (event.type === "renamed") rename(event.tab);
      if (event.type === "handwritingFile") save("sotto-handwriting.json", "application/json", event.text);
      this.redrawSoon();
    });
    this.sensors = new Sensors((conditions) => this.link?.send({ type: "conditions", ...conditions }));
    if (this.will.paused) this.link.send({ type: "pause", paused: true });
    for (const gate of this.will.ignored) this.link.send({ type: "ignore", gate, ignored: true });
    if (this.invite)
      this.visit = new Visit(
        this.invite,
        () => this.redrawSoon(),
        (again) => this.entered(again),
      );
    else this.link.send({ type: "open", query: location.search, data: dataUrl(), tab: tabName() });
  }

  /** Somebody who came by a link is in, in a room of its own that the bridge joins to the other. */
  private entered(again: boolean): void {
    const room = new URLSearchParams({ room: this.visit?.room ?? "" });
    this.link?.send(again ? { type: "rejoin" } : { type: "open", query: `?${room}`, data: dataUrl(), tab: tabName() });
  }

  private readonly pause = ({ detail: paused }: CustomEvent<boolean>) => {
    this.decide({ ...this.will, paused });
    this.link?.send({ type: "pause", paused });
  };

  private readonly ignore = ({ detail }: CustomEvent<{ gate: string; ignored: boolean }>) => {
    const others = this.will.ignored.filter((gate) => gate !== detail.gate);
    this.decide({ ...this.will, ignored: detail.ignored ? [...others, detail.gate] : others });
    this.link?.send({ type: "ignore", ...detail });
  };

  private decide(decision: Will): void {
    this.will = decision;
    rememberWill(decision);
  }

  private readonly askIdle = () => this.sensors?.askIdle() ?? Promise.resolve(undefined);

  /** Training tells of hundreds of steps a second. A timer, not a frame: hidden tabs have titles too. */
  private redrawSoon(): void {
    if (this.pending) return;
    this.pending = true;
    setTimeout(() => {
      this.pending = false;
      this.requestUpdate();
    }, FRAME_MS);
  }

  protected override updated(): void {
    document.title = words.title(title(this.show));
  }

  protected override render() {
    const { show } = this;
    const failure = this.missing ?? show.failure;
    const attack = attackOf(show);
    return html`
      ${
        failure
          ? html`<sotto-banner level="warning" data-testid="failed">
            ${words.failed(failure)}
            <button slot="action" @click=${() => location.reload()}>${words.reload}</button>
          </sotto-banner>`
          : nothing
      }
      ${attack ? html`<sotto-banner level="warning" data-testid="attacks">${words.attacks(attack)}</sotto-banner>` : nothing}
      ${this.invite ? html`<sotto-visit .show=${this.visit?.show} .unread=${typeof this.invite === "string" ? this.invite : "broken"} claim="worker"></sotto-visit>` : nothing}
      <sotto-worker-phase .show=${show}></sotto-worker-phase>
      <div class="stage">
        <sotto-worker-digits .shard=${show.shard} .varied=${show.varied}></sotto-worker-digits>
        <sotto-worker-loss .show=${show}></sotto-worker-loss>
        <sotto-worker-sent .sent=${show.sent} .masked=${show.masked}></sotto-worker-sent>
        <sotto-worker-conditions
          .eligibility=${show.eligibility}
          .askIdle=${this.sensors?.canAskIdle ? this.askIdle : undefined}
          @pause=${this.pause}
          @ignore=${this.ignore}
        ></sotto-worker-conditions>
      </div>
      <sotto-worker-handwriting
        .own=${show.handwriting}
        .readings=${show.readings}
        @handwriting=${(event: CustomEvent<WorkerCommand>) => this.link?.send(event.detail)}
      ></sotto-worker-handwriting>
      <sotto-worker-dials
        .dials=${show.dials}
        @dial=${({ detail }: CustomEvent<Dial>) => this.link?.send({ type: "dial", ...detail })}
      ></sotto-worker-dials>
      ${show.masked ? html`<sotto-worker-masks .masked=${show.masked}></sotto-worker-masks>` : nothing}
      ${show.notices.length > 0 ? html`<sotto-notices class="panel" .notices=${show.notices}></sotto-notices>` : nothing}
    `;
  }
}

type Dial = Omit<Extract<WorkerCommand, { type: "dial" }>, "type">;

/** What a dishonest tab does, in words. */
function attackOf({ dials }: LocalShow): string | undefined {
  const [honest, ...attacks] = dials?.attacks ?? [];
  if (!dials || dials.attack === honest?.name) return undefined;
  return attacks.find(({ name }) => name === dials.attack)?.words ?? dials.attack;
}

/** The tab's title says what the worker does, so that a row of tabs can be read. */
function title({ state, progress, failure }: LocalShow): string {
  if (failure) return words.titleFailed;
  const name = state?.slot === undefined ? words.unnamed : text.roles.worker(state.slot);
  const phase = state?.phase ?? "searching";
  const doing = words.doing(name, text.worker.phase.phases[phase]);
  return phase === "training" && progress ? words.share(doing, Math.floor((100 * progress.step) / progress.steps)) : doing;
}
