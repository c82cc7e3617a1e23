import { workerData } from 'node:worker_threads';
import { countBlocks, inBlock } from './blocks';
import { LineFinder } from './LineFinder';
import { readPlainFile } from './plainFile';
import {
  ANSWERED,
  LineQuestions,
  TAKEN,
  ThreadAnswer,
  ThreadTask,
} from './threadMessages';

/**
 * A thread beside the main one: it reads files, block by block, until all are taken; then it looks for
 * lines, until it is stopped.
 */
const { paths, counters, port } = workerData as ThreadTask;
const shared = new Int32Array(counters);

function send(answer: ThreadAnswer): void {
  port.postMessage(answer);
  Atomics.add(shared, ANSWERED, 1);
  Atomics.notify(shared, ANSWERED);
}

const count = countBlocks(paths.length);
for (
  let block = Atomics.add(shared, TAKEN, 1);
  block < count;
  block = Atomics.add(shared, TAKEN, 1)
) {
  const content = inBlock(paths, block).map(
    path => readPlainFile(path) ?? null,
  );
  send({ kind: 'block', block, json: JSON.stringify(content) });
}

const finder = new LineFinder();
port.on('message', ({ id, questions }: LineQuestions) => {
  const lines = questions.map(question => finder.find(question));
  send({ kind: 'lines', id, lines });
});
