import { workerData } from 'node:worker_threads';
import {
  countBlocks,
  inBlock,
  ReadBlock,
  ReaderTask,
  RETURNED,
  TAKEN,
} from './blocks';
import { readPlainFile } from './plainFile';

/** A thread that reads files beside the main one: block by block, until all are taken. */
const { paths, counters, port } = workerData as ReaderTask;
const shared = new Int32Array(counters);
const count = countBlocks(paths.length);
for (
  let block = Atomics.add(shared, TAKEN, 1);
  block < count;
  block = Atomics.add(shared, TAKEN, 1)
) {
  const content = inBlock(paths, block).map(
    path => readPlainFile(path) ?? null,
  );
  const read: ReadBlock = { block, json: JSON.stringify(content) };
  port.postMessage(read);
  Atomics.add(shared, RETURNED, 1);
  Atomics.notify(shared, RETURNED);
}
