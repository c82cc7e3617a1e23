import { parseProtocol, PortProtocol } from './servicePorts';
import type { Stored } from './Stored';
import { perObject } from '../queries/perObject';

/** A port of a ServiceEntry. */
export interface EntryPort {
  port: number;
  /** Of its endpoints. */
  targetPort: number;
  protocol: PortProtocol;
}

/** The ports of a ServiceEntry that proxies serve; read as far as they can be. */
export const portsOfEntry = perObject(
  ({ resource }: Stored): readonly EntryPort[] => {
    const { ports } = (resource.spec ?? {}) as { ports?: unknown };
    if (!Array.isArray(ports)) return [];
    return ports.flatMap(item => {
      const { number, targetPort, protocol } = (item ?? {}) as Record<
        string,
        unknown
      >;
      if (typeof number !== 'number' || protocol === 'UDP') return [];
      return [
        {
          port: number,
          targetPort:
            typeof targetPort === 'number' ? targetPort || number : number,
          protocol: parseProtocol(protocol),
        },
      ];
    });
  },
);
