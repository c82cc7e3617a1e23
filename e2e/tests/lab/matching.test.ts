import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectLab, type Lab } from '../../lab/client.ts';
import { removeLeftovers } from '../../lab/compare/leftovers.ts';
import { request } from '../../lab/http.ts';
import {
  deployPolicies,
  startPool,
  type PoolAssignment,
} from '../../lab/pool.ts';
import { buildMatchingCases } from './matching-cases.ts';

const cases = await buildMatchingCases();

const ask = ({ gateway }: PoolAssignment, path: string, headers: object) =>
  request(`http://${gateway.address}:${gateway.ports[0]}${path}`, {
    headers: { host: 'h.example.com', ...headers },
  });

/** Each case has a gateway for itself, so all of them stand at once. */
describe(
  'what policies mean to a gateway',
  {
    skip: Boolean(process.env.LAB_KUBECONFIG),
  },
  () => {
    let lab: Lab;
    const assignments: PoolAssignment[] = [];

    before(async () => {
      lab = await connectLab();
      const pool = await startPool(lab, cases.length);
      for (const [index, { policies }] of cases.entries()) {
        const gateway = pool[index];
        await removeLeftovers(lab, gateway.namespace, () => true);
        assignments.push({ gateway, policies: policies(gateway.namespace) });
      }
      await deployPolicies(lab, assignments, [], `matching-${process.pid}`);
    });

    after(async () => {
      for (const { policies } of assignments) await lab.kube.remove(policies);
    });

    for (const [index, { title, rows }] of cases.entries()) {
      describe(title, () => {
        for (const { claim, path = '/', headers = {}, expected } of rows) {
          test(claim, async () => {
            const answer = await ask(assignments[index], path, headers);
            assert.equal(answer.status, expected, answer.body);
          });
        }
      });
    }
  },
);
