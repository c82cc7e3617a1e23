/*
 * One backend of several on the same PostgreSQL, in a process of its own that a test can kill. Reads
 * its settings from REPLICA, and prints a line `ready PORT`, and one line of JSON per notification.
 */
import { schedulerServiceFactory } from '@backstage/backend-defaults/scheduler';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { notificationService } from '@backstage/plugin-notifications-node';
import { JsonObject } from '@backstage/types';
import knexFactory from 'knex';
import { AddressInfo } from 'node:net';
import plugin from '..';

interface ReplicaSettings {
  connection: Record<string, string | number>;
  entities: Entity[];
  istioJwt: JsonObject;
}

async function main() {
  const settings: ReplicaSettings = JSON.parse(process.env.REPLICA!);
  const knex = knexFactory({
    client: 'pg',
    connection: settings.connection,
    pool: { min: 0, max: 10 },
  });
  const { server } = await startTestBackend({
    features: [
      plugin,
      schedulerServiceFactory,
      createServiceFactory({
        service: coreServices.database,
        deps: {},
        factory: () => ({ getClient: async () => knex }),
      }),
      createServiceFactory({
        service: notificationService,
        deps: {},
        factory: () => ({
          send: async notification => {
            process.stdout.write(`${JSON.stringify(notification)}\n`);
          },
        }),
      }),
      catalogServiceMock.factory({ entities: settings.entities }),
      mockServices.rootConfig.factory({
        data: { istioJwt: settings.istioJwt },
      }),
    ],
  });
  process.stdout.write(`ready ${(server.address() as AddressInfo).port}\n`);
}

void main();
