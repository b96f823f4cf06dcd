import { type Dashboard, lines, stat } from './model.ts'

export const jobs: Dashboard = {
  uid: 'atende-jobs',
  title: 'Atende – Tarefas',
  description: 'O que o worker faz por trás: arquivos, e-mails, verificações.',
  rows: [
    {
      title: 'Filas',
      panels: [
        stat('Esperam', 'sum(max by (queue) (atende_jobs{state="queued"}))', 'short', { limits: { warn: 200, bad: 1000 } }),
        stat('Andam', 'sum(max by (queue) (atende_jobs{state="active"}))', 'short'),
        stat('Falharam (último dia)', 'sum(max by (queue) (atende_jobs{state="failed"}))', 'short', { limits: { warn: 10, bad: 50 } }),
        stat('Arquivos que falharam', 'max(atende_media_waiting{state="failed"})', 'short'),
        stat('Arquivo mais velho a caminho', 'max(atende_media_waiting_age_seconds)', 's', { limits: { warn: 3600, bad: 7200 } }),
        stat('Provas do diário por copiar', 'max(atende_audit_uncopied)', 'short', { sometimes: true }),
        lines('Tarefas que esperam', 'short', [{ expr: 'max by (queue) (atende_jobs{state="queued"})', legend: '{{queue}}' }]),
        lines('Tarefas que andam', 'short', [{ expr: 'max by (queue) (atende_jobs{state="active"})', legend: '{{queue}}' }]),
        lines('Tarefas que falharam', 'short', [{ expr: 'max by (queue) (atende_jobs{state="failed"})', legend: '{{queue}}' }]),
        lines('Leitura dos números (coletores)', 's', [{ expr: 'max by (collector) (atende_collector_seconds)', legend: '{{collector}}' }]),
      ],
    },
    {
      title: 'Cópias, testes e atualizações',
      panels: [
        {
          kind: 'table',
          title: 'Última vez que deu certo',
          unit: 'dateTimeAsIso',
          width: 12,
          height: 6,
          queries: [{ expr: '(max by (kind) (atende_run_success_timestamp_seconds) > 0) * 1000', sometimes: true }],
        },
        lines('A última falhou', 'bool_yes_no', [{ expr: 'max by (kind) (atende_run_failed)', legend: '{{kind}}' }], { height: 6 }),
      ],
    },
  ],
}
