import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { LibraryCommand } from "../../../wasm/sotto.js";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";

const words = text.library.add;

/** Two ways into the library: the newest model of the run, and a file. Tells `save` with a name, and `library`. */
@customElement("sotto-library-add")
export class LibraryAdd extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr));
        gap: var(--space-4);
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--space-2);
      }
      .field {
        display: grid;
        flex: 1 1 10rem;
        gap: var(--space-1);
      }
      .field span {
        font-weight: 600;
      }
      .drop {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: var(--space-1) var(--space-3);
        padding: var(--space-3);
        border: 1px dashed var(--line-strong);
        border-radius: var(--round-s);
        color: var(--ink-soft);
      }
      .drop.over {
        border-style: solid;
        background: var(--sunken);
      }
    `,
  ];

  /** There is no model of a run here to save. */
  @property({ type: Boolean }) unsaved = false;
  @state() private isOver = false;

  protected override render() {
    return html`
      <form @submit=${this.save}>
        <label class="field">
          <span>${words.name}</span>
          <input name="name" maxlength="60" required autocomplete="off" data-testid="model-name" ?disabled=${this.unsaved} />
        </label>
        <button data-testid="save-model" ?disabled=${this.unsaved}>${words.save}</button>
      </form>
      <div
        class=${this.isOver ? "drop over" : "drop"}
        data-testid="drop"
        @dragover=${this.over}
        @dragleave=${() => (this.isOver = false)}
        @drop=${this.drop}
      >
        <button @click=${this.pick}>${words.upload}</button>
        <span>${words.drop}</span>
        <input type="file" hidden accept=".safetensors" data-testid="upload" @change=${this.picked} />
      </div>
    `;
  }

  private save(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = new FormData(form).get("name");
    if (typeof name === "string" && name.trim()) tell(this, "save", name.trim());
    form.reset();
  }

  private pick(): void {
    this.renderRoot.querySelector<HTMLInputElement>("[type=file]")?.click();
  }

  private picked(event: Event): void {
    const input = event.currentTarget as HTMLInputElement;
    this.upload(input.files?.[0]);
    // The same file may be picked a second time.
    input.value = "";
  }

  private over(event: DragEvent): void {
    event.preventDefault();
    this.isOver = true;
  }

  private drop(event: DragEvent): void {
    event.preventDefault();
    this.isOver = false;
    this.upload(event.dataTransfer?.files[0]);
  }

  private upload(file: File | undefined): void {
    if (file) tell<LibraryCommand>(this, "library", { type: "upload", file });
  }
}
