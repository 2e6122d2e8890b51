#!/usr/bin/env node
import { readFileSync } from "node:fs";
import pico from "picocolors";

import { parseLedger } from "./ledger.js";
import { priceAccounts } from "./pricing.js";
import { renderTable } from "./table.js";

/** Reads the ledger named on the command line and prints what each account owes. */
function main(argv: readonly string[]): number {
  const [path] = argv;
  if (path === undefined) {
    console.error(pico.red("usage: ledger FILE"));
    return 2;
  }
  const { entries, faults } = parseLedger(readFileSync(path, "utf8"));
  for (const fault of faults) {
    console.error(pico.yellow(`${path}:${fault.line}: ${fault.reason}`));
  }
  console.log(renderTable(priceAccounts(entries)));
  return faults.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
