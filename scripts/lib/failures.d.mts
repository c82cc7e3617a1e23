import type { EventData } from 'node:test';

export interface Failure {
  where: string;
  name: string;
  message: string;
}
export function readJestFailures(report: unknown, root: string): Failure[];
export function readPlaywrightFailures(report: unknown): Failure[];
export function readNodeFailures(
  event: EventData.TestFail,
  root: string,
): Failure[];
export function describeFailures(failures: Failure[]): string;
