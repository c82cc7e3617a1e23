/** Answers connections: `node tcpServer.ts PORT [GREETING]`, in the network namespace of a pod. */
import { createTcpServer } from './askTcp.ts';

const [, , port, greeting] = process.argv;
createTcpServer(greeting).listen(Number(port));
