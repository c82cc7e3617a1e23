import { BackstageCredentials } from '@backstage/backend-plugin-api';

/** Who asks. The caller's permissions have been looked at before. */
export interface Caller {
  /** Entity ref of a person, or name of a service. */
  name: string;
  credentials: BackstageCredentials;
}
