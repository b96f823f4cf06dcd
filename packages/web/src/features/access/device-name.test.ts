import { expect, it } from 'vitest'
import { deviceName, isPhone } from './device-name.ts'

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1'
const EDGE = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0'

it('recognises what people have', () => {
  expect(deviceName(IPHONE)).toBe('Safari · iPhone')
  expect(deviceName(EDGE)).toBe('Edge · Windows')
  expect(deviceName('curl/8')).toBeNull()
  expect(deviceName(null)).toBeNull()
  expect([isPhone(IPHONE), isPhone(EDGE)]).toEqual([true, false])
})
