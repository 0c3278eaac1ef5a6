import { css } from "lit";

/** A slim progress bar; `--done` is the colour of what is done. */
export const progressBar = css`
  progress {
    display: block;
    width: 100%;
    height: 0.5rem;
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
    background: var(--done);
  }
  progress::-moz-progress-bar {
    background: var(--done);
  }
`;
