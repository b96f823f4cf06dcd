import { InfiniteQueryObserver } from '@tanstack/react-query'
import { afterEach, describe, expect, it } from 'vitest'
import { changeLive } from './live-query.ts'
import { queryClient } from './query.ts'

const KEY = ['live-query']
const tell = (news: string): void => changeLive<string[]>(KEY, (data) => (data.includes(news) ? data : [...data, news]))
const held = (key = KEY) => queryClient.getQueryData<string[]>(key)

/** Asks the server, which answers when told to. */
const ask = () => {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>()
  const answered = queryClient.fetchQuery({ queryKey: KEY, queryFn: () => promise, staleTime: 0, retry: false })
  return { resolve, reject, answered }
}
afterEach(() => queryClient.clear())

describe('what is told live', () => {
  it('changes what is known', () => {
    queryClient.setQueryData(KEY, ['a'])
    tell('b')
    expect(held()).toEqual(['a', 'b'])
  })

  it('is not undone by an answer that was under way, nor lost before the first one', async () => {
    const first = ask()
    tell('b')
    expect(held()).toBeUndefined()
    first.resolve(['a'])
    await first.answered
    expect(held()).toEqual(['a', 'b'])
    const second = ask()
    tell('c')
    expect(held()).toEqual(['a', 'b', 'c'])
    second.resolve(['a', 'b'])
    await second.answered
    expect(held()).toEqual(['a', 'b', 'c'])
  })

  it('is made once more only for the answer that was under way', async () => {
    const first = ask()
    tell('b')
    first.resolve(['a'])
    await first.answered
    const later = ask()
    later.resolve(['x'])
    await later.answered
    expect(held()).toEqual(['x'])
  })

  it('is forgotten with an answer that did not come', async () => {
    queryClient.setQueryData(KEY, ['a'])
    const failing = ask()
    tell('b')
    failing.reject(new Error('away'))
    await expect(failing.answered).rejects.toThrow('away')
    expect(held()).toEqual(['a', 'b'])
    const later = ask()
    later.resolve(['x'])
    await later.answered
    expect(held()).toEqual(['x'])
  })

  it('stays when a further page is put to the pages as they were', async () => {
    const key = [...KEY, 'pages']
    const more = Promise.withResolvers<string>()
    const observer = new InfiniteQueryObserver(queryClient, {
      queryKey: key,
      queryFn: ({ pageParam }) => (pageParam === 0 ? Promise.resolve('a') : more.promise),
      initialPageParam: 0,
      getNextPageParam: () => 1,
    })
    await observer.refetch()
    const next = observer.fetchNextPage()
    type Pages = { pages: string[]; pageParams: number[] }
    changeLive<Pages>(key, (data) => ({ ...data, pages: data.pages.with(0, 'a, changed') }))
    more.resolve('b')
    await next
    expect(queryClient.getQueryData<Pages>(key)?.pages).toEqual(['a, changed', 'b'])
  })
})
