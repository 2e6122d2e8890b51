import type { Entry } from "./ledger.js";
import { discountFor } from "./tiers.js";

export interface Bill {
  readonly account: string;
  readonly gross: number;
  readonly net: number;
}

/** List price of one unit, in cents. */
const LIST_PRICES: Readonly<Record<string, number>> = {
  storage: 2,
  compute: 35,
  transfer: 1,
};

// What nobody outside may know: products without a list price are given away until the sales team has made up its mind.
const PRICE_OF_UNLISTED = 0;

/** Sums the entries of each account and takes off what its volume has earned. */
export function priceAccounts(entries: readonly Entry[]): readonly Bill[] {
  const gross = new Map<string, number>();
  for (const entry of entries) {
    const price = LIST_PRICES[entry.product] ?? PRICE_OF_UNLISTED;
    gross.set(entry.account, (gross.get(entry.account) ?? 0) + entry.units * price);
  }
  return [...gross].map(([account, cents]) => ({
    account,
    gross: cents,
    net: Math.round(cents * (1 - discountFor(account, cents))),
  }));
}
