import {
  setImmediate as nextTurn,
  setTimeout as sleep,
} from 'node:timers/promises';
import { StillPicture } from './StillPicture';

/** A stream of changes, one a turn, until it is ended. */
function streamInto(picture: StillPicture) {
  const stream = { taken: 0, goesOn: true };
  const run = async () => {
    while (stream.goesOn) {
      await nextTurn();
      await picture.admit();
      stream.taken += 1;
    }
  };
  return { stream, over: run() };
}

describe('StillPicture', () => {
  it('has changes wait while somebody reads', async () => {
    const picture = new StillPicture({
      minMs: 60_000,
      maxMs: 60_000,
      prepare: async () => {},
    });
    const { stream, over } = streamInto(picture);
    await picture.read(async rest => {
      // What was let in before has arrived.
      await nextTurn();
      await nextTurn();
      const atFirst = stream.taken;
      for (let turn = 0; turn < 10; turn++) {
        await nextTurn();
        await rest();
      }
      expect(stream.taken).toBe(atFirst);
    });
    const afterwards = stream.taken;
    while (stream.taken === afterwards) await nextTurn();
    stream.goesOn = false;
    await over;
  });

  it('lets changes in when it is time, and makes the tables anew after them', async () => {
    let prepared = 0;
    const picture = new StillPicture({
      minMs: 20,
      prepare: async () => {
        prepared += 1;
      },
    });
    const { stream, over } = streamInto(picture);
    await picture.read(async rest => {
      await nextTurn();
      await nextTurn();
      expect(prepared).toBe(1);
      const atFirst = stream.taken;
      while (stream.taken === atFirst) {
        await nextTurn();
        await rest();
      }
      expect(prepared).toBe(2);
    });
    stream.goesOn = false;
    await over;
  });

  it('comes to an end however long the tables take to make, and however fast it changes', async () => {
    let revision = 0;
    let preparedRevision = -1;
    let work = 0;
    const picture = new StillPicture({
      minMs: 1,
      prepare: async () => {
        if (preparedRevision === revision) return;
        preparedRevision = revision;
        await sleep(20);
      },
    });
    let goesOn = true;
    const changes = (async () => {
      while (goesOn) {
        await sleep(1);
        await picture.admit();
        revision += 1;
      }
    })();
    await picture.read(async rest => {
      for (; work < 300; work++) {
        await sleep(1);
        await rest();
      }
    });
    goesOn = false;
    await changes;
    expect(work).toBe(300);
    expect(revision).toBeGreaterThan(0);
  });

  it('lets changes in although the reader waits for something else', async () => {
    const picture = new StillPicture({ maxMs: 20, prepare: async () => {} });
    await picture.read(async () => {
      expect(picture.admit()).toBeDefined();
      await picture.admit();
      expect(picture.admit()).toBeUndefined();
    });
  });

  it('holds nothing after a reader failed, nor after its end', async () => {
    const picture = new StillPicture({ prepare: async () => {} });
    await expect(
      picture.read(async () => {
        throw new Error('broken');
      }),
    ).rejects.toThrow('broken');
    expect(picture.admit()).toBeUndefined();
    await picture.read(async () => {
      expect(picture.admit()).toBeDefined();
      picture.end();
      expect(picture.admit()).toBeUndefined();
    });
    await picture.read(async () => {
      expect(picture.admit()).toBeUndefined();
    });
  });
});
