// Training on shares, as the page has heard of it.

import type { OwnerEvent, PartyEvent, TrainedView, TrainingView } from "../../wasm/sotto.js";

/** A loss that was revealed on purpose, after so many steps. */
export interface Revealed {
  step: number;
  loss: number;
}

export interface TrainingShow {
  /** What alice has shares of. */
  digits: number;
  contributions: number;
  /** The last training, with how far it is. */
  state?: TrainingView;
  /** The last step, as each party saw it. */
  alice?: TrainedView;
  bob?: TrainedView;
  losses: Revealed[];
  /** Of the training: bytes to both parties, bytes between them, and time online. */
  dealt: number;
  sent: number;
  millis: number;
  /** The model that was made of it, and after how many steps. */
  taken?: { model: number; training: number; step: number };
  notice?: string;
}

export const UNTRAINED: TrainingShow = { digits: 0, contributions: 0, losses: [], dealt: 0, sent: 0, millis: 0 };

/** A new session: what the last one trained is gone, for no two parties have its shares any more. */
export function renewed(show: TrainingShow, lost: string): TrainingShow {
  const { notice } = show;
  if (show.state) return { ...UNTRAINED, notice: lost };
  return notice === lost ? { ...UNTRAINED, notice } : UNTRAINED;
}

/** Another training: what has been shared, and what drawings are read with, stays. */
const anew = ({ digits, contributions, taken }: TrainingShow): TrainingShow => ({
  ...UNTRAINED,
  digits,
  contributions,
  ...(taken && { taken }),
});

export function trainedByParty(show: TrainingShow, party: "alice" | "bob", event: PartyEvent): TrainingShow {
  switch (event.type) {
    case "data":
      return party === "alice" ? { ...show, contributions: event.contributions, digits: event.digits } : show;
    case "training": {
      if (party === "bob") return show;
      const { type: _, ...state } = event;
      const isAnother = show.state !== undefined && show.state.number !== state.number;
      return { ...(isAnother ? anew(show) : show), state };
    }
    case "trained": {
      const { type: _, ...view } = event;
      const sums = { dealt: show.dealt + view.dealtBytes, sent: show.sent + view.sentBytes };
      if (party === "bob") return { ...show, ...sums, bob: view };
      const { losses, state } = show;
      return {
        ...show,
        ...sums,
        alice: view,
        millis: show.millis + view.onlineMs,
        losses: view.loss === undefined ? losses : [...losses, { step: view.step, loss: view.loss }],
        ...(state && { state: { ...state, step: view.step } }),
      };
    }
    case "untrained":
      return party === "alice" ? { ...show, notice: event.reason } : show;
    default:
      return show;
  }
}

export function trainedByOwner(show: TrainingShow, event: OwnerEvent): TrainingShow {
  switch (event.type) {
    case "training": {
      // Alice may have been quicker to tell of it.
      return show.state?.number === event.number ? show : anew(show);
    }
    case "taken":
      return { ...show, taken: { model: event.model.number, training: event.training, step: show.state?.step ?? 0 } };
    // Another model has taken its place.
    case "shared": {
      const { taken: _, ...rest } = show;
      return rest;
    }
    default:
      return show;
  }
}
