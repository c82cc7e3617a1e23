import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import { judgeStates } from './planOnLab.ts';
import {
  BACKEND_HOST,
  BACKEND_IN_PLAIN_TEXT,
  describeBaseMesh,
  eventually,
  openHarness,
  peerAuthentication,
  settle,
  type Harness,
  applyInTurn,
} from './support.ts';

const ROOT = 'istio-system';

type Mode = 'STRICT' | 'PERMISSIVE' | 'DISABLE' | 'UNSET';

let count = 0;
const wide = (mode: Mode, namespace = 'default') =>
  peerAuthentication(namespace, `wide-${(count += 1)}`, { mtls: { mode } });
const own = (
  mode: Mode | undefined,
  ports: Record<string, Mode> = {},
  { app = 'backend', namespace = 'default' } = {},
) =>
  peerAuthentication(namespace, `own-${(count += 1)}`, {
    selector: { matchLabels: { app } },
    ...(mode ? { mtls: { mode } } : {}),
    ...(Object.keys(ports).length > 0
      ? {
          portLevelMtls: Object.fromEntries(
            Object.entries(ports).map(([port, level]) => [
              port,
              { mode: level },
            ]),
          ),
        }
      : {}),
  });

/** PeerAuthentications, the oldest first, and whether the Pods take plain text by them. */
const CASES: Record<string, [isTaken: boolean, Manifest[]]> = {
  nothing: [true, []],
  'STRICT in the root namespace': [false, [wide('STRICT', ROOT)]],
  'STRICT in another namespace': [true, [wide('STRICT', 'ambient')]],
  'PERMISSIVE in the namespace under STRICT': [
    true,
    [wide('STRICT', ROOT), wide('PERMISSIVE')],
  ],
  'UNSET in the namespace under STRICT': [
    false,
    [wide('STRICT', ROOT), wide('UNSET')],
  ],
  'DISABLE in the namespace under STRICT': [
    true,
    [wide('STRICT', ROOT), wide('DISABLE')],
  ],
  'PERMISSIVE for the workload under STRICT': [
    true,
    [wide('STRICT'), own('PERMISSIVE')],
  ],
  'UNSET for the workload under STRICT': [
    false,
    [wide('STRICT'), own('UNSET')],
  ],
  'no mode for the workload under STRICT': [
    false,
    [wide('STRICT'), own(undefined)],
  ],
  'STRICT for another workload': [true, [own('STRICT', {}, { app: 'echo' })]],
  'STRICT for the workload, in the root namespace': [
    true,
    [own('STRICT', {}, { namespace: ROOT })],
  ],
  'STRICT for the Pods’ port': [false, [own('PERMISSIVE', { 8080: 'STRICT' })]],
  'PERMISSIVE for the Pods’ port': [
    true,
    [own('STRICT', { 8080: 'PERMISSIVE' })],
  ],
  'PERMISSIVE for the port of the Service': [
    false,
    [own('STRICT', { 80: 'PERMISSIVE' })],
  ],
  'UNSET for the Pods’ port': [false, [own('STRICT', { 8080: 'UNSET' })]],
  'PERMISSIVE for the Pods’ port alone, under STRICT': [
    true,
    [wide('STRICT'), own(undefined, { 8080: 'PERMISSIVE' })],
  ],
  'the older of two for the namespace': [
    false,
    [wide('STRICT'), wide('PERMISSIVE')],
  ],
  'the older of two for the workload': [
    true,
    [own('PERMISSIVE'), own('STRICT')],
  ],
};

describe('a sidecar takes plain text by', () => {
  let h: Harness;
  const ask = () => h.atGateway(BACKEND_HOST);

  const judge = () => judgeStates(h, BACKEND_HOST);

  async function check(isTaken: boolean, policies: Manifest[]) {
    // From the other answer, so that the change itself is seen. A workload's own has the last word on its port.
    const mode = isTaken ? 'STRICT' : 'PERMISSIVE';
    const first = own(mode, { 8080: mode });
    try {
      await h.apply(first);
      await eventually(ask, isTaken ? 503 : 200);
      await applyInTurn(
        h,
        policies.map(each => [each]),
      );
      await h.remove(first);
      await settle(ask, isTaken ? 200 : 503);
      assert.deepEqual(await judge(), [isTaken ? 'open' : 'over-blocked']);
    } finally {
      await h.remove(first, ...policies);
    }
  }

  before(async () => {
    h = await openHarness();
    const [, ...others] = describeBaseMesh();
    await h.apply(...others, BACKEND_IN_PLAIN_TEXT);
    await eventually(ask, 200);
  });
  after(() => h.cleanUp());

  for (const [label, [isTaken, policies]] of Object.entries(CASES)) {
    test(`${label}: ${isTaken ? 'taken' : 'refused'}`, () =>
      check(isTaken, policies));
  }
});
