// Where nodes are: the network as given, two sides with organisations between, places, or the pyramid of tiers.

import { placeBetween } from "./layouts/between.js";
import { placeNetwork } from "./layouts/network.js";
import { placeOnGround } from "./layouts/ground.js";
import { placeTiers } from "./layouts/pyramid.js";
import type { Model, Placement, State, Visible } from "./types.js";

/** Place the nodes of a model in the layout of a state; aspect is the width of the stage by its height. */
export function place(model: Model, state: State, visible: Visible, aspect: number): Placement {
  if (state.layout === "bipartite") return placeBetween(model, visible, aspect, state.lang);
  if (state.layout === "places") return placeOnGround(model, visible);
  if (state.layout === "tiers") return placeTiers(model, visible, aspect, state.lang);
  return placeNetwork(model, visible, aspect, state.lang);
}
