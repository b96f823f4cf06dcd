import type { Login } from '@atende/contracts/access'
import { describe, expect, it } from 'vitest'
import { createTokenKeeper, type Grant, type KeeperParts } from './token-keeper.ts'

const loginOf = (accessToken: string): Login => ({
  accessToken,
  expiresIn: 900,
  me: {
    user: {
      id: crypto.randomUUID(),
      name: 'Ana',
      email: 'ana@exemplo.com.br',
      emailConfirmed: true,
      role: 'ATTENDANT',
      locale: 'pt-BR',
      permissions: [],
      roleId: null,
      roleName: null,
      sees: 'all',
    },
    tenant: null,
    memberships: [],
    sessionId: 'session-1',
    mustEnrol: false,
  },
})

/** One browser: a lock and a channel that its tabs share, and a server that refuses a refresh token used twice at once. */
function browser() {
  let queue: Promise<unknown> = Promise.resolve()
  const tabs: { adopt: (grant: Grant) => void }[] = []
  let asked = 0
  let inside = 0
  let clock = 1_000_000
  let alive = true
  const parts: KeeperParts = {
    requestRefresh: async () => {
      inside += 1
      expect(inside).toBe(1)
      await new Promise((done) => setTimeout(done, 5))
      inside -= 1
      if (!alive) return null
      asked += 1
      return loginOf(`token-${asked}`)
    },
    withLock: (work) => {
      const turn = queue.then(work)
      queue = turn.catch(() => undefined)
      return turn
    },
    publish: (grant) => {
      for (const tab of tabs) tab.adopt(grant)
    },
    now: () => clock,
  }
  return {
    openTab: () => {
      const tab = createTokenKeeper(parts)
      tabs.push(tab)
      return tab
    },
    asked: () => asked,
    pass: (ms: number) => {
      clock += ms
    },
    logOut: () => {
      alive = false
    },
  }
}

describe('the access token of a browser with several tabs', () => {
  it('of a new login is not taken away by a refusal that was for the login of before', async () => {
    const one = browser()
    const tab = one.openTab()
    await tab.refresh(null)
    one.pass(3_600_000)
    one.logOut()
    const late = tab.refresh(null)
    await new Promise((done) => setTimeout(done, 1))
    tab.accept(loginOf('of the new login'))
    expect(await late).toEqual({ token: 'of the new login', login: null })
    expect(tab.fresh()).toBe('of the new login')
  })

  it('is fetched once when five tabs need it at the same moment', async () => {
    const one = browser()
    const tabs = Array.from({ length: 5 }, () => one.openTab())
    const answers = await Promise.all(tabs.map((tab) => tab.refresh(null)))
    expect(answers.map((answer) => answer?.token)).toEqual(Array.from({ length: 5 }, () => 'token-1'))
    expect(one.asked()).toBe(1)
  })

  it('is fetched once when many requests of a tab were refused together', async () => {
    const one = browser()
    const tab = one.openTab()
    await tab.refresh(null)
    const answers = await Promise.all(Array.from({ length: 8 }, () => tab.refresh('token-1')))
    expect(new Set(answers.map((answer) => answer?.token))).toEqual(new Set(['token-2']))
    expect(one.asked()).toBe(2)
  })

  it('is not fetched again for a token that another tab has already replaced', async () => {
    const one = browser()
    const [a, b] = [one.openTab(), one.openTab()]
    await a.refresh(null)
    await a.refresh('token-1')
    expect((await b.refresh('token-1'))?.token).toBe('token-2')
    expect(one.asked()).toBe(2)
  })

  it('is not used in its last seconds', async () => {
    const one = browser()
    const tab = one.openTab()
    await tab.refresh(null)
    expect(tab.fresh()).toBe('token-1')
    one.pass(890_000)
    expect(tab.fresh()).toBeNull()
  })

  it('is gone when the refresh cookie is no longer good', async () => {
    const one = browser()
    const tab = one.openTab()
    await tab.refresh(null)
    one.logOut()
    expect(await tab.refresh('token-1')).toBeNull()
    expect(tab.fresh()).toBeNull()
    expect(tab.sessionId()).toBeNull()
  })
})
