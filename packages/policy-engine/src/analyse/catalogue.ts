import { Detector, FindingDefinition } from './detector';
import { allowEmpty } from './findings/allowEmpty';
import { dryRun } from './findings/dryRun';
import { hostPort } from './findings/hostPort';
import { issuerMismatch } from './findings/issuerMismatch';
import { locksOtherHosts } from './findings/locksOtherHosts';
import { malformed } from './findings/malformed';
import { noAudience } from './findings/noAudience';
import { notHttp } from './findings/notHttp';
import { principalNeverMatches } from './findings/principalNeverMatches';
import { requiredNotValidated } from './findings/requiredNotValidated';
import { secondRoute } from './findings/secondRoute';
import { selectsNothing } from './findings/selectsNothing';
import { siblingAllow } from './findings/siblingAllow';
import { tokenStripped } from './findings/tokenStripped';
import { validatedNotRequired } from './findings/validatedNotRequired';

/** Every detector. A new one is a file in `findings/` and a line here. */
export const DETECTORS: readonly Detector[] = [
  validatedNotRequired,
  siblingAllow,
  secondRoute,
  tokenStripped,
  requiredNotValidated,
  issuerMismatch,
  principalNeverMatches,
  hostPort,
  malformed,
  notHttp,
  locksOtherHosts,
  selectsNothing,
  allowEmpty,
  dryRun,
  noAudience,
];

/** Every kind of finding, for help pages and filters. @public */
export const findingCatalogue: readonly FindingDefinition[] = DETECTORS.map(
  ({ id, severity, title, why, fix, link }) => ({
    id,
    severity,
    title,
    why,
    fix,
    link,
    docs: `docs/findings/${id}.md`,
  }),
);
