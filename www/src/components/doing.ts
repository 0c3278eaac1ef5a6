import type { SumView } from "../../wasm/sotto.js";
import { text } from "../text";

/** What a secure sum is doing, as the end of a sentence. */
export const doing = ({ phase, heard, pending }: SumView): string => text.privacy.sum.doing[phase](heard, heard + pending);
