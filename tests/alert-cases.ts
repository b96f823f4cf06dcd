/** Series in the words of `promtool test rules`: one value each interval, `N` times. */
export type Series = Record<string, string>
export type AlertCase = {
  alert: string
  bad: Series /** When it must have fired. */
  at: string /** Of the samples; long stories have long steps. */
  step?: string
  /** It changes what others rest on. */
  alone?: true
}

const web = 'job="atende",role="web",colour="blue",instance="web"'
const worker = 'job="atende",role="worker",colour="blue",instance="worker"'
const ALWAYS = 'xN'
export const flat = (value: number | string): string => `${value}+0${ALWAYS}`
const rises = (each: number): string => `0+${each}${ALWAYS}`
const DAY = 86_400

/** A server that is well, seen for a long time. Its backup and its test are always just made. */
export const HEALTHY: Series = {
  [`up{${web}}`]: flat(1),
  'up{job="atende",role="web",colour="green",instance="idle"}': flat(0),
  [`up{${worker}}`]: flat(1),
  [`atende_start_timestamp_seconds{${web}}`]: flat(10),
  [`atende_database_up{${web}}`]: flat(1),
  [`atende_database_up{${worker}}`]: flat(1),
  [`atende_database_latency_seconds{${web}}`]: flat(0.002),
  [`atende_database_pool_waiting{${web}}`]: flat(0),
  [`atende_database_connections{${web}}`]: flat(30),
  [`atende_database_connections_max{${web}}`]: flat(100),
  [`atende_database_lock_waits{${web}}`]: flat(0),
  [`atende_database_deadlocks_total{${web}}`]: flat(2),
  [`atende_database_longest_transaction_seconds{${web}}`]: flat(0.1),
  [`atende_database_replication_lag_seconds{${web}}`]: flat(0.5),
  [`atende_database_wal_archived_total{${web},outcome="ok"}`]: rises(1),
  [`atende_database_wal_archived_total{${web},outcome="failed"}`]: flat(1),
  [`atende_collector_up{${web},collector="server"}`]: flat(1),
  [`atende_collector_up{${web},collector="certificate"}`]: flat(1),
  [`atende_limiter_stand_in{${web}}`]: flat(0),
  [`atende_http_request_duration_seconds_count{${web},route="/api/x",status="2xx"}`]: rises(600),
  [`atende_http_request_duration_seconds_count{${web},route="/api/x",status="5xx"}`]: flat(3),
  [`atende_http_request_duration_seconds_bucket{${web},route="/api/x",status="2xx",le="0.1"}`]: rises(600),
  [`atende_http_request_duration_seconds_bucket{${web},route="/api/x",status="2xx",le="2.5"}`]: rises(600),
  [`atende_http_request_duration_seconds_bucket{${web},route="/api/x",status="2xx",le="+Inf"}`]: rises(600),
  [`atende_nodejs_eventloop_lag_p99_seconds{${web}}`]: flat(0.02),
  [`atende_webhook_backlog_age_seconds{${web}}`]: flat(0),
  [`atende_webhook_deliveries_total{${web},outcome="accepted"}`]: rises(60),
  [`atende_webhook_deliveries_total{${web},outcome="refused"}`]: rises(1),
  [`atende_webhook_deliveries_total{${web},outcome="failed"}`]: flat(0),
  [`atende_webhook_events{${web},state="given_up"}`]: flat(4),
  [`atende_send_backlog_age_seconds{${web}}`]: flat(1),
  [`atende_messages_sent_total{${worker},outcome="accepted"}`]: rises(30),
  [`atende_messages_sent_total{${worker},outcome="refused"}`]: rises(1),
  [`atende_numbers{${web},state="held"}`]: flat(0),
  [`atende_jobs{${web},queue="media.download",state="queued"}`]: flat(3),
  [`atende_jobs{${web},queue="media.download",state="failed"}`]: flat(12),
  [`atende_media_waiting_age_seconds{${web}}`]: flat(20),
  [`atende_mails_total{${worker},outcome="failed"}`]: flat(2),
  [`atende_disk_free_bytes{${web}}`]: flat(30e9),
  [`atende_disk_size_bytes{${web}}`]: flat(80e9),
  [`atende_disk_files_free{${web}}`]: flat(4e6),
  [`atende_storage_up{${web},kind="disk"}`]: flat(1),
  [`atende_memory_available_bytes{${web}}`]: flat(2e9),
  [`atende_memory_size_bytes{${web}}`]: flat(4e9),
  [`atende_memory_used_ratio{${web}}`]: flat(0.5),
  [`atende_machine_load{${web},minutes="5"}`]: flat(0.6),
  [`atende_machine_cores{${web}}`]: flat(2),
  [`atende_certificate_expiry_timestamp_seconds{${web}}`]: flat(90 * DAY),
  [`atende_run_success_timestamp_seconds{${web},kind="backup"}`]: '1+60xN',
  [`atende_run_success_timestamp_seconds{${web},kind="restore-test"}`]: '1+60xN',
  [`atende_archive_late{${web},place="dir"}`]: flat(0),
  [`atende_archive_gap{${web},place="dir"}`]: flat(0),
  [`atende_run_failed{${web},kind="backup"}`]: flat(0),
  [`atende_run_failed{${web},kind="restore-test"}`]: flat(0),
  [`atende_run_failed{${web},kind="update"}`]: flat(0),
  [`atende_run_failed{${web},kind="doctor"}`]: flat(0),
  [`atende_public_address_up{${web}}`]: flat(1),
  [`atende_audit_open_age_seconds{${web}}`]: flat(200),
  [`atende_audit_uncopied{${web}}`]: flat(0),
  [`atende_logins_total{${web},outcome="accepted"}`]: rises(2),
  [`atende_logins_total{${web},outcome="refused"}`]: rises(1),
}

