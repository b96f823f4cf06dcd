import { z } from 'zod'
import { Id, Time } from './common.ts'

export const TagColor = z.enum(['gray', 'red', 'pink', 'grape', 'violet', 'indigo', 'blue', 'cyan', 'teal', 'green', 'lime', 'yellow', 'orange'])
export const Tag = z.object({ id: Id, name: z.string(), color: TagColor, createdAt: Time }).meta({ id: 'Tag' })
export type Tag = z.infer<typeof Tag>
export const CreateTagInput = z.object({ name: z.string().trim().min(1).max(40), color: TagColor.default('gray') }).meta({ id: 'CreateTagInput' })
export const UpdateTagInput = z.object({ name: z.string().trim().min(1).max(40).optional(), color: TagColor.optional() }).meta({ id: 'UpdateTagInput' })
