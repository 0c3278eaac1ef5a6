import { Client, type ClientCommand, type ClientEvent } from "../../wasm/sotto.js";
import { serve } from "./serve";

serve<ClientCommand, ClientEvent>((show) => new Client(show));
