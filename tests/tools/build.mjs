// Builds one small project with every tool, in every way that does or does not leak its sources: node build.mjs SOURCES OUT
// Each variant is a folder of OUT. What a variant is meant to be is known to tests/e2e/test_canaries.py.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const [sources, out] = process.argv.slice(2).map((path) => resolve(path));
const here = import.meta.dirname;
const examples = join(here, "..", "..", "examples", "npm-cli");
const require = createRequire(join(here, "package.json"));
const entry = join(sources, "main.ts");
const plain = join(sources, "plain.js");

// Installed without its install script, `bun` has left its executable in the package made for this platform.
function bunExecutable() {
  const scope = join(examples, "node_modules", "@oven");
  return join(scope, readdirSync(scope)[0], "bin", process.platform === "win32" ? "bun.exe" : "bun");
}

function put(variant, name, content) {
  const file = join(out, variant, "dist", name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function run(program, args, folder = sources) {
  return execFileSync(program, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
}

async function withEsbuild() {
  const esbuild = createRequire(join(examples, "package.json"))("esbuild");
  const common = { entryPoints: [entry], bundle: true, minify: true, platform: "node", legalComments: "none", logLevel: "error" };
  for (const [variant, sourcemap] of Object.entries({ external: "external", linked: true, inline: "inline", both: "both", clean: false })) {
    await esbuild.build({ ...common, sourcemap, outfile: join(out, `esbuild-${variant}`, "dist", "cli.js") });
  }
  await esbuild.build({ ...common, sourcemap: true, sourcesContent: false, outfile: join(out, "esbuild-nosources", "dist", "cli.js") });
  await esbuild.build({ ...common, entryPoints: [join(sources, "page.css")], sourcemap: "inline", outfile: join(out, "esbuild-css", "dist", "page.css") });
  for (const sourcemap of ["external", "inline"]) {
    await esbuild.build({ ...common, entryPoints: [join(sources, "secret.ts")], sourcemap, outfile: join(out, `secret-${sourcemap}`, "dist", "cli.js") });
  }
  // A bundle inside a bundle: the worker, with its inline map, is a string of the script that starts it.
  const worker = await esbuild.build({ ...common, sourcemap: "inline", write: false });
  const text = { contents: `export default ${JSON.stringify(worker.outputFiles[0].text)};`, loader: "js" };
  const plugin = { name: "text", setup: (build) => { build.onResolve({ filter: /^worker$/ }, () => ({ path: "worker", namespace: "text" })); build.onLoad({ filter: /.*/, namespace: "text" }, () => text); } };
  const stdin = { contents: 'import code from "worker"; new Function(code)();', loader: "js" };
  await esbuild.build({ ...common, entryPoints: undefined, stdin, plugins: [plugin], outfile: join(out, "esbuild-string", "dist", "cli.js") });
  esbuild.stop();
}

function withBun() {
  for (const [variant, sourcemap] of Object.entries({ external: "external", linked: "linked", inline: "inline", clean: "none" })) {
    run(bunExecutable(), ["build", entry, "--minify", "--target=node", `--sourcemap=${sourcemap}`, `--outdir=${join(out, `bun-${variant}`, "dist")}`]);
  }
}

async function withWebpack() {
  const webpack = require("webpack");
  const loader = join(here, "strip.cjs");
  for (const devtool of ["source-map", "hidden-source-map", "inline-source-map", "eval-source-map", "eval", "nosources-source-map", false]) {
    const compiler = webpack({
      mode: String(devtool).startsWith("eval") ? "development" : "production",
      context: sources,
      entry,
      devtool,
      target: "node",
      cache: false,
      module: { rules: [{ test: /\.ts$/, loader }] },
      resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
      output: { path: join(out, `webpack-${devtool || "clean"}`, "dist"), filename: "cli.js" },
    });
    await new Promise((done, failed) => compiler.run((error, stats) => (error || stats.hasErrors() ? failed(error ?? stats.toString()) : compiler.close(done))));
  }
}

async function withRollup() {
  const { rollup } = require("rollup");
  const { minify } = require("terser");
  const swc = require("@swc/core");
  const strip = {
    name: "strip",
    transform: (code, id) => swc.transformSync(code, { filename: id, sourceMaps: true, jsc: { parser: { syntax: "typescript" }, target: "es2022" } }),
    resolveId: (id, from) => (from && id.startsWith(".") ? join(dirname(from), `${id.replace(/\.(ts|js)$/, "")}.ts`) : null),
    renderChunk: async (code) => { const done = await minify(code, { sourceMap: true, module: true }); return { code: done.code, map: JSON.parse(done.map) }; },
  };
  const bundle = await rollup({ input: entry, plugins: [strip], external: [/^node:/] });
  for (const [variant, sourcemap] of Object.entries({ external: true, hidden: "hidden", inline: "inline", clean: false })) {
    await bundle.write({ file: join(out, `rollup-${variant}`, "dist", "cli.js"), format: "es", sourcemap });
  }
  await bundle.close();
}

async function withVite() {
  const { build } = await import("vite");
  for (const [variant, sourcemap] of Object.entries({ external: true, hidden: "hidden", inline: "inline", clean: false })) {
    await build({
      configFile: false,
      root: sources,
      logLevel: "error",
      build: { lib: { entry, formats: ["es"], fileName: "cli" }, minify: true, sourcemap, outDir: join(out, `vite-${variant}`, "dist"), emptyOutDir: true },
    });
  }
}

function withTypescript() {
  const tsc = join(here, "node_modules", "typescript", "bin", "tsc");
  const common = ["--target", "es2022", "--module", "nodenext", "--removeComments", "--types", "", "--skipLibCheck", "--noCheck", "--rootDir", sources];
  const variants = { external: ["--sourceMap", "--inlineSources"], inline: ["--inlineSourceMap", "--inlineSources"], nosources: ["--sourceMap"], declarations: ["--declaration", "--declarationMap"], clean: [] };
  for (const [variant, options] of Object.entries(variants)) {
    run(process.execPath, [tsc, ...common, ...options, "--outDir", join(out, `tsc-${variant}`, "dist"), entry]);
  }
}

function withSass() {
  const sass = join(here, "node_modules", "sass", "sass.js");
  const style = join(sources, "page.scss");
  for (const [variant, options] of Object.entries({ external: ["--embed-sources"], inline: ["--embed-source-map", "--embed-sources"], clean: ["--no-source-map"] })) {
    run(process.execPath, [sass, "--style=compressed", ...options, `${style}:${join(out, `sass-${variant}`, "dist", "page.css")}`]);
  }
}

async function withTransformers() {
  const swc = require("@swc/core");
  const babel = require("@babel/core");
  const { minify } = require("terser");
  const code = readFileSync(plain, "utf8");
  const typed = readFileSync(entry, "utf8");
  const jsc = { parser: { syntax: "typescript" }, target: "es2022", preserveAllComments: false };
  for (const [variant, sourceMaps] of Object.entries({ external: true, inline: "inline", clean: false })) {
    const fromSwc = swc.transformSync(typed, { filename: entry, minify: true, sourceMaps, jsc });
    put(`swc-${variant}`, "cli.js", fromSwc.code);
    if (sourceMaps === true) put(`swc-${variant}`, "cli.js.map", fromSwc.map);
    const fromBabel = babel.transformSync(code, { filename: plain, configFile: false, babelrc: false, comments: false, compact: true, sourceMaps: sourceMaps || false });
    put(`babel-${variant}`, "cli.js", fromBabel.code);
    if (sourceMaps === true) put(`babel-${variant}`, "cli.js.map", JSON.stringify(fromBabel.map));
    const sourceMap = sourceMaps ? { includeSources: true, filename: "cli.js", url: sourceMaps === "inline" ? "inline" : "cli.js.map" } : false;
    const fromTerser = await minify({ "plain.js": code }, { sourceMap, module: true });
    put(`terser-${variant}`, "cli.js", fromTerser.code);
    if (sourceMaps === true) put(`terser-${variant}`, "cli.js.map", fromTerser.map);
  }
  // Istanbul keeps the map of what it instruments as an object literal with bare keys.
  const typeless = swc.transformSync(typed, { filename: entry, sourceMaps: true, jsc });
  const plugin = [require("babel-plugin-istanbul").default ?? require("babel-plugin-istanbul"), { cwd: sources, exclude: [], extension: [".ts"] }];
  const counted = babel.transformSync(typeless.code, { filename: entry, cwd: sources, configFile: false, babelrc: false, comments: false, inputSourceMap: JSON.parse(typeless.map), sourceMaps: false, plugins: [plugin] });
  put("istanbul", "cli.js", counted.code);
}

await Promise.all([withEsbuild(), withWebpack(), withTransformers().then(withRollup).then(withVite)]);
withBun();
withTypescript();
withSass();
console.log(readdirSync(out).join("\n"));
