/** Bands of probability people filter by. */
export const bands = { sure: { from: 0.99 }, likely: { from: 0.9, below: 0.99 }, maybe: { from: 0.5, below: 0.9 } } as const
export type Band = keyof typeof bands
