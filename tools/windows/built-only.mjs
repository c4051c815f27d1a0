#!/usr/bin/env node
// @ts-check
// Stands for the runner of a variant that can be built here but not run: Debian has no 32-bit Wine beside the 64-bit one.
console.log(`built, not run: ${process.argv[2] ?? ""}`);
