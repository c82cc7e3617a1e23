import { gzipSync } from 'node:zlib';
import { bundleLibrary } from './bundle.mjs';

/** Prints what the library adds to a browser's bundle. */
const { outputFiles, metafile } = bundleLibrary();
const { contents } = outputFiles[0];
const kib = bytes => `${(bytes / 1024).toFixed(1)} KiB`;
const [output] = Object.values(metafile.outputs);
const own = Object.entries(output.inputs)
  .filter(([file]) => !file.includes('node_modules'))
  .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
process.stdout.write(
  `istio-jwt-policy-engine for the browser: ${kib(
    contents.length,
  )} minified (${kib(own)} of it the engine, the rest yaml and re2js), ${kib(
    gzipSync(contents).length,
  )} with gzip; nothing of Node in it\n`,
);
