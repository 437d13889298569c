// Numbers as files have them.

/** Write a number with at most two decimals and no needless zeros. */
export function short(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return rounded === 0 ? "0" : String(rounded);
}

/** Write a number as it was meant: 0.1 that went through 32 bits is 0.1, not 0.10000000149011612. */
export function plain(value: number): string {
  const narrow = Math.fround(value) === value && !Number.isInteger(value);
  return String(narrow ? Number(value.toPrecision(7)) : value);
}
