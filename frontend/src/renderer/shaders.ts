// The programs of the GPU: symbols as squares cut out by their distance, lines as strips of true width.

import { LEAST_OPACITY } from "./drawn.js";
import { DASH, GAP, REACH_OF_RING } from "./look.js";
import { CORNERS, REACH } from "./shapes.js";

export const PARTS = 16; // of a bent line
const MOST_CORNERS = 10;

/** Corners of all shapes for the symbols' program: ten places a shape. */
export function packCorners(): { corners: Float32Array; counts: Int32Array } {
  const corners = new Float32Array(CORNERS.length * MOST_CORNERS * 2);
  CORNERS.forEach((shape, i) => corners.set(shape, i * MOST_CORNERS * 2));
  return { corners, counts: Int32Array.from(CORNERS, (shape) => shape.length / 2) };
}

const VIEW = `#version 300 es
precision highp float;
uniform vec2 middle; // of the view, in units of the map
uniform vec2 view; // pixels of the device
uniform float scale; // pixels of the device a unit
uniform float grown; // pixels of the device a pixel of the dress
uniform float ratio;
uniform float share; // of the passage between two placements
vec2 toPixels(vec2 place) { return (place - middle) * scale; }
vec4 toClip(vec2 pixels) { return vec4(pixels.x * 2.0 / view.x, -pixels.y * 2.0 / view.y, 0.0, 1.0); }
`;

export const NODE_VERTEX = `${VIEW}
layout(location = 0) in vec4 places; // from x, y, to x, y
layout(location = 1) in float size;
layout(location = 2) in vec4 paint; // colour, strength
layout(location = 3) in vec2 traits; // shape, selected
out vec2 spot;
flat out vec4 fill;
flat out vec3 look; // radius, border, ring
flat out int shape;
void main() {
  float radius = max(size * grown, 0.5);
  float plain = radius / ratio;
  float border = (plain < 2.5 ? 0.0 : plain < 5.0 ? 0.7 : 1.2) * ratio;
  float ring = traits.y > 0.5 ? ${REACH_OF_RING.toFixed(2)} * ratio : 0.0;
  float reach = radius * ${REACH.toFixed(2)} + border + 2.0 * ring + 1.0;
  vec2 corner = vec2(float(gl_VertexID & 1) * 2.0 - 1.0, float(gl_VertexID >> 1) * 2.0 - 1.0);
  spot = corner * reach;
  fill = paint;
  look = vec3(radius, border, ring);
  shape = int(traits.x + 0.5);
  gl_Position = toClip(toPixels(mix(places.xy, places.zw, share)) + spot);
}`;

export const NODE_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform vec2 corners[${CORNERS.length * MOST_CORNERS}];
uniform int counts[${CORNERS.length}];
uniform vec3 edge;
uniform vec3 accent;
in vec2 spot;
flat in vec4 fill;
flat in vec3 look;
flat in int shape;
out vec4 pixel;
float distanceOf(vec2 at) {
  int count = counts[shape];
  if (count == 0) return length(at) - 1.0;
  float nearest = 1e9;
  float side = 1.0;
  vec2 before = corners[shape * ${MOST_CORNERS} + count - 1];
  for (int i = 0; i < ${MOST_CORNERS}; i++) {
    if (i >= count) break;
    vec2 here = corners[shape * ${MOST_CORNERS} + i];
    vec2 e = before - here;
    vec2 w = at - here;
    vec2 off = w - e * clamp(dot(w, e) / dot(e, e), 0.0, 1.0);
    nearest = min(nearest, dot(off, off));
    bvec3 is = bvec3(at.y >= here.y, at.y < before.y, e.x * w.y > e.y * w.x);
    if (all(is) || !any(is)) side = -side;
    before = here;
  }
  return side * sqrt(nearest);
}
void main() {
  float away = distanceOf(spot / look.x) * look.x;
  float inner = clamp(0.5 - away, 0.0, 1.0);
  float outer = clamp(0.5 - away + look.y, 0.0, 1.0);
  float around = look.z > 0.0 ? clamp(0.5 - away + look.y + look.z, 0.0, 1.0) : 0.0;
  float alpha = max(outer, around) * fill.a;
  if (alpha <= 0.0) discard;
  vec3 symbol = mix(edge, fill.rgb, inner);
  pixel = vec4(look.z > 0.0 ? mix(accent, symbol, outer) : symbol, 1.0) * alpha;
}`;

export const LINE_VERTEX = `${VIEW}
layout(location = 0) in vec4 before; // places of both ends
layout(location = 1) in vec4 after;
layout(location = 2) in vec2 form; // width, bend
layout(location = 3) in vec4 paint; // colour, opacity
layout(location = 4) in vec2 traits; // heaviness, dashed and 2 for unveiled
uniform float veil;
uniform float parts;
uniform float least; // heaviness that is drawn
out vec3 along; // aside, half the width, way from the start
flat out vec4 colour;
flat out float dashed;
void main() {
  vec4 ends = mix(before, after, share);
  vec2 a = toPixels(ends.xy);
  vec2 b = toPixels(ends.zw);
  vec2 way = b - a;
  float t = float(gl_VertexID >> 1) / parts;
  vec2 left = vec2(way.y, -way.x);
  vec2 place = a + way * t + left * (4.0 * t * (1.0 - t) * form.y);
  vec2 heading = way + left * (4.0 * (1.0 - 2.0 * t) * form.y);
  float wide = form.x * grown;
  float half_ = max(wide, 1.0) * 0.5;
  float side = (float(gl_VertexID & 1) * 2.0 - 1.0) * (half_ + 0.75);
  place += normalize(vec2(heading.y, -heading.x) + 1e-9) * side;
  along = vec3(side, half_, length(way) * t);
  float opacity = traits.y > 1.5 ? paint.a : max(paint.a * veil, min(paint.a, ${LEAST_OPACITY}));
  colour = vec4(paint.rgb, opacity * min(wide, 1.0));
  dashed = mod(traits.y, 2.0);
  gl_Position = traits.x < least ? vec4(2.0, 2.0, 2.0, 1.0) : toClip(place);
}`;

export const LINE_FRAGMENT = `#version 300 es
precision highp float;
uniform float dot_; // pixels of the device a pixel of CSS
in vec3 along;
flat in vec4 colour;
flat in float dashed;
out vec4 pixel;
void main() {
  if (dashed > 0.5 && mod(along.z, ${(DASH + GAP).toFixed(1)} * dot_) > ${DASH.toFixed(1)} * dot_) discard;
  float alpha = colour.a * clamp(along.y + 0.5 - abs(along.x), 0.0, 1.0);
  pixel = vec4(colour.rgb * alpha, alpha);
}`;
