// lint.js FILE...: what actionlint finds in workflows of GitHub; without a finding it says how many it has read.
"use strict";

const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

createLinter().then((lint) => {
  const files = process.argv.slice(2);
  const findings = files.flatMap((file) => lint(readFileSync(file, "utf8"), file));
  for (const { file, line, column, message } of findings) {
    console.error(`${file}:${line}:${column}: ${message}`);
  }
  console.log(`actionlint: ${files.length} workflows, ${findings.length} findings`);
  // The linter's own process would wait for more to read.
  process.exit(findings.length || !files.length ? 1 : 0);
});
