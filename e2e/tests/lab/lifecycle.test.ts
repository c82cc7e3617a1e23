import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bringUp, readStatus } from '../../lab/lab.ts';
import { deleteNamespace } from '../../lab/network.ts';
import { sleep } from '../../lab/wait.ts';
import {
  describeBaseMesh,
  ECHO_HOST,
  eventually,
  openHarness,
  type Harness,
} from './support.ts';

const MEMORY_LIMIT_BYTES = 4 * 2 ** 30;

/** `up` is the remedy after anything: it brings back what is missing and keeps the rest. */
describe(
  'the lab itself',
  { skip: Boolean(process.env.LAB_KUBECONFIG) },
  () => {
    let h: Harness;

    async function expectTraffic() {
      await eventually(() => h.atGateway(ECHO_HOST), 200);
      await eventually(
        () => h.fromPod('frontend', { url: 'http://echo/' }),
        200,
      );
    }

    async function killAndBringUp(isVictim: (name: string) => boolean) {
      const victims = readStatus().processes.filter(
        ({ name, running }) => running && isVictim(name),
      );
      assert.notEqual(victims.length, 0);
      for (const { pid } of victims) process.kill(pid, 'SIGKILL');
      await sleep(200);
      await bringUp(() => {});
      const left = new Map(
        readStatus().processes.map(each => [each.name, each.running]),
      );
      for (const { name } of victims) assert.equal(left.get(name), true, name);
    }

    /** The comparison's own gateways are started by the comparison. */
    const isPartOfUp = (name: string) =>
      !/^(envoy-pool-|(proxy|app)-compare-)/.test(name);

    before(async () => {
      h = await openHarness();
      await h.apply(...describeBaseMesh());
      await expectTraffic();
    });
    after(() => h.cleanUp());

    test('kill -9 of the control plane, then up', async () => {
      await killAndBringUp(name =>
        ['etcd', 'kube-apiserver', 'istiod'].includes(name),
      );
      await expectTraffic();
    });

    test('kill -9 of gateways and sidecars, then up', async () => {
      await killAndBringUp(
        name => name.startsWith('proxy-') && isPartOfUp(name),
      );
      await expectTraffic();
    });

    test('kill -9 of everything, then up', async () => {
      await killAndBringUp(isPartOfUp);
      await expectTraffic();
    });

    test('a network namespace is gone, then up', async () => {
      deleteNamespace('echo');
      await bringUp(() => {});
      await expectTraffic();
    });

    test('up on a lab that is up keeps every process', async () => {
      const pids = () =>
        readStatus()
          .processes.map(({ name, pid }) => `${name} ${pid}`)
          .sort();
      const earlier = pids();
      await bringUp(() => {});
      assert.deepEqual(pids(), earlier);
    });

    test('it stays under 4 GB', () => {
      const { memoryBytes } = readStatus();
      assert.ok(
        memoryBytes > 0 && memoryBytes < MEMORY_LIMIT_BYTES,
        `${memoryBytes}`,
      );
    });
  },
);
