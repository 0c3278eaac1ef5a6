import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { NOTHING, type LocalShow } from "../state/local";
import { shared } from "../styles/shared";
import { text } from "../text";
import { progressBar } from "./progress-bar";
import "./slot-badge";

type Phase = NonNullable<LocalShow["state"]>["phase"];

const words = text.worker.phase;

/** Who this worker is and what it is doing. */
@customElement("sotto-worker-phase")
export class WorkerPhase extends LitElement {
  static override styles = [
    shared,
    progressBar,
    css`
      .panel {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-3) var(--space-5);
        padding-block: var(--space-4);
      }
      .who {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        --badge-size: 1.5rem;
      }
      h1 {
        font: 600 var(--text-xl) / 1.2 var(--serif);
      }
      .doing {
        flex: 1 1 16rem;
      }
      .doing p:first-child {
        font-weight: 600;
      }
      progress {
        margin-top: var(--space-2);
        --done: var(--worker);
      }
    `,
  ];

  @property({ attribute: false }) show: LocalShow = NOTHING;

  protected override render() {
    const { state, progress } = this.show;
    const phase = state?.phase ?? "searching";
    const name = state?.slot === undefined ? words.unnamed : text.roles.worker(state.slot);
    const busy = phase === "training" || phase === "summing";
    const now = busy && state?.round !== undefined ? words.inRound[phase](state.round) : words.phases[phase];
    const under = phase === "training" ? progress : undefined;
    return html`
      <section class="panel" aria-label=${words.label}>
        <div class="who">
          ${state?.slot === undefined ? nothing : html`<sotto-slot-badge .place=${state.slot} aria-hidden="true"></sotto-slot-badge>`}
          <h1 data-testid="worker-slot" data-slot=${state?.slot ?? ""}>${name}</h1>
        </div>
        <div class="doing">
          <p data-testid="worker-phase" data-phase=${phase} data-id=${state?.id ?? ""} role="status">${now}</p>
          <p class="note number" data-testid="worker-detail">${this.detail(phase, under)}</p>
          <progress aria-label=${words.progress} max=${under?.steps ?? 1} value=${under?.step ?? 0}></progress>
        </div>
      </section>
    `;
  }

  private step({ round, epoch, step, steps }: NonNullable<LocalShow["progress"]>): string {
    const { resumed } = this.show;
    const now = words.step(epoch, step, steps);
    return resumed?.round === round ? words.resumed(now, resumed.step, steps) : now;
  }

  private detail(phase: Phase, under: LocalShow["progress"]) {
    const { state, updates } = this.show;
    switch (phase) {
      case "searching":
        return html`${words.searching} <a href="./${location.search}" target="_blank" rel="noopener">${words.open}</a>`;
      case "refused":
        return state?.reason ?? words.noReason;
      case "training":
        return under ? this.step(under) : words.first;
      case "summing":
        return words.summing;
      case "loading":
        if (this.show.unfetched === undefined) return words.loading;
        return navigator.onLine ? words.unfetched(this.show.unfetched) : words.offline;
      case "away":
        return words.away;
      case "silent":
        return words.silent;
      case "idle":
        if (state?.rests !== undefined) return words.rests(state.rests);
        return updates === 0 ? words.waits : words.waitsAgain(updates);
    }
  }
}
