import { type Dashboard, lines, stat } from './model.ts'

export const messages: Dashboard = {
  uid: 'atende-messages',
  title: 'Atende – Mensagens',
  description: 'O caminho de uma mensagem: da Meta até a tela, e da tela até a Meta.',
  rows: [
    {
      title: 'Chegada',
      panels: [
        stat('Esperam ser entendidas', 'max(atende_webhook_backlog)', 'short', { limits: { warn: 200, bad: 2000 } }),
        stat('A mais velha há', 'max(atende_webhook_backlog_age_seconds)', 's', { limits: { warn: 30, bad: 120 } }),
        stat('Não entendidas por inteiro', 'max(atende_webhook_events{state="not_understood"})', 'short', { help: 'Em Configurações › Eventos recebidos.' }),
        stat('Tentadas de novo', 'max(atende_webhook_events{state="retrying"})', 'short', { limits: { warn: 1, bad: 20 } }),
        stat('Desistidas', 'max(atende_webhook_events{state="given_up"})', 'short', { limits: { warn: 1, bad: 1 } }),
        stat('Arquivos a caminho', 'sum(max by (state) (atende_media_waiting))', 'short'),
        lines('Entregas da Meta', 'ops', [{ expr: 'sum by (outcome) (rate(atende_webhook_deliveries_total[$__rate_interval]))', legend: '{{outcome}}' }], {
          width: 8,
        }),
        lines('Entregas entendidas', 'ops', [{ expr: 'sum by (outcome) (rate(atende_webhook_understood_total[$__rate_interval]))', legend: '{{outcome}}' }], {
          width: 8,
        }),
        lines(
          'Tempo até o 200 para a Meta',
          's',
          [
            {
              expr: 'histogram_quantile(0.95, sum by (le) (rate(atende_http_request_duration_seconds_bucket{method="POST",route=~"/webhooks/.*"}[$__rate_interval])))',
              legend: '95%',
            },
          ],
          { width: 8 },
        ),
        lines('Fila de chegada', 'short', [{ expr: 'max(atende_webhook_backlog)', legend: 'entregas' }], { width: 8 }),
        lines('Mensagens recebidas', 'ops', [{ expr: 'sum by (channel) (rate(atende_messages_received_total[$__rate_interval]))', legend: '{{channel}}' }], {
          width: 8,
        }),
        lines('Arquivos que faltam', 'short', [{ expr: 'max by (state) (atende_media_waiting)', legend: '{{state}}' }], { width: 8 }),
      ],
    },
    {
      title: 'Saída',
      panels: [
        stat('Prontas para sair', 'max(atende_send_backlog)', 'short', { limits: { warn: 50, bad: 500 } }),
        stat('A mais velha há', 'max(atende_send_backlog_age_seconds)', 's', { limits: { warn: 30, bad: 120 } }),
        stat('Conversas com algo a sair', 'max(atende_conversations_sending)', 'short', { help: 'Também as que esperam pelo ritmo ou por um número parado.' }),
        stat('Números conectados', 'max(atende_numbers{state="connected"})', 'short'),
        stat('Números parados', 'max(atende_numbers{state="held"})', 'short', { limits: { warn: 1, bad: 1 } }),
        stat('Números ao todo', 'max(atende_numbers{state="all"})', 'short'),
        lines('Tentativas de envio', 'ops', [{ expr: 'sum by (outcome) (rate(atende_messages_sent_total[$__rate_interval]))', legend: '{{outcome}}' }], {
          width: 8,
        }),
        lines(
          'Da tela até a Meta',
          's',
          [
            { expr: 'histogram_quantile(0.5, sum by (le) (rate(atende_send_latency_seconds_bucket[$__rate_interval])))', legend: 'metade' },
            { expr: 'histogram_quantile(0.95, sum by (le) (rate(atende_send_latency_seconds_bucket[$__rate_interval])))', legend: '95%' },
          ],
          { width: 8, help: 'A espera pelo ritmo do WhatsApp está incluída.' },
        ),
        lines(
          'Resposta da Meta',
          's',
          [{ expr: 'histogram_quantile(0.95, sum by (le) (rate(atende_send_call_seconds_bucket[$__rate_interval])))', legend: '95%' }],
          { width: 8 },
        ),
        lines('E-mails', 'ops', [{ expr: 'sum by (outcome) (rate(atende_mails_total[$__rate_interval]))', legend: '{{outcome}}' }], { width: 24, height: 6 }),
      ],
    },
  ],
}
