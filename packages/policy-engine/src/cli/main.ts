import { run } from './run';

// A reader that has enough, such as head, is no error.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 0);
});

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
