import { PodSpec } from './specs';

/** Injected container that sets up what is redirected to the sidecar. */
const INIT_CONTAINER = 'istio-init';

/** Flags of `istio-iptables`: the mode, inbound ports that pass and that do not, interfaces that do not. */
export const CAPTURE_FLAG = {
  mode: '-m',
  included: '-b',
  excluded: '-d',
  interfaces: '-c',
} as const;

const FLAGS: readonly unknown[] = Object.values(CAPTURE_FLAG);

/** What the init container was told, by flag; empty for a Pod without one. */
export function captureFlags({
  initContainers = [],
}: Pick<PodSpec, 'initContainers'>): Readonly<Record<string, string>> {
  const args: unknown = initContainers.find(
    ({ name }) => name === INIT_CONTAINER,
  )?.args;
  if (!Array.isArray(args)) return {};
  const flags: [string, string][] = [];
  args.forEach((flag, index) => {
    const value: unknown = args[index + 1];
    if (FLAGS.includes(flag) && typeof value === 'string') {
      flags.push([flag, value]);
    }
  });
  return Object.fromEntries(flags);
}
