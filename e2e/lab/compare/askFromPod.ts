/**
 * Sends requests from where it runs: `node askFromPod.ts`, in the network namespace of a pod. Reads
 * {@link Question}s from standard input, writes what was seen to standard output.
 */
import { askHttp, type HttpQuestion } from './askHttp.ts';
import { askTcp, type TcpQuestion } from './askTcp.ts';

export type Question = HttpQuestion | TcpQuestion;

export const ask = (question: Question) =>
  'url' in question ? askHttp(question) : askTcp(question);

if (import.meta.main) {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  const answers = [];
  for (const question of JSON.parse(text)) answers.push(await ask(question));
  process.stdout.write(JSON.stringify(answers));
}
