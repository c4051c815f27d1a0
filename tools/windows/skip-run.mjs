#!/usr/bin/env node
// @ts-check
// The runner of a variant that can only be compiled.
console.log(`compiled, not run: ${process.argv[2] ?? ""}`);
