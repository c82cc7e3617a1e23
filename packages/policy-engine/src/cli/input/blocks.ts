import type { MessagePort } from 'node:worker_threads';
import { PlainDocument } from './plainFile';

/** Files that are read one after the other by one thread. */
const BLOCK = 32;

/** What a reading thread is given. */
export interface ReaderTask {
  paths: readonly string[];
  /** Two counters that both threads see: blocks that somebody took, and blocks that came back. */
  counters: SharedArrayBuffer;
  /** Where blocks are sent. */
  port: MessagePort;
}

export const TAKEN = 0;
export const RETURNED = 1;

/** A block read by another thread, as JSON of what {@link readPlainFile} says of each of its files. */
export interface ReadBlock {
  block: number;
  json: string;
}

/** `null`: to be read with care, by the thread that tells what is wrong. */
export type BlockContent = (PlainDocument[] | null)[];

export function countBlocks(files: number): number {
  return Math.ceil(files / BLOCK);
}

export function inBlock<T>(items: readonly T[], block: number): readonly T[] {
  return items.slice(block * BLOCK, (block + 1) * BLOCK);
}
