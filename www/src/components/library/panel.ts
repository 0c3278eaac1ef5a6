import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { LibraryCommand } from "../../../wasm/sotto.js";
import { UNREAD, type LibraryShow } from "../../state/library";
import { BEFORE, type Show } from "../../state/show";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { folding } from "../folding";
import "./add";
import "./comparison";
import "./model";

const words = text.library.panel;

/** The models that this browser keeps. Tells `library` with a command, `look`, `save` with a name and `forget`. */
@customElement("sotto-library")
export class LibraryPanel extends LitElement {
  static override styles = [
    shared,
    folding,
    css`
      sotto-library-add,
      sotto-comparison {
        margin-block: var(--space-4);
      }
      .declined {
        margin-block: var(--space-3);
        color: var(--warn);
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
        margin-top: var(--space-4);
        padding-top: var(--space-3);
        border-top: 1px solid var(--line);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) library: LibraryShow = UNREAD;
  @property({ attribute: false }) run: Show = BEFORE;
  /** A page that watches has no run to save or to begin. */
  @property({ type: Boolean }) watching = false;
  /** The model that reads digits in place of the run's. */
  @property() borrowed = "";
  /** Ids of the models to compare. */
  @state() private chosen: string[] = [];
  @state() private sure = false;

  protected override render() {
    const { models, results, comparing, declined } = this.library;
    return html`
      <details class="panel" data-testid="library" @toggle=${this.toggled}>
        <summary>${words.title}<span class="summary">${models ? words.models(models.length) : words.summary}</span></summary>
        <p class="note" data-testid="keeping">${this.keeping()}</p>
        <sotto-library-add ?unsaved=${this.run.model === undefined || this.watching}></sotto-library-add>
        ${declined ? html`<p class="declined" role="alert" data-testid="declined">${words.declined(declined.what, declined.reason)}</p>` : nothing}
        ${this.models()}
        ${results || comparing ? html`<sotto-comparison .results=${results} .progress=${comparing}></sotto-comparison>` : nothing}
        ${this.foot()}
      </details>
    `;
  }

  private keeping(): string {
    const { keeping, room } = this.run;
    if (room !== "ours") return words.keeping.elsewhere;
    if (!keeping) return words.keeping.before;
    if (!keeping.kept) return words.keeping.not(keeping.reason);
    return keeping.round === undefined ? words.keeping.nothing : words.keeping.after(keeping.round);
  }

  private models() {
    const { models, comparing } = this.library;
    if (!models) return nothing;
    if (models.length === 0) return html`<p class="note">${words.empty}</p>`;
    const chosen = this.chosen.filter((id) => models.some((model) => model.id === id));
    return html`
      <ul>
        ${repeat(
          models,
          // A row stays the model's that it was while others come: a click is meant for that one.
          (model) => model.id,
          (model) => html`
            <li>
              <sotto-saved-model
                .model=${model}
                ?chosen=${chosen.includes(model.id)}
                ?reading=${this.borrowed === model.id}
                ?watching=${this.watching}
                @choose=${() => this.choose(model.id)}
              ></sotto-saved-model>
            </li>
          `,
        )}
      </ul>
      <p class="actions">
        <button
          data-testid="compare"
          ?disabled=${chosen.length !== 2 || comparing !== undefined}
          @click=${() => this.command({ type: "compare", ids: chosen as [string, string] })}
        >
          ${words.compare}
        </button>
        <span class="note">${words.compareHelp}</span>
      </p>
    `;
  }

  private foot() {
    const { used, quota } = this.library;
    const room = used !== undefined && quota !== undefined ? `${words.used(used, quota)} ` : "";
    return html`
      <div class="foot">
        <p class="note">${room}${words.local}</p>
        ${
          this.sure
            ? html`<div class="actions" role="alert">
              <span>${words.sure}</span>
              <button class="primary" data-testid="forget-all" @click=${() => tell(this, "forget")}>${words.remove}</button>
              <button @click=${() => (this.sure = false)}>${words.keep}</button>
            </div>`
            : html`<button class="quiet" data-testid="forget" ?disabled=${this.watching} @click=${() => (this.sure = true)}>${words.forget}</button>`
        }
      </div>
    `;
  }

  private toggled(event: ToggleEvent): void {
    if (event.newState === "open") tell(this, "look");
  }

  /** The third that is ticked takes the place of the first. */
  private choose(id: string): void {
    const others = this.chosen.filter((chosen) => chosen !== id);
    this.chosen = this.chosen.includes(id) ? others : [...others, id].slice(-2);
  }

  private command(command: LibraryCommand): void {
    tell<LibraryCommand>(this, "library", command);
  }
}
