import { type Dashboard, lines, stat } from './model.ts'

export const overview: Dashboard = {
  uid: 'atende-overview',
  title: 'Atende – Visão geral',
  description: 'Está tudo bem? O que está no ar, o que espera, e o que precisa de alguém.',
  rows: [
    {
      title: 'Agora',
      panels: [
        stat('Processos web no ar', 'sum(up{job="atende",role=~"web|all"})', 'short', { limits: { warn: 1, bad: 1, down: true } }),
        stat('Processos worker no ar', 'sum(up{job="atende",role=~"worker|all"})', 'short', { limits: { warn: 1, bad: 1, down: true } }),
        stat('Banco de dados responde', 'max(atende_database_up)', 'bool_yes_no', { limits: { warn: 1, bad: 1, down: true } }),
        stat('Alertas ativos', 'count(ALERTS{alertstate="firing"}) or vector(0)', 'short', { limits: { warn: 1, bad: 3 } }),
        stat('Versão', 'max by (version) (atende_build_info)', 'string', { showLabel: 'version' }),
        stat('No ar desde', 'max(atende_start_timestamp_seconds) * 1000', 'dateTimeAsIso'),
        stat('Recebidas esperam há', 'max(atende_webhook_backlog_age_seconds)', 's', { limits: { warn: 30, bad: 120 } }),
        stat('Respostas esperam há', 'max(atende_send_backlog_age_seconds)', 's', { limits: { warn: 30, bad: 120 } }),
        stat('Números parados', 'max(atende_numbers{state="held"})', 'short', { limits: { warn: 1, bad: 1 } }),
        stat('Última cópia boa', 'time() - (max(atende_run_success_timestamp_seconds{kind="backup"}) > 0)', 's', {
          limits: { warn: 26 * 3600, bad: 48 * 3600 },
          sometimes: true,
        }),
        stat('Certificado vence em', 'min(atende_certificate_expiry_timestamp_seconds) - time()', 's', {
          limits: { warn: 14 * 86400, bad: 3 * 86400, down: true },
          sometimes: true,
        }),
        stat('Disco livre', 'min(atende_disk_free_bytes / atende_disk_size_bytes)', 'percentunit', { limits: { warn: 0.1, bad: 0.04, down: true } }),
      ],
    },
    {
      title: 'Movimento',
      panels: [
        lines('Mensagens por segundo', 'ops', [
          { expr: 'sum(rate(atende_messages_received_total[$__rate_interval]))', legend: 'recebidas' },
          { expr: 'sum(rate(atende_messages_sent_total{outcome="accepted"}[$__rate_interval]))', legend: 'enviadas' },
        ]),
        lines('Pessoas conectadas (sockets)', 'short', [{ expr: 'sum(atende_sockets{job="atende"})', legend: 'sockets' }]),
        lines(
          'Pedidos por segundo',
          'reqps',
          [{ expr: 'sum by (status) (rate(atende_http_request_duration_seconds_count[$__rate_interval]))', legend: '{{status}}' }],
          {
            stacked: true,
          },
        ),
        lines('Tempo de resposta da API', 's', [
          {
            expr: 'histogram_quantile(0.5, sum by (le) (rate(atende_http_request_duration_seconds_bucket{route=~"/api/.*"}[$__rate_interval])))',
            legend: 'metade',
          },
          {
            expr: 'histogram_quantile(0.95, sum by (le) (rate(atende_http_request_duration_seconds_bucket{route=~"/api/.*"}[$__rate_interval])))',
            legend: '95%',
          },
          {
            expr: 'histogram_quantile(0.99, sum by (le) (rate(atende_http_request_duration_seconds_bucket{route=~"/api/.*"}[$__rate_interval])))',
            legend: '99%',
          },
        ]),
      ],
    },
    {
      title: 'Segurança e cuidados',
      panels: [
        lines('Entradas', 'ops', [{ expr: 'sum by (outcome) (rate(atende_logins_total[$__rate_interval]))', legend: '{{outcome}}' }], { width: 8 }),
        lines('Recusados por limites', 'ops', [{ expr: 'sum by (rule) (rate(atende_limit_refusals_total[$__rate_interval]))', legend: '{{rule}}' }], {
          width: 8,
        }),
        lines('Redes barradas', 'short', [{ expr: 'max(atende_bans)', legend: 'redes' }], { width: 8 }),
        lines('Idade da linha mais velha do diário sem assinatura', 's', [{ expr: 'max(atende_audit_open_age_seconds)', legend: 'sem assinatura' }], {
          width: 8,
        }),
        lines('Tamanho da última cópia de segurança', 'bytes', [{ expr: 'max(atende_backup_bytes)', legend: 'bytes', sometimes: true }], { width: 8 }),
        lines('Duração da última cópia de segurança', 's', [{ expr: 'max(atende_backup_seconds)', legend: 'segundos', sometimes: true }], { width: 8 }),
      ],
    },
  ],
}
