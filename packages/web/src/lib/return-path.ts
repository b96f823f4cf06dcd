/** Where to go after the login: only a path of ours, never another site ("//evil.example", "/\evil"). */
export function safeReturn(path: string | undefined): string {
  if (path === undefined || !/^\/(?![/\\])/.test(path) || /^\/(entrar|criar-conta)(?:[/?#]|$)/.test(path)) return '/'
  return path
}
