/** Answers connections: `node tcpServer.ts PORT`, in the network namespace of a pod. */
import { createTcpServer } from './askTcp.ts';

createTcpServer().listen(Number(process.argv[2]));
