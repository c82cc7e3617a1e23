import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/**
 * Reads whom notifications go to: entity refs of users and groups. Absent: nobody.
 *
 * @param parent - where `key` stands, for messages
 * @throws InputError that names the key
 */
export function readRecipients(
  config: Config | undefined,
  key: string,
  parent: string,
): string[] {
  return (config?.getOptionalStringArray(key) ?? []).map(text => {
    try {
      const ref = parseEntityRef(text);
      if (['user', 'group'].includes(ref.kind.toLowerCase())) {
        return stringifyEntityRef(ref);
      }
    } catch {
      // Told below.
    }
    throw new InputError(
      `${parent}.${key} names '${text}'. Write entity refs of users or groups, such as group:default/platform.`,
    );
  });
}
