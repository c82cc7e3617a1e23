import { PlainDocument } from './plainFile';

/** Files that are read one after the other by one thread. */
const BLOCK = 32;

/** `null`: to be read with care, by the thread that tells what is wrong. */
export type BlockContent = (PlainDocument[] | null)[];

export function countBlocks(files: number): number {
  return Math.ceil(files / BLOCK);
}

export function inBlock<T>(items: readonly T[], block: number): readonly T[] {
  return items.slice(block * BLOCK, (block + 1) * BLOCK);
}
