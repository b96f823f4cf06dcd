const nameIn = (answer: Response): string | undefined => /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1]

/** Hands an answer to the person as a file. */
export async function saveFile(answer: Response, name = nameIn(answer) ?? 'atende'): Promise<void> {
  const address = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
