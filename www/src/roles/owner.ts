import { Owner, type OwnerCommand, type OwnerEvent } from "../../wasm/sotto.js";
import { serve } from "./serve";

serve<OwnerCommand, OwnerEvent>((show) => new Owner(show));
