/** `R$ 389,00` */
export function formatMoney(value: number, currency = 'BRL'): string {
  try {
    return new Intl.NumberFormat('pt-BR', { style: 'currency', currency }).format(value)
  } catch {
    // A currency nobody knows is shown as it came.
    return `${currency} ${value}`
  }
}
