import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { LibraryCommand, SavedModel } from "../../../wasm/sotto.js";
import { bytes, date, percent } from "../../format";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";

const words = text.library.model;

/** One model of the library. Tells `library` with a command, and `choose` when it is to be compared. */
@customElement("sotto-saved-model")
export class SavedModelRow extends LitElement {
  static override styles = [
    shared,
    css`
      .model {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--space-1) var(--space-4);
        padding-block: var(--space-3);
        border-top: 1px solid var(--line);
      }
      .name {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .accuracy {
        color: var(--aggregator);
        font-weight: 600;
      }
      .problem {
        color: var(--warn);
      }
      .actions,
      form {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-2);
      }
      input:not([type]) {
        flex: 1 1 10rem;
        min-width: 0;
      }
      [type="checkbox"] {
        min-height: 0;
        width: 1.125rem;
        height: 1.125rem;
        margin: 0;
        accent-color: var(--aggregator);
      }
      @media (max-width: 56rem) {
        .model {
          grid-template-columns: auto minmax(0, 1fr);
        }
        .actions {
          grid-column: 2;
        }
      }
    `,
  ];

  @property({ attribute: false }) model!: SavedModel;
  @property({ type: Boolean }) chosen = false;
  /** It reads digits now. */
  @property({ type: Boolean }) reading = false;
  @property({ type: Boolean }) watching = false;
  @state() private isNaming = false;

  protected override render() {
    const { id, name, problem } = this.model;
    if (problem) {
      return html`
        <div class="model" data-testid="saved-model">
          <span></span>
          <p class="problem">${words.unusable(problem)}</p>
          <div class="actions"><button class="quiet" @click=${() => this.command({ type: "delete", id })}>${words.delete}</button></div>
        </div>
      `;
    }
    return html`
      <div class="model" data-testid="saved-model" data-name=${name}>
        <input type="checkbox" aria-label=${words.compare(name)} .checked=${this.chosen} @change=${() => tell(this, "choose")} />
        <div>
          ${this.isNaming ? this.naming() : html`<p class="name">${name}</p>`}
          <p class="note number">${this.facts()}</p>
        </div>
        <div class="actions">
          <button
            class="quiet"
            data-testid="read-with"
            aria-label=${words.readWith(name)}
            ?disabled=${this.reading}
            @click=${() => this.command({ type: "take", id, purpose: "read" })}
          >
            ${this.reading ? words.reads : words.read}
          </button>
          <button
            class="quiet"
            data-testid="train-on"
            aria-label=${words.trainFrom(name)}
            ?disabled=${this.watching}
            @click=${() => this.command({ type: "take", id, purpose: "continue" })}
          >
            ${words.train}
          </button>
          <button class="quiet" data-testid="download" aria-label=${words.downloadIt(name)} @click=${() => this.command({ type: "download", id })}>${words.download}</button>
          <button class="quiet" data-testid="rename" aria-label=${words.renameIt(name)} @click=${() => (this.isNaming = true)}>${words.rename}</button>
          <button class="quiet" data-testid="delete" aria-label=${words.deleteIt(name)} @click=${() => this.command({ type: "delete", id })}>${words.delete}</button>
        </div>
      </div>
    `;
  }

  private facts() {
    const { preset, round, accuracy, size, at, autosaved } = this.model;
    const origin = autosaved ? `, ${words.autosaved}` : "";
    return html`${accuracy === undefined ? nothing : html`<span class="accuracy">${percent(accuracy)} %</span>, `}${preset},
    ${round > 0 ? words.round(round) : words.untrained}, ${bytes(size)}, ${date(at)}${origin}`;
  }

  private naming() {
    return html`
      <form @submit=${this.named}>
        <input name="name" aria-label=${words.newName} maxlength="60" required autocomplete="off" .value=${this.model.name} data-testid="new-name" />
        <button>${words.rename}</button>
      </form>
    `;
  }

  protected override updated(changes: Map<PropertyKey, unknown>): void {
    if (changes.has("isNaming") && this.isNaming) this.renderRoot.querySelector<HTMLInputElement>("form input")?.select();
  }

  private named(event: SubmitEvent): void {
    event.preventDefault();
    const name = new FormData(event.currentTarget as HTMLFormElement).get("name");
    if (typeof name === "string" && name.trim()) this.command({ type: "rename", id: this.model.id, name: name.trim() });
    this.isNaming = false;
  }

  private command(command: LibraryCommand): void {
    tell<LibraryCommand>(this, "library", command);
  }
}
