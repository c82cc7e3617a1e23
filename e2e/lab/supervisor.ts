/**
 * Starts processes that outlive this one and ends only those. A process is known by its id together
 * with its start time, so that an id that the kernel gave to somebody else is never signalled; what
 * a killed parent left behind is known by a mark in its environment.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { logsDir, processesDir, runDir } from './paths.ts';
import { sleep } from './wait.ts';

const MAX_LOG_BYTES = 20 * 1024 * 1024;

const MARK = 'ISTIO_JWT_LAB_PROCESS';

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
}

interface ProcessRecord {
  name: string;
  pid: number;
  startTime: string;
  /** What was started, to tell whether a running process is still the wanted one. */
  fingerprint: string;
}

const recordPath = (name: string) => join(processesDir, `${name}.json`);

/** Start time in clock ticks since boot: field 22 of `/proc/<pid>/stat`. */
function readStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not looked yet.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function readRecord(name: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordPath(name), 'utf8'));
  } catch {
    return undefined;
  }
}

function isRunning(record: ProcessRecord): boolean {
  return readStartTime(record.pid) === record.startTime;
}

const fingerprintOf = (spec: ProcessSpec) =>
  JSON.stringify([spec.command, spec.args, spec.env ?? {}, spec.cwd ?? '']);

/** Processes that carry this lab's mark for `name` (all names: undefined), living ones only. */
function findMarked(name?: string): number[] {
  const wanted = name ? `${MARK}=${runDir}#${name}\0` : `${MARK}=${runDir}#`;
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .map(Number)
    .filter(pid => {
      try {
        return (
          pid !== process.pid &&
          readFileSync(`/proc/${pid}/environ`, 'latin1').includes(wanted) &&
          readStartTime(pid) !== undefined
        );
      } catch {
        return false;
      }
    });
}

export function isProcessRunning(name: string): boolean {
  const record = readRecord(name);
  return record !== undefined && isRunning(record);
}

export function listProcesses(): {
  name: string;
  pid: number;
  running: boolean;
}[] {
  let files: string[] = [];
  try {
    files = readdirSync(processesDir);
  } catch {
    return [];
  }
  return files
    .map(file => readRecord(file.replace(/\.json$/, '')))
    .filter(record => record !== undefined)
    .map(record => ({
      name: record.name,
      pid: record.pid,
      running: isRunning(record),
    }));
}

/** Resident memory of every process of the lab, in bytes. */
export function measureMemory(): number {
  return findMarked().reduce((sum, pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      return sum;
    }
  }, 0);
}

/** Appends, so that what led to a crash is not lost; one earlier log is kept when it grows. */
function openLog(name: string): number {
  const path = join(logsDir, `${name}.log`);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a');
}

/**
 * Makes sure that `spec` runs as described: keeps it where it does, else ends what is left of it and
 * starts it anew. Says which.
 */
export async function ensureProcess(
  spec: ProcessSpec,
): Promise<'kept' | 'started'> {
  const record = readRecord(spec.name);
  if (
    record &&
    isRunning(record) &&
    record.fingerprint === fingerprintOf(spec)
  ) {
    return 'kept';
  }
  await stopProcess(spec.name);
  mkdirSync(processesDir, { recursive: true, mode: 0o755 });
  mkdirSync(logsDir, { recursive: true, mode: 0o755 });
  const log = openLog(spec.name);
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd ?? runDir,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...spec.env,
      [MARK]: `${runDir}#${spec.name}`,
    },
    // A session of its own: a Ctrl-C at the terminal must not reach it.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid!;
  child.unref();
  const startTime = readStartTime(pid);
  if (startTime === undefined) {
    throw new Error(`${spec.name} ended at once; see ${logsDir}`);
  }
  const fresh: ProcessRecord = {
    name: spec.name,
    pid,
    startTime,
    fingerprint: fingerprintOf(spec),
  };
  writeFileSync(recordPath(spec.name), JSON.stringify(fresh));
  return 'started';
}

function signal(pids: number[], signalName: NodeJS.Signals) {
  for (const pid of pids) {
    try {
      process.kill(pid, signalName);
    } catch {
      // It has ended meanwhile.
    }
  }
}

async function endAll(find: () => number[]): Promise<void> {
  signal(find(), 'SIGTERM');
  const deadline = Date.now() + 5000;
  while (find().length > 0 && Date.now() < deadline) await sleep(50);
  while (find().length > 0) {
    signal(find(), 'SIGKILL');
    await sleep(50);
  }
}

/** Ends a process and all that it started. Nothing to end is no error. */
export async function stopProcess(name: string): Promise<void> {
  await endAll(() => {
    const pids = new Set(findMarked(name));
    const record = readRecord(name);
    if (record && isRunning(record)) pids.add(record.pid);
    return [...pids];
  });
  rmSync(recordPath(name), { force: true });
}

/** Ends every process of this lab. */
export async function stopAllProcesses(): Promise<void> {
  await endAll(() => findMarked());
  rmSync(processesDir, { recursive: true, force: true });
}
