import { type Dashboard, lines, stat } from './model.ts'

export const database: Dashboard = {
  uid: 'atende-database',
  title: 'Atende – Banco de dados',
  description: 'PostgreSQL: responde depressa, tem conexões, cabe no disco?',
  rows: [
    {
      title: 'Agora',
      panels: [
        stat('Responde', 'max(atende_database_up)', 'bool_yes_no', { limits: { warn: 1, bad: 1, down: true } }),
        stat('Latência', 'min(atende_database_latency_seconds)', 's', { limits: { warn: 0.1, bad: 0.5 } }),
        stat('Tamanho', 'max(atende_database_size_bytes)', 'bytes'),
        stat('Conexões em uso', 'max(atende_database_connections) / max(atende_database_connections_max)', 'percentunit', { limits: { warn: 0.7, bad: 0.85 } }),
        stat('Transação mais longa', 'max(atende_database_longest_transaction_seconds)', 's', { limits: { warn: 60, bad: 900 } }),
        stat('Esperas por bloqueios', 'max(atende_database_lock_waits)', 'short', { limits: { warn: 1, bad: 5 } }),
      ],
    },
    {
      title: 'Trabalho',
      panels: [
        lines('Latência por processo', 's', [{ expr: 'atende_database_latency_seconds', legend: '{{role}} {{colour}}' }], { width: 8 }),
        lines('Conexões de cada processo', 'short', [{ expr: 'sum by (role, state) (atende_database_pool_connections)', legend: '{{role}} {{state}}' }], {
          width: 8,
          stacked: true,
        }),
        lines('Esperam por uma conexão', 'short', [{ expr: 'max by (role) (atende_database_pool_waiting)', legend: '{{role}}' }], { width: 8 }),
        lines('Transações', 'ops', [{ expr: 'max by (end) (rate(atende_database_transactions_total[$__rate_interval]))', legend: '{{end}}' }], { width: 8 }),
        lines(
          'Lido da memória, em vez do disco',
          'percentunit',
          [
            {
              expr: 'max(rate(atende_database_blocks_total{from="memory"}[$__rate_interval])) / (max(rate(atende_database_blocks_total{from="memory"}[$__rate_interval])) + max(rate(atende_database_blocks_total{from="disk"}[$__rate_interval])))',
              legend: 'da memória',
            },
          ],
          { width: 8 },
        ),
        lines('Impasses', 'short', [{ expr: 'max(increase(atende_database_deadlocks_total[$__rate_interval]))', legend: 'impasses' }], { width: 8 }),
      ],
    },
    {
      title: 'Espaço e cópias',
      panels: [
        lines('Maiores tabelas', 'bytes', [{ expr: 'max by (table) (atende_database_table_bytes)', legend: '{{table}}' }], { width: 12, stacked: true }),
        lines('Linhas mortas (esperam limpeza)', 'short', [{ expr: 'max by (table) (atende_database_table_rows{state="dead"})', legend: '{{table}}' }]),
        lines('Arquivos temporários', 'bytes', [{ expr: 'max(rate(atende_database_temp_bytes_total[$__rate_interval]))', legend: 'por segundo' }], {
          width: 8,
        }),
        lines(
          'Arquivo de WAL',
          'short',
          [{ expr: 'max by (outcome) (increase(atende_database_wal_archived_total[$__rate_interval]))', legend: '{{outcome}}' }],
          { width: 8 },
        ),
        lines('Atraso da réplica', 's', [{ expr: 'max(atende_database_replication_lag_seconds)', legend: 'atraso', sometimes: true }], { width: 8 }),
      ],
    },
  ],
}