const one = (alert: string, at: string, series: string, values: string, step?: string): AlertCase => ({
  alert,
  at,
  bad: { [series]: values },
  ...(step ? { step } : {}),
})

/** What each alert is for: the healthy server with one thing changed. */
export const CASES: readonly AlertCase[] = [
  one('AtendeWebDown', '10m', `up{${web}}`, flat(0)),
  one('AtendeWebDown', '10m', `up{${web}}`, '_xN'),
  one('AtendeWorkerDown', '10m', `up{${worker}}`, flat(0)),
  one('AtendePublicUnreached', '10m', `atende_public_address_up{${web}}`, flat(0)),
  one('AtendeRestarts', '10m', `atende_start_timestamp_seconds{${web}}`, rises(50)),
  one('AtendeServerErrors', '15m', `atende_http_request_duration_seconds_count{${web},route="/api/x",status="5xx"}`, rises(60)),
  {
    alert: 'AtendeSlow',
    at: '30m',
    bad: { [`atende_http_request_duration_seconds_bucket{${web},route="/api/x",status="2xx",le="0.1"}`]: rises(300) },
  },
  one('AtendeEventLoopBlocked', '30m', `atende_nodejs_eventloop_lag_p99_seconds{${web}}`, flat(0.9)),
  one('AtendeCollectorFailing', '30m', `atende_collector_up{${web},collector="server"}`, flat(0)),
  one('AtendeUpdateFailed', '5m', `atende_run_failed{${web},kind="update"}`, flat(1)),
  one('AtendeLimiterStandIn', '10m', `atende_limiter_stand_in{${web}}`, flat(1)),
  { alert: 'AtendeDatabaseDown', alone: true, at: '5m', bad: { [`atende_database_up{${web}}`]: flat(0), [`atende_database_up{${worker}}`]: flat(0) } },
  one('AtendeDatabaseSlow', '10m', `atende_database_latency_seconds{${web}}`, flat(0.8)),
  one('AtendeDatabasePoolWaiting', '10m', `atende_database_pool_waiting{${web}}`, flat(7)),
  one('AtendeDatabaseConnections', '20m', `atende_database_connections{${web}}`, flat(95)),
  one('AtendeDatabaseLockWaits', '10m', `atende_database_lock_waits{${web}}`, flat(9)),
  one('AtendeDatabaseDeadlocks', '20m', `atende_database_deadlocks_total{${web}}`, rises(1)),
  one('AtendeLongTransaction', '10m', `atende_database_longest_transaction_seconds{${web}}`, flat(2000)),
  one('AtendeReplicationLag', '10m', `atende_database_replication_lag_seconds{${web}}`, flat(90)),
  {
    alert: 'AtendeWalArchiveFailing',
    at: '40m',
    bad: {
      [`atende_database_wal_archived_total{${web},outcome="ok"}`]: flat(100),
      [`atende_database_wal_archived_total{${web},outcome="failed"}`]: rises(1),
    },
  },
  one('AtendeWebhookBacklog', '10m', `atende_webhook_backlog_age_seconds{${web}}`, flat(300)),
  one('AtendeWebhookNotStored', '10m', `atende_webhook_deliveries_total{${web},outcome="failed"}`, rises(1)),
  one('AtendeWebhookRefused', '20m', `atende_webhook_deliveries_total{${web},outcome="refused"}`, rises(90)),
  one('AtendeWebhookGivenUp', '20m', `atende_webhook_events{${web},state="given_up"}`, `4+0x10 5+0${ALWAYS}`),
  one('AtendeMessagesStuck', '10m', `atende_send_backlog_age_seconds{${web}}`, flat(400)),
  one('AtendeSendsFailing', '30m', `atende_messages_sent_total{${worker},outcome="refused"}`, rises(30)),
  one('AtendeNumberHeld', '20m', `atende_numbers{${web},state="held"}`, flat(1)),
  one('AtendeJobsWaiting', '30m', `atende_jobs{${web},queue="media.download",state="queued"}`, flat(5000)),
  one('AtendeJobsFailing', '30m', `atende_jobs{${web},queue="media.download",state="failed"}`, rises(2)),
  one('AtendeMediaWaiting', '20m', `atende_media_waiting_age_seconds{${web}}`, flat(9000)),
  one('AtendeMailsFailing', '30m', `atende_mails_total{${worker},outcome="failed"}`, rises(1)),
  one('AtendeDiskLow', '10m', `atende_disk_free_bytes{${web}}`, flat(6e9)),
  one('AtendeDiskAlmostFull', '10m', `atende_disk_free_bytes{${web}}`, flat(2e9)),
  // 200 MB a minute.
  one('AtendeDiskFullSoon', '2h', `atende_disk_free_bytes{${web}}`, `3.6e10-2e8${ALWAYS}`),
  one('AtendeDiskFilesLow', '10m', `atende_disk_files_free{${web}}`, flat(500)),
  one('AtendeStorageDown', '10m', `atende_storage_up{${web},kind="disk"}`, flat(0)),
  one('AtendeMemoryLow', '20m', `atende_memory_available_bytes{${web}}`, flat(2e8)),
  one('AtendeProcessMemory', '20m', `atende_memory_used_ratio{${web}}`, flat(0.95)),
  one('AtendeMachineLoad', '20m', `atende_machine_load{${web},minutes="5"}`, flat(7)),
  one('AtendeCertificateExpires', '2h', `atende_certificate_expiry_timestamp_seconds{${web}}`, flat(10 * DAY)),
  one('AtendeCertificateAlmostExpired', '10m', `atende_certificate_expiry_timestamp_seconds{${web}}`, flat(2 * DAY)),
  one('AtendeCertificateUnseen', '4h', `atende_collector_up{${web},collector="certificate"}`, flat(0)),
  one('AtendeBackupOld', '30h', `atende_run_success_timestamp_seconds{${web},kind="backup"}`, flat(3600), '10m'),
  one('AtendeBackupMissing', '30h', `atende_run_success_timestamp_seconds{${web},kind="backup"}`, flat(0), '10m'),
  one('AtendeArchiveOld', '10m', `atende_archive_late{${web},place="s3"}`, flat(1)),
  one('AtendeArchiveGap', '10m', `atende_archive_gap{${web},place="s3"}`, flat(1)),
  one('AtendeBackupFailed', '20m', `atende_run_failed{${web},kind="backup"}`, flat(1)),
  one('AtendeRestoreTestFailed', '5m', `atende_run_failed{${web},kind="restore-test"}`, flat(1)),
  one('AtendeRestoreTestOld', '240h', `atende_run_success_timestamp_seconds{${web},kind="restore-test"}`, flat(3600), '1h'),
  one('AtendeDoctorFailed', '5m', `atende_run_failed{${web},kind="doctor"}`, flat(1)),
  one('AtendeAuditUnsigned', '20m', `atende_audit_open_age_seconds{${web}}`, flat(5000)),
  one('AtendeAuditNotCopied', '2h', `atende_audit_uncopied{${web}}`, flat(40)),
  one('AtendeLoginsRefused', '15m', `atende_logins_total{${web},outcome="refused"}`, rises(40)),
]
