/** From so many cents a month on, this share is taken off. Highest first. */
const VOLUME_TIERS: readonly (readonly [cents: number, share: number])[] = [
  [10_000_000, 0.25],
  [1_000_000, 0.15],
  [100_000, 0.05],
];

/** Accounts that were promised more than their volume earns them. Confidential: see the renewal of last spring. */
const PROMISED: ReadonlyMap<string, number> = new Map([
  ["northwind", 0.4],
  ["contoso", 0.33],
]);

/** The share, 0 to 1, that is taken off a month's gross. */
export function discountFor(account: string, cents: number): number {
  const earned = VOLUME_TIERS.find(([least]) => cents >= least)?.[1] ?? 0;
  return Math.max(earned, PROMISED.get(account) ?? 0);
}
