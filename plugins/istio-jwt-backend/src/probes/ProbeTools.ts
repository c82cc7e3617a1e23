import { IssuerUse } from 'istio-jwt-policy-engine';
import { JWK } from 'jose';
import { ProbesConfig } from '../config';
import { Forger } from './Forger';
import { ProbeAnswer, ProbeClient } from './ProbeClient';
import { Settling } from './Settling';
import { TokenSources } from './tokenSources';

/** What one way in's probes are sent with. */
export interface ProbeTools {
  forger: Forger;
  tokenSources: TokenSources;
  config: ProbesConfig;
  /** Public keys that an issuer published, as far as they were read. */
  listPublicKeys(use: IssuerUse): JWK[];
  /** Waits for a free slot, for the gateway's rate, and while it is to be left alone. */
  throttle(send: () => Promise<ProbeAnswer>): Promise<ProbeAnswer>;
  /** Tells people why the run takes its time. */
  tell(note: string): void;
  settling: Settling;
  signal: AbortSignal;
}

/** How a way in is reached, or why it is not. */
export type Reach =
  | { kind: 'client'; client: ProbeClient }
  | { kind: 'unreachable'; reason: string };
