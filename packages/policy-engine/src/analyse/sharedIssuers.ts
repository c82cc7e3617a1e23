import { foldIssuer } from '../foldIssuer';

/** Issuers of accounts, pipelines and the like, as their tokens name them. */
const SHARED = new Set(
  [
    'https://accounts.google.com',
    'accounts.google.com',
    // Google's Identity-Aware Proxy, before whosever application.
    'https://cloud.google.com/iap',
    'https://appleid.apple.com',
    'https://www.facebook.com',
    'https://limited.facebook.com',
    'https://slack.com',
    'https://access.line.me',
    'https://api.login.yahoo.com',
    'https://id.twitch.tv/oauth2',
    // Microsoft's tenant of personal accounts.
    'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
    'https://token.actions.githubusercontent.com',
    'https://gitlab.com',
    'https://app.terraform.io',
    'https://agent.buildkite.com',
  ].map(foldIssuer),
);

/** Whether everybody gets tokens of an issuer, for accounts, applications or pipelines of their own. */
export function isSharedIssuer(issuer: string): boolean {
  return SHARED.has(foldIssuer(issuer));
}
