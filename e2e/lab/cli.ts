import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { canRunLab } from './can-run.ts';
import {
  adoptCluster,
  existingKubeconfig,
  leaveCluster,
} from './existing-cluster.ts';
import { killBackend } from './killBackend/run.ts';
import { bringUp, readStatus, takeDown } from './lab.ts';
import { kubeconfigPath, logsDir } from './paths.ts';
import { soak } from './soak/run.ts';
import { testLab } from './test.ts';

const USAGE = `yarn lab <command>

  up              builds what is missing and starts it; ready when it returns
  down            ends all of it, keeps the logs
  status          what runs, on which ports, with how much memory
  logs [part]     the parts that log, or the log of one
  kubectl …       kubectl on the lab's API server
  istioctl …      istioctl on the lab's API server
  test [--keep]   up, the lab's tests, the engine against Envoy, the portal
                  killed, down
  kill-backend [--times 4] [--seed N]
                  kills the portal's backend while it enables and disables
  soak [--minutes 120] [--seed N]
                  the portal's backend for long, while the mesh changes and
                  parts of it fail
  can-run         whether this machine can run the lab, and why not

LAB_ISTIO chooses the Istio line, LAB_KUBECONFIG an existing cluster with Istio.`;

const startedAt = Date.now();

function say(line: string): void {
  const seconds = String(Math.round((Date.now() - startedAt) / 1000));
  process.stdout.write(`${seconds.padStart(4)} s  ${line}\n`);
}

function pass(command: string, args: string[]): Promise<number> {
  return new Promise(resolve => {
    const child = spawn(command, args, {
      stdio: 'inherit',
      env: { ...process.env, KUBECONFIG: kubeconfigPath },
    });
    child.on('error', error => {
      process.stderr.write(`${error.message}\n`);
      resolve(127);
    });
    child.on('exit', code => resolve(code ?? 1));
  });
}

function printStatus(): number {
  const { state, processes, memoryBytes, network } = readStatus();
  if (!state) {
    process.stdout.write('down\n');
    return processes.length + network.length > 0 ? 1 : 0;
  }
  process.stdout.write(
    `Istio ${state.istioLine}, kubeconfig ${kubeconfigPath}\n`,
  );
  for (const { name, pid, running } of processes) {
    process.stdout.write(`  ${running ? 'up  ' : 'DOWN'} ${name} (${pid})\n`);
  }
  for (const [name, port] of Object.entries(state.nodePorts)) {
    process.stdout.write(`  http://127.0.0.1:${port}  ${name}\n`);
  }
  process.stdout.write(`memory ${Math.round(memoryBytes / 2 ** 20)} MiB\n`);
  return processes.every(each => each.running) ? 0 : 1;
}

async function main([command, ...args]: string[]): Promise<number> {
  const existing = existingKubeconfig();
  switch (command) {
    case 'up':
      if (existing) {
        await adoptCluster(existing, say);
        return 0;
      }
      await bringUp(say);
      process.stdout.write(`export KUBECONFIG=${kubeconfigPath}\n`);
      return 0;
    case 'down':
      if (existing) await leaveCluster(existing);
      else await takeDown();
      return 0;
    case 'test':
      return testLab(args, say);
    case 'status':
      return printStatus();
    case 'logs': {
      const path = join(logsDir, `${args[0]}.log`);
      if (args[0] && existsSync(path)) return pass('tail', ['-n', '200', path]);
      const logs = existsSync(logsDir) ? readdirSync(logsDir) : [];
      process.stdout.write(
        logs.map(file => `${file.replace(/\.log$/, '')}\n`).join(''),
      );
      return args[0] ? 1 : 0;
    }
    case 'kubectl':
    case 'istioctl': {
      const state = readStatus().state;
      if (!state) throw new Error('The lab is down; yarn lab up starts it');
      return pass(state.parts[command], args);
    }
    case 'kill-backend':
      return killBackend(args, say);
    case 'soak':
      return soak(args, say);
    case 'can-run': {
      const able = canRunLab();
      process.stdout.write(
        able.ok ? 'yes\n' : `no\n${able.reasons.map(r => `- ${r}\n`).join('')}`,
      );
      return able.ok ? 0 : 1;
    }
    default:
      process.stdout.write(`${USAGE}\n`);
      return command === undefined || command === 'help' ? 0 : 2;
  }
}

// `yarn lab status | head` closes the pipe early, which is no failure.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `✗ ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
