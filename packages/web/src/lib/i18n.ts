import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { getLocale, type Locale, rememberLocale } from './locale.ts'
import { namespaces, resourcesOf } from './texts.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: { [N in keyof typeof namespaces]: (typeof namespaces)[N]['pt-BR'] }
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

export async function changeLocale(locale: Locale): Promise<void> {
  rememberLocale(locale)
  if (i18next.language !== locale) await i18next.changeLanguage(locale)
}
