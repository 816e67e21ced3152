// The targets that are not the product: straight to the upstream, our own small programs, and nginx.
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { freePort } from '@api-proxy/e2e/harness/product';
import { startProgram } from '@api-proxy/e2e/harness/program';
import { startOwnProcess } from '../measure/own-process.ts';
import { onRelayCore } from '../measure/pinning.ts';
import { processTree } from '../measure/process-figures.ts';
import { ANY_CREDENTIALS, type Site, type Target, type Unavailable } from './target.ts';

const NOBODY = { relay: [], database: [], redis: [] };

/** The generator talks to the upstream itself. */
export function directTarget({ upstream }: Site): Target {
  return {
    name: 'direct',
    port: upstream.port,
    credentials: ANY_CREDENTIALS,
    processes: () => NOBODY,
    stop: async () => {},
  };
}

/** A program of this package that takes the upstream's port and says its own. */
export async function ownTarget(name: 'bare' | 'gateway-only', site: Site): Promise<Target> {
  const started = await startOwnProcess<{ port: number }>({
    program: `${name}.ts`,
    args: [String(site.upstream.port)],
    env: site.env,
    wrap: (file, args) => onRelayCore(site.pinning, file, args),
  });
  return {
    name,
    port: started.ready.port,
    credentials: ANY_CREDENTIALS,
    processes: () => ({ ...NOBODY, relay: [started.pid] }),
    stop: started.stop,
  };
}

/** nginx with one worker and no buffering. */
export async function nginxTarget(site: Site): Promise<Target | Unavailable> {
  const program = findNginx();
  if (!program) return { name: 'nginx', unavailable: 'nginx is not installed' };
  const folder = mkdtempSync(join(tmpdir(), 'bench-nginx-'));
  const port = await freePort();
  writeFileSync(join(folder, 'nginx.conf'), configuration({ folder, port, upstream: site.upstream.port }));
  const command = onRelayCore(site.pinning, program, ['-p', folder, '-c', join(folder, 'nginx.conf')]);
  const started = await startProgram({
    ...command,
    options: { cwd: folder },
    ready: /start worker process \d/,
    stopSignal: 'SIGTERM',
  });
  await connectable(port);
  return {
    name: 'nginx',
    port,
    credentials: ANY_CREDENTIALS,
    processes: () => ({ ...NOBODY, relay: processTree(started.pid) }),
    stop: async () => {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findNginx(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'nginx')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us.
    return false;
  }
}

function configuration({
  folder,
  port,
  upstream,
}: {
  folder: string;
  port: number;
  upstream: number;
}): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((part) => `${part}_temp_path ${join(folder, part)};`)
    .join(' ');
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; worker_processes 1; worker_rlimit_nofile 16384; pid ${join(folder, 'nginx.pid')};
error_log stderr notice;
events { worker_connections 8192; }
http {
  access_log off; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 75s; ${temporary}
  client_max_body_size 0; client_body_buffer_size 8m;
  upstream fake { server 127.0.0.1:${upstream}; keepalive 4096; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://fake; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_read_timeout 600s;
    }
  }
}
`;
}

async function connectable(port: number): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const ok = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' }, () => resolve(true));
      socket.on('connect', () => socket.destroy());
      socket.on('error', () => resolve(false));
    });
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nginx does not answer');
}
