import { run } from './run';

// A reader that has enough, such as head, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  process.stderr.write(
    `istio-jwt: the output cannot be written: ${error.code ?? error.message}\n`,
  );
  process.exit(2);
});
// Where nobody can be told, the exit code is all that is left.
process.stderr.on('error', () => process.exit(2));

run(process.argv.slice(2), process)
  .catch(error => {
    process.stderr.write(
      `istio-jwt: ${error instanceof Error ? error.stack : error}\n`,
    );
    return 2;
  })
  .then(async code => {
    process.exitCode = code;
    await flush(process.stdout);
    await flush(process.stderr);
    // Without waiting for work that V8 does ahead in other threads.
    process.exit();
  });

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => {
    stream.write('', () => resolve());
  });
}
