// Hulls: which communities are large enough to draw a line around, and around whom.

import { colourCommunities, LEAST_COMMUNITY } from "./appearance.js";
import type { Hull, Model, Placement, Visible } from "./types.js";

/** Find the largest communities of visible organisations, each without members that are far from the others. */
export function findHulls(model: Model, visible: Visible, placement: Placement, dark = false): Hull[] {
  const colours = colourCommunities(model, dark);
  return gather(model, visible, placement)
    .map((members, community) => ({ members, community }))
    .filter(({ members, community }) => members.length >= LEAST_COMMUNITY && colours[community] >= 0)
    .sort((a, b) => b.members.length - a.members.length || a.community - b.community)
    .slice(0, MOST)
    .map(({ members, community }) => ({
      name: model.communities[community].name,
      colour: colours[community],
      members: leaveOutFar(members, placement),
    }));
}

const MOST = 40;
const FAR = 3; // median distances from the middle

function gather(model: Model, visible: Visible, placement: Placement): number[][] {
  const { count, kind, community } = model.nodes;
  const organisation = model.nodeKinds.map((entry) => entry.organisation);
  const groups: number[][] = model.communities.map(() => []);
  for (let i = 0; i < count; i += 1) {
    const seen = visible.nodes[i] === 1 && placement.placed[i] === 1;
    if (seen && organisation[kind[i]] && community[i] >= 0) groups[community[i]].push(i);
  }
  return groups;
}

function leaveOutFar(members: number[], { x, y }: Placement): Uint32Array {
  const middle = [findMedian(members.map((i) => x[i])), findMedian(members.map((i) => y[i]))];
  const distances = members.map((i) => Math.hypot(x[i] - middle[0], y[i] - middle[1]));
  const most = FAR * findMedian(distances);
  return Uint32Array.from(members.filter((_, n) => distances[n] <= most));
}

function findMedian(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
