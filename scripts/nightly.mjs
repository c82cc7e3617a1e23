#!/usr/bin/env node
/**
 * `npm run nightly`: what takes too long for each change and looks elsewhere each night, for all of it is
 * drawn by the date: changes of the engine that a test must see, the engine against Envoy on new decisions,
 * and the portal on the lab for two hours while parts of it fail. About three hours on two cores.
 *
 *   --seed 20261126       another night again (the default is today)
 *   --soak-minutes 120    `0` leaves the long run out
 */
import { parseArgs } from 'node:util';
import { installDependencies } from './lib/install.mjs';
import { findLabObstacle, prepareSteps } from './lib/steps.mjs';
import { fail, prepareToolchain, say } from './lib/toolchain.mjs';

const COMPARED_DECISIONS = 20_000;
const DECISIONS_BY_MODE = 4_000;

function readNumber(name, text) {
  if (/^\d{1,9}$/.test(text)) return text;
  return fail(`--${name} is “${text}”.`, 'Give a whole number.');
}

const { values } = parseArgs({
  options: {
    seed: {
      type: 'string',
      default: new Date().toISOString().slice(0, 10).replaceAll('-', ''),
    },
    'soak-minutes': { type: 'string', default: '120' },
  },
});
const seed = readNumber('seed', values.seed);
const minutes = readNumber('soak-minutes', values['soak-minutes']);

const toolchain = prepareToolchain();
installDependencies(toolchain);
const { runStep, failedSteps } = prepareSteps(toolchain.env);
say(`seed ${seed}`);

await runStep(
  'mutants of the engine',
  ['workspace', 'istio-jwt-policy-engine', 'mutants'],
  { env: { MUTANTS_SEED: seed } },
);

const obstacle = findLabObstacle(toolchain.env);
if (obstacle === undefined) {
  await runStep('lab up', ['lab', 'up']);
  const compare = ['workspace', 'e2e', 'compare', '--seed', seed];
  await runStep('the engine against Envoy', [
    ...compare,
    ...['--decisions', String(COMPARED_DECISIONS)],
  ]);
  for (const mode of ['NONE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES']) {
    await runStep(`the engine against Envoy, paths by ${mode}`, [
      ...compare,
      ...['--decisions', String(DECISIONS_BY_MODE)],
      ...['--bench', 'gateways,mesh,forwards'],
      ...['--normalization', mode],
    ]);
  }
  if (minutes !== '0') {
    await runStep('the long run', [
      'lab',
      'soak',
      '--minutes',
      minutes,
      '--seed',
      seed,
    ]);
  }
  await runStep('lab down', ['lab', 'down']);
} else {
  say(`SKIPPED, this machine cannot run a real Istio:\n${obstacle}`);
}

if (failedSteps.length > 0) {
  process.stdout.write(`\nFailed steps: ${failedSteps.join(', ')}\n`);
}
process.exit(failedSteps.length > 0 ? 1 : 0);
