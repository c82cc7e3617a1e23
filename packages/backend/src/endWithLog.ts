/**
 * Ends the process when nobody reads its log any more. A write to a closed pipe is an uncaught error,
 * which Backstage logs, which is another write: an orphan of `npm start` would go on until it has all of
 * the memory, and SIGTERM would not end it.
 */
export function endWithLog(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(1);
      throw error;
    });
  }
}
