import { describe, expect, it } from 'vitest'
import { loadConfig, SETTING_NAMES } from '../../platform/config.ts'
import { distance, misspelt } from './checks/config-checks.ts'
import { judgeUnits } from './checks/host-checks.ts'
import { FAMILIES } from './checks.ts'
import { readGateway, readListeners } from './listeners.ts'
import { judgeOwnPorts, judgePorts } from './ports.ts'

const ALL = FAMILIES.flatMap((f) => Object.entries(f.texts))

describe('texts', () => {
  it('no id stands twice', () => {
    expect(new Set(ALL.map(([id]) => id)).size).toBe(ALL.length)
  })

  it.each(ALL)('%s says what it is and what to do, in both languages', (id, { title, todo }) => {
    expect(id).toMatch(/^[a-z]+\.[a-z_]+$/)
    for (const text of [title.en, title.pt, todo.en, todo.pt]) expect(text.trim().length).toBeGreaterThan(5)
    expect(title.en).not.toBe(title.pt)
  })
})

describe('misspelt settings', () => {
  it.each([
    ['PUBLC_URL', 'PUBLIC_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['ENCRYPTION_KEYS', 'ENCRYPTION_KEY'],
    ['TRUSTED_PORXIES', 'TRUSTED_PROXIES'],
    ['RATE_LIMIT_SENT', 'RATE_LIMIT_SEND'],
  ])('%s was meant to be %s', (name, near) => {
    expect(misspelt([name])).toEqual([{ name, near, only: 'spelling' }])
  })

  it('a setting that is no secret has no form with _FILE', () => {
    expect(misspelt(['PUBLIC_URL_FILE', 'ENCRYPTION_KEY_FILE'])).toEqual([{ name: 'PUBLIC_URL_FILE', near: 'PUBLIC_URL', only: 'file' }])
  })

  it('what systems and other programs set is left alone', () => {
    const usual = [
      'PATH',
      'HOME',
      'SHELL',
      'HOSTNAME',
      'LOGNAME',
      'LANG',
      'TERM',
      'PWD',
      'OLDPWD',
      'USER',
      'EDITOR',
      'NODE_OPTIONS',
      'INVOCATION_ID',
      'JOURNAL_STREAM',
    ]
    expect(
      misspelt([
        ...usual,
        'SYSTEMD_EXEC_PID',
        'SSH_CONNECTION',
        'XDG_SESSION_ID',
        'DEBIAN_FRONTEND',
        'npm_config_cache',
        'OTEL_SERVICE_NAME',
        ...SETTING_NAMES,
      ]),
    ).toEqual([])
  })

  it('swapped neighbours count once', () => {
    expect([distance('PROXIES', 'PORXIES'), distance('ab', 'ba'), distance('abc', 'abd'), distance('', 'abc')]).toEqual([1, 1, 1, 3])
  })
})

describe('what listens', () => {
  const table = (rows: string[]) =>
    ['  sl  local_address rem_address   st', ...rows.map((r, i) => `   ${i}: ${r} 00000000:0000 0A 00000000:00000000`)].join('\n')

  it('reads addresses of both kinds', () => {
    const text = table([
      '0100007F:1538',
      '00000000:0CEA',
      '00000000000000000000000001000000:18EB',
      '0000000000000000FFFF00000100007F:0050',
      '00000000000000000000000000000000:01BB',
    ])
    expect(readListeners(text).map((l) => [l.address, l.port, l.loopback])).toEqual([
      ['127.0.0.1', 5432, true],
      ['0.0.0.0', 3306, false],
      ['0:0:0:0:0:0:0:1', 6379, true],
      ['127.0.0.1', 80, true],
      ['::', 443, false],
    ])
  })

  it('a database that everybody can reach is wrong; one on loopback, and a web server, are not', () => {
    expect(judgePorts(table(['0100007F:1538', '00000000:0050']), [5432, 6379])).toMatchObject([{ status: 'ok' }])
    expect(judgePorts(table(['00000000:1538', '00000000000000000000000000000000:18EB']), [5432, 6379])).toMatchObject([
      { status: 'fail', message: { en: '0.0.0.0:5432, :::6379 listens for everybody' } },
    ])
  })
})

describe('ports of its own', () => {
  it('one that the system gives to outgoing connections is told, unless it is kept free', () => {
    const status = (ports: number[], reserved = '\n') => judgeOwnPorts('32768\t60999\n', reserved, ports)
    expect(status([3000, 25_432, 61_000])).toMatchObject({ status: 'ok' })
    expect(status([3000, 54_329])).toMatchObject({ status: 'warn', message: { en: expect.stringMatching(/^54329: /) } })
    expect(status([54_329], '8080,54320-54330\n')).toMatchObject({ status: 'ok' })
    expect(status([54_329], '54330\n')).toMatchObject({ status: 'warn' })
    // As it can be typed: with the ports, beside those of others, and the database before those who ask it.
    const todo = status([3000, 54_329, 40_000], '8080,9148-9150\n').todo?.en ?? ''
    expect(todo).toContain("'net.ipv4.ip_local_reserved_ports = 8080,9148-9150,54329,40000'")
    expect(todo).toContain("restart atende-postgres 'atende-web@*'")
  })

  it('the ports that Atende has when nobody says otherwise are none of them', () => {
    const { PORT, EMBEDDED_PORT } = loadConfig({ PORT: undefined, EMBEDDED_PORT: undefined })
    expect(judgeOwnPorts('32768 60999', '', [PORT, EMBEDDED_PORT])).toMatchObject({ status: 'ok' })
  })
})

describe('what stands around', () => {
  it('the gateway of a container is the one way out in the table of the kernel', () => {
    const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
    const own = 'eth1\t000013AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n'
    expect(readGateway(`${head}${own}eth0\t00000000\t010012AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`)).toBe('172.18.0.1')
    // Internal networks have none.
    expect(readGateway(head + own)).toBeUndefined()
  })

  it('one of the colour that is not in charge is only cleared away: started again, it would run the old version', () => {
    const list = ['atende-worker@blue.service', 'atende-worker@green.service'].map((name) => `${name} loaded failed failed Atende\n`).join('')
    expect(judgeUnits(list, ['atende-worker@green.service'])).toMatchObject([
      { status: 'fail', message: { en: 'failed: atende-worker@green.service' } },
      { status: 'warn', todo: { en: 'systemctl reset-failed atende-worker@blue.service' } },
    ])
  })

  it('a unit that has failed is told; the last run of the doctor itself is not', () => {
    const unit = (name: string, state: string) => `${name} loaded ${state} ${state} Atende\n`
    const list = unit('atende-web@blue.service', 'active') + unit('atende-doctor.service', 'failed')
    expect(judgeUnits(list, [])).toMatchObject([{ status: 'ok', message: { en: '1 units' } }])
    expect(judgeUnits(list + unit('atende-backup.service', 'failed'), [])).toMatchObject([{ status: 'fail', message: { en: 'failed: atende-backup.service' } }])
  })
})
