import { BackstageCredentials } from '@backstage/backend-plugin-api';

/** Entity ref of a person, or name of a service. */
export function nameCaller({ principal }: BackstageCredentials): string {
  const known = principal as { userEntityRef?: string; subject?: string };
  return known.userEntityRef ?? known.subject ?? 'unknown';
}
