// Numbers as the page's language writes them.

import { text } from "./text";

export const { bytes, count, date, decimal, fixed, millis, percent, seconds } = text.numbers;
