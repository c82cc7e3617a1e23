import { BlockContent, countBlocks, inBlock } from './blocks';
import { readPlainFile } from './plainFile';
import { SecondThread } from './SecondThread';

/**
 * Reads plain files, with the help of a second thread where there is one. Yields every file's documents in
 * the order of the files; `null` where a file is to be read with care. Both threads take block after
 * block, so that neither waits for the other for long; what the other one does not bring is read here.
 */
export function* readTogether(
  paths: readonly string[],
  other: SecondThread | undefined,
): Generator<BlockContent[number]> {
  const count = countBlocks(paths.length);
  const own = new Map<number, BlockContent>();
  for (let next = 0; next < count; next++) {
    yield* obtain(next);
  }

  function obtain(wanted: number): BlockContent {
    for (;;) {
      const content = own.get(wanted) ?? other?.collectBlock(wanted);
      if (content) {
        own.delete(wanted);
        return content;
      }
      const block = other?.takeBlock() ?? wanted;
      if (block < count) own.set(block, readBlock(paths, block));
      else if (!other?.waitForAnswer()) return readBlock(paths, wanted);
    }
  }
}

function readBlock(paths: readonly string[], block: number): BlockContent {
  return inBlock(paths, block).map(path => readPlainFile(path) ?? null);
}
