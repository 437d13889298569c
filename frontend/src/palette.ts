// Colours and shapes: what can be told apart by everybody, on light and on dark ground.

import type { Shape } from "./types.js";

/** The shapes in the order of their numbers in Dress.nodeShape. */
export const SHAPES: readonly Shape[] = ["dot", "square", "triangle", "triangleDown", "hexagon", "diamond", "star"];

/** The ground of the map. */
export const GROUND = { light: 0xf6f8fa, dark: 0x0b121b } as const;

/** What stands for "none" and "unknown". */
export const GREY = 0x9aa5b1;

/** Lines that are new, lost or kept from one year to the next. */
export const CHANGE_COLOURS = { new: 0x0072b2, lost: 0xd55e00, kept: GREY };

/** Read "#rrggbb"; anything else is grey. */
export function parseColour(text: string): number {
  return /^#[0-9a-f]{6}$/i.test(text) ? parseInt(text.slice(1), 16) : GREY;
}

/** Write a colour as "#rrggbb". */
export function toHex(colour: number): string {
  return `#${colour.toString(16).padStart(6, "0")}`;
}

/** Mix two colours: share 0 is all of the first, 1 all of the second. */
export function mix(from: number, to: number, share: number): number {
  const channel = (shift: number): number => {
    const [a, b] = [(from >> shift) & 255, (to >> shift) & 255];
    return Math.round(a + (b - a) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

/** Contrast of two colours as WCAG 2 defines it: 1 for the same, 21 for black on white. */
export function contrast(one: number, other: number): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** A colour of the data as it is seen on the ground: on dark ground dark colours are made lighter. */
export function suitGround(colour: number, dark: boolean): number {
  if (!dark) return colour;
  let suited = colour;
  for (let share = 0.1; contrast(suited, GROUND.dark) < 3.5; share += 0.1) suited = mix(colour, 0xffffff, share);
  return suited;
}

/** A colour with most of its strength taken away: still of its kind, but behind those that speak. */
export function mute(colour: number, dark: boolean): number {
  return mix(colour, dark ? 0x5b6878 : 0xb8c1cb, 0.75);
}

/** Colours for groups that have no order; beyond the last they begin anew. */
export function pickCategory(number: number, dark: boolean): number {
  const colours = dark ? DARK_CATEGORIES : CATEGORIES;
  return colours[number % colours.length];
}

/** Colours of so many steps from little to much: on light ground darker is more, on dark ground lighter. */
export function listSteps(count: number, dark: boolean): number[] {
  const stops = dark ? DARK_STOPS : STOPS;
  return Array.from({ length: count }, (_, i) => along(stops, count === 1 ? 0.5 : i / (count - 1)));
}

// Chosen so that any two differ as much as ten can, for normal and for colour-blind eyes, and from grey.
const CATEGORIES = [
  0x002288, 0xeeaa22, 0x33aaff, 0xaa5500, 0x772200, 0x8877aa, 0x5544bb, 0x774466, 0xdd7744, 0x4477ee,
];
const DARK_CATEGORIES = [
  0x6699ff, 0xffdd22, 0x66eecc, 0xdd7733, 0x994477, 0x3366cc, 0xaabbff, 0x666611, 0x9977aa, 0xccbb11,
];
const STOPS = [0xb5d9a0, 0x6fbf9f, 0x35979f, 0x2f6592, 0x3a1f66];
const DARK_STOPS = [0x566299, 0x3a83ad, 0x3fae9f, 0x94d476, 0xfbea5a];

function along(stops: number[], share: number): number {
  const place = share * (stops.length - 1);
  const step = Math.min(Math.floor(place), stops.length - 2);
  return mix(stops[step], stops[step + 1], place - step);
}

function luminance(colour: number): number {
  const channel = (shift: number): number => {
    const share = ((colour >> shift) & 255) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
}
