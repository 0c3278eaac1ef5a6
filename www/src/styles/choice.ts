import { css } from "lit";

/** A question with radio buttons, on one line where there is room. */
export const choice = css`
  fieldset {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-4);
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    float: left;
    padding: 0;
    font-weight: 600;
  }
  fieldset label {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
  }
  [type="radio"] {
    min-height: 0;
    margin: 0;
    accent-color: var(--client);
  }
`;
