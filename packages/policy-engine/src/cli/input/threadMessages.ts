import type { MessagePort } from 'node:worker_threads';
import type { LineQuestion } from './LineFinder';

/** What the second thread is given. */
export interface ThreadTask {
  paths: readonly string[];
  /** Two counters that both threads see: blocks that somebody took, and answers that came back. */
  counters: SharedArrayBuffer;
  /** Where answers are sent, and questions come from once all blocks are taken. */
  port: MessagePort;
}

export const TAKEN = 0;
export const ANSWERED = 1;

/** Lines to be looked for. */
export interface LineQuestions {
  id: number;
  questions: readonly LineQuestion[];
}

export type ThreadAnswer =
  /** A block of files, as JSON of what `readPlainFile` says of each of them. */
  | { kind: 'block'; block: number; json: string }
  /** Lines, in the order of the questions. */
  | { kind: 'lines'; id: number; lines: readonly number[] };
