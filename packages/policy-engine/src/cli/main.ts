import { run } from './run';

// A reader that has enough, such as head, is no error.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 0);
});

run(process.argv.slice(2), process).then(
  code => {
    process.exitCode = code;
  },
  error => {
    process.stderr.write(
      `istio-jwt: ${error instanceof Error ? error.stack : error}\n`,
    );
    process.exitCode = 2;
  },
);
