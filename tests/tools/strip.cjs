// A loader for webpack that takes the types away, with a map that holds the original.
const swc = require("@swc/core");

module.exports = function strip(code) {
  const done = swc.transformSync(code, { filename: this.resourcePath, sourceMaps: true, jsc: { parser: { syntax: "typescript" }, target: "es2022" } });
  this.callback(null, done.code, JSON.parse(done.map));
};
