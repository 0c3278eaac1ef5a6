import { css } from "lit";

/** A panel that folds: `details.panel` with a `summary`, and in it a `.summary` of what is inside. */
export const folding = css`
  .panel {
    padding-block: var(--space-3);
  }
  summary {
    cursor: pointer;
    font: 600 var(--text-l) / 1.4 var(--serif);
  }
  .summary {
    margin-left: var(--space-3);
    color: var(--ink-soft);
    font: var(--text-s) var(--sans);
  }
`;
