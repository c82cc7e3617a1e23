import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  describeGrowth,
  describeLoss,
  measureGrowth,
  type RunEnd,
  type Sample,
} from '../../lab/soak/judge.ts';

const MIB = 2 ** 20;

/** A sample every 15 seconds for an hour. */
const sampleHour = (heapMib: (minute: number) => number): Sample[] =>
  Array.from({ length: 240 }, (_, index) => ({
    at: index * 15_000,
    rss: 400 * MIB,
    heap: heapMib(index / 4) * MIB,
    lagP99Ms: 1,
    lagMaxMs: 1,
    unhandled: 0,
  }));

const judge = (heapMib: (minute: number) => number) =>
  describeGrowth('heap', measureGrowth(sampleHour(heapMib), 'heap'));

describe('what a soak says of memory', () => {
  test('what goes on growing is a leak', () => {
    assert.match(judge(minute => 150 + minute) ?? '', /grew by 44\.\d MiB/);
  });

  test('filling caches, waves and a single peak are none', () => {
    assert.equal(
      judge(minute => 150 + 100 * Math.min(1, minute / 10)),
      undefined,
    );
    assert.equal(
      judge(minute => 150 + 30 * Math.sin(minute)),
      undefined,
    );
    assert.equal(
      judge(minute => (minute === 59 ? 900 : 150)),
      undefined,
    );
  });

  test('too few samples are no good news', () => {
    assert.match(
      describeGrowth('heap', measureGrowth([], 'heap')) ?? '',
      /too few/,
    );
  });
});

describe('what a soak says of a probe run', () => {
  const done: RunEnd = {
    id: 'r',
    status: 'done',
    total: 20,
    observations: 20,
    observationsLater: 20,
  };
  const cases: [string, Partial<RunEnd>, RegExp | undefined][] = [
    ['done and read again', {}, undefined],
    ['failed, and says why', { status: 'failed', error: 'x' }, undefined],
    ['failed without a word', { status: 'failed' }, /without saying why/],
    ['never over', { status: 'running' }, /never ended/],
    ['some missing at its end', { total: 21 }, /20 of 21/],
    ['some missing later', { observationsLater: 19 }, /later 19/],
    ['gone', { observationsLater: undefined }, /cannot be read again/],
  ];
  for (const [title, change, words] of cases) {
    test(title, () => {
      const loss = describeLoss({ ...done, ...change });
      if (words) assert.match(loss ?? '', words);
      else assert.equal(loss, undefined);
    });
  }
});
