// The seven symbols of nodes: corners in units of the radius, the same for every way to draw them.

/** Corners (x, y, x, y, ...) of each shape, in the order of Shape; the dot has none. */
export const CORNERS: readonly (readonly number[])[] = [
  [],
  [-0.89, -0.89, 0.89, -0.89, 0.89, 0.89, -0.89, 0.89],
  [0, -1.2, 1.12, 0.74, -1.12, 0.74],
  [0, 1.2, -1.12, -0.74, 1.12, -0.74],
  ring(6, 1.08, 1.08, 0),
  ring(4, 1.22, 1.22, -Math.PI / 2),
  ring(10, 1.32, 0.62, -Math.PI / 2),
];

/** How far a symbol reaches, in units of its radius. */
export const REACH = 1.4;

/** Distance of a point from the outline of a shape of radius 1: negative inside. */
export function shapeDistance(shape: number, x: number, y: number): number {
  const corners = CORNERS[shape] ?? CORNERS[0];
  const count = corners.length;
  if (count === 0) return Math.hypot(x, y) - 1;
  let nearest = Infinity;
  let sign = 1;
  for (let i = 0, j = count - 2; i < count; j = i, i += 2) {
    const ex = corners[j] - corners[i];
    const ey = corners[j + 1] - corners[i + 1];
    const wx = x - corners[i];
    const wy = y - corners[i + 1];
    const along = Math.min(Math.max((wx * ex + wy * ey) / (ex * ex + ey * ey), 0), 1);
    nearest = Math.min(nearest, Math.hypot(wx - ex * along, wy - ey * along));
    const above = y >= corners[i + 1];
    const below = y < corners[j + 1];
    const left = ex * wy > ey * wx;
    if (above === below && below === left) sign = -sign;
  }
  return sign * nearest;
}

/** Add the outline of a shape to the path of a canvas. */
export function traceShape(context: CanvasRenderingContext2D, shape: number, x: number, y: number, r: number): void {
  const corners = CORNERS[shape] ?? CORNERS[0];
  if (corners.length === 0) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  context.moveTo(x + corners[0] * r, y + corners[1] * r);
  for (let i = 2; i < corners.length; i += 2) context.lineTo(x + corners[i] * r, y + corners[i + 1] * r);
  context.closePath();
}

function ring(count: number, outer: number, inner: number, turn: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = turn + (i * 2 * Math.PI) / count;
    const radius = i % 2 === 0 ? outer : inner;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  }).flat();
}
