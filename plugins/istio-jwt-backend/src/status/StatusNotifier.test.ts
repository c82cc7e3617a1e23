import { mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { eventually } from '../testing/FakeApiServer';
import { StatusNotifier } from './StatusNotifier';
import { StatusService } from './StatusService';

const entity = (name: string): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default' },
});

describe('StatusNotifier', () => {
  it('tells only of entities that were read and whose revision moved', async () => {
    const revisions: Record<string, string> = { a: '1', b: '1', c: '1' };
    const sent: string[] = [];
    const notifier = new StatusNotifier({
      statuses: {
        peekStatus: ({ metadata }: Entity) => ({
          revision: revisions[metadata.name],
        }),
      } as unknown as StatusService,
      signals: {
        publish: async ({ message }) => {
          sent.push((message as unknown as { entityRef: string }).entityRef);
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
    await eventually(() => expect(sent).toEqual(['component:default/a']));
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
    await notifier.publish({
      type: 'status-changed',
      entityRef: 'x',
      revision: '1',
    });
    expect(logger.warn).toHaveBeenCalled();
  });
});
