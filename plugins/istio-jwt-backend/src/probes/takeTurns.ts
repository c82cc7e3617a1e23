/**
 * Makes a function that runs tasks one after the other. A connection takes one request at a time:
 * those that wait for it must not hold slots that other connections could use.
 */
export function takeTurns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return task => {
    const turn = last.then(task, task);
    last = turn;
    return turn;
  };
}
