// Outlines around groups of nodes: convex, padded, with round corners.

/** The corners of the convex hull of points (x, y, x, y, ...), anticlockwise in a plane with y upwards. */
export function convexHull(points: Float32Array): Float32Array {
  const along = (a: number, b: number) => points[2 * a] - points[2 * b] || points[2 * a + 1] - points[2 * b + 1];
  const order = Array.from({ length: points.length / 2 }, (_, i) => i).sort(along)
    .filter((point, k, all) => k === 0 || along(all[k - 1], point) !== 0);
  const lower = chain(points, order);
  const upper = chain(points, order.reverse());
  const corners = order.length < 2 ? order : [...lower.slice(0, -1), ...upper.slice(0, -1)];
  return Float32Array.from(corners.flatMap((i) => [points[2 * i], points[2 * i + 1]]));
}

/** A smooth outline at `radius` around points: their convex hull, padded, with round corners. */
export function outlineHull(points: Float32Array, radius: number): Float32Array {
  const corners = convexHull(points);
  const count = corners.length / 2;
  if (count === 0) return new Float32Array(0);
  const outline: number[] = [];
  for (let i = 0; i < count; i++) {
    const before = sideAngle(corners, (i + count - 1) % count, i);
    const after = sideAngle(corners, i, (i + 1) % count);
    roundCorner(outline, corners[2 * i], corners[2 * i + 1], radius, before, count === 1 ? before + FULL : after);
  }
  return Float32Array.from(outline);
}

const FULL = 2 * Math.PI;
const STEP = Math.PI / 12;

/** Monotone chain: the corners from the first to the last of the ordered points that turn one way only. */
function chain(points: Float32Array, order: number[]): number[] {
  const kept: number[] = [];
  for (const i of order) {
    while (kept.length > 1 && turn(points, kept[kept.length - 2], kept[kept.length - 1], i) <= 0) kept.pop();
    kept.push(i);
  }
  return kept;
}

function turn(points: Float32Array, a: number, b: number, c: number): number {
  return (points[2 * b] - points[2 * a]) * (points[2 * c + 1] - points[2 * a + 1])
    - (points[2 * b + 1] - points[2 * a + 1]) * (points[2 * c] - points[2 * a]);
}

/** The direction that points out of the side between two corners. */
function sideAngle(corners: Float32Array, from: number, to: number): number {
  return Math.atan2(corners[2 * to + 1] - corners[2 * from + 1], corners[2 * to] - corners[2 * from]) - Math.PI / 2;
}

function roundCorner(outline: number[], x: number, y: number, radius: number, from: number, to: number): void {
  let sweep = to - from;
  while (sweep < 0) sweep += FULL;
  while (sweep > FULL) sweep -= FULL;
  const steps = Math.max(Math.ceil(sweep / STEP - 1e-9), 1);
  for (let k = 0; k <= steps; k++) {
    const angle = from + (sweep * k) / steps;
    outline.push(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
}
