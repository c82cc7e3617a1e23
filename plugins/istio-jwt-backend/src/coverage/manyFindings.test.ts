import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { CoverageExportFormat } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ALL } from '../__testUtils__/CoverageHarness';
import { describeOnDatabases } from '../__testUtils__/describeOnDatabases';
import { fillIndex } from '../testing/fillIndex';
import { EXPORTS } from './export';
import { listAllServices } from './listAllServices';
import { OwnerNotices } from './notices/OwnerNotices';
import { ToldStore } from './notices/ToldStore';
import { CoverageReader } from './read/CoverageReader';
import { FindingReader } from './read/FindingReader';

jest.setTimeout(300_000);

const SERVICES = 20_000;
const FINDINGS = 6;
const OWNERS = 300;

/** Counts, and keeps nothing but the end. */
class Gauge extends Writable {
  bytes = 0;
  lines = 0;
  tail = '';

  override _write(chunk: Buffer, _: string, done: () => void): void {
    const text = String(chunk);
    this.bytes += chunk.length;
    this.lines += text.split('\n').length - 1;
    this.tail = `${this.tail}${text}`.slice(-1000);
    // As a network does: later, and not at once.
    setImmediate(done);
  }
}

describeOnDatabases('an index with 120,000 findings', connect => {
  let db: Knex;

  beforeAll(async () => {
    db = await connect();
    await fillIndex(db, {
      services: SERVICES,
      findings: FINDINGS,
      owners: OWNERS,
    });
  });

  it('has a view of findings that is as small as that of a few services', async () => {
    const findings = await new FindingReader(db).list(ALL, {});
    expect(findings).toHaveLength(FINDINGS);
    for (const { services, occurrences, affected } of findings) {
      expect(services).toBe(SERVICES);
      expect(occurrences).toBe(SERVICES);
      expect(affected).toHaveLength(20);
    }
    expect(JSON.stringify(findings).length).toBeLessThan(50_000);
  });

  const exportAs = async (format: CoverageExportFormat) => {
    const reader = new CoverageReader(db);
    const readPage = jest.spyOn(reader, 'readPage');
    const gauge = new Gauge();
    let pagesAhead = 0;
    const services = listAllServices(reader, ALL, {});
    const watched = (async function* watch() {
      let seen = 0;
      for await (const service of services) {
        seen += 1;
        pagesAhead = Math.max(
          pagesAhead,
          readPage.mock.calls.length - Math.ceil(seen / 500),
        );
        yield service;
      }
    })();
    await pipeline(Readable.from(EXPORTS[format].write(watched)), gauge);
    return { gauge, pagesAhead, pages: readPage.mock.calls.length };
  };

  it.each([
    ['csv', SERVICES + 1],
    ['json', SERVICES + 2],
    // A result for each finding, and one that the service is open.
    ['sarif', SERVICES * (FINDINGS + 1) + 2],
  ] as const)('is exported as %s, a page at a time', async (format, lines) => {
    const { gauge, pagesAhead, pages } = await exportAs(format);
    expect(gauge.lines).toBe(lines);
    expect(pages).toBe(SERVICES / 500);
    expect(pagesAhead).toBe(0);
    expect(gauge.tail).toContain('service-019999');
  });

  it('is told to owners in notices that do not grow with it', async () => {
    const sent: NotificationSendOptions[] = [];
    const notices = new OwnerNotices({
      db,
      told: new ToldStore(db),
      logger: mockServices.logger.mock(),
      permissions: mockServices.permissions.mock({
        authorize: async () => [{ result: AuthorizeResult.ALLOW }],
      }),
      notifications: {
        send: async notification => {
          sent.push(notification);
        },
      },
      config: {
        enabled: true,
        quietMs: 86_400_000,
        maxOwners: 1000,
        perOwnerPerDay: 5,
        perSenderPerDay: 5,
      },
    });
    const caller = {
      viewer: ALL,
      credentials: mockCredentials.user(),
      name: 'user:default/mock',
    };
    const filter = { state: ['open' as const] };
    const preview = await notices.preview(caller, filter);
    expect(preview).toMatchObject({ toTell: OWNERS, withoutOwner: 0 });
    expect(preview.owners).toHaveLength(100);
    const { told, failed } = await notices.send(caller, {
      filter,
      atMost: OWNERS,
    });
    expect({ told, failed }).toEqual({ told: OWNERS, failed: 0 });
    expect(
      Math.max(...sent.map(each => JSON.stringify(each).length)),
    ).toBeLessThan(2000);
  });
});
