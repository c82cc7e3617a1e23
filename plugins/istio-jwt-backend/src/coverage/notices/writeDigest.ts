import { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import { linkToCoverage } from '../linkToCoverage';
import { Week } from '../read/WeekReader';

/**
 * The week in a few sentences.
 *
 * @param owner - the services are theirs; absent: all services
 * @returns undefined where nothing happened
 */
export function writeDigest(
  week: Week,
  owner: string | undefined,
): NotificationSendOptions['payload'] | undefined {
  const { now, stale, exposed, ending } = week;
  const change = describeChange(week);
  const news = [
    ...(change ? [change] : []),
    ...(exposed?.total
      ? [
          `Requests pass without a valid token, and did not a week ago: ${nameSome(
            exposed,
          )}.`,
        ]
      : []),
    ...(ending.total
      ? [`Exceptions end within 7 days: ${nameSome(ending)}.`]
      : []),
  ];
  if (news.length === 0) {
    return undefined;
  }
  if (stale > 0) {
    news.push(
      `${stale} of them are counted as they were seen last: their cluster cannot be read.`,
    );
  }
  const whose = owner ? 'your services' : 'all services';
  return {
    title:
      now.shareEnforced === null
        ? `The week of ${whose}: there are none any more`
        : `The week of ${whose}: ${formatShare(
            now.shareEnforced,
          )} require a valid JWT`,
    description: news.join(' '),
    link: linkToCoverage({ owner }),
    severity: exposed?.total ? 'high' : 'normal',
    topic: 'istio-jwt',
    // This week's takes the place of last week's.
    scope: `istio-jwt:digest:${owner ?? 'all'}`,
  };
}

function describeChange({ now, before }: Week): string | undefined {
  if (before.kind === 'unknown') {
    return undefined;
  }
  const { counts } = before;
  const isSame =
    counts.total === now.total &&
    counts.states.enforced === now.states.enforced;
  if (isSame || counts.shareEnforced === null) {
    return undefined;
  }
  return `${now.states.enforced} of ${now.total} services are enforced; a week ago ${counts.states.enforced} of ${counts.total} were.`;
}

function nameSome({ total, names }: { total: number; names: string[] }) {
  const more = total - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Rounded down: only what is whole is called so. */
function formatShare(share: number): string {
  return `${Math.floor(share * 100)} %`;
}
