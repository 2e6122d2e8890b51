import pico from "picocolors";

import type { Bill } from "./pricing.js";

/** A table for the terminal, the largest bill first. */
export function renderTable(bills: readonly Bill[]): string {
  const widest = Math.max(7, ...bills.map((bill) => bill.account.length));
  const header = `${"account".padEnd(widest)}  ${"gross".padStart(12)}  ${"net".padStart(12)}`;
  const rows = [...bills]
    .sort((one, other) => other.net - one.net)
    .map((bill) => `${bill.account.padEnd(widest)}  ${money(bill.gross)}  ${money(bill.net)}`);
  return [pico.bold(header), ...rows].join("\n");
}

function money(cents: number): string {
  return (cents / 100).toFixed(2).padStart(12);
}
