import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  MessageChannel,
  MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import { BlockContent } from './blocks';
import type { LineQuestion } from './LineFinder';
import {
  ANSWERED,
  LineQuestions,
  TAKEN,
  ThreadAnswer,
  ThreadTask,
} from './threadMessages';

/** Files from which on a second thread is worth its start. */
const WORTH_A_THREAD = 500;
/** How long an answer of the other thread is waited for before the work is done here. */
const PATIENCE_MS = 2000;

/** Where bin/build.mjs puts the code of the thread: beside the command's own. */
const CODE = join(__dirname, 'secondThread.cjs');

/**
 * A second thread, which reads files with the main one and looks for lines beside it. Nothing depends on
 * it but time: what it does not bring, the main thread does itself.
 */
export class SecondThread {
  private readonly counters: Int32Array;
  private readonly port: MessagePort;
  private readonly worker: Worker;
  private readonly blocks = new Map<number, BlockContent>();
  private readonly lines = new Map<number, readonly number[]>();
  private asked = 0;
  /** It was waited for in vain. */
  private silent = false;

  /** Undefined where there is too little to do, or no processor for it. */
  static start(paths: readonly string[]): SecondThread | undefined {
    if (paths.length < WORTH_A_THREAD || availableParallelism() < 2) {
      return undefined;
    }
    // Run from its sources, the command has one thread.
    return existsSync(CODE) ? new SecondThread(paths) : undefined;
  }

  private constructor(paths: readonly string[]) {
    const counters = new SharedArrayBuffer(8);
    this.counters = new Int32Array(counters);
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const task: ThreadTask = { paths, counters, port: port2 };
    this.worker = new Worker(CODE, {
      workerData: task,
      transferList: [port2],
    });
    // What it does not bring is done here.
    this.worker.on('error', () => undefined);
    this.worker.unref();
    port1.unref();
  }

  /** The next block that nobody took. */
  takeBlock(): number {
    return Atomics.add(this.counters, TAKEN, 1);
  }

  /** What the other thread has read of a block by now; each is given out once. */
  collectBlock(block: number): BlockContent | undefined {
    this.drain();
    const content = this.blocks.get(block);
    this.blocks.delete(block);
    return content;
  }

  /** Has lines looked for. Returns the number to ask for them by. */
  askLines(questions: readonly LineQuestion[]): number {
    const id = this.asked++;
    const message: LineQuestions = { id, questions };
    this.port.postMessage(message);
    return id;
  }

  /** Lines in the order of the questions, for which it waits; undefined where they do not come. */
  collectLines(id: number): readonly number[] | undefined {
    while (!this.lines.has(id) && this.waitForAnswer());
    return this.lines.get(id);
  }

  /** Waits for the other thread to bring something. Returns whether it did. */
  waitForAnswer(): boolean {
    const before = Atomics.load(this.counters, ANSWERED);
    if (this.drain()) return true;
    if (this.silent) return false;
    Atomics.wait(this.counters, ANSWERED, before, PATIENCE_MS);
    this.silent = !this.drain();
    return !this.silent;
  }

  stop(): void {
    this.port.close();
    void this.worker.terminate();
  }

  /** Takes in what the other thread has brought by now. Returns whether there was anything. */
  private drain(): boolean {
    let some = false;
    for (
      let received = receiveMessageOnPort(this.port);
      received;
      received = receiveMessageOnPort(this.port)
    ) {
      const answer = received.message as ThreadAnswer;
      if (answer.kind === 'lines') this.lines.set(answer.id, answer.lines);
      else this.blocks.set(answer.block, JSON.parse(answer.json));
      some = true;
    }
    return some;
  }
}
