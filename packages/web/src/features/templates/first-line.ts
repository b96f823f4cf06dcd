import { bodyOf, fillText, sampleValues } from '@atende/contracts/template-text'
import type { Template } from '@atende/contracts/templates'

/** The first words, with the samples in the variables' places and without marks of formatting. */
export const firstLine = ({ parts, language }: Pick<Template, 'parts' | 'language'>): string =>
  fillText(bodyOf(parts, language), sampleValues(parts).body)
    .replace(/\s+/g, ' ')
    .replace(/(^|[\s(])[*_~](\S(?:[^*_~]*\S)?)[*_~](?=$|[\s.,;:!?)])/g, '$1$2')
    .slice(0, 200)
