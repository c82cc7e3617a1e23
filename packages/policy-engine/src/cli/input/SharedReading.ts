import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  MessageChannel,
  MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import {
  BlockContent,
  countBlocks,
  inBlock,
  ReadBlock,
  ReaderTask,
  RETURNED,
  TAKEN,
} from './blocks';
import { readPlainFile } from './plainFile';

/** Files from which on a second thread is worth its start. */
const WORTH_A_THREAD = 500;
/** How long a block of the other thread is waited for before it is read here. */
const PATIENCE_MS = 2000;

/** Where bin/build.mjs puts the code of the reading thread: beside the command's own. */
const READER = join(__dirname, 'reader.cjs');

class Reader {
  private readonly counters: Int32Array;
  private readonly port: MessagePort;
  private readonly worker: Worker;

  constructor(paths: readonly string[]) {
    const counters = new SharedArrayBuffer(8);
    this.counters = new Int32Array(counters);
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const task: ReaderTask = { paths, counters, port: port2 };
    this.worker = new Worker(READER, {
      workerData: task,
      transferList: [port2],
    });
    // What it does not bring is read here.
    this.worker.on('error', () => undefined);
    this.worker.unref();
    port1.unref();
  }

  /** The next block that nobody took. */
  take(): number {
    return Atomics.add(this.counters, TAKEN, 1);
  }

  /** Takes in what the other thread has read by now. Returns whether there was anything. */
  drain(read: Map<number, BlockContent>): boolean {
    let some = false;
    for (
      let received = receiveMessageOnPort(this.port);
      received;
      received = receiveMessageOnPort(this.port)
    ) {
      const { block, json } = received.message as ReadBlock;
      read.set(block, JSON.parse(json));
      some = true;
    }
    return some;
  }

  /** Waits for the other thread to bring something. Returns whether it did. */
  receive(read: Map<number, BlockContent>): boolean {
    const before = Atomics.load(this.counters, RETURNED);
    if (this.drain(read)) return true;
    Atomics.wait(this.counters, RETURNED, before, PATIENCE_MS);
    return this.drain(read);
  }

  stop(): void {
    this.port.close();
    void this.worker.terminate();
  }
}

/**
 * Reads plain files with the help of a second thread, where there are many and there is a processor for
 * it. Yields every file's documents in the order of the files; `null` where a file is to be read with
 * care. Both threads take block after block, so that neither waits for the other for long; what the
 * other one does not bring is read here.
 */
export function* readTogether(
  paths: readonly string[],
): Generator<BlockContent[number]> {
  const other = startReader(paths);
  const count = countBlocks(paths.length);
  const read = new Map<number, BlockContent>();
  try {
    for (let next = 0; next < count; next++) {
      while (!read.has(next)) {
        const block = other?.take() ?? next;
        if (block < count) read.set(block, readBlock(paths, block));
        else if (!other?.receive(read)) read.set(next, readBlock(paths, next));
      }
      yield* read.get(next) ?? [];
      read.delete(next);
      other?.drain(read);
    }
  } finally {
    other?.stop();
  }
}

function readBlock(paths: readonly string[], block: number): BlockContent {
  return inBlock(paths, block).map(path => readPlainFile(path) ?? null);
}

function startReader(paths: readonly string[]): Reader | undefined {
  if (paths.length < WORTH_A_THREAD || availableParallelism() < 2) {
    return undefined;
  }
  // Run from its sources, the command has one thread.
  return existsSync(READER) ? new Reader(paths) : undefined;
}
