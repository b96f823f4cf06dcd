import { z } from 'zod'
import { createGraphCaller, GraphFailure, type GraphOptions } from '../graph.ts'

const text = z.string().nullish().catch(undefined)
const TemplateNode = z.looseObject({
  id: z.coerce.string(),
  name: z.string(),
  language: z.string(),
  status: z.string().catch('UNKNOWN'),
  category: z.string().catch(''),
  correct_category: text,
  parameter_format: text,
  rejected_reason: text,
  quality_score: z
    .looseObject({ score: z.string().catch('UNKNOWN') })
    .nullish()
    .catch(undefined),
  components: z.array(z.unknown()).catch([]),
})
export type TemplateNode = z.infer<typeof TemplateNode>
const List = z.looseObject({
  data: z.array(z.unknown()),
  paging: z
    .looseObject({ next: text, cursors: z.looseObject({ after: text }).nullish().catch(undefined) })
    .optional()
    .catch(undefined),
})
const Created = z.looseObject({ id: z.coerce.string(), status: z.string().catch('PENDING'), category: text })
const Unpaused = z.looseObject({ success: z.unknown(), reason: text })

const FIELDS = 'id,name,language,status,category,correct_category,components,parameter_format,quality_score,rejected_reason'
const PLAIN_FIELDS = 'id,name,language,status,category,components,quality_score,rejected_reason'
const PAGE = 100
/** More than any account may have (6,000 names, each in some languages): a list that never ends is a fault. */
const MOST_PAGES = 500
const CURSOR_EXPIRED = 131059
const CREATE_TIMEOUT_MS = 30_000

const refusedWith = (e: unknown, code: number) => e instanceof GraphFailure && e.failure.outcome === 'refused' && e.failure.error.code === code

/** The part of Graph that is about message templates (Cloud API, template management). @throws GraphFailure in every verb */
export function createTemplateGraph(options: GraphOptions) {
  const { at, ask } = createGraphCaller(options)

  async function page(wabaId: string, query: Record<string, string>): Promise<{ nodes: TemplateNode[]; after: string | null }> {
    const answer = await ask(`${at(wabaId, 'message_templates')}?${new URLSearchParams({ limit: String(PAGE), ...query })}`, List)
    const nodes = answer.data.flatMap((n) => TemplateNode.safeParse(n).data ?? [])
    return { nodes, after: (answer.paging?.next && answer.paging.cursors?.after) || null }
  }

  async function readAll(wabaId: string, fields: string): Promise<TemplateNode[]> {
    const all: TemplateNode[] = []
    let after: string | null = null
    for (let n = 0; n < MOST_PAGES; n++) {
      const query: Record<string, string> = { fields, ...(after ? { after } : {}) }
      const got: Awaited<ReturnType<typeof page>> = await page(wabaId, query)
      all.push(...got.nodes)
      after = got.after
      if (!after) return all
    }
    throw new GraphFailure({ outcome: 'unknown', reason: 'the list of templates does not end' })
  }

  return {
    /** Every template of the account, over all pages. A list whose cursor ran out begins again, once. */
    listTemplates: (wabaId: string): Promise<TemplateNode[]> =>
      readAll(wabaId, FIELDS).catch((e: unknown) => {
        if (refusedWith(e, CURSOR_EXPIRED)) return readAll(wabaId, FIELDS)
        // A field that this version does not know must not hide the rest.
        if (refusedWith(e, 100)) return readAll(wabaId, PLAIN_FIELDS)
        throw e
      }),

    /** The one of this name and language; Meta finds by part of a name. */
    findTemplate: async (wabaId: string, name: string, language: string): Promise<TemplateNode | undefined> =>
      (await page(wabaId, { fields: FIELDS, name })).nodes.find((n) => n.name === name && n.language === language),

    createTemplate: (wabaId: string, body: object) =>
      ask(at(wabaId, 'message_templates'), Created, { method: 'POST', json: body, timeoutMs: CREATE_TIMEOUT_MS }),

    editTemplate: async (templateId: string, body: object): Promise<void> => {
      await ask(at(templateId), z.unknown(), { method: 'POST', json: body, timeoutMs: CREATE_TIMEOUT_MS })
    },

    /** One language with its id; every language of the name without. */
    deleteTemplate: async (wabaId: string, name: string, templateId?: string): Promise<void> => {
      const query = new URLSearchParams({ name, ...(templateId ? { hsm_id: templateId } : {}) })
      await ask(`${at(wabaId, 'message_templates')}?${query}`, z.unknown(), { method: 'DELETE' })
    },

    unpauseTemplate: (templateId: string) => ask(at(templateId, 'unpause'), Unpaused, { method: 'POST', json: {} }),
  }
}
