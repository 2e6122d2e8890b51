// Bundles src/ into dist/cli.js: node build.mjs esbuild|bun external|inline|clean
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const [bundler, map] = process.argv.slice(2);

const commands = {
  esbuild: () => [
    process.execPath,
    "node_modules/esbuild/bin/esbuild",
    "src/cli.ts",
    "--bundle",
    "--minify",
    "--platform=node",
    "--format=esm",
    "--outfile=dist/cli.js",
    "--log-level=warning",
    ...{ external: ["--sourcemap"], inline: ["--sourcemap=inline"], clean: [] }[map],
  ],
  bun: () => [
    bunExecutable(),
    "build",
    "src/cli.ts",
    "--minify",
    "--target=node",
    "--outdir=dist",
    ...{ external: ["--sourcemap=linked"], inline: ["--sourcemap=inline"], clean: [] }[map],
  ],
};

// Installed without its install script, `bun` has left its executable in the package made for this platform.
function bunExecutable() {
  const scope = join("node_modules", "@oven");
  const name = process.platform === "win32" ? "bun.exe" : "bun";
  return join(scope, readdirSync(scope)[0], "bin", name);
}

if (!commands[bundler] || !["external", "inline", "clean"].includes(map)) {
  console.error("usage: node build.mjs esbuild|bun external|inline|clean");
  process.exit(2);
}
rmSync("dist", { recursive: true, force: true });
const [program, ...options] = commands[bundler]();
execFileSync(program, options, { stdio: ["ignore", "ignore", "inherit"] });
