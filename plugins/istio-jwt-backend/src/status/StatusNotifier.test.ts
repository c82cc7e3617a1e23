import { mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { digestEntityRef } from 'backstage-plugin-istio-jwt-common';
import { createHash } from 'node:crypto';
import { eventually } from '../testing/FakeApiServer';
import { StatusNotifier } from './StatusNotifier';
import { StatusService } from './StatusService';

const entity = (name: string): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default' },
});

const digest = (text: string) =>
  createHash('sha256')
    .update(text)
    .digest()
    .subarray(0, 16)
    .toString('base64url');

describe('digestEntityRef', () => {
  it.each([0, 1, 30, 55, 56, 63, 64, 65, 119, 120, 500])(
    'is the beginning of SHA-256 for a ref of %d letters',
    length => {
      const ref = 'component:default/ünï-'.repeat(30).slice(0, length);
      expect(digestEntityRef(ref)).toBe(digest(ref));
    },
  );
});

describe('StatusNotifier', () => {
  it('tells only of entities that were read and whose revision moved', async () => {
    const revisions: Record<string, string> = { a: '1', b: '1', c: '1' };
    const sent: object[] = [];
    const notifier = new StatusNotifier({
      statuses: {
        peekStatus: ({ metadata }: Entity) => ({
          revision: revisions[metadata.name],
        }),
      } as unknown as StatusService,
      signals: {
        publish: async ({ message }) => {
          sent.push(message);
        },
      },
      logger: mockServices.logger.mock(),
      debounceMs: 20,
    });
    notifier.noteRead(entity('a'), '1');
    notifier.noteRead(entity('b'), '1');
    revisions.a = '2';
    revisions.c = '2';
    for (let index = 0; index < 50; index++) {
      notifier.noteChange();
    }
    // Everybody who is signed in gets it, so that it names nothing.
    await eventually(() =>
      expect(sent).toEqual([
        {
          type: 'status-changed',
          entity: digest('component:default/a'),
          revision: '2',
        },
      ]),
    );
    notifier.noteChange();
    await new Promise(resolve => {
      setTimeout(resolve, 60);
    });
    expect(sent).toHaveLength(1);
    notifier.stop();
  });

  it('goes on when signals cannot be sent or a status cannot be computed', async () => {
    const logger = mockServices.logger.mock();
    const notifier = new StatusNotifier({
      statuses: {
        peekStatus: () => {
          throw new Error('defect');
        },
      } as unknown as StatusService,
      signals: {
        publish: async () => {
          throw new Error('down');
        },
      },
      logger,
      debounceMs: 5,
    });
    notifier.noteRead(entity('a'), '1');
    notifier.noteChange();
    await eventually(() => expect(logger.error).toHaveBeenCalledTimes(1));
    notifier.noteChange();
    await eventually(() => expect(logger.error).toHaveBeenCalledTimes(2));
    await notifier.publish('x', { type: 'status-changed', revision: '1' });
    expect(logger.warn).toHaveBeenCalled();
  });
});
