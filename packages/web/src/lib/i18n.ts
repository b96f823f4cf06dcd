import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { getLocale, type Locale, rememberLocale } from './locale.ts'
import { type LateNamespaces, namespaces, resourcesOf } from './texts.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: { [N in keyof typeof namespaces]: (typeof namespaces)[N]['pt-BR'] } & { [N in keyof LateNamespaces]: LateNamespaces[N]['pt-BR'] }
  }
}

void i18next.use(initReactI18next).init({
  lng: getLocale(),
  fallbackLng: 'pt-BR',
  defaultNS: 'common',
  ns: Object.keys(namespaces),
  resources: { 'pt-BR': resourcesOf('pt-BR'), en: resourcesOf('en') },
  interpolation: { escapeValue: false },
  initAsync: false,
})

export const i18n = i18next

/** Texts of a page that is loaded late; called beside its components, before they are drawn. */
export function addTexts<N extends keyof LateNamespaces>(namespace: N, texts: LateNamespaces[N]): void {
  i18next.addResourceBundle('pt-BR', namespace, texts['pt-BR'])
  i18next.addResourceBundle('en', namespace, texts.en)
}

export async function changeLocale(locale: Locale): Promise<void> {
  rememberLocale(locale)
  if (i18next.language !== locale) await i18next.changeLanguage(locale)
}
