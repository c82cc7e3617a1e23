import { Exposure } from '../model';

/** What requests without a valid token, and with one, can do on a way in. */
export interface WayInAnalysis {
  /** Heaviest first. CORS preflights come last: they do not count as exposed. */
  exposures: AnalysedExposure[];
  /** Every class that reaches the workload passes without a token. */
  everythingPasses: boolean;
  /** Why some class could not be decided. */
  unknown?: string;
  /** Whether some request with a valid token reaches the workload. */
  validTokenPasses: 'yes' | 'no' | 'unknown' | 'not-tried';
  /** Set where no class leads to the workload at all. */
  unreachable: boolean;
  /** On how many of the hosts and paths that policies tell apart no CORS preflight passes. */
  preflightsRefused: 'none' | 'some' | 'all' | 'unknown';
}

export interface AnalysedExposure extends Exposure {
  /** Only CORS preflights are in the class: browsers send them without credentials. */
  preflight: boolean;
  /** The proxy whose ALLOW rule admits it. */
  admittedAt?: number;
  /** Where in the summary the host stands, if it does. */
  hostAt?: number;
}
