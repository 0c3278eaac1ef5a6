import { Worker, type WorkerCommand, type WorkerEvent } from "../../wasm/sotto.js";
import { serve } from "./serve";

serve<WorkerCommand, WorkerEvent>((show) => new Worker(show));
