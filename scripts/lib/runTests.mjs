#!/usr/bin/env node
/**
 * `node scripts/lib/runTests.mjs FILE…`: runs test files with Node's own runner, and writes how many passed,
 * failed and were skipped to TEST_COUNTS where that is set, so that `npm test` can say so.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { readNodeFailures } from './failures.mjs';

const counts = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skipped = [];

function count(kind) {
  return ({ name, skip, todo, details }) => {
    if (details?.type === 'suite') return;
    if (skip !== undefined || todo !== undefined) {
      counts.skipped += 1;
      skipped.push(`${name}: ${skip || todo}`);
    } else {
      counts[kind] += 1;
    }
  };
}

const files = process.argv.slice(2).map(file => resolve(file));
const stream = run({ files, concurrency: true })
  .on('test:pass', count('passed'))
  .on('test:fail', count('failed'))
  .on('test:fail', event => {
    failures.push(...readNodeFailures(event, process.cwd()));
  });
stream.compose(spec).pipe(process.stdout);
stream.on('end', () => {
  for (const line of skipped) process.stdout.write(`SKIPPED ${line}\n`);
  if (process.env.TEST_COUNTS) {
    writeFileSync(
      process.env.TEST_COUNTS,
      JSON.stringify({ ...counts, failures }),
    );
  }
  process.exitCode = counts.failed > 0 || files.length === 0 ? 1 : 0;
});
