/** Shapes that people know by name, width by height. */
const KNOWN: readonly [width: number, height: number][] = [
  [1, 1],
  [4, 5],
  [3, 4],
  [2, 3],
  [9, 16],
  [5, 4],
  [4, 3],
  [3, 2],
  [16, 9],
  [1.91, 1],
];
/** Encoders round to whole blocks of pixels. */
const CLOSE = 0.005;

export type Shape = { ratio: string; form: "upright" | "wide" | "square" };

/** "9:16" of what is close to it, "0.62:1" of what has no name. */
export function shapeOf(width: number, height: number): Shape {
  const value = width / height;
  const known = KNOWN.find(([w, h]) => Math.abs(value / (w / h) - 1) <= CLOSE);
  const ratio = known ? `${known[0]}:${known[1]}` : `${Number(value.toPrecision(3))}:1`;
  if (ratio === "1:1") return { ratio, form: "square" };
  return { ratio, form: value < 1 ? "upright" : "wide" };
}
