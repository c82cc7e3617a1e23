import { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import { CoverageFilter } from 'backstage-plugin-istio-jwt-common';
import { findingCatalogue } from 'istio-jwt-policy-engine';
import { linkToCoverage } from '../linkToCoverage';
import { shortDigest } from '../rows';
import { AffectedOwner } from './listOwners';

/** What an owner reads: which of its own services, what about them, and who asks. */
export function writeOwnerNotice(
  { services, filterOwner }: AffectedOwner,
  filter: CoverageFilter,
  { sender, subject }: { sender: string; subject: string },
): NotificationSendOptions['payload'] {
  const finding = findingCatalogue.find(({ id }) => id === filter.finding);
  const which = `${services} of your services`;
  return {
    title: finding
      ? `${which}: ${finding.title}`
      : `${which} ${services === 1 ? 'needs' : 'need'} a look at ${
          services === 1 ? 'its' : 'their'
        } JWT protection`,
    description: [
      ...(finding ? [finding.fix] : []),
      `${sender} asks you to look at ${services === 1 ? 'it' : 'them'}.`,
    ].join(' '),
    link: linkToCoverage({ ...filter, owner: filterOwner }),
    severity: finding?.severity === 'error' ? 'high' : 'normal',
    topic: 'istio-jwt',
    // A later one about the same thing takes the place of an earlier one.
    scope: `istio-jwt:owners:${shortDigest(subject)}`,
  };
}
