const WORDS = {
  'pt-BR': {
    title: 'API do Atende',
    skip: 'Ir para o conteúdo',
    loading: 'Carregando…',
    failed: 'A documentação não carregou. Recarregue a página.',
    search: 'Buscar rota, campo ou erro  (/)',
    searchLabel: 'Buscar na documentação',
    nothing: 'Nada encontrado. Tente outra palavra.',
    language: 'English',
    dark: 'Escuro',
    light: 'Claro',
    parameters: 'Parâmetros',
    body: 'Corpo',
    answers: 'Respostas',
    example: 'Exemplo',
    copy: 'Copiar',
    copied: 'Copiado',
    required: 'obrigatório',
    errors: 'Erros',
    errorsIntro: 'Todo erro é um "problem details" (RFC 9457). O campo code é estável e serve a programas; title e detail são para pessoas.',
    code: 'Código',
    status: 'HTTP',
    sentence: 'Frase',
    public: 'aberta',
    login: 'com login',
    noContent: 'sem corpo',
    anything: 'qualquer valor',
    seeErrors: 'veja a lista de erros',
    deeper: 'ver campos',
    cookie: 'cookie',
    query: 'na consulta',
    path: 'no caminho',
    header: 'no cabeçalho',
    other: 'outras',
  },
  en: {
    title: 'Atende API',
    skip: 'Skip to content',
    loading: 'Loading…',
    failed: 'The documentation did not load. Reload the page.',
    search: 'Search route, field or error  (/)',
    searchLabel: 'Search the documentation',
    nothing: 'Nothing found. Try another word.',
    language: 'Português',
    dark: 'Dark',
    light: 'Light',
    parameters: 'Parameters',
    body: 'Body',
    answers: 'Answers',
    example: 'Example',
    copy: 'Copy',
    copied: 'Copied',
    required: 'required',
    errors: 'Errors',
    errorsIntro: 'Every error is a problem details document (RFC 9457). Its code is stable and meant for programs; title and detail are for people.',
    code: 'Code',
    status: 'HTTP',
    sentence: 'Sentence (pt-BR)',
    public: 'open',
    login: 'login',
    noContent: 'no body',
    anything: 'any value',
    seeErrors: 'see the list of errors',
    deeper: 'show fields',
    cookie: 'cookie',
    query: 'in query',
    path: 'in path',
    header: 'in header',
    other: 'other',
  },
}

const KEY = 'atende.docs.language'
const read = () => {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

let language = read() ?? (navigator.language.startsWith('pt') ? 'pt-BR' : 'en')
if (!(language in WORDS)) language = 'pt-BR'

export const currentLanguage = () => language
export const word = (name) => WORDS[language][name] ?? name

export function switchLanguage() {
  language = language === 'en' ? 'pt-BR' : 'en'
  try {
    localStorage.setItem(KEY, language)
  } catch {
    // Private browsing: the choice lasts for this page.
  }
}
