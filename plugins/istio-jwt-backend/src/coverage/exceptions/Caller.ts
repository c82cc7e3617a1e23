import { BackstageCredentials } from '@backstage/backend-plugin-api';
import { Viewer } from '../read/Viewer';

/** Who asks, and what they may see. */
export interface Caller {
  name: string;
  credentials: BackstageCredentials;
  viewer: Viewer;
}
