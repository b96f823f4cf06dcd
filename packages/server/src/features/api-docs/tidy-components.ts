const REF = /"#\/components\/schemas\/([^"]+)"/g

type Document = { components?: { schemas?: Record<string, unknown> }; paths?: unknown }

/** Names of the schemas that the paths use, directly or through others. */
function usedSchemas(paths: unknown, schemas: Record<string, unknown>): Set<string> {
  const used = new Set<string>()
  const waiting = [paths]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [, name = ''] of JSON.stringify(next).matchAll(REF)) {
      if (used.has(name) || schemas[name] === undefined) continue
      used.add(name)
      waiting.push(schemas[name])
    }
  }
  return used
}

/**
 * Every registered schema stands in the document twice, as input and as output; the unused half goes. The input form of
 * `CreateTagInput` is called `CreateTagInputInput`; it gets its own name back.
 */
export function tidyComponents<D extends Document>(document: D): D {
  const schemas = document.components?.schemas ?? {}
  const used = usedSchemas(document.paths, schemas)
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)))
  const rename = (name: string) => {
    const short = name.replace(/InputInput$/, 'Input')
    return short !== name && used.has(short) ? name : short
  }
  const text = JSON.stringify({ ...document, components: { ...document.components, schemas: kept } })
  const renamed: D = JSON.parse(text.replace(REF, (_, name: string) => `"#/components/schemas/${rename(name)}"`))
  const components = {
    ...renamed.components,
    schemas: Object.fromEntries(Object.entries(kept).map(([name]) => [rename(name), renamed.components?.schemas?.[name]])),
  }
  return { ...renamed, components }
}
