// For servers where PM2 looks after processes instead of systemd (containers without it, shared hosting):
//   set -a; . ./atende.env; set +a; pm2 start deploy/pm2/ecosystem.config.cjs && pm2 save
// Installer and update.sh know nothing of it: deploy/README.md says what is left to do.
// Settings come from the environment of `pm2 start`. One web and one worker process share the embedded database, a third process;
// with DATABASE_URL that one is left out. Never `instances`: each process has a port of its own.
const path = require('node:path')

const release = path.resolve(__dirname, '../..')
const program = path.join(release, 'deploy/bin/atende')
const shared = process.env.DATABASE_URL ? {} : { EMBEDDED_DATABASE: 'shared' }

// With LOG_DIR the servers keep their own files, by kind and bounded; PM2's copy of standard output would grow for ever.
const printed = process.env.LOG_DIR ? { out_file: '/dev/null' } : {}

const common = {
  script: program,
  // The script is a shell's; PM2 would start it with Node otherwise.
  interpreter: 'none',
  cwd: '/',
  exec_mode: 'fork',
  autorestart: true,
  exp_backoff_restart_delay: 200,
  merge_logs: true,
  // SIGTERM lets everything end by itself; SIGINT, PM2's usual signal, does the same.
  kill_timeout: 90_000,
}

module.exports = {
  apps: [
    ...(process.env.DATABASE_URL ? [] : [{ ...common, name: 'atende-postgres', args: 'db serve', kill_timeout: 300_000 }]),
    {
      ...common,
      ...printed,
      name: 'atende-web',
      args: 'start',
      max_memory_restart: '1500M',
      env: { ...shared, ROLE: 'web', PORT: process.env.ATENDE_WEB_PORT ?? '3001' },
    },
    {
      ...common,
      ...printed,
      name: 'atende-worker',
      args: 'start',
      max_memory_restart: '1500M',
      env: { ...shared, ROLE: 'worker', PORT: process.env.ATENDE_WORKER_PORT ?? '3011' },
    },
  ],
}
