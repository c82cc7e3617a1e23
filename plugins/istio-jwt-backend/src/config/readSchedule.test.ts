import { ConfigReader } from '@backstage/config';
import { readNotifications, readSchedule } from './readSchedule';

const read = (schedule: object) =>
  readSchedule(new ConfigReader(schedule as any));

describe('readSchedule', () => {
  it('reads everything', () => {
    expect(
      read({
        enabled: false,
        interval: 'PT30M',
        entities: { kind: 'component', 'spec.lifecycle': ['production'] },
        vectors: 'all',
        retention: { days: 1 },
        maintenance: [
          {
            cluster: 'c',
            days: ['sat', 'Sunday'],
            from: '22:00',
            to: '2:30',
            timezone: 'Europe/Berlin',
          },
        ],
      }),
    ).toEqual({
      enabled: false,
      intervalMs: 30 * 60_000,
      entities: [{ kind: 'component', 'spec.lifecycle': ['production'] }],
      vectors: 'all',
      retentionMs: 24 * 3600_000,
      maintenance: [
        {
          cluster: 'c',
          days: [6, 7],
          fromMinute: 22 * 60,
          toMinute: 150,
          timezone: 'Europe/Berlin',
        },
      ],
    });
    expect(
      readNotifications(
        new ConfigReader({ enabled: false, holdFor: { seconds: 5 } }),
      ),
    ).toEqual({ enabled: false, holdMs: 5000 });
  });

  it.each([
    [{ interval: '1s' }, 'interval'],
    [{ interval: { days: 8 } }, 'interval'],
    [{ vectors: 'some' }, 'vectors'],
    [{ entities: 'component' }, 'entities'],
    [{ entities: [{ kind: 1 }] }, 'entities'],
    [{ maintenance: [window({ timezone: 'Mars/Base' })] }, 'timezone'],
    [{ maintenance: [window({ from: '25:00' })] }, 'from'],
    [{ maintenance: [window({ to: '10:60' })] }, 'to'],
    [{ maintenance: [window({ to: '08:00' })] }, 'maintenance'],
    [{ maintenance: [window({ days: ['funday'] })] }, 'days'],
  ])('refuses %j and names %s', (schedule, key) => {
    expect(() => read(schedule)).toThrow(key);
  });
});

function window(overrides: object) {
  return { from: '08:00', to: '09:00', timezone: 'UTC', ...overrides };
}
