import { Dealer, type DealerCommand, type DealerEvent } from "../../wasm/sotto.js";
import { serve } from "./serve";

serve<DealerCommand, DealerEvent>((show) => new Dealer(show));
