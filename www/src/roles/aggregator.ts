import { Aggregator, type AggregatorCommand, type AggregatorEvent } from "../../wasm/sotto.js";
import { serve } from "./serve";

serve<AggregatorCommand, AggregatorEvent>((show) => new Aggregator(show));
