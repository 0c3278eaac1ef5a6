/** What was chosen of a list. */
export const chosen = (event: Event): string => (event.currentTarget as HTMLSelectElement).value;
