/**
 * Settings of a portal as environment variables; Backstage reads JSON from `APP_CONFIG_…`, before any file.
 *
 * @param config - by the path of each key, divided by `_`
 */
export function toVariables(
  config: Record<string, unknown>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      `APP_CONFIG_${key}`,
      JSON.stringify(value),
    ]),
  );
}
