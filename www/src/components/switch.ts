import { css } from "lit";

/** A checkbox that looks like a switch; `--switch` is its colour when it is on. */
export const switches = css`
  [type="checkbox"] {
    position: relative;
    flex: none;
    width: 2.25rem;
    min-height: 0;
    height: 1.25rem;
    margin: 0;
    padding: 0;
    border-radius: 1rem;
    background: var(--sunken);
    appearance: none;
    cursor: pointer;
  }
  [type="checkbox"]::before {
    position: absolute;
    inset: 2px auto 2px 2px;
    aspect-ratio: 1;
    border-radius: 50%;
    background: var(--ink-soft);
    content: "";
  }
  [type="checkbox"]:checked {
    border-color: var(--switch, var(--client));
    background: var(--switch, var(--client));
  }
  [type="checkbox"]:checked::before {
    inset: 2px 2px 2px auto;
    background: var(--on-role);
  }
  [type="checkbox"]:disabled,
  label:has(:disabled) {
    cursor: default;
  }
  [type="checkbox"]:disabled {
    border-color: var(--line);
  }
  [type="checkbox"]:disabled:checked {
    background: var(--sunken);
  }
  [type="checkbox"]:disabled:checked::before {
    background: var(--ink-soft);
  }
`;

/** Whether the switch of an event is on. */
export const checked = (event: Event): boolean => (event.currentTarget as HTMLInputElement).checked;
