import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { workerName } from "../format";
import { NOTHING, type LocalShow } from "../state/local";
import { shared } from "../styles/shared";
import "./slot-badge";

type Phase = NonNullable<LocalShow["state"]>["phase"];

export const PHASES: Record<Phase, string> = {
  searching: "Waiting for the aggregator page",
  loading: "Fetching its digits",
  idle: "Ready",
  training: "Training",
  summing: "In a secure sum",
  refused: "Not admitted",
  away: "Away",
  silent: "Silent",
};

/** Between what it is doing and the round. */
const BUSY: Partial<Record<Phase, string>> = { training: " in", summing: " of" };

/** Who this worker is and what it is doing. */
@customElement("sotto-worker-phase")
export class WorkerPhase extends LitElement {
  static override styles = [
    shared,
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
        display: block;
        width: 100%;
        height: 0.5rem;
        margin-top: var(--space-2);
        border: 0;
        border-radius: 1rem;
        background: var(--sunken);
        overflow: hidden;
        appearance: none;
      }
      progress::-webkit-progress-bar {
        background: var(--sunken);
      }
      progress::-webkit-progress-value {
        background: var(--worker);
      }
      progress::-moz-progress-bar {
        background: var(--worker);
      }
    `,
  ];

  @property({ attribute: false }) show: LocalShow = NOTHING;

  protected override render() {
    const { state, progress } = this.show;
    const phase = state?.phase ?? "searching";
    const name = state?.slot === undefined ? "A worker" : workerName(state.slot);
    const round = BUSY[phase] && state?.round !== undefined ? `${BUSY[phase]} round ${state.round}` : "";
    const under = phase === "training" ? progress : undefined;
    return html`
      <section class="panel" aria-label="This worker">
        <div class="who">
          ${state?.slot === undefined ? nothing : html`<sotto-slot-badge .place=${state.slot} aria-hidden="true"></sotto-slot-badge>`}
          <h1 data-testid="worker-slot" data-slot=${state?.slot ?? ""}>${name}</h1>
        </div>
        <div class="doing">
          <p data-testid="worker-phase" data-phase=${phase} data-id=${state?.id ?? ""} role="status">${PHASES[phase]}${round}</p>
          <p class="note number" data-testid="worker-detail">${this.detail(phase, under)}</p>
          <progress aria-label="Steps of this round" max=${under?.steps ?? 1} value=${under?.step ?? 0}></progress>
        </div>
      </section>
    `;
  }

  private resumed({ round, steps }: NonNullable<LocalShow["progress"]>): string {
    const { resumed } = this.show;
    return resumed?.round === round ? `; resumed at step ${resumed.step} of ${steps}` : "";
  }

  private detail(phase: Phase, under: LocalShow["progress"]) {
    const { state, updates } = this.show;
    switch (phase) {
      case "searching":
        return html`This tab joins by itself as soon as that page is open in this browser.
          <a href="./${location.search}" target="_blank" rel="noopener">Open the aggregator page</a>`;
      case "refused":
        return state?.reason ?? "The aggregator gave no reason.";
      case "training":
        return under ? `Epoch ${under.epoch}, step ${under.step} of ${under.steps}${this.resumed(under)}` : "The first step is under way.";
      case "summing":
        return "Its update stays here. What leaves is hidden under masks that cancel only in the sum of all.";
      case "loading":
        return "Only this worker’s part of the digits is downloaded.";
      case "away":
        return "It takes no part for now, by its own verdict. Rounds go on without it.";
      case "silent":
        return "It neither hears nor says anything for some seconds, on purpose, and comes back by itself.";
      case "idle":
        if (state?.rests !== undefined) return `Not needed this round; asked to come back in about ${state.rests} s.`;
        return updates === 0 ? "It waits for the first round." : `Updates sent so far: ${updates}. It waits for the next round.`;
    }
  }
}
