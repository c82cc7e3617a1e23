import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectLab } from '../../lab/client.ts';
import { judgeAcceptance } from '../../lab/compare/accept.ts';

export type Spec = Record<string, unknown>;

/** A test for each spec: whether the cluster refuses it, and the engine with it. */
export function testRefusals(
  apiVersion: string,
  kind: string,
  specs: Record<string, Spec>,
): void {
  test(`${kind}: what the cluster refuses`, async t => {
    const lab = await connectLab();
    for (const [label, spec] of Object.entries(specs)) {
      await t.test(`${label}: cluster and engine agree`, async () => {
        const [{ refusal, engine }] = await judgeAcceptance(lab, [
          {
            apiVersion,
            kind,
            metadata: { name: 'probe', namespace: 'default' },
            spec,
          },
        ]);
        assert.equal(
          engine !== undefined,
          refusal !== undefined,
          refusal ?? engine,
        );
      });
    }
  });
}
