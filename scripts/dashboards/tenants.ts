import { type Dashboard, lines, stat } from './model.ts'

export const tenants: Dashboard = {
  uid: 'atende-tenants',
  title: 'Atende – Empresas',
  description: 'Quem usa quanto. As empresas aparecem só pelo seu id (em «atende tenant list»), e só as maiores (METRICS_TENANTS).',
  choice: { name: 'tenant', title: 'Empresa (id)', metric: 'atende_tenant_messages', label: 'tenant' },
  rows: [
    {
      title: 'Ao todo',
      panels: [
        stat('Empresas ativas', 'max(atende_tenants{state="active"})', 'short'),
        stat('Suspensas e encerradas', 'max(atende_tenants{state="other"})', 'short'),
        stat('Números', 'max(atende_numbers{state="all"})', 'short'),
        stat('Arquivos guardados', 'max(atende_storage_files)', 'short'),
        stat('Espaço dos arquivos', 'max(atende_storage_bytes)', 'bytes'),
        stat('Sockets', 'sum(atende_sockets)', 'short'),
      ],
    },
    {
      title: 'As maiores',
      panels: [
        lines('Mensagens recebidas por hora', 'short', [
          {
            expr: 'topk(10, max by (tenant) (delta(atende_tenant_messages{direction="received",tenant=~"$tenant"}[1h])))',
            legend: '{{tenant}}',
            sometimes: true,
          },
        ]),
        lines('Mensagens enviadas por hora', 'short', [
          { expr: 'topk(10, max by (tenant) (delta(atende_tenant_messages{direction="sent",tenant=~"$tenant"}[1h])))', legend: '{{tenant}}', sometimes: true },
        ]),
        lines('Sockets', 'short', [{ expr: 'topk(10, sum by (tenant) (atende_tenant_sockets{tenant=~"$tenant"}))', legend: '{{tenant}}' }]),
        lines('Espaço dos arquivos', 'bytes', [
          { expr: 'topk(10, max by (tenant) (atende_tenant_storage_bytes{tenant=~"$tenant"}))', legend: '{{tenant}}', sometimes: true },
        ]),
        {
          kind: 'table',
          title: 'Mensagens desde sempre',
          unit: 'short',
          width: 24,
          queries: [{ expr: 'sum by (tenant, direction) (max by (tenant, direction) (atende_tenant_messages{tenant=~"$tenant"}))' }],
        },
      ],
    },
  ],
}
