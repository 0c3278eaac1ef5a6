import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { WorkerCommand } from "../../wasm/sotto.js";
import { detach } from "../errors";
import { PAD_SIZE, PEN_WIDTH, type Stroke } from "../state/drawing";
import type { LocalShow } from "../state/local";
import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";
import "./digit-pad";
import "./handwriting-effect";
import "./handwriting-sheet";

const words = text.worker.handwriting;
const LABELS = Array.from({ length: 10 }, (_, label) => label);
/** What the role reads at most, and more than 500 digits need. */
const FILE_MAX = 4 * 1024 * 1024;

/** Draw digits of one's own and say what they are meant to be. Tells `handwriting` with a command. */
@customElement("sotto-worker-handwriting")
export class WorkerHandwriting extends LitElement {
  static override styles = [
    shared,
    css`
      .panel {
        display: grid;
        gap: var(--space-4);
      }
      .desk {
        display: grid;
        grid-template-columns: minmax(0, 15rem) minmax(0, 1fr);
        gap: var(--space-4) var(--space-5);
        align-items: start;
      }
      .writing,
      .written {
        display: grid;
        gap: var(--space-3);
      }
      .pad {
        border-radius: var(--round-m);
      }
      .labels {
        display: grid;
        grid-template-columns: repeat(5, 1fr);
        gap: var(--space-1);
      }
      .labels button {
        padding-inline: 0;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2);
      }
      @media (max-width: 40rem) {
        .desk {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) own?: LocalShow["handwriting"];
  @property({ attribute: false }) readings: LocalShow["readings"] = [];
  @state() private strokes: Stroke[] = [];
  /** The next click removes everything. */
  @state() private isSure = false;
  /** Why the chosen file was not read. */
  @state() private unread = "";

  /** The pad is for the next digit once this one is on the sheet, and not before. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("own") as LocalShow["handwriting"];
    if (before && this.own && this.own.labels.length > before.labels.length) this.strokes = [];
    if (changed.has("own")) this.isSure = false;
  }

  protected override render() {
    const many = this.own?.labels.length ?? 0;
    return html`
      <section class="panel" aria-labelledby="own">
        <h2 id="own">${words.title}</h2>
        <div class="desk">
          <div class="writing">
            <div
              class="pad"
              tabindex="0"
              role="group"
              aria-label=${words.pad}
              @keydown=${this.typed}
            >
              <sotto-digit-pad
                .strokes=${this.strokes}
                @strokes=${(event: CustomEvent<Stroke[]>) => (this.strokes = event.detail)}
              ></sotto-digit-pad>
            </div>
            <div class="row">
              <span class="note" id="meant">${words.meant}</span>
              <button class="quiet" ?disabled=${this.strokes.length === 0} @click=${() => (this.strokes = [])}>${words.clear}</button>
            </div>
            <div class="labels" role="group" aria-labelledby="meant">
              ${LABELS.map(
                (label) => html`<button
                  data-testid="label-${label}"
                  ?disabled=${!this.own || this.strokes.length === 0}
                  @click=${() => this.write(label)}
                >${label}</button>`,
              )}
            </div>
          </div>
          <div class="written">
            <p class="note number" data-testid="handwriting" data-digits=${many}>${this.summary(many)}</p>
            <sotto-handwriting-effect .readings=${this.readings}></sotto-handwriting-effect>
            <sotto-handwriting-sheet .own=${this.own}></sotto-handwriting-sheet>
            <div class="row">
              <div>
                <button data-testid="export-handwriting" ?disabled=${many === 0} @click=${() => this.ask({ type: "export" })}>${words.export}</button>
                <button data-testid="import-handwriting" ?disabled=${!this.own} @click=${this.choose}>${words.import}</button>
                <input type="file" accept=".json,application/json" hidden data-testid="handwriting-file" @change=${this.chosen} />
              </div>
              <button class="quiet" data-testid="erase-all" ?disabled=${many === 0} @click=${this.eraseAll}>
                ${this.isSure ? words.sure(many) : words.removeAll}
              </button>
            </div>
            ${this.unread ? html`<p class="note" role="alert" data-testid="file-unread">${words.unread(this.unread)}</p>` : nothing}
            <p class="note">${words.note}</p>
          </div>
        </div>
      </section>
    `;
  }

  private summary(many: number) {
    if (!this.own) return words.soon;
    if (many === 0) return words.invitation;
    const { copies, digits } = this.own;
    const yours = words.yours(many);
    return words.among(copies > 1 ? words.copied(yours, copies) : yours, digits);
  }

  private typed(event: KeyboardEvent): void {
    const isDigit = /^[0-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isDigit && this.own && this.strokes.length > 0) this.write(Number(event.key));
  }

  private write(label: number): void {
    const { strokes } = this;
    this.ask({ type: "write", label, width: PAD_SIZE, height: PAD_SIZE, pen: PEN_WIDTH, strokes });
  }

  private choose(): void {
    this.renderRoot.querySelector<HTMLInputElement>("input[type=file]")?.click();
  }

  private chosen(event: Event): void {
    const input = event.currentTarget as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    this.unread = "";
    if (file) detach(this.read(file), "reading a file of handwriting", (reason) => (this.unread = reason));
  }

  private async read(file: File): Promise<void> {
    // One byte too many is enough for the role to say what is wrong.
    this.ask({ type: "import", text: await file.slice(0, FILE_MAX + 1).text() });
  }

  private eraseAll(): void {
    if (this.isSure) this.ask({ type: "eraseAll" });
    else this.isSure = true;
  }

  private ask(command: WorkerCommand): void {
    tell(this, "handwriting", command);
  }
}
