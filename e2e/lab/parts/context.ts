import type { Parts } from '../builds.ts';
import type { LabState } from '../state.ts';
import type { IstioLine } from '../versions.ts';

/** What every part needs to start. */
export interface LabContext {
  state: LabState;
  parts: Parts;
  line: IstioLine;
  say(line: string): void;
}
