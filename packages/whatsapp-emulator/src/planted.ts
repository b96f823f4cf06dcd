import { Id } from '@atende/contracts/common'
export const y = Id
