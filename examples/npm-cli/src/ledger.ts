/** One line of a ledger: who used how much of what. */
export interface Entry {
  readonly account: string;
  readonly product: string;
  readonly units: number;
}

export interface Fault {
  readonly line: number;
  readonly reason: string;
}

export interface Ledger {
  readonly entries: readonly Entry[];
  readonly faults: readonly Fault[];
}

/**
 * Parses `account;product;units`, one entry a line.
 *
 * A faulty line is reported and skipped: the month must close even if one meter sent nonsense.
 */
export function parseLedger(text: string): Ledger {
  const entries: Entry[] = [];
  const faults: Fault[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) {
      return;
    }
    const [account, product, amount] = line.split(";").map((cell) => cell.trim());
    const units = Number(amount);
    if (!account || !product) {
      faults.push({ line: index + 1, reason: "expected account;product;units" });
    } else if (!Number.isFinite(units) || units < 0) {
      faults.push({ line: index + 1, reason: `no amount: ${amount}` });
    } else {
      entries.push({ account, product, units });
    }
  });
  return { entries, faults };
}
