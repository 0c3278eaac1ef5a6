import { Party, type PartyCommand, type PartyEvent } from "../../wasm/sotto.js";
import { serve } from "./serve";

serve<PartyCommand, PartyEvent>((show) => new Party(show));
