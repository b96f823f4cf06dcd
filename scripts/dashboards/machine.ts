import { type Dashboard, lines, stat } from './model.ts'

export const machine: Dashboard = {
  uid: 'atende-machine',
  title: 'Atende – Máquina',
  description: 'Disco, memória, processador e os processos do Atende; sem outro exportador.',
  rows: [
    {
      title: 'Agora',
      panels: [
        stat('Disco livre', 'min(atende_disk_free_bytes)', 'bytes'),
        stat('Disco livre', 'min(atende_disk_free_bytes / atende_disk_size_bytes)', 'percentunit', { limits: { warn: 0.1, bad: 0.04, down: true } }),
        stat('Dias até encher', 'min(atende_disk_free_bytes / (deriv(atende_disk_free_bytes[6h]) * -86400 > 0))', 'd', {
          limits: { warn: 14, bad: 3, down: true },
          sometimes: true,
          help: 'No ritmo das últimas seis horas; vazio quando não enche.',
        }),
        stat('Memória livre', 'min(atende_memory_available_bytes / atende_memory_size_bytes)', 'percentunit', {
          limits: { warn: 0.15, bad: 0.08, down: true },
        }),
        stat('Carga por núcleo', 'max(atende_machine_load{minutes="5"}) / max(atende_machine_cores)', 'none', { limits: { warn: 1, bad: 2 }, decimals: 2 }),
        stat('Arquivos podem ser guardados', 'min(atende_storage_up)', 'bool_yes_no', { limits: { warn: 1, bad: 1, down: true } }),
      ],
    },
    {
      title: 'Máquina',
      panels: [
        lines(
          'Disco',
          'bytes',
          [
            { expr: 'min(atende_disk_free_bytes)', legend: 'livre' },
            { expr: 'max(atende_disk_size_bytes)', legend: 'tamanho' },
          ],
          { width: 8 },
        ),
        lines(
          'Memória',
          'bytes',
          [
            { expr: 'min(atende_memory_available_bytes)', legend: 'livre' },
            { expr: 'max(atende_memory_size_bytes)', legend: 'tamanho' },
          ],
          { width: 8 },
        ),
        lines(
          'Carga',
          'none',
          [
            { expr: 'max by (minutes) (atende_machine_load)', legend: '{{minutes}} min' },
            { expr: 'max(atende_machine_cores)', legend: 'núcleos' },
          ],
          { width: 8 },
        ),
      ],
    },
    {
      title: 'Processos do Atende',
      panels: [
        lines('Memória', 'bytes', [{ expr: 'sum by (role, colour) (atende_process_resident_memory_bytes)', legend: '{{role}} {{colour}}' }], { width: 8 }),
        lines(
          'Processador',
          'percentunit',
          [{ expr: 'sum by (role, colour) (rate(atende_process_cpu_seconds_total[$__rate_interval]))', legend: '{{role}} {{colour}}' }],
          { width: 8 },
        ),
        lines('Atraso do Node (99%)', 's', [{ expr: 'max by (role, colour) (atende_nodejs_eventloop_lag_p99_seconds)', legend: '{{role}} {{colour}}' }], {
          width: 8,
        }),
        lines('Memória do JavaScript', 'bytes', [{ expr: 'sum by (role, colour) (atende_nodejs_heap_size_used_bytes)', legend: '{{role}} {{colour}}' }], {
          width: 8,
        }),
        lines(
          'Coleta de lixo',
          'percentunit',
          [{ expr: 'sum by (role, kind) (rate(atende_nodejs_gc_duration_seconds_sum[$__rate_interval]))', legend: '{{role}} {{kind}}' }],
          { width: 8 },
        ),
        lines('Arquivos abertos', 'short', [{ expr: 'sum by (role, colour) (atende_process_open_fds)', legend: '{{role}} {{colour}}' }], { width: 8 }),
      ],
    },
  ],
}
